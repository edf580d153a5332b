"""People and teams under the settings: who changes them, what is refused, and how somebody new comes in."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError

from crm import services
from crm.models import Team, User
from tests.factories.crm import make_team, make_token, make_user
from tests.toasts import toasts

pytestmark = pytest.mark.django_db
URL, TEAMS = "/settings/people/", "/settings/teams/"
NEW = {"name": "Nima", "email": "nima@example.com", "role": "rep", "language": "fa", "calendar": "jalali"}


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.com", name="Root", language="en")


@pytest.fixture
def client(browse, root):
    return browse(root)


def edited(person, **changes):
    """What the form of a person sends."""
    names = ("name", "email", "role", "visibility", "language", "calendar")
    return {name: getattr(person, name) for name in names} | {"team": person.team_id or ""} | changes


def errors(response):
    return {name: list(texts) for name, texts in response.context["form"].errors.items()}


@pytest.fixture
def link_for(client, settings):
    """The link that stands on the answer where no mail goes out."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    return lambda person: client.post(f"{URL}{person.pk}/link/").context["link"]


def fails(browse, link):
    return bool(browse().get(link, follow=True).context.get("token_fail"))


def test_only_administrators_change_people_and_teams(browse, sara, omid, now):
    team, place = make_team("North"), f"{URL}{omid.pk}/"
    pages = [URL, f"{URL}new/", place, f"{place}history/", TEAMS, f"{TEAMS}{team.pk}/", f"{TEAMS}{team.pk}/history/"]
    doors = [*pages[1:3], *pages[4:6], f"{place}link/", f"{place}switch-off/", f"{place}switch-on/"]

    assert [[browse(user).get(page).status_code for user in (sara, None)] for page in pages] == [[403, 302]] * len(pages)
    assert [[browse(user).post(door, NEW).status_code for user in (sara, None)] for door in doors] == [[403, 302]] * len(doors)

    changes = [
        lambda: services.add_person("nima@example.com", by=sara, role="rep"),
        lambda: services.edit_person(omid, by=sara, role="admin"),
        lambda: services.switch_off_person(omid, by=sara, at=now),
        lambda: services.switch_on_person(omid, by=sara),
        lambda: services.save_team(team, name="South", by=sara),
    ]
    for change in changes:
        with pytest.raises(PermissionDenied):
            change()

    omid.refresh_from_db()
    assert (omid.role, omid.is_active, Team.objects.get(pk=team.pk).name) == ("rep", True, "North")
    assert not User.objects.filter(email="nima@example.com").exists()


@pytest.mark.parametrize("backend", ["filebased", "smtp"])
def test_who_is_added_chooses_a_password_once(client, browse, settings, backend, caplog):
    """Without a mail server, or with one that is away, the link stands on the answer, which says which of them it is."""
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = f"django.core.mail.backends.{backend}.EmailBackend", 1
    team = make_team("North")

    answer = client.post(f"{URL}new/", NEW | {"role": "manager", "team": team.pk})

    person = User.objects.get(email="nima@example.com")
    (begun,) = client.get(f"{URL}{person.pk}/history/").context["entries"]
    assert (begun["title"], begun["by"]) == ("First saved", "Root")
    kept = (person.name, person.role, person.visibility, person.team, person.language, person.calendar, person.is_superuser)
    assert kept == ("Nima", "manager", "team", team, "fa", "jalali", False)
    link, guest = answer.context["link"], browse()
    assert link in answer.content.decode()
    said = [text in answer.content.decode() for text in ("No outgoing mail is set up", "No e-mail could be sent")]
    assert said == [backend == "filebased", backend == "smtp"]
    opened = guest.get(link, follow=True)
    form, words = opened.redirect_chain[-1][0], opened.content.decode()
    assert ["Welcome, Nima!" in words, "Root invites you to work in Sanjeh." in words] == [True, True]
    done = guest.post(form, {"password1": "a long green sentence", "password2": "a long green sentence"}, follow=True)
    assert (done.wsgi_request.user, done.redirect_chain[0][0]) == (person, "/")
    assert [text for text, *_rest in toasts(done)] == ["The password was changed.", "با حساب Nima وارد شدید."]
    person.refresh_from_db()
    assert person.check_password("a long green sentence")
    assert browse().get(link, follow=True).context["token_fail"]
    assert "/account/password/reset/key/" in caplog.text
    assert link.rstrip("/").rpartition("-")[2] not in caplog.text


def test_where_mail_goes_out_the_link_is_in_it_alone(client):
    answer = client.post(f"{URL}new/", NEW)

    assert answer.url == URL
    assert toasts(answer)[-1][0] == "A link to choose a password was sent to \u2066nima@example.com\u2069."
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["nima@example.com"], "دعوت به سنجه")
    assert "Root شما را به کار در سنجه دعوت کرده است" in sent.body
    assert re.search(r"http://localhost/account/password/reset/key/\S+", sent.body)
    person = User.objects.get(email="nima@example.com")
    person.set_password("a long green sentence")
    person.save()
    client.post(f"{URL}{person.pk}/link/")
    assert "دعوت" not in mail.outbox[1].subject


@pytest.mark.parametrize("password", [None, "a long way home"])
def test_a_link_ends_with_the_account(client, browse, link_for, omid, password):
    """For ever, also where it is switched on again, and whether or not a password had been chosen by then."""
    omid.set_password(password)
    omid.save()
    first = link_for(omid)

    seen = [fails(browse, first)]
    client.post(f"{URL}{omid.pk}/switch-off/")
    seen += [fails(browse, first)]
    again = client.post(f"{URL}{omid.pk}/switch-on/")
    needs = "Omid is on again, and needs a new link to choose a password."
    assert toasts(again)[-1][0] == ("Omid can sign in again." if password else needs)
    second = link_for(omid)
    seen += [fails(browse, first), fails(browse, second)]
    client.post(f"{URL}{omid.pk}/", edited(omid, email="other@example.com"))
    seen += [fails(browse, second)]

    assert seen == [False, True, True, False, True]


def test_a_link_ends_where_the_account_becomes_a_programs(client, browse, link_for, omid):
    """For ever, too; with another role of people it goes on, as it is for the same person."""
    link = link_for(omid)

    seen = []
    for role in ("marketer", "integration", "rep"):
        client.post(f"{URL}{omid.pk}/", edited(omid, role=role, visibility=""))
        seen.append(fails(browse, link))

    assert seen == [False, True, True]


def test_a_program_is_sent_no_link(browse, omid):
    for role, sent in (("integration", 0), ("rep", 1)):
        User.objects.filter(pk=omid.pk).update(role=role)
        browse().post("/account/password/reset/", {"email": omid.email})
        assert sum("/password/reset/key/" in message.body for message in mail.outbox) == sent


@pytest.mark.parametrize(
    "case",
    [
        ("en", ["This link is for <bdi>Omid</bdi>", "You are signed in as <bdi>Root</bdi>.", "Sign out and go on"]),
        ("fa", ["این پیوند برای <bdi>Omid</bdi> است", "شما با حساب <bdi>Root</bdi> وارد شده‌اید.", "خروج و ادامه"]),
    ],
)
def test_who_opens_the_link_of_another_stays_who_they_are(client, root, link_for, omid, case):
    language, words = case
    User.objects.filter(pk=root.pk).update(language=language)
    link, chosen = link_for(omid), {"password1": "a long green sentence", "password2": "a long green sentence"}

    opened = client.get(link, follow=True)
    door = opened.redirect_chain[-1][0]
    asked = client.post(door, chosen)

    for page in (opened, asked):
        assert [text for text in words if text not in page.content.decode()] == []
        assert page.wsgi_request.user == root
    assert "password1" not in opened.content.decode()
    omid.refresh_from_db()
    assert not omid.check_password("a long green sentence")

    left = client.post(door, {"leave": "1"}, follow=True)
    done = client.post(left.redirect_chain[-1][0], chosen, follow=True)
    assert (left.wsgi_request.user.is_authenticated, done.wsgi_request.user) == (False, omid)


def test_a_dead_link_says_nothing_of_whom_it_was_for(client, browse, root, link_for, omid):
    link = link_for(omid)
    client.post(f"{URL}{omid.pk}/switch-off/")

    page = browse(root).get(link, follow=True)

    assert ("This link no longer works" in page.content.decode(), "Omid" in page.content.decode()) == (True, False)
    assert page.wsgi_request.user == root


def test_another_role_sees_what_is_usual_for_it_unless_chosen_by_hand(client):
    """And the answer says what that is."""
    north = make_team("North")
    person = make_user("rep", name="Nima", team=north)

    def saved(**changes):
        page = client.get(f"{URL}{person.pk}/").context["form"]
        sent = {name: page[name].value() or "" for name in page.fields} | changes
        said = toasts(client.post(f"{URL}{person.pk}/", sent))[-1][0]
        person.refresh_from_db()
        return person.visibility, said

    assert saved(role="manager") == ("team", "Saved. From now on: Nima sees the records of everybody in the team North.")
    assert saved(name="Nima 2", visibility="") == ("team", "Saved.")
    assert saved(visibility="own") == ("own", "Saved. From now on: Nima 2 sees only their own records.")
    assert saved(role="marketer") == ("own", "Saved.")
    assert saved(role="support", visibility="all") == (
        "all",
        "Saved. From now on: Nima 2 sees all records, but no leads, opportunities, quotes, costs and visits.",
    )
    assert saved(role="rep") == ("own", "Saved. From now on: Nima 2 sees only their own records, but no costs and visits.")


def test_what_is_refused_says_why(client, root, omid):
    taken = client.post(f"{URL}new/", NEW | {"email": "ROOT@example.com"})
    alone = client.post(f"{URL}new/", NEW | {"role": "manager"})
    own = client.post(f"{URL}{root.pk}/", edited(root, role="rep", email=omid.email, visibility="own"))

    assert errors(taken) == {"email": ["There is an account with this e-mail address already."]}
    assert errors(alone) == {"team": ["Choose a team: whoever sees a team's records, but is in none, sees only their own."]}
    assert own.context["form"]["role"].help_text == "Your own role is changed by another administrator."
    assert errors(own) == {"email": ["There is an account with this e-mail address already."]}
    with pytest.raises(ValidationError, match="Your own role is changed by another administrator"):
        services.edit_person(root, by=root, role="rep")
    assert (
        toasts(client.post(f"{URL}{root.pk}/switch-off/"))[-1][0] == "Nobody switches themselves off: another administrator does."
    )
    assert User.objects.filter(is_active=True, is_superuser=True).get() == root
    assert User.objects.count() == 2


def test_an_edit_gives_the_rights_of_the_role_and_is_told(client, browse, root, omid):
    team = make_team("North")
    person = User.objects.get(pk=omid.pk)
    EmailAddress.objects.create(user=person, email=person.email, primary=True)

    client.post(f"{URL}{omid.pk}/", edited(person, role="admin", team=team.pk, email="new@example.com"))

    person.refresh_from_db()
    assert (person.role, person.team, person.email) == ("admin", team, "new@example.com")
    assert (person.is_superuser, person.is_staff) == (True, True)
    assert not EmailAddress.objects.filter(email=omid.email).exists()
    entry, begun = client.get(f"{URL}{omid.pk}/history/").context["entries"]
    told = {change["label"]: (change["old"], change["new"]) for change in entry["changes"]}
    assert (entry["by"], told["Role"], told["Team"]) == ("Root", ("Sales rep", "Administrator"), ("Sales", "North"))
    assert not {"Language", "Staff status"} & told.keys()
    assert (begun["title"], begun["by"]) == ("First saved", "")
    assert client.get(f"/admin/crm/user/{omid.pk}/history/").url == f"{URL}{omid.pk}/history/"


def test_who_is_switched_off_is_out_until_they_are_on_again(client, browse, root, omid):
    theirs, token = browse(omid), make_token(omid)

    answer = client.post(f"{URL}{omid.pk}/switch-off/")

    token.refresh_from_db()
    assert (theirs.get("/leads/").status_code, token.revoked_at is None) == (302, False)
    said, undo = toasts(answer)[-1]
    assert said == f"{omid} was switched off: signed out everywhere, API tokens revoked."
    client.post(undo)
    omid.refresh_from_db()
    token.refresh_from_db()
    assert (omid.is_active, token.revoked_at is None) == (True, False)


def test_who_was_switched_off_meanwhile_switches_nobody_off(root, now):
    """Two administrators who do it to each other: the second one is none any more."""
    other = make_user("admin")
    services.switch_off_person(other, by=root, at=now)

    with pytest.raises(PermissionDenied):
        services.switch_off_person(root, by=other, at=now)

    assert User.objects.get(pk=root.pk).is_active


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_the_same_queries(client, django_assert_num_queries, count):
    team = make_team("North")
    for number in range(count):
        make_user("rep", name=f"کیان {number}", team=team)
    client.get(URL)

    with django_assert_num_queries(6):
        answer = client.get(f"{URL}?role=rep&team={team.pk}&state=active&q=كيان")

    assert len(answer.context["rows"]) == min(count, 25)


def test_a_list_is_narrowed_by_what_is_offered_alone(client, root, omid):
    omid.is_active = False
    omid.save()

    queries = ("state=off", "q=ROOT@", "role=king")
    found = {query: [row.email for row in client.get(f"{URL}?{query}").context["rows"]] for query in queries}

    assert found == {"state=off": [omid.email], "q=ROOT@": ["root@example.com"], "role=king": []}


def test_teams_are_added_and_renamed(client, root):
    client.post(TEAMS, {"name": "North"})
    north = Team.objects.get()
    again = client.post(TEAMS, {"name": "north"})
    client.post(f"{TEAMS}{north.pk}/", {"name": "So\r\nuth"})
    assert Team.objects.get().name == "So uth"
    client.post(f"/admin/crm/team/{north.pk}/change/", {"name": "South\nEast"})
    assert Team.objects.get().name == "South East"
    client.post(f"{TEAMS}{north.pk}/", {"name": "South"})
    make_user("rep", team=north)
    make_user("rep", team=north, is_active=False)

    assert errors(again) == {"name": ["There is a team with this name already."]}
    assert "1 row\n" in client.get("/admin/crm/team/").content.decode()
    assert [(team.name, team.people) for team in client.get(TEAMS).context["rows"]] == [("South", 1)]


def test_the_history_of_a_team_tells_its_name_and_who_came_went_and_leads(client, browse, omid):
    team, other = make_team("North"), make_team("East")
    client.post(f"{URL}new/", NEW | {"team": team.pk})
    nima = User.objects.get(email="nima@example.com")
    client.post(f"{TEAMS}{team.pk}/", {"name": "South"})
    client.post(f"{URL}{omid.pk}/", edited(omid, team=team.pk))
    client.post(f"{URL}{nima.pk}/", edited(nima, role="manager"))
    client.post(f"{URL}{nima.pk}/", edited(nima, role="manager", name="Nima 2"))
    client.post(f"{URL}{omid.pk}/switch-off/")
    client.post(f"{URL}{nima.pk}/", edited(nima, role="manager", team=other.pk))

    page = client.get(f"{TEAMS}{team.pk}/history/")

    entries = page.context["entries"]
    assert [entry["at"] for entry in entries] == sorted((entry["at"] for entry in entries), reverse=True)
    assert {(entry["title"], entry["by"], *entry["changes"][0].values()) for entry in entries} == {
        ("Left the team", "Root", "Nima", "Manager", ""),
        ("Left the team", "Root", "Omid", "Sales rep", ""),
        ("Changed", "Root", "Nima", "Sales rep", "Manager"),
        ("Came to the team", "Root", "Omid", "", "Sales rep"),
        ("Changed", "Root", "Name", "North", "South"),
        ("Came to the team", "Root", "Nima", "", "Sales rep"),
    }
    assert f'href="{TEAMS}{team.pk}/history/"' in client.get(f"{TEAMS}{team.pk}/").content.decode()
    assert len(client.get(f"{TEAMS}{team.pk}/history/?after=4").context["entries"]) == 2

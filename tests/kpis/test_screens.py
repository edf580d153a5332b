"""Links for screens that nobody signs in at: what they show and never show, and when they open nothing."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from django.test import Client

from crm.models import User
from kpis.engine import drain
from kpis.models import Dashboard, Screen
from tests.factories.leads import make_lead
from tests.kpis.test_dashboards import make_dashboard, row

pytestmark = pytest.mark.django_db
MEHR = datetime(2025, 9, 23, 6, tzinfo=UTC)  # 1 Mehr 1404, 9:30 in Tehran


@pytest.fixture
def board(sara, omid):
    make_lead(at=MEHR, owner=omid, name="Parvin")
    make_lead(at=MEHR, owner=sara)
    drain(at=datetime(2026, 1, 1, tzinfo=UTC))
    return make_dashboard(sara, row("leads"), row("leads", "bar", "owner"), visibility="everyone")


def made(client, query, name="Lobby"):
    """The address that is shown once."""
    url = f"/kpis/screens/new/?{query}"
    token = client.get(url).context["form"].initial["token"]
    return urlsplit(client.post(url, {"name": name, "token": token}).context["link"]).path


def figures(page):
    return [
        re.sub(r"<[^>]+>", "", str(tile["card"].value_html))
        for screen, _place in page.context["screens"]
        for tile in screen
        if "card" in tile
    ]


def test_a_stranger_sees_the_makers_figures_and_nothing_else(browse, sara, board):
    address = made(browse(sara), f"place={board.pk}&period=1404-07&every=20&theme=light")

    page = Client().get(address)

    text = page.content.decode()
    assert (page.status_code, figures(page), page.context["forced_theme"]) == (200, ["2"], "light")
    assert [name for name in ("Omid", "Sara", "Parvin", "sara@example.com") if name in text] == []
    # No way on: neither to a KPI nor to a page of ours.
    assert re.findall(r'<a [^>]*href="([^"]+)"', text) == ["#content"]
    assert "<form" not in text
    assert (page["Cache-Control"], page["X-Robots-Tag"]) == ("private, no-store", "noindex")
    assert page.context["next_url"] == address


def test_its_secret_is_kept_by_nobody(browse, sara, board, caplog):
    address = made(browse(sara), f"place={board.pk}")
    secret = address.split("/")[2]

    Client().get(address)

    assert (secret[:3], len(secret)) == ("tv_", 46)
    assert secret not in str(Screen.objects.values())
    assert ("/screen/…/" in caplog.text, secret in caplog.text) == (True, False)
    assert Screen.objects.get().last_used_at is not None
    assert secret not in browse(sara).get("/kpis/screens/").content.decode()


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Screen, {"revoked_at": MEHR}),
        (User, {"is_active": False}),
        (User, {"role": "rep"}),
        (Dashboard, {"is_removed": True}),
        (Screen, {"digest": "0" * 64}),
        (Screen, {"query": {"period": "garbage"}}),
    ],
    ids=["ended", "left", "leads no more", "dashboard gone", "wrong", "no period"],
)
def test_what_ended_opens_nothing_and_says_so(browse, sara, board, model, change):
    address = made(browse(sara), f"place={board.pk}")
    model.objects.update(**change)

    page = Client(headers={"accept-language": "en"}).get(address)

    status = 410 if {"revoked_at", "is_active"} & set(change) else 404
    assert (page.status_code, "This link opens nothing" in page.content.decode()) == (status, True)
    assert (page["Cache-Control"], page["X-Robots-Tag"]) == ("private, no-store", "noindex")


def test_a_link_of_who_has_left_stays_ended_when_they_come_back(browse, sara, board):
    address = made(browse(sara), f"place={board.pk}")
    ended = Screen.objects.create(user=sara, digest="0", created_at=MEHR, revoked_at=MEHR)

    User.objects.update(is_active=False)
    User.objects.update(is_active=True)

    assert Client().get(address).status_code == 410
    assert list(Screen.objects.filter(revoked_at=MEHR)) == [ended]


@pytest.mark.parametrize(
    ("asked", "status"),
    [("period=garbage", 400), ("grain=zzz", 400), ("campaign=abc", 400), ("period=2999-01", 404), ("every=never", 400)],
)
def test_what_can_never_be_shown_gets_no_link(browse, sara, asked, status):
    assert browse(sara).post(f"/kpis/screens/new/?place=overview&{asked}", {"name": "Lobby"}).status_code == status
    assert not Screen.objects.exists()


def test_pages_take_turns_but_for_those_of_one_person(browse, sara, omid, board):
    """The overview, itself and a dashboard of one owner stand beside it: the second and the third are passed over."""
    of_one = make_dashboard(sara, row("leads"), owner=str(omid.pk))
    address = made(browse(sara), f"place={board.pk}&period=1404-07&also=overview,{board.pk},{of_one.pk}&refresh=15")

    first = Client().get(address)
    second = Client().get(first.context["next_url"])

    assert (first.context["title"], first.context["next_url"]) == ("Mornings", f"{address}?turn=1")
    assert (second.context["title"], second.context["next_url"]) == ("KPI overview", address)
    assert second.context["settings"].minutes == 15
    assert Client().get(f"{address}?turn=2").context["title"] == "Mornings"


def test_figures_of_one_person_get_no_link(browse, sara, omid, board):
    client = browse(sara)

    page = client.post(f"/kpis/screens/new/?place={board.pk}&owner={omid.pk}", {"name": "Lobby"})

    assert "choose all owners" in str(page.context["form"].errors)
    assert Screen.objects.count() == 0


def test_a_form_that_is_sent_twice_makes_one_and_shows_it_once(browse, sara, board):
    client, url = browse(sara), f"/kpis/screens/new/?place={board.pk}"
    sent = {"name": "Lobby", "token": client.get(url).context["form"].initial["token"]}

    answers = [client.post(url, sent).status_code for _ in range(2)]

    assert (answers, Screen.objects.count()) == ([200, 302], 1)


def test_it_is_for_those_who_lead_and_each_ends_their_own(browse, sara, omid, board):
    made(browse(sara), f"place={board.pk}")
    key = Screen.objects.get().pk
    other = User.objects.create_user("other@example.com", name="Other", role="manager", language="en")
    root = User.objects.create_superuser("root@example.com", name="Root", language="en")

    assert [browse(omid).get(url).status_code for url in ("/kpis/screens/", "/kpis/screens/new/")] == [403, 403]
    assert browse(omid).post(f"/kpis/screens/{key}/revoke/").status_code == 403
    assert browse(other).post(f"/kpis/screens/{key}/revoke/").status_code == 404
    assert Screen.objects.open().count() == 1
    assert [row["is_mine"] for row in browse(root).get("/kpis/screens/").context["rows"]] == [False]
    assert browse(root).post(f"/kpis/screens/{key}/revoke/").url == "/kpis/screens/"
    assert [row["is_open"] for row in browse(sara).get("/kpis/screens/").context["rows"]] == [False]


def test_it_is_not_read_without_end(browse, sara, board, settings):
    settings.API_RATE_LIMIT = 2
    address = made(browse(sara), f"place={board.pk}")

    answers = [Client().get(address) for _ in range(6)]
    wrong = [Client().get("/screen/tv_wrong/").status_code for _ in range(6)]

    # The minute of the clock may turn once meanwhile.
    statuses = [answer.status_code for answer in answers]
    assert (statuses[:2], 429 in statuses, wrong[:2], 429 in wrong) == ([200, 200], True, [404, 404], True)
    assert all(1 <= int(answer["Retry-After"]) <= 60 for answer in answers if answer.status_code == 429)

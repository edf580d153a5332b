"""Lists of people: who may see, fill, rename and remove one, and the lists of leads and customers narrowed to it."""

import pytest
from django.core.exceptions import ValidationError

from crm.models import PeopleList
from customers.models import Customer
from leads.models import Lead
from leads.services import edit_people_list, remove_people_list, save_people
from leads.services.lists import members_of
from tests.factories.customers import make_customer
from tests.factories.leads import make_lead
from tests.spreadsheets import csv_rows

pytestmark = pytest.mark.django_db
CUSTOMERS, LEADS = PeopleList.Kind.CUSTOMERS, PeopleList.Kind.LEADS


def save(by, rows, *, name="Lost", scope="private", origin_url="/kpis/rfm/", kind=CUSTOMERS):
    keys = [row.pk for row in rows]
    return save_people(keys, kind=kind, by=by, name=name, scope=scope, origin=[{"name": "RFM"}], origin_url=origin_url)[0]


def seen_by(user):
    return sorted(PeopleList.objects.visible_to(user).values_list("name", flat=True))


# -- the verbs ---------------------------------------------------------------------------------------------------------


def test_only_those_whom_its_maker_sees_are_saved(omid, nima):
    own, other = make_customer(owner=omid), make_customer(owner=nima)

    people_list = save(omid, [own, other])

    assert list(Customer.objects.in_list(people_list)) == [own]


def test_saved_again_from_the_same_place_it_is_brought_up_to_date(sara):
    first, second, third = (make_customer() for _ in range(3))
    people_list = save(sara, [first, second])

    assert save(sara, [second, third], scope="everyone") == people_list
    people_list.refresh_from_db()
    assert (set(Customer.objects.in_list(people_list)), people_list.scope) == ({second, third}, "everyone")


def test_a_name_that_is_taken_from_another_place_is_refused_and_nothing_changes(sara):
    first, second = make_customer(), make_customer()
    people_list = save(sara, [first])

    with pytest.raises(ValidationError, match="another list of this name"):
        save(sara, [second], origin_url="/kpis/cohorts/")

    assert (list(Customer.objects.in_list(people_list)), PeopleList.objects.count()) == ([first], 1)


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"name": " \u200b "}, "Give the list a name."),
        ({"name": "a\u202eb"}, "The name contains a character that cannot be stored."),
        ({"name": "x" * 101}, "Give the list a name of 100 characters at most."),
        ({"scope": "friends"}, "Choose who sees the list."),
        ({"rows": []}, "There is nobody to save."),
    ],
)
def test_what_is_no_list_is_refused(sara, facts, text):
    with pytest.raises(ValidationError, match=text):
        save(sara, **({"rows": [make_customer()]} | facts))

    assert not PeopleList.objects.exists()


def test_who_is_in_no_team_shares_with_none(hana):
    with pytest.raises(ValidationError, match="no team"):
        save(hana, [make_customer()], scope="team")


def test_who_was_merged_is_in_the_list_as_the_survivor(sara):
    gone, survivor = make_customer(), make_customer()
    people_list = save(sara, [gone])

    Customer.objects.filter(pk=gone.pk).update(merged_into=survivor)

    assert list(members_of(people_list, sara)) == [survivor]


def test_a_removed_list_comes_back_unless_its_name_is_taken_meanwhile(sara):
    people_list = save(sara, [make_customer()])
    remove_people_list(people_list)
    assert seen_by(sara) == []
    other = save(sara, [make_customer()])

    with pytest.raises(ValidationError, match="another list of this name"):
        remove_people_list(people_list, removed=False)
    edit_people_list(other, name="Other", scope="private")
    remove_people_list(people_list, removed=False)

    assert seen_by(sara) == ["Lost", "Other"]


# -- who sees it -------------------------------------------------------------------------------------------------------


def test_who_sees_a_list(sara, omid, mina, nima, hana):
    """Omid and Mina are of the team Sales, Nima is of another, Hana is in support and of none."""
    customer, lead = make_customer(owner=omid), make_lead(owner=omid)
    for scope in PeopleList.Scope.values:
        save(omid, [customer], name=f"c {scope}", scope=scope)
    save(omid, [lead], name="l everyone", scope="everyone", kind=LEADS)

    assert {user.name: seen_by(user) for user in (omid, mina, nima, hana)} == {
        "Omid": ["c everyone", "c private", "c team", "l everyone"],
        "Mina": ["c everyone", "c team", "l everyone"],
        "Nima": ["c everyone", "l everyone"],
        "Hana": ["c everyone"],
    }


def test_its_people_are_shown_as_far_as_a_reader_may_see_them(browse, omid, nima, sara):
    own, other = make_customer(owner=omid, name="Own"), make_customer(owner=nima, name="Other")
    people_list = save(sara, [own, other], scope="everyone")

    pages = {user.name: browse(user).get(f"/lists/{people_list.pk}/") for user in (sara, omid)}
    counts = {user.name: browse(user).get("/lists/").context["rows"][0].people_text for user in (sara, omid)}
    assert "<bdi>RFM</bdi>" in browse(sara).get("/lists/").content.decode()

    assert {name: {str(row) for row in page.context["rows"]} for name, page in pages.items()} == {
        "Sara": {"Own", "Other"},
        "Omid": {"Own"},
    }
    assert counts == {"Sara": "2", "Omid": "1"}
    assert "Other" not in pages["Omid"].content.decode()


# -- its pages ---------------------------------------------------------------------------------------------------------


def test_the_list_of_customers_is_narrowed_to_it(browse, sara):
    own, _other = make_customer(name="Own"), make_customer(name="Other")
    people_list = save(sara, [own])

    page = browse(sara).get(f"/customers/?list={people_list.pk}")
    export = b"".join(browse(sara).get(f"/customers/?list={people_list.pk}&export=csv").streaming_content).decode()

    assert ([str(row) for row in page.context["rows"]], page.context["chips"][0].text) == (["Own"], "List: Lost")
    assert ("Own" in export, "Other" in export) == (True, False)


def test_the_list_of_leads_is_narrowed_to_it(browse, sara, omid):
    own, _other = make_lead(name="Own"), make_lead(name="Other")
    people_list = save(sara, [own], kind=LEADS)

    page = browse(sara).get(f"/leads/?list={people_list.pk}")

    assert ([str(row) for row in page.context["rows"]], page.context["chips"][0].text) == (["Own"], "List: Lost")
    # Somebody else's private list is none, and nothing is in it.
    foreign = browse(omid).get(f"/leads/?list={people_list.pk}").context
    assert (list(foreign["rows"]), [chip.text for chip in foreign["chips"]]) == ([], ["List: not available"])


def test_its_keeper_renames_removes_and_takes_back(browse, sara, omid):
    people_list = save(sara, [make_customer()], scope="everyone")
    client, address = browse(sara), f"/lists/{people_list.pk}"

    stranger = [
        browse(omid).post(f"{address}/{verb}/", {"name": "X", "scope": "private"}).status_code for verb in ("edit", "remove")
    ]
    client.post(f"{address}/edit/", {"name": "Gone", "scope": "team"})
    people_list.refresh_from_db()
    removed = client.post(f"{address}/remove/", follow=True)

    assert (stranger, people_list.name, people_list.scope) == ([404, 404], "Gone", "team")
    assert client.get(f"{address}/").status_code == 404
    assert f"{address}/restore/" in removed.content.decode()
    client.post(f"{address}/restore/")
    assert client.get(f"{address}/").status_code == 200


@pytest.mark.parametrize("count", [1, 11])
def test_the_pages_ask_few_questions(browse, sara, count, django_assert_num_queries):
    for number in range(count):
        people_list = save(sara, [make_customer(owner=sara) for _ in range(count)], name=f"L {number}")
    client = browse(sara)

    # The session, the user, the organisation (for days), and the lists with their counts; the bell comes later.
    with django_assert_num_queries(4):
        client.get("/lists/")
    # … the list, its people, how many there are, and whether the reader keeps it.
    with django_assert_num_queries(7):
        client.get(f"/lists/{people_list.pk}/")


def test_a_lead_that_is_deleted_leaves_the_list(sara):
    lead, other = make_lead(), make_lead()
    people_list = save(sara, [lead, other], kind=LEADS)

    Lead.objects.filter(pk=lead.pk).delete()

    assert list(members_of(people_list, sara)) == [other]


def test_the_lists_are_a_file_with_all_people_that_its_reader_sees(browse, sara, omid, monkeypatch):
    """On the page counting breaks off, in the file it does not."""
    monkeypatch.setattr("leads.views.lists.MOST_FOUND", 2)
    people = [make_customer(owner=omid), *(make_customer() for _ in range(3))]
    save(sara, people, scope="everyone")

    page = browse(sara).get("/lists/")
    files = {user: csv_rows(browse(user).get("/lists/?export=csv")) for user in (sara, omid)}

    assert [row.people_text for row in page.context["rows"]] == ["more than 2"]
    assert [(row["Name"], row["People"], row["Came from"], row["Owner"]) for row in files[sara]] == [("Lost", "4", "RFM", "Sara")]
    assert [row["People"] for row in files[omid]] == ["1"]

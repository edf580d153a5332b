"""The people behind a report or a figure, saved as a list: exactly those that the page shows."""

from datetime import timedelta

import pytest

from campaigns.models import Campaign
from crm.models import PeopleList
from kpis.engine import drain
from leads.models import Lead
from leads.services.lists import members_of
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead
from tests.kpis.proof import NOW
from tests.kpis.test_rfm import make_ten

pytestmark = pytest.mark.django_db
MEHR = tehran(2025, 9, 25)
SENT = {"name": "Ours", "scope": "team"}


def saved(client, user, address):
    """Whom the list holds that a POST makes; the way back leads to its page."""
    response = client.post(f"/people/{address}", SENT)
    people_list = PeopleList.objects.get()
    assert response.url == f"/lists/{people_list.pk}/"
    return people_list, {row.pk for row in members_of(people_list, user)}


def test_an_rfm_segment(browse, sara):
    ten = make_ten()
    drain(at=NOW)
    client = browse(sara)
    page = client.get("/kpis/rfm/?as_of=2025-09-30&segment=lost").context

    people_list, members = saved(client, sara, page["save_url"].removeprefix("/people/"))

    assert (members, people_list.kind, people_list.origin) == (set(ten[6:]), "customers", "RFM · Lost")
    # The way back shows the same people.
    assert len(client.get(people_list.origin_url).context["people"]) == 4


def test_a_cell_of_a_cohort(browse, sara):
    """Two first ordered in Mehr; one of them ordered again in Aban."""
    again, once = make_customer(), make_customer()
    for customer in (again, once):
        make_order(customer=customer, placed_at=MEHR)
    make_order(customer=again, placed_at=MEHR + timedelta(days=40))
    drain(at=NOW)
    client = browse(sara)

    ordered = saved(client, sara, "cohorts/?period=1404-08&cohort=1404-07&since=1")[1]
    PeopleList.objects.all().delete()
    absent = saved(client, sara, "cohorts/?period=1404-08&cohort=1404-07&since=1&side=absent")[1]

    assert (ordered, absent) == ({again.pk}, {once.pk})
    assert client.post("/people/cohorts/?period=1404-08", SENT).status_code == 400


def test_who_dropped_out_of_the_funnel(browse, sara, hana):
    kept, lost = make_lead(at=MEHR), make_lead(at=MEHR)
    Lead.objects.filter(pk=kept.pk).update(mql_at=MEHR)
    client = browse(sara)

    people_list, members = saved(client, sara, "funnel/?period=1404-07&step=prospect&side=dropped")

    assert (members, people_list.kind) == ({lost.pk}, "leads")
    assert browse(hana).post("/people/funnel/?period=1404-07", SENT).status_code == 403


def test_the_people_behind_a_figure(browse, sara, omid):
    """Of revenue they are its buyers, each once, of leads the leads; a rep saves their own alone."""
    buyer, other = make_customer(owner=omid), make_customer()
    for customer in (buyer, buyer, other):
        make_order(customer=customer, placed_at=MEHR, owner=customer.owner)
    lead = make_lead(at=MEHR, owner=omid)
    drain(at=NOW)

    of_revenue = saved(browse(sara), sara, "kpi/?kpi=revenue&period=1404-07")[1]
    PeopleList.objects.all().delete()
    of_rep = saved(browse(omid), omid, "kpi/?kpi=revenue&period=1404-07")[1]
    PeopleList.objects.all().delete()
    of_leads = saved(browse(omid), omid, "kpi/?kpi=leads&period=1404-07")[1]

    assert (of_revenue, of_rep, of_leads) == ({buyer.pk, other.pk}, {buyer.pk}, {lead.pk})


def test_whom_a_campaign_brought(browse, sara, hana):
    campaign = Campaign.objects.create(name="Autumn", starts_on=MEHR.date())
    own = make_lead(at=MEHR, campaign=campaign)
    make_lead(at=MEHR)
    drain(at=NOW)
    client = browse(sara)
    page = client.get(f"/campaigns/{campaign.pk}/?rows=leads").context

    people_list, members = saved(client, sara, page["save_url"].removeprefix("/people/"))

    assert (members, people_list.origin) == ({own.pk}, "Autumn · Leads")
    assert client.get(people_list.origin_url).context["row_total"] == "1"
    assert client.get(f"/campaigns/{campaign.pk}/?rows=spend").context["save_url"] == ""
    assert browse(hana).post(f"/people/campaign/?campaign={campaign.pk}&rows=leads", SENT).status_code == 403


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("kpi/?kpi=nothing", 404),
        ("kpi/?kpi=operating_expenses", 400),
        ("kpi/?kpi=leads&side=both", 400),
        ("rfm/?segment=best", 400),
        ("campaign/?campaign=1&rows=leads", 404),
        ("funnel/?step=x", 400),
        ("nothing/", 404),
    ],
)
def test_what_says_nothing_sensible_is_refused_and_nothing_is_made(browse, sara, address, status):
    assert browse(sara).post(f"/people/{address}", SENT).status_code == status
    assert not PeopleList.objects.exists()


def test_nobody_is_no_list_and_a_get_changes_nothing(browse, sara):
    client = browse(sara)

    refused = client.post("/people/kpi/?kpi=leads&period=1404-07", SENT, follow=True)

    assert "There is nobody to save." in refused.content.decode()
    assert client.get("/people/kpi/?kpi=leads&period=1404-07").status_code == 405
    assert browse().post("/people/rfm/", SENT).url.startswith("/account/login/")
    assert not PeopleList.objects.exists()

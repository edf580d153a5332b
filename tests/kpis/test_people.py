"""The people behind a report or a figure, saved as a list: exactly those that the page shows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from crm.models import Organization, PeopleList, User
from crm.periods import Calendar, Grain, period_of
from kpis.engine import drain
from leads.models import Lead
from leads.services.lists import members_of
from tests.factories.campaigns import make_landing_page, make_session
from tests.factories.customers import make_customer, make_order, make_product
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead
from tests.kpis.proof import NOW
from tests.kpis.test_loyalty import rows_of, said
from tests.kpis.test_rfm import make_ten

pytestmark = pytest.mark.django_db
MEHR = tehran(2025, 9, 25)
SENT = {"name": "Ours", "scope": "team"}


def saved(client, user, address):
    """Whom the list holds that a POST makes; the way back leads to its page."""
    response = client.post(f"/people/{address}", SENT)
    people_list = PeopleList.objects.get()
    assert response.url == f"/lists/{people_list.pk}/"
    people_list.said = client.get(response.url).context["origin"]
    return people_list, {row.pk for row in members_of(people_list, user)}


def test_an_rfm_segment(browse, sara):
    ten = make_ten()
    drain(at=NOW)
    client = browse(sara)
    page = client.get("/kpis/rfm/?as_of=2025-09-30&segment=lost").context

    people_list, members = saved(client, sara, page["save_url"].removeprefix("/people/"))

    assert (members, people_list.kind, people_list.said) == (set(ten[6:]), "customers", "RFM · Lost · September 2025")
    # The way back shows the same people.
    assert len(client.get(people_list.origin_url).context["people"]) == 4


def test_where_it_came_from_is_said_to_whoever_reads_it_and_leads_back_to_the_same_month(browse, sara, omid):
    """Saved in English in the month that ran; read in Persian by a team mate, later."""
    lead = make_lead(at=timezone.now(), owner=sara)
    drain(at=timezone.now())
    people_list, members = saved(browse(sara), sara, "kpi/?kpi=leads")
    month = period_of(Organization.current().day_of(timezone.now()), Calendar.GREGORIAN, Grain.MONTH)
    PeopleList.objects.update(scope="everyone")
    User.objects.filter(pk=omid.pk).update(language="fa", calendar="jalali")

    theirs = browse(omid).get(f"/lists/{people_list.pk}/").context["origin"]
    (listed,) = browse(omid).get("/lists/").context["rows"]

    assert (members, people_list.origin_url) == ({lead.pk}, f"/kpis/leads/?period={month.key}")
    assert people_list.origin == [{"words": "Leads generated"}, {"period": month.key}]
    assert listed.origin_text == theirs == f"میزان ایجاد سرنخ · {month.label('fa')}"


def test_a_cell_of_the_rfm_grid_and_a_move(browse, sara):
    """Of the ten (see `make_ten`), against their scores of the page; a move is exactly the cell of the matrix."""
    ten = make_ten()
    drain(at=NOW)
    client = browse(sara)
    everybody = {row["url"]: row["scores"] for row in client.get("/kpis/rfm/?as_of=2025-09-30").context["people"]}
    wanted = {pk for pk in ten if everybody[f"/customers/{pk}/"].startswith("5-5")}
    page = client.get("/kpis/rfm/?as_of=2025-09-30&cell=5-5").context

    people_list, members = saved(client, sara, page["save_url"].removeprefix("/people/"))

    assert (members, page["people_title"]) == (wanted, "R 5 · F 5")
    assert people_list.said == "RFM · R 5 · F 5 · September 2025"
    PeopleList.objects.all().delete()
    moves = client.get("/kpis/rfm/?view=movement&as_of=2025-09-30").context
    shown = [(cell["text"], cell["url"]) for move in moves["moves"] for cell in move["cells"] if cell["url"]]
    text, url = shown[0]
    opened = client.get(f"/kpis/rfm/{url}").context
    assert text == str(len(opened["people"]))
    file = client.get(opened["people_files"]["csv"])
    numbers = [row.split(",")[0] for row in b"".join(file.streaming_content).decode("utf-8-sig").splitlines()[1:]]
    assert [f"/customers/{number}/" for number in numbers] == [row["url"] for row in opened["people"]]
    assert client.get("/kpis/rfm/csv/?what=movers").status_code == 400
    people_list, moved = saved(client, sara, opened["save_url"].removeprefix("/people/"))
    assert people_list.said == f"RFM · {opened['people_title']} · From June 2025 to September 2025"
    assert moved == {int(row["url"].split("/")[2]) for row in opened["people"]}


def test_a_cell_of_loyalty_and_a_group_of_nps(browse, sara):
    """One would buy again and has not, the other would not; of NPS the second is a detractor, by their last answer."""
    likes, dislikes = make_customer(), make_customer()
    for survey, score, customer in (("loyalty", 5, likes), ("loyalty", 2, dislikes), ("nps", 10, likes), ("nps", 3, dislikes)):
        said(survey, score, customer)
    said("nps", 0, dislikes, (2025, 9, 25))
    said("nps", 1)  # of nobody known
    drain(at=NOW)
    client = browse(sara)
    page = client.get("/kpis/loyalty/?period=1404-07&loyalty=latent").context
    latent, members = saved(client, sara, page["save_url"].removeprefix("/people/"))
    assert (members, latent.said) == ({likes.pk}, "Loyalty · Latent loyalty · Mehr 1404")
    assert len(client.get(latent.origin_url).context["people"]) == 1
    PeopleList.objects.all().delete()

    seasons = client.get("/kpis/nps-seasons/?period=1404-07").context
    group = seasons["rows"][0]["groups"][2]
    page = client.get(f"/kpis/nps-seasons/{group['url']}").context
    detractors, members = saved(client, sara, page["save_url"].removeprefix("/people/"))

    # Three answers of two people, of whom one is known.
    assert (group["count"], page["people_total"], len(page["people"]), members) == ("3", "3", 3, {dislikes.pk})
    assert detractors.said == "NPS · Detractors · Autumn 1404"
    header, *rows = rows_of(client.get(page["people_files"]["csv"]))
    name, known = str(dislikes), str(dislikes.pk)
    assert [header[0], *header[5:]] == ["Number", "Score", "Comment", "Answered on"]
    assert [[row[0], row[1], row[5], row[7]] for row in rows] == [
        ["", "", "1", "2025-09-24"],
        [known, name, "0", "2025-09-25"],
        [known, name, "3", "2025-09-24"],
    ]
    assert client.get("/kpis/nps-seasons/xlsx/?what=people").status_code == 400
    assert client.get("/kpis/nps-seasons/?season=1404-Q3&group=all").status_code == 400


def test_whoever_answered_about_one_product(browse, sara):
    """The breakdown of CSAT by product leads to the answers about each, and to whose they are."""
    tea, cup = make_product(sku="tea"), make_product(sku="cup")
    buyers = [make_customer(), make_customer()]
    for customer, product in zip(buyers, (tea, cup), strict=True):
        said("csat", 5, customer, product=product)
    drain(at=NOW)
    client = browse(sara)
    parts = client.get("/kpis/csat/?period=1404-07&by=product").context["parts"]
    url = next(part["url"] for part in parts if part["label"] == str(tea))

    page = client.get(f"/kpis/csat/{url}").context

    assert (page["row_total"], page["narrowed"]) == ("1", f"Product: \u2068{tea}\u2069")
    assert saved(client, sara, page["save_url"].removeprefix("/people/"))[1] == {buyers[0].pk}


def test_the_leads_that_visitors_of_a_page_have_become(browse, sara, hana):
    page = make_landing_page()
    session = make_session(landing_page=page, visitor="v-1", started_at=MEHR)
    make_session(landing_page=page, visitor="v-2", started_at=MEHR)
    lead = make_lead(at=MEHR, visitor="v-1")
    make_lead(at=MEHR, visitor="v-3")
    drain(at=NOW)
    client = browse(sara)
    shown = client.get(f"/kpis/landing-pages/?period=1404-07&landed={page.pk}").context

    people_list, members = saved(client, sara, shown["save_url"].removeprefix("/people/"))

    assert (shown["total"], shown["lead_count"], members, people_list.kind) == ("2", "1", {lead.pk}, "leads")
    PeopleList.objects.all().delete()
    assert saved(client, sara, f"top-pages/?period=1404-07&page={session.landing_page_id}")[1] == {lead.pk}
    assert browse(hana).post(f"/people/landing-pages/?landed={page.pk}", SENT).status_code == 403


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
    drain(at=NOW)
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

    assert (members, people_list.said) == ({own.pk}, "Autumn · Leads")
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
        ("rfm/?cell=6-1", 400),
        ("rfm/?from=lost&to=x", 400),
        ("rfm/?from=lost&to=none", 400),
        ("rfm/?from=lost&view=movement", 400),
        ("loyalty/?loyalty=x", 400),
        ("nps/", 400),
        ("landing-pages/", 400),
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

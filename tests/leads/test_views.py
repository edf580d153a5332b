"""The pages of leads: what they show, to whom, and in how many queries."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, LeadSource
from leads import services
from leads.models import Lead, Opportunity
from tests.factories.customers import make_customer
from tests.factories.leads import A_DAY, make_lead, make_opportunity

pytestmark = pytest.mark.django_db


def names(response):
    return [str(row) for row in response.context["rows"]]


@pytest.fixture
def people(request):
    return [request.getfixturevalue(name) for name in ("sara", "mina", "omid", "nima", "hana")]


class TestAccess:
    """200 for those who may, 403 for a role that may not, 404 for a record of others, sign-in for strangers."""

    def test_the_table_for_lists(self, browse, sara, omid, hana):
        for name in ("lead-list", "lead-create", "lead-duplicates", "opportunity-board", "opportunity-create"):
            url = reverse(f"leads:{name}")
            statuses = [browse(user).get(url).status_code for user in (sara, omid, hana, None)]

            assert (name, statuses) == (name, [200, 200, 403, 302])

    def test_the_table_for_records(self, browse, people):
        sara, mina, omid, nima, hana = people
        lead = make_lead(owner=omid)
        for name in ("lead-detail", "lead-edit", "lead-convert", "lead-merge"):
            url = reverse(f"leads:{name}", args=[lead.pk])
            statuses = [browse(user).get(url).status_code for user in (sara, mina, omid, nima, hana, None)]

            assert (name, statuses) == (name, [200, 200, 200, 404, 403, 302])

    def test_the_table_for_opportunities(self, browse, sara, omid, nima, hana):
        opportunity = make_opportunity(owner=omid)
        for name in ("opportunity-detail", "opportunity-edit"):
            url = reverse(f"leads:{name}", args=[opportunity.pk])
            statuses = [browse(user).get(url).status_code for user in (sara, omid, nima, hana, None)]

            assert (name, statuses) == (name, [200, 200, 404, 403, 302])

    @pytest.mark.parametrize(
        "name",
        ["qualify", "unqualify", "disqualify", "reopen", "undo-conversion", "assign", "archive", "restore"],
    )
    def test_nobody_changes_the_lead_of_another(self, browse, omid, nima, hana, name):
        lead = make_lead(owner=omid)
        url = reverse(f"leads:lead-{name}", args=[lead.pk])

        statuses = [browse(nima).post(url).status_code, browse(hana).post(url).status_code, browse(omid).get(url).status_code]

        assert statuses == [404, 403, 405]
        assert list(lead.events.values_list("kind", flat=True)) == ["created"]

    @pytest.mark.parametrize("name", ["move", "reopen", "link-order", "activity"])
    def test_nobody_moves_the_opportunity_of_another(self, browse, omid, nima, hana, name):
        opportunity = make_opportunity(owner=omid)
        url = reverse(f"leads:opportunity-{name}", args=[opportunity.pk])

        assert [browse(user).post(url, {"stage": "demo"}).status_code for user in (nima, hana)] == [404, 403]
        assert Opportunity.objects.get().stage.slug == "contacted"

    def test_a_key_too_large_for_the_database_is_not_found(self, browse, sara):
        assert browse(sara).get(f"/leads/{2**70}/").status_code == 404


class TestList:
    def test_a_rep_sees_their_own_and_no_more(self, browse, omid, nima):
        make_lead(name="Mine", owner=omid)
        make_lead(name="Theirs", owner=nima)
        make_lead(name="Nobody's")

        response = browse(omid).get(reverse("leads:lead-list"))

        assert names(response) == ["Mine"]
        assert [tab["key"] for tab in response.context["tabs"]] == ["all", "no-follow-up", "new-today"]

    def test_merged_and_archived_leads_are_not_listed(self, browse, sara, now):
        kept, archived, merged = make_lead(name="Kept"), make_lead(name="Archived"), make_lead(name="Merged")
        services.archive_lead(archived, by=None, at=now)
        services.merge_leads(merged, into=kept, by=None, at=now)

        assert names(browse(sara).get(reverse("leads:lead-list"))) == ["Kept"]

    def test_tabs_count_what_they_show(self, browse, sara, omid):
        today = timezone.now()
        make_lead(name="Mine", owner=sara, at=A_DAY)
        planned = make_lead(name="Planned", owner=omid, at=A_DAY)
        services.log_activity(by=None, at=A_DAY, kind="call", lead=planned, due_at=A_DAY)
        make_lead(name="Today", at=today)
        client = browse(sara)

        tabs = {tab["key"]: tab["count"] for tab in client.get(reverse("leads:lead-list")).context["tabs"]}
        shown = {key: set(names(client.get(reverse("leads:lead-list"), {"view": key}))) for key in tabs}

        assert tabs == {"all": "3", "mine": "1", "no-follow-up": "2", "new-today": "1", "unassigned": "1"}
        assert shown == {
            "all": {"Mine", "Planned", "Today"},
            "mine": {"Mine"},
            "no-follow-up": {"Mine", "Today"},
            "new-today": {"Today"},
            "unassigned": {"Today"},
        }

    def test_filters_narrow_and_become_chips(self, browse, sara, omid):
        source = LeadSource.objects.create(slug="site", name="Site")
        campaign = Campaign.objects.create(name="Mehr")
        first = {"lead_source": source, "campaign": campaign, "at": datetime(2025, 9, 25, 9, tzinfo=UTC)}
        wanted = make_lead(name="Wanted", owner=omid, **first)
        services.qualify_lead(wanted, stage="mql", by=None, at=A_DAY)
        make_lead(name="Other", lead_source=source, at=datetime(2025, 9, 22, 9, tzinfo=UTC))
        wish = {"source": source.pk, "campaign": campaign.pk, "owner": omid.pk, "stage": "mql", "created": "1404-07", "q": "want"}

        response = browse(sara).get(reverse("leads:lead-list"), wish)

        assert names(response) == ["Wanted"]
        assert [chip.text for chip in response.context["chips"]] == [
            "Source: Site", "Stage: MQL", "Owner: Omid", "Campaign: Mehr", "Created: Mehr 1404", "Search: want",
        ]  # fmt: skip

    def test_taking_a_chip_off_keeps_the_others(self, browse, sara):
        chips = browse(sara).get(reverse("leads:lead-list"), {"view": "mine", "stage": "new", "q": "ali"}).context["chips"]

        assert [chip.remove_url for chip in chips] == ["/leads/?view=mine&q=ali", "/leads/?view=mine&stage=new"]

    @pytest.mark.parametrize(
        "wish", [{"source": "x"}, {"stage": "x"}, {"created": "1404-13"}, {"created": "2025-09-02..2025-09-01"}, {"view": "x"}]
    )
    def test_values_that_mean_nothing_match_nothing(self, browse, sara, wish):
        make_lead(name="Ali")

        assert names(browse(sara).get(reverse("leads:lead-list"), wish)) == []

    @pytest.mark.parametrize(
        ("token", "expected"),
        [
            ("2025-09-23..2025-09-24", ["b", "a"]),  # 1 and 2 Mehr
            ("1404-07-02", ["b"]),
            ("2025-09", ["b", "a", "0"]),
            ("1404-07", ["c", "b", "a"]),  # 23 September to 22 October
        ],
    )
    def test_days_are_those_of_tehran_in_either_calendar(self, browse, sara, token, expected):
        make_lead(name="0", at=datetime(2025, 9, 22, 20, 29, tzinfo=UTC))  # 23:59 on 31 Shahrivar
        make_lead(name="a", at=datetime(2025, 9, 22, 20, 30, tzinfo=UTC))  # midnight of 1 Mehr
        make_lead(name="b", at=datetime(2025, 9, 24, 8, tzinfo=UTC))
        make_lead(name="c", at=datetime(2025, 10, 22, 8, tzinfo=UTC))
        make_lead(name="d", at=datetime(2025, 10, 22, 21, tzinfo=UTC))  # 1 Aban

        assert names(browse(sara).get(reverse("leads:lead-list"), {"created": token})) == expected

    def test_search_is_blind_to_the_script_of_letters_and_digits(self, browse, sara):
        make_lead(name="علي كريمي", phone="+989121112233")
        client = browse(sara)

        typed = ("علی کریمی", "کریمی علی", "۹۱۲۱۱۱۲۲۳۳", "رضا")
        found = [names(client.get(reverse("leads:lead-list"), {"q": text})) for text in typed]

        assert found == [["علي كريمي"], ["علي كريمي"], ["علي كريمي"], []]

    def test_pages_are_turned_without_losing_or_repeating_a_row(self, browse, sara):
        for number in range(60):  # in threes of the same moment
            make_lead(name=str(number), at=A_DAY + timedelta(hours=number // 3))
        client, seen, url = browse(sara), [], reverse("leads:lead-list")
        while url:
            response = client.get(url)
            seen.append(names(response))
            url = response.context["pager"].next_url

        assert [len(page) for page in seen] == [25, 25, 10]
        assert [int(name) for page in seen for name in page] == list(range(59, -1, -1))
        back = client.get(response.context["pager"].previous_url)
        assert names(back) == seen[1]
        assert names(client.get(back.context["pager"].previous_url)) == seen[0]

    @pytest.mark.parametrize("who", ["sara", "mina", "omid"])
    @pytest.mark.parametrize("query", [{}, {"q": "ali"}, {"q": "nobody"}, {"stage": "new"}, {"view": "no-follow-up"}])
    def test_it_never_uses_offset_and_costs_the_same_for_one_row_and_three(self, browse, request, omid, who, query):
        client = browse(request.getfixturevalue(who))
        counts = []
        for _time in range(2):
            while Lead.objects.count() < 1 + 2 * len(counts):
                make_lead(owner=omid, lead_source=LeadSource.objects.get_or_create(slug="site", name="Site")[0])
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("leads:lead-list"), query)
            counts.append(len(queries))
            assert not [query["sql"] for query in queries if " OFFSET " in query["sql"]]

        assert counts[0] == counts[1] <= 12

    def test_an_empty_list_invites_and_an_empty_filter_offers_a_way_out(self, browse, sara):
        client = browse(sara)

        assert "No leads yet" in client.get(reverse("leads:lead-list")).content.decode()
        assert "Clear filters" in client.get(reverse("leads:lead-list"), {"stage": "mql"}).content.decode()


class TestExport:
    def rows(self, response):
        return b"".join(response.streaming_content).decode().splitlines()

    def test_it_has_the_mark_the_filters_and_no_formula(self, browse, sara, omid):
        source = LeadSource.objects.create(slug="site", name="Site")
        make_lead(name='=HYPERLINK("x")', company="@evil", phone="+989121112233", lead_source=source, owner=omid)
        make_lead(name="Other", at=A_DAY - timedelta(days=1))

        response = browse(sara).get(reverse("leads:lead-list"), {"export": "csv", "source": source.pk})

        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert self.rows(response) == [
            "\ufeffName,Company,Mobile,E-mail,Source,Campaign,Stage,Owner,Created,Created (ISO)",
            '"\'=HYPERLINK(""x"")",\'@evil,0912 111 2233,,Site,,New,Omid,"2025-09-01, 11:30",2025-09-01T11:30:00+03:30',
        ]

    def test_a_rep_exports_only_their_own(self, browse, omid, nima):
        make_lead(name="Theirs", owner=nima)

        assert len(self.rows(browse(omid).get(reverse("leads:lead-list"), {"export": "csv"}))) == 1


class TestRecord:
    def test_the_page_tells_what_happened_and_what_is_next(self, browse, sara, omid, now):
        lead = make_lead(name="Ali", phone="+989121112233", owner=omid, notes="tall")
        services.qualify_lead(lead, stage="mql", by=omid, at=now)
        services.log_activity(by=omid, at=now, kind="note", lead=lead, body="met at the stand")
        services.log_activity(by=omid, at=now, kind="call", lead=lead, due_at=now, body="ask again")
        services.convert_lead(lead, by=sara, at=now, opportunity_name="Big deal", amount=Decimal(1_250_000))

        response = browse(sara).get(reverse("leads:lead-detail", args=[lead.pk]))

        titles = [entry["title"] for entry in response.context["entries"]]
        assert sorted(titles) == ["Became an opportunity", "Lead created", "Note", "Opportunity opened", "Qualified as MQL"]
        assert [step["title"] for step in response.context["steps"]] == ["Call"]
        page = response.content.decode()
        assert "met at the stand" in page
        assert "125,000" in page  # Toman
        assert "0912 111 2233" in page

    def test_it_says_whose_number_it_is_and_whose_the_opportunity_will_be(self, browse, sara, omid, nima):
        make_customer(name="Bahar", phone="+989121112233", owner=nima, is_archived=True)
        lead = make_lead(name="Ali", phone="+989121112233", owner=omid)
        urls = [reverse(f"leads:{name}", args=[lead.pk]) for name in ("lead-detail", "lead-convert")]

        seen_by_all, of_theirs = (browse(sara).get(url).content.decode() for url in urls)
        hidden = [browse(omid).get(url).content.decode() for url in urls]

        assert "Looks like <bdi>Bahar</bdi>" in seen_by_all
        assert "The opportunity will be of the customer" in of_theirs
        assert "<bdi>Bahar</bdi></a> · archived" in of_theirs
        assert ["Bahar" in page for page in hidden] == [False, False]
        assert all("<bdi>Nima</bdi> has a customer with this number or address already." in page for page in hidden)
        assert "The lead becomes a new customer with it." in hidden[1]

    def test_a_merged_one_only_leads_to_its_survivor(self, browse, sara, now):
        lead, into = make_lead(name="Ali", phone="+989121112233"), make_lead(name="Ali R", phone="+989121112233")
        services.merge_leads(lead, into=into, by=sara, at=now)
        client = browse(sara)

        page = client.get(reverse("leads:lead-detail", args=[lead.pk])).content.decode()
        names = ("lead-edit", "lead-convert", "lead-merge", "lead-activity", "lead-contact")
        forms = [reverse(f"leads:{name}", args=[lead.pk]) for name in names]

        assert reverse("leads:lead-detail", args=[into.pk]) in page
        assert [url for url in forms if url in page or client.get(url).status_code != 404] == []

    def test_it_costs_the_same_with_one_activity_and_three(self, browse, sara, now):
        lead = make_lead(owner=sara)
        client, counts = browse(sara), []
        client.get(reverse("leads:lead-detail", args=[lead.pk]))  # the first visit is remembered for the palette
        for wanted in (1, 3):
            while lead.activities.count() < wanted:
                services.log_activity(by=sara, at=now, kind="note", lead=lead, body="x")
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("leads:lead-detail", args=[lead.pk]))
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 20

    def test_script_in_a_name_stays_text(self, browse, sara, now):
        lead = make_lead(name="<script>alert(1)</script>", owner=sara)
        make_lead(name="<b>twin</b>", phone="", owner=sara)

        for url in (reverse("leads:lead-detail", args=[lead.pk]), reverse("leads:lead-list"), "/leads/duplicates/?name=twin"):
            page = browse(sara).get(url).content.decode()
            assert "<script>alert" not in page
            assert "<b>twin" not in page

    def test_edit_changes_facts(self, browse, omid):
        lead = make_lead(name="Ali", owner=omid)

        response = browse(omid).post(reverse("leads:lead-edit", args=[lead.pk]), {"name": "Reza", "email": "Reza@Example.com"})

        lead.refresh_from_db()
        assert response.url == reverse("leads:lead-detail", args=[lead.pk])
        assert (lead.name, lead.email) == ("Reza", "reza@example.com")

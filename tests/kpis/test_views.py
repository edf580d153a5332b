"""The KPI pages, as different people see them."""

import re
from datetime import UTC, datetime, timedelta
from html import escape, unescape

import pytest
from django.urls import reverse
from django.utils import timezone
from model_bakery import baker

from campaigns.models import Channel, Expense
from crm.models import Organization, User
from crm.periods import parse_period
from crm.services import create_token
from kpis.catalogue import CATALOGUE
from kpis.definitions import Timing
from kpis.engine import drain
from kpis.services import close_periods
from leads.models import Lead
from tests.api_client import Api
from tests.conftest import make_user
from tests.factories.customers import make_customer, make_order, make_product
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead, make_quote
from tests.kpis.test_company_pages import period_before

pytestmark = pytest.mark.django_db
MEHR = datetime(2025, 9, 23, 6, tzinfo=UTC)  # 1 Mehr 1404, 9:30 in Tehran
DRAINED = datetime(2026, 1, 1, tzinfo=UTC)


def leads_on(*days_of_mehr, **facts):
    return [make_lead(at=MEHR + timedelta(days=day - 1), **facts) for day in days_of_mehr]


def settle():
    drain(at=DRAINED)


def text_of(response):
    """What a reader sees: no tags, no data of charts, nothing that is marked as code or as left to right."""
    (page,) = re.findall(r"<main.*</main>", response.content.decode(), flags=re.DOTALL)
    page = re.sub(r"<(script|style|template|select)\b.*?</\1>", " ", page, flags=re.DOTALL)
    page = re.sub(r'<(\w+)[^>]*dir="ltr"[^>]*>.*?</\1>', " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def card(response, key):
    return next(card for card in response.context["cards"] if card.key == key)


class TestOverview:
    def test_a_stranger_is_asked_to_sign_in(self, browse):
        assert browse().get("/kpis/").url.startswith("/account/login/")

    @pytest.mark.parametrize("who", ["sara", "mina", "omid", "hana"])
    def test_every_role_has_eight_cards_of_its_own(self, browse, request, who):
        response = browse(request.getfixturevalue(who)).get("/kpis/")

        assert len(response.context["cards"]) == 8
        assert response.status_code == 200

    def test_a_card_says_the_number_and_what_it_stands_on(self, browse, sara):
        first, *_ = leads_on(1, 2, 3, 4)
        Lead.objects.filter(pk=first.pk).update(converted_at=MEHR)
        settle()

        found = card(browse(sara).get("/kpis/?period=1404-07"), "lead_conversion_rate")

        assert '<data value="0.250000000000">25.0</data>' in found.value_html
        assert (found.sample_text, found.is_small_sample) == ("Small sample (n = 4)", True)
        assert found.formula_filled == "1 ÷ 4 = 25.0%"

    def test_what_is_not_pinned_stands_in_a_table_that_is_asked_for_when_it_is_scrolled_to(self, browse, sara):
        client = browse(sara)
        overview = client.get("/kpis/?period=1404-07&chart=nps&timing=leading")
        pinned = {card.key for card in overview.context["cards"]}
        part = client.get(overview.context["more_url"], headers={"HX-Request": "true"})
        page = client.get(overview.context["more_url"])

        assert overview.context["more_url"] == "/kpis/more/?period=1404-07&timing=leading"
        shown = {card.key for group in page.context["groups"] for card, _value in group["rows"]}
        assert shown == {kpi.key for kpi in CATALOGUE.values() if kpi.timing is not Timing.LAGGING} - pinned
        assert {card.key for group in part.context["groups"] for card, _value in group["rows"]} == shown
        assert ("<html" in page.content.decode(), "<html" in part.content.decode()) == (True, False)
        assert page.context["overview_url"] == "/kpis/?period=1404-07&timing=leading"

    def test_without_data_a_card_says_which_is_missing_and_where_it_is_entered(self, browse, omid):
        found = card(browse(omid).get("/kpis/"), "leads")

        assert found.reason_text == "No data yet: needs leads"
        assert found.reason_url == "/leads/new/"
        assert found.value_html == ""

    def test_every_page_that_takes_missing_data_opens(self, browse):
        root = browse(User.objects.create_superuser("root@example.com"))
        places = sorted({kpi.enter_at for kpi in CATALOGUE.values() if kpi.enter_at})

        assert [(place, root.get(reverse(place)).status_code) for place in places] == [(place, 200) for place in places]

    def test_costs_are_not_shown_to_a_rep(self, browse, omid):
        channel = baker.make(Channel, slug="ads", source=None, external_id=None)
        baker.make(
            Expense, kind="ads", channel=channel, campaign=None, lead_source=None, amount=500, source=None, external_id=None,
            valid_from=MEHR.date(), valid_to=MEHR.date(),
        )  # fmt: skip
        make_order(customer=make_customer(owner=omid), placed_at=MEHR)
        settle()

        page = browse(omid).get("/kpis/customer_acquisition_cost/?period=1404-07")

        assert page.context["card"].reason_text == "Your role does not see what this needs"
        assert "500" not in text_of(page)

    def test_a_rep_sees_the_figures_of_their_own_records(self, browse, omid, nima, sara):
        leads_on(1, 2, owner=omid)
        leads_on(3, 4, 5, owner=nima)
        settle()

        seen = {who.name: browse(who).get("/kpis/leads/?period=1404-07").context["now"].value for who in (omid, nima, sara)}

        assert seen == {"Omid": 2, "Nima": 3, "Sara": 5}

    def test_naming_a_colleague_in_the_address_shows_nothing_of_theirs(self, browse, omid, nima):
        leads_on(3, 4, 5, owner=nima)
        settle()

        assert browse(omid).get(f"/kpis/leads/?period=1404-07&owner={nima.pk}").context["now"].value == 0

    @pytest.mark.parametrize("period", ["1404-07", "1404", "2025-10", "2025-Q4", "1404-07-01", "1404-07-05/W", "FY1404"])
    def test_every_grain_of_both_calendars_has_its_page(self, browse, sara, period):
        response = browse(sara).get("/kpis/", {"period": period})

        assert response.context["steps"]["label"] == parse_period(period).label("en")

    @pytest.mark.parametrize(
        "query",
        [
            "period=nonsense", "period=1404-13", "period=1404-12-30", "grain=decade", "compare=gut-feeling", "timing=both",
            "timing=later", "campaign=all", "channel=-1", "owner=99999999999999999999", "chart=nothing", "funnel=up",
        ],
    )  # fmt: skip
    def test_a_parameter_that_means_nothing_is_refused(self, browse, sara, query):
        assert browse(sara).get(f"/kpis/?{query}").status_code == 400

    @pytest.mark.parametrize("period", ["1300", "2090-01", "0001"])
    def test_there_are_no_figures_before_the_calendar_begins_or_of_tomorrow(self, browse, sara, period):
        assert browse(sara).get(f"/kpis/?period={period}").status_code == 404

    def test_a_kpi_that_does_not_know_the_filter_says_so_instead_of_ignoring_it(self, browse, sara):
        channel = baker.make(Channel, slug="ads", source=None, external_id=None)
        leads_on(1, channel=channel)
        settle()

        response = browse(sara).get(f"/kpis/?period=1404-07&channel={channel.pk}")

        assert card(response, "nps").reason_text == "Has no meaning with these filters"

    def test_steps_to_the_neighbours_keep_the_rest_of_the_address(self, browse, sara):
        steps = browse(sara).get("/kpis/?period=1404-07&compare=none&owner=null").context["steps"]

        assert steps["previous_url"] == "?compare=none&owner=null&period=1404-06"
        assert steps["next_url"] == "?compare=none&owner=null&period=1404-08"

    def test_only_leading_cards_are_shown_when_asked_for(self, browse, sara):
        response = browse(sara).get("/kpis/?timing=leading")

        assert {found.kpi.timing.value for found in response.context["cards"]} <= {"leading", "both"}

    def test_the_funnel_of_a_cohort_counts_the_same_leads_at_each_step(self, browse, sara):
        customer = make_customer()
        first, second, _third, _fourth = leads_on(1, 2, 3, 4)
        Lead.objects.filter(pk=first.pk).update(converted_at=MEHR, customer=customer)
        Lead.objects.filter(pk=second.pk).update(converted_at=MEHR)
        order = make_order(customer=customer, placed_at=MEHR + timedelta(days=3))
        make_quote(customer=customer, issued_at=MEHR + timedelta(days=2), order=order)
        make_quote(customer=customer, issued_at=MEHR + timedelta(days=3))
        settle()

        of_period = browse(sara).get("/kpis/?period=1404-07").context["funnel"]["steps"]
        steps = browse(sara).get("/kpis/?period=1404-07&funnel=cohort").context["funnel"]["steps"]

        # What happened in the month, also to those who were no leads of it.
        assert [(step["name"], step["count_text"]) for step in of_period][3:] == [
            ("Opportunities", "2"), ("Quotes", "2"), ("Invoiced quotes", "1"), ("New customers", "1"),
        ]  # fmt: skip

        # Lead, prospect, opportunity, quote, invoice, customer: the buyer counts in all of them.
        counts = [("4", 100), ("2", 50), ("2", 50), ("1", 25), ("1", 25), ("1", 25)]
        assert [(step["count_text"], step["percent"]) for step in steps] == counts

    def test_the_funnel_is_for_those_who_sell(self, browse):
        page = browse(make_user("Parisa", "support", "all", None)).get("/kpis/").content.decode()

        assert ("funnel" in page, "growth-title" in page) == (False, True)

    def test_filters_are_folded_until_one_is_set(self, browse, sara):
        folded, opened = '<details class="filter-fold">', '<details class="filter-fold" open>'
        unset, owned = (browse(sara).get(f"/kpis/?{query}").content.decode() for query in ("", f"owner={sara.pk}"))

        assert (unset.count(folded), unset.count(opened)) == (1, 0)
        assert (owned.count(folded), owned.count(opened)) == (0, 1)

    def test_each_step_of_the_growth_leads_to_its_own_rows(self, browse, sara):
        make_order(customer=make_customer(), placed_at=MEHR)
        settle()

        response = browse(sara).get("/kpis/?period=1404-07&compare=last-year&chart=revenue")

        keys = ["new_customers", "reactivated_customers", "lost_customers", "net_customer_growth"]
        addresses = [f"/kpis/{key}/?period=1404-07&compare=last-year#rows" for key in keys]
        assert [step["url"] for step in response.context["growth"]["steps"]] == addresses
        assert re.findall(r'href="([^"]*#rows)"', response.content.decode()) == [escape(address) for address in addresses]

    def test_who_was_lost_last_month_is_two_clicks_from_where_a_manager_lands(self, browse, sara):
        """The arrow to the month before, and the step of the lost: no address is typed."""
        at = timezone.now()
        first = period_before(at).start
        last_orders = {"Gone": -171, "Gone earlier": -189, "New": 3}  # lost 180 days on: the 10th, and before the 1st
        for name, day in last_orders.items():
            placed_on = first + timedelta(days=day)
            make_order(customer=make_customer(name=name), placed_at=tehran(placed_on.year, placed_on.month, placed_on.day))
        drain(at=at)
        client = browse(sara)

        landed = client.get(client.get("/").url)
        overview = client.get(landed.request["PATH_INFO"] + landed.context["steps"]["previous_url"])
        steps = overview.context["growth"]["steps"]
        lost = client.get(steps[2]["url"].partition("#")[0])

        assert [step["value_text"] for step in steps] == ["+1", "0", "−1", "0"]
        assert [row["label"] for row in lost.context["row_list"]] == ["Gone"]

    def test_persian_digits_are_not_mixed_with_latin_ones(self, browse, sara):
        sara.language, sara.calendar = "fa", "jalali"
        sara.save()
        make_order(customer=make_customer(owner=sara), placed_at=MEHR, number="الف")
        leads_on(1, 2, 3)
        settle()

        for address in ("/kpis/?period=1404-07", "/kpis/leads/?period=1404-07", "/kpis/revenue/?period=1404-07"):
            assert re.findall(r"\S*[0-9]\S*", text_of(browse(sara).get(address))) == []

    @pytest.mark.parametrize("address", ["/kpis/", "/kpis/revenue/", "/kpis/catalog/"])
    def test_no_page_shows_what_a_program_says_for_nothing(self, browse, sara, address):
        assert not re.search(r"\b(None|NaN|nan|undefined|Infinity)\b", text_of(browse(sara).get(address)))


class TestOneKpi:
    def test_the_rows_are_those_that_were_counted(self, browse, sara):
        first, second = leads_on(1, 30, name="Inside")
        leads_on(31, name="Outside")  # 1 Aban
        settle()

        page = browse(sara).get("/kpis/leads/?period=1404-07")

        assert page.context["now"].value == 2
        assert page.context["row_total"] == page.context["row_sum"] == "2"
        assert [row["url"] for row in page.context["row_list"]] == [f"/leads/{first.pk}/", f"/leads/{second.pk}/"]

    def test_a_closed_period_says_what_it_reported_and_what_it_was_restated_to(self, browse, sara):
        """One lead of Mehr when it closed, another one found later."""
        for day, at in ((1, datetime(2025, 11, 30, 9, tzinfo=UTC)), (2, datetime(2025, 12, 5, 9, tzinfo=UTC))):
            leads_on(day)
            settle()
            close_periods(at=at)
        token, token.secret = create_token(sara, scopes=["kpis:read"], at=DRAINED)

        page = browse(sara).get("/kpis/leads/?period=1404-07")
        days = {"calendar": "jalali", "grain": "month", "from": "1404-07-01", "to": "1404-07-01"}
        (told,) = Api(browse(), token).get("/kpis/leads/values/", **days).json()["results"]

        why = "records changed after the period was closed"
        assert page.context["history"] == ["1 on 30 November 2025", f"restated to 2 on 5 December 2025: {why}"]
        assert [(each["revision"], each["value"]) for each in told["revisions"]] == [(1, "1"), (2, "2")]
        assert browse(sara).get("/kpis/leads/?period=1404-08").context["history"] == ["0 on 30 November 2025"]

    def test_both_sides_of_a_rate_can_be_opened(self, browse, sara):
        first, *_ = leads_on(1, 2, 3)
        Lead.objects.filter(pk=first.pk).update(converted_at=MEHR)
        settle()
        client = browse(sara)

        sides = {
            side: client.get(f"/kpis/lead_conversion_rate/?period=1404-07&side={side}").context["row_total"]
            for side in ("numerator", "denominator")
        }

        assert sides == {"numerator": "1", "denominator": "3"}

    def test_many_rows_are_turned_page_by_page(self, browse, sara):
        leads_on(*range(1, 30))
        settle()
        client = browse(sara)

        first = client.get("/kpis/leads/?period=1404-07")
        second = client.get("/kpis/leads/" + first.context["rows_pager"].next_url.partition("#")[0])

        assert (len(first.context["row_list"]), len(second.context["row_list"])) == (25, 4)
        assert not second.context["rows_pager"].next_url

    def test_parts_stand_with_their_share_and_their_doing(self, browse, sara):
        search, social = (
            baker.make(Channel, slug=slug, name=slug, source=None, external_id=None) for slug in ("search", "social")
        )
        leads_on(-5, channel=search)  # in Shahrivar
        leads_on(1, 2, 3, channel=search)
        leads_on(4, channel=social)
        settle()

        parts = browse(sara).get("/kpis/leads/?period=1404-07&by=channel").context["parts"]

        shown = [(part["label"], part["now"].value, part["share"], part["then"], part["contribution"]) for part in parts]
        assert shown == [("search", 3, "75.0%", "1", "+2"), ("social", 1, "25.0%", "—", "+1")]

    def test_the_same_question_can_be_asked_of_the_cohort(self, browse, sara):
        client = browse(sara)
        token, token.secret = create_token(sara, scopes=["kpis:read"], at=DRAINED)
        cards = {card["key"]: card["twin"] for card in Api(browse(), token).get("/kpis/").json()["results"]}

        for key in ("lead_conversion_rate", "win_rate"):
            twins = client.get(f"/kpis/{key}/?period=1404-07").context["twins"]
            back = client.get(twins[1].url).context["twins"]

            assert [(twin.url, twin.is_current) for twin in twins] == [
                (f"/kpis/{key}/?period=1404-07", True),
                (f"/kpis/{key}_cohort/?period=1404-07", False),
            ]
            assert [twin.is_current for twin in back] == [False, True]
            assert (cards[key], cards[f"{key}_cohort"]) == (f"{key}_cohort", key)
        assert (client.get("/kpis/leads/").context["twins"], cards["leads"]) == ([], None)

    def test_a_product_is_chosen_from_a_list_and_kept_on_the_way_by_the_overview(self, browse, sara):
        tea, client = make_product(name="Green tea"), browse(sara)
        page = client.get(f"/kpis/revenue/?period=1404-07&product={tea.pk}")
        overview = client.get(f"/kpis/{page.context['link']}")

        for shown in (page, overview):
            products = next(select for select in shown.context["selects"] if select["name"] == "product")
            assert (str(tea.pk), "Green tea", True) in products["options"]
        assert "product" not in [select["name"] for select in client.get("/kpis/leads/").context["selects"]]
        assert "Not narrowed by: Product." in client.get(f"/kpis/funnel/?product={tea.pk}").content.decode()
        assert f"/kpis/revenue/?period=1404-07&amp;product={tea.pk}" in overview.content.decode()

    def test_fiscal_years_are_offered_where_they_are_others_than_those_of_the_calendar(self, browse, sara):
        client = browse(sara)
        usual = [link.label for link in client.get("/kpis/?period=1404-07").context["grains"]]
        Organization.objects.update(fiscal_month=4)

        links = {link.label: link.url for link in client.get("/kpis/?period=1404-07").context["grains"]}
        year = client.get(f"/kpis/{links['Fiscal year']}").context

        assert usual == ["Day", "Week", "Month", "Quarter", "Year", "Range"]
        # Mehr is the fourth month of a year that begins with Tir
        assert list(links.items())[5:7] == [("Fiscal quarter", "?period=FY1404-Q2"), ("Fiscal year", "?period=FY1404")]
        assert (year["period_label"], [link.label for link in year["grains"] if link.is_current]) == (
            "Fiscal year 1404",
            ["Fiscal year"],
        )

    def test_a_filter_that_the_kpi_does_not_know_is_said_on_its_page_and_refused_elsewhere(self, browse, sara):
        client = browse(sara)
        page = client.get(f"/kpis/clv_predicted/?period=1404-07&owner={sara.pk}&product=1")
        answers = [client.get(f"/kpis/clv_predicted/{path}owner={sara.pk}") for path in ("csv/?what=rows&", "pdf/?")]
        known = client.get("/kpis/leads/?owner=null").context
        token, token.secret = create_token(sara, scopes=["kpis:read"], at=DRAINED)
        told = Api(browse(), token).get("/kpis/clv_predicted/values/", owner="1")

        assert page.context["unknown_filters"] == "Owner · Product"
        assert "Not narrowed by: Owner · Product." in page.content.decode()
        assert page.context["without_unknown_url"] == "?period=1404-07"
        assert page.context["pdf_url"] == "/kpis/clv_predicted/pdf/?period=1404-07"
        assert [answer.status_code for answer in answers] == [400, 400]
        assert known["unknown_filters"] == ""
        assert (told.status_code, told.json()["detail"]) == (400, "owner “1”: This KPI is not split by that dimension.")

    @pytest.mark.parametrize("key", CATALOGUE)
    def test_every_kpi_has_a_page_without_data(self, browse, sara, key):
        assert browse(sara).get(f"/kpis/{key}/").status_code == 200

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("/kpis/no-such-kpi/", 404),
            ("/kpis/no-such-kpi/csv/", 404),
            ("/kpis/nps/?by=channel", 400),
            ("/kpis/nps/?by=planet", 400),
            ("/kpis/leads/?side=denominator", 400),
            ("/kpis/leads/?side=left", 400),
            ("/kpis/leads/?after=1.x", 400),
            ("/kpis/leads/?after=0.20251340.1", 400),
            ("/kpis/leads/?after=7.20251001.1", 400),
            ("/kpis/leads/csv/?what=everything", 400),
            ("/kpis/leads/?period=xx", 400),
        ],
    )
    def test_what_means_nothing_is_refused(self, browse, sara, address, status):
        assert browse(sara).get(address).status_code == status

"""What the panels of the overview say in words, and what a product narrows on it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from crm.periods import Calendar, Grain, period_of
from customers.models import Answer, Survey
from kpis.engine import drain
from leads.models import Lead
from tests.factories.customers import make_customer, make_order, make_product
from tests.factories.kpis import tehran
from tests.kpis.test_views import MEHR, leads_on, settle

pytestmark = pytest.mark.django_db
ADDRESS = "/kpis/?period=1404-07"


def rate(*scores, at=MEHR):
    survey = Survey.objects.get(kind="nps")
    Answer.objects.bulk_create(Answer(survey=survey, score=score, answered_at=at) for score in scores)


@pytest.fixture
def autumn(db):
    """Of Mehr 1404: four leads, one of them converted; three customers are new, one of 180 days and more before is lost."""
    first, *_others = leads_on(1, 2, 3, 4)
    Lead.objects.filter(pk=first.pk).update(converted_at=MEHR)
    for _customer in range(3):
        make_order(customer=make_customer(), placed_at=MEHR)
    make_order(customer=make_customer(), placed_at=tehran(2025, 4, 5))
    settle()


def test_the_funnel_and_who_comes_and_goes_are_told_in_a_sentence_and_as_a_table(browse, sara, autumn):
    page = browse(sara).get(ADDRESS)
    funnel, growth = page.context["funnel"], page.context["growth"]

    assert funnel["data"]["summary"] == "Leads: 4; New customers: 3."
    assert funnel["rows"][0] == ["Leads", "4", "100.0%"]
    assert funnel["rows"][3] == ["Opportunities", "1", "25.0%"]
    assert growth["data"]["summary"] == "3 new, 0 returned, 1 lost: net +2."
    assert growth["rows"] == [["New", "+3"], ["Returned", "0"], ["Lost", "−1"], ["Net", "+2"]]
    for chart in (funnel, growth):
        assert f'<p class="chart-summary">{chart["data"]["summary"]}</p>' in page.content.decode()
    # The trend, too.
    assert page.content.decode().count("View as table") == 4


def test_while_a_month_runs_the_one_before_stands_under_it(browse, sara, autumn):
    """An order on the last day of the month before: one customer was new; what it links to is that month."""
    today = timezone.localdate(timezone=ZoneInfo("Asia/Tehran"))
    month = period_of(today, Calendar.JALALI, Grain.MONTH)
    before = month.previous()
    make_order(customer=make_customer(), placed_at=tehran(before.end.year, before.end.month, before.end.day))
    settle()
    client = browse(sara)

    running = client.get(f"/kpis/?period={month.key}").context["growth"]["before"]
    new = running["steps"][0]

    assert [(step["label"], step["value"]) for step in running["steps"][:2]] == [("New", "1"), ("Returned", "0")]
    assert new["url"] == f"/kpis/new_customers/?period={before.key}#rows"
    assert client.get(new["url"]).context["period_label"] == running["period_text"]
    assert client.get(ADDRESS).context["growth"]["before"] is None


def test_scores_are_told_by_the_periods_with_enough_answers(browse, sara):
    """Of thirty answers in Mordad 20 promote and 5 warn: 50; in Mehr 15 and 15: 0; of two in Shahrivar nothing is told."""
    client = browse(sara)
    rate(*[10] * 20, *[8] * 5, *[3] * 5, at=MEHR - timedelta(days=50))
    rate(10, 10, at=MEHR - timedelta(days=5))
    settle()
    alone = client.get(ADDRESS).context["promoters"]["data"]["summary"]
    rate(*[9] * 15, *[6] * 15)
    settle()

    page = client.get(ADDRESS)
    promoters = page.context["promoters"]

    assert alone == "+50 in Mordad 1404, and no other figure to compare with."
    assert promoters["data"]["summary"] == "+50 in Mordad 1404, 0 in Mehr 1404; highest +50 in Mordad 1404."
    assert promoters["data"]["summary"] in page.content.decode()
    assert promoters["headings"] == ["Period", "NPS", "Answers", "Detractors", "Passives", "Promoters"]
    assert promoters["rows"][:3] == [
        ["Mehr 1404", "0", "30", "15", "0", "15"],
        ["Shahrivar 1404", "+100", "2", "0", "0", "2"],
        ["Mordad 1404", "+50", "30", "5", "5", "20"],
    ]


def test_the_sentences_are_persian_where_the_reader_is(browse, sara, autumn):
    sara.language = "fa"
    sara.save()

    page = browse(sara).get(ADDRESS)

    assert page.context["growth"]["data"]["summary"] == "۳ جدید، ۰ بازگشته، ۱ ازدست‌رفته: خالص \u2066+۲\u2069."
    assert page.context["funnel"]["data"]["summary"] == "سرنخ‌ها: ۴؛ مشتریان جدید: ۳."


def test_a_product_narrows_the_cards_that_are_split_by_it_and_the_others_say_so(browse, sara):
    """Of Mehr 1404 tea for 300 in two orders and rice for 500 in one of them; a lead is no product's."""
    tea, rice = make_product(name="Tea"), make_product(name="Rice")
    make_order(lines=[(1, 200, tea), (1, 500, rice)], placed_at=MEHR, customer=make_customer())
    make_order(lines=[(1, 100, tea)], placed_at=MEHR, customer=make_customer())
    leads_on(1)
    settle()
    client = browse(sara)

    page = client.get(f"{ADDRESS}&product={tea.pk}&funnel=cohort")
    more = client.get(f"/kpis/more/?period=1404-07&product={tea.pk}").context["groups"]
    cards = {card.key: card for card in page.context["cards"]}
    orders = next(now for group in more for card, now in group["rows"] if card.key == "orders")

    assert (cards["revenue"].value_html, orders.value) == ('<data value="300.00">30</data>', 2)
    assert cards["lead_conversion_rate"].reason_text == "Has no meaning with these filters"
    assert page.context["unknown_filters"] == ""
    assert {step["count_text"] for step in page.context["funnel"]["steps"]} == {"—"}
    assert (page.context["funnel"]["data"]["summary"], page.context["growth"]) == ("No figures with these filters.", None)
    assert f"product={tea.pk}" in page.context["tv_url"]


def test_of_a_time_before_all_records_there_is_no_data_rather_than_nothing(browse, sara, autumn):
    """The first order is of Farvardin 1404: of Esfand before it nothing is known, of Ordibehesht after it nobody came."""
    esfand, later = (browse(sara).get(f"/kpis/?period={period}") for period in ("1403-12", "1404-02"))
    sara.language = "fa"
    sara.save(update_fields=["language"])
    persian = browse(sara).get("/kpis/?period=1403-12").content.decode()

    cards = {card.key: card for card in esfand.context["cards"]}
    assert esfand.context["growth"] is None
    assert esfand.context["growth_gap"] == {"reason_text": "No data yet: needs orders", "reason_url": "/orders/"}
    assert (cards["new_customers"].reason_text, cards["new_customers"].reason_url) == ("No data yet: needs orders", "/orders/")
    assert esfand.context["funnel"]["data"]["summary"] == "No data yet: needs leads"
    assert later.context["growth"]["data"]["summary"] == "0 new, 0 returned, 0 lost: net 0."
    assert "هنوز داده‌ای نیست؛ نیاز دارد به: سفارش" in persian


def test_in_the_first_month_of_a_company_nothing_is_known_of_the_one_before(browse, sara):
    now = timezone.now()
    make_order(customer=make_customer(), placed_at=now)
    drain(at=now)

    growth = browse(sara).get("/kpis/").context["growth"]

    assert growth["data"]["summary"].startswith("1 new")
    assert (growth["before"]["steps"], growth["before"]["reason_text"]) == ([], "No data yet: needs orders")

"""How many questions the pages of reports and plans ask: as many for six rows of everything as for one."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Expense
from crm.periods import Calendar, Grain, period_of
from customers.models import Answer, Category, Survey
from kpis.engine import drain
from kpis.models import Alert, AlertRule, Annotation, Mailing, Review, Target
from kpis.services import set_mailing
from tests.factories.campaigns import make_channel, make_landing_page, make_session
from tests.factories.customers import make_customer, make_order, make_product
from tests.factories.leads import make_lead
from tests.kpis.test_company_pages import questions

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 22
PAGES = (
    *("/kpis/catalog/", "/kpis/pins/", "/kpis/funnel/", "/kpis/cohorts/", "/kpis/loyalty/", "/kpis/nps-seasons/", "/kpis/rfm/"),
    *("/kpis/top-pages/", "/kpis/landing-pages/", "/kpis/screens/", "/kpis/dashboards/", "/targets/", "/alerts/", "/alerts/new/"),
    *("/reviews/", "/reports/", "/reports/mail/", "/reports/mail/new/", "/campaigns/", "/campaigns/expenses/", "/products/"),
    "/kpis/customer_acquisition_cost/?side=shares",
)


def make_rows(user, now, number):
    """One of everything that these pages list, of two months ago and of now."""
    month = period_of(now.date(), Calendar.JALALI, Grain.MONTH).previous()
    channel, campaign = make_channel(name=f"Channel {number}"), Campaign.objects.create(name=f"Campaign {number}")
    touch = {"channel": channel, "campaign": campaign}
    for at in (now - timedelta(days=70), now):
        customer = make_customer(owner=user, **touch)
        make_order(customer=customer, owner=user, placed_at=at)
        make_lead(at=at, owner=user, customer=customer, **touch)
        for kind, score in (("nps", 9), ("loyalty", 5)):
            survey = Survey.objects.get(kind=kind)
            Answer.objects.create(survey=survey, score=score, customer=customer, answered_at=at)
    make_product(category=Category.objects.create(name=f"Category {number}"))
    page = make_landing_page(variants="ab", title=f"Page {number}")
    for variant in page.variants.all():
        make_session(paths=(f"/{number}",), started_at=now, landing_page=page, variant=variant, converted_at=now, **touch)
    Expense.objects.create(kind="ads", amount=100, campaign=campaign, valid_from=month.start, valid_to=now.date())
    make_plans(user, now, month, number)


def make_plans(user, now, month, number):
    facts = {"calendar": month.calendar, "grain": month.grain}
    rule = AlertRule.objects.create(user=user, kpi="churn_rate", condition="above", bound=Decimal(number) / 100, **facts)
    told = {"condition": "above", "bound": rule.bound, "value": 1, "version": 1, "start": month.start, **facts}
    Alert.objects.create(rule=rule, raised_at=now, **told)
    start = month.start
    for _number in range(number):
        start = period_of(start, month.calendar, month.grain).previous().start
    Target.objects.create(kpi="revenue", start=start, value=5, **facts)
    Review.objects.create(user=user, name=f"R{number}", cadence="week", calendar="jalali", kpis=["revenue"], created_at=now)
    Annotation.objects.create(user=user, day=month.start, text=f"Note {number}", kpi="revenue")
    mailing = {"name": f"M{number}", "cadence": "month", "calendar": "jalali", "hour": 8, "user": user}
    set_mailing(Mailing(), mailing, [user], at=now)


def test_reports_and_plans_ask_as_few_questions_for_many_rows_as_for_one(browse, sara):
    client, now, asked = browse(sara), timezone.now(), []
    for numbers in (range(1), range(1, 6)):
        for number in numbers:
            make_rows(sara, now, number)
        drain(at=now)
        asked.append({address: len(questions(client, address)) for address in PAGES})

    one, many = asked
    assert {address: (one[address], many[address]) for address in PAGES if many[address] > one[address]} == {}
    assert {address: count for address, count in many.items() if count > MOST_STATEMENTS} == {}

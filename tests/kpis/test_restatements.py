"""Closed periods that are restated: why, and by whom."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from crm.models import Organization, User
from crm.services import create_token
from kpis.catalogue import CATALOGUE
from kpis.engine import drain
from kpis.models import Snapshot
from kpis.readings.rules import changes_between, restated_text, rules_of
from kpis.services import close_periods
from tests.api_client import Api
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran

pytestmark = pytest.mark.django_db
RECORDS = "records changed after the period was closed"


@pytest.fixture
def roots():
    return [User.objects.create_superuser(f"{name}@example.com", name=name.title()) for name in ("root", "other")]


@dataclass
class Company:
    """Its one customer ordered on 1 September 2025: by τ = 180 days they are active at the end of Mehr, 22 October."""

    browse: object

    def sets_threshold(self, user, days):
        client, url = self.browse(user), reverse("admin:crm_organization_change", args=[1])
        form = client.get(url).context["adminform"].form
        sent = {name: form[name].value() or "" for name in form.fields} | {"inactivity_days": str(days)}
        assert client.post(url, sent).status_code == 302

    def closes(self, day):
        """The revisions of Mehr 1404: value, why, and who changed a rule."""
        drain(at=day)
        close_periods(at=day)
        kept = Snapshot.objects.filter(calendar="jalali", grain="month", start=date(2025, 9, 23)).order_by("revision")
        return {
            key: [(one.value, one.reason, one.by and one.by.name) for one in kept.filter(kpi=key)]
            for key in ("active_customers", "orders")
        }


@pytest.fixture
def company(browse):
    make_order(customer=make_customer(), placed_at=tehran(2025, 9, 1))
    return Company(browse)


def test_another_threshold_is_why_and_whoever_set_it_did_it(company, roots):
    root, _other = roots
    reported = company.closes(datetime(2025, 11, 30, 9, tzinfo=UTC))
    company.sets_threshold(root, 40)  # lost on 11 October
    restated = company.closes(datetime(2025, 12, 5, 9, tzinfo=UTC))

    why = "the definition changed: the inactivity threshold is 40 days, no longer 180"
    assert reported == {"active_customers": [(1, "", None)], "orders": [(0, "", None)]}
    assert restated == {"active_customers": [(1, "", None), (0, why, "Root")], "orders": [(0, "", None)]}


def test_where_several_set_it_nobody_is_named_and_where_records_changed_nobody_is_either(company, roots):
    root, other = roots
    company.sets_threshold(root, 40)
    company.closes(datetime(2025, 11, 30, 9, tzinfo=UTC))
    company.sets_threshold(root, 50)
    company.sets_threshold(other, 60)  # lost on 31 October
    company.closes(datetime(2025, 12, 5, 9, tzinfo=UTC))
    company.sets_threshold(other, 70)  # which says the same of Mehr
    company.closes(datetime(2025, 12, 6, 9, tzinfo=UTC))
    make_order(customer=make_customer(), placed_at=tehran(2025, 10, 1))  # written down late
    told = company.closes(datetime(2025, 12, 7, 9, tzinfo=UTC))

    several = "the definition changed: the inactivity threshold is 60 days, no longer 40"
    assert told["active_customers"] == [(0, "", None), (1, several, None), (2, RECORDS, None)]
    assert told["orders"] == [(0, "", None), (1, RECORDS, None)]


def test_the_page_and_the_api_say_it_in_the_readers_language(company, roots, browse, sara):
    root, _other = roots
    company.closes(datetime(2025, 11, 30, 9, tzinfo=UTC))
    company.sets_threshold(root, 40)
    company.closes(datetime(2025, 12, 5, 9, tzinfo=UTC))
    token, token.secret = create_token(sara, scopes=["kpis:read"], at=datetime(2026, 1, 1, tzinfo=UTC))
    days = {"calendar": "jalali", "grain": "month", "from": "1404-07-01", "to": "1404-07-01"}

    page = browse(sara).get("/kpis/active_customers/?period=1404-07")
    (told,) = Api(browse(), token).get("/kpis/active_customers/values/", **days).json()["results"]
    User.objects.filter(pk=sara.pk).update(language="fa")
    sara.refresh_from_db()
    persian = browse(sara).get("/kpis/active_customers/?period=1404-07")

    why = "the definition changed: the inactivity threshold is 40 days, no longer 180"
    assert page.context["history"] == ["1 on 30 November 2025", f"restated to 0 on 5 December 2025: {why} (Root)"]
    assert [(each["reason"], each["by"]) for each in told["revisions"]] == [("", None), (why, "root@example.com")]
    assert "آستانهٔ بی‌فعالیتی ۴۰ روز است و دیگر ۱۸۰ روز نیست (Root)" in persian.context["history"][1]


def test_a_rule_is_why_only_of_what_hangs_on_it():
    now = rules_of(Organization.current())
    before = now | {"inactivity_days": 90, "business_hours": [[0], "08:00:00", "12:00:00"], "attribution_model": "last"}
    keys = ("churn_rate", "customer_lifetime_value", "mean_time_to_resolution_business", "mean_time_to_resolution", "leads")

    found = {key: [each["rule"] for each in changes_between(CATALOGUE[key], before, now)] for key in keys}

    lost, hours = ["inactivity_days"], ["business_hours"]
    assert list(found.values()) == [lost, lost, hours, [], []]
    assert [each["rule"] for each in changes_between(CATALOGUE["leads"], {"time_zone": "UTC"}, now)] == ["time_zone"]
    both = changes_between(CATALOGUE["marketing_revenue"], before | {"time_zone": "UTC"}, now)
    assert restated_text(Snapshot(changes=both)) == (
        "the definition changed: money is credited by the attribution model “First touch”, no longer by “Last touch”"
        " and days are those of Asia/Tehran, no longer of UTC"
    )

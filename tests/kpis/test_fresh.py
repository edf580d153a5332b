"""Whether an overview that stays open has grown old, which it asks every half a minute."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.periods import parse_period
from kpis.catalogue import CATALOGUE
from kpis.engine import drain, rebuild
from kpis.metrics import Freshness
from kpis.models import DirtyDay
from kpis.readings import Query, read
from tests.factories.customers import make_order
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead
from tests.kpis.test_company_pages import questions

pytestmark = pytest.mark.django_db
SEPTEMBER, NOW = parse_period("2025-09"), tehran(2025, 9, 20)


def test_it_tells_what_was_computed_of_the_running_period_since(browse, sara):
    now = timezone.now()
    make_lead(at=now)
    drain(at=now)
    client = browse(sara)
    url = client.get("/kpis/").context["fresh_url"]

    before = client.get(url).status_code
    make_order(placed_at=now - timedelta(days=3000), status="draft")
    drain(at=now)
    of_long_ago = client.get(url).status_code
    make_order(placed_at=now, status="draft")
    marked = client.get(url).status_code
    drain(at=now + timedelta(seconds=1))

    assert (before, of_long_ago, marked, client.get(url).status_code) == (204, 204, 204, 200)
    # who asks, the organisation and its answer
    assert len(questions(client, url)) == 4
    assert client.get(client.get("/kpis/").context["fresh_url"]).status_code == 204


def test_one_of_a_period_that_is_over_asks_nothing(browse, sara):
    client = browse(sara)

    assert client.get("/kpis/?period=1404-07").context["fresh_url"] == ""
    assert [client.get(f"/kpis/fresh/?period={text}").status_code for text in ("x", "1404-07")] == [400, 200]
    assert browse().get("/kpis/fresh/").status_code == 302


def test_machines_read_how_far_the_figures_are_behind(client):
    now = timezone.now()
    make_order(placed_at=now)
    drain(at=now)

    clean = client.get("/metrics").content.decode().splitlines()
    make_order(placed_at=now)
    DirtyDay.objects.update(marked_at=now - timedelta(seconds=90))
    behind = {metric.name: metric.samples[0].value for metric in Freshness(clock=lambda: now).collect()}

    assert {"sanjeh_kpis_dirty_cells 0.0", "sanjeh_kpis_oldest_dirty_seconds 0.0"} <= set(clean)
    assert behind["sanjeh_kpis_oldest_dirty_seconds"] == 90
    assert behind["sanjeh_kpis_dirty_cells"] > 0


def test_what_has_come_and_gone_is_no_data_as_it_is_after_a_rebuild():
    """Its sums stay as nothing, where a rebuild writes none."""

    def told(key):
        (value,) = read([CATALOGUE[key]], Query((SEPTEMBER,), NOW.date()))[key].total
        return value.numerator, value.reason

    lead = make_lead(at=NOW)
    drain(at=NOW)
    while_there = told("leads"), told("lead_conversion_rate")
    lead.delete()
    drain(at=NOW)
    gone = told("leads"), told("lead_conversion_rate")
    rebuild()
    drain(at=NOW)

    assert while_there == ((1, ""), (0, ""))
    assert gone == (told("leads"), told("lead_conversion_rate")) == ((None, "no_data"), (None, "no_data"))


def test_what_was_backdated_by_mistake_and_deleted_makes_nothing_known_of_its_time():
    """Neither does a comparison with days that were over before the first record, though their period was not."""
    make_order(placed_at=NOW)
    wrong = make_order(placed_at=NOW - timedelta(days=150))
    drain(at=NOW)
    wrong.delete()
    drain(at=NOW)

    (april,) = read([CATALOGUE["orders"]], Query((parse_period("2025-04"),), NOW.date()))["orders"].total
    early = Query((SEPTEMBER,), NOW.date(), cuts={0: NOW.date() - timedelta(days=1)})
    (before,) = read([CATALOGUE["orders"]], early)["orders"].total

    assert (april.reason, before.reason) == ("no_data", "no_data")

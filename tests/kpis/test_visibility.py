"""What a role may not see at all, no side door shows either."""

from datetime import date

import pytest
from django.urls import reverse

from campaigns.models import Channel
from crm.periods import Calendar, Grain, period_of
from kpis.catalogue import CATALOGUE
from kpis.engine import drain
from kpis.readings import Query, list_rows, read
from leads.models import Lead
from tests.factories.customers import make_customer, make_order

MONTH = period_of(date(2025, 10, 5), Calendar.GREGORIAN, Grain.MONTH)


@pytest.mark.django_db
def test_support_sees_no_lead_through_a_figure(hana, now):
    Lead.objects.create(name="Mina", created_at="2025-10-05T09:00:00Z")
    drain(at=now)
    query = Query((MONTH,), date(2025, 10, 31), viewer=hana)

    (value,) = read([CATALOGUE["leads"]], query)["leads"].total

    assert (value.value, value.reason) == (None, "not_visible")
    assert list_rows(CATALOGUE["leads"], "numerator", query).results == []
    assert not Lead.objects.visible_to(hana).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/customers/?q=a%00b", "/search/?q=%00"])
def test_what_no_column_can_hold_is_refused(client, sara, address):
    client.force_login(sara)

    assert client.get(address).status_code == 400


@pytest.mark.django_db
def test_a_filter_by_a_number_without_end_is_no_server_error(client, sara):
    client.force_login(sara)

    assert client.get(reverse("kpis:overview"), {"owner": "1" * 480}).status_code in {200, 400, 404}


@pytest.mark.django_db
def test_pages_of_people_are_not_kept_by_caches(client, sara):
    client.force_login(sara)

    assert "no-store" in client.get("/customers/")["Cache-Control"]


@pytest.mark.django_db
def test_who_asks_for_a_colleagues_records_gets_an_empty_report(browse, omid, nima, now):
    """A link that somebody sent round names an owner; with a channel too, the rows are looked at."""
    make_order(customer=make_customer(owner=omid), owner=omid, placed_at=now)
    drain(at=now)
    channel, client = Channel.objects.create(slug="fair", name="Fair"), browse(omid)

    pages = ("funnel/", "funnel/csv/", "cohorts/", "loyalty/", "loyalty/csv/")
    asked = [f"/kpis/{page}?owner={nima.pk}{more}" for page in pages for more in ("", f"&channel={channel.pk}")]

    assert {address: client.get(address).status_code for address in asked} == dict.fromkeys(asked, 200)

"""What somebody does not see they do not change: every address with a key in it, tried by every role with whatever is sent."""

import re
from datetime import date
from hashlib import sha256

import pytest
from django.db import connection, transaction
from django.urls import URLResolver, get_resolver

from campaigns.models import Campaign, Expense
from crm.models import PeopleList
from customers.models import Contract, Customer, Order, OrderLine, Refund, Ticket, TicketEvent
from kpis.models import Alert, AlertRule, Annotation, Dashboard, Mailing, Recipient, Review, Screen, TargetEdit
from leads.models import Activity, BulkChange, SavedView
from tests.conftest import make_user
from tests.factories.campaigns import make_landing_page
from tests.factories.customers import NOON
from tests.factories.leads import make_lead, make_opportunity, make_quote

pytestmark = pytest.mark.django_db
# All that is Nima's has this key, so that an address leads to it whatever it is of; and so has what he shares with everybody.
KEY = 424_242
DAY = date(2025, 9, 23)
OTHERS = {"kind": "resolved", "way": "x", "key": "revenue", "year": "1405", "version": "1", "source": "rfm", "file": "csv"}
# Of the company, whoever made them: campaigns, what they cost, landing pages; and one's own: the cards of the overview, and a
# list of those whom a report shows.
OWN_OR_SHARED = re.compile(r"/(campaigns|kpis/landing-pages|kpis/pins|people)/|/kpis/revenue/(un)?pin/")
REFUSED = {403, 404, 405}
SENT = {
    "stage": "won", "answered": "1", "reason": "x", "amount": "5", "name": "Mine", "owner": KEY, "order": KEY, "into": KEY,
    "customer": f"#{KEY}", "lead": KEY, "status": "paid", "kind": "call", "body": "x", "when": "tomorrow", "note": "x",
    "opportunity_name": "Mine", "rest": "1", "anyway": "1", "scope": "everyone", "days": "7", "readers": KEY,
    "ends_on": "2026-01-01",
    "outcome": "reached", "lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-name": "Thing", "text": "Mine",
    "lines-0-quantity": "1", "lines-0-unit_price": "5", "email": "x@example.com", "phone": "09121112233", "number": "7",
}  # fmt: skip
ROLES = [("rep", "own"), ("manager", "own"), ("manager", "team"), ("marketer", "own"), ("support", "own")]


@pytest.fixture
def theirs(nima, now):
    """One of each kind of record that an address can name, all of Nima's."""
    facts, view = {"pk": KEY, "owner": nima}, {"pk": KEY, "user": nima}
    customer = Customer.objects.create(name="Pars", **facts)
    lead, _other = make_lead(name="Ali", phone="+989121110000", **facts), make_lead(name="Ali", phone="+989121110000", owner=nima)
    deal = make_opportunity(customer=customer, lead=lead, **facts)
    make_quote(opportunity=deal, **facts)
    order = Order.objects.create(customer=customer, placed_at=NOON, status="paid", currency="IRR", **facts)
    OrderLine.objects.create(order=order, position=0, name="Tea", quantity=2, unit_price=50)
    Refund.objects.create(pk=KEY, order=order, amount=5, refunded_at=NOON)
    Contract.objects.create(pk=KEY, customer=customer, starts_on=DAY)
    ticket = Ticket.objects.create(customer=customer, subject="Late", **facts)
    TicketEvent.objects.create(pk=KEY, ticket=ticket, kind="opened", at=NOON, by=nima)
    Activity.objects.create(kind="call", lead=lead, due_at=NOON, **facts)
    SavedView.objects.create(name="Mine", query="stage=new", **facts)
    BulkChange.objects.create(pk=KEY, by=nima, at=now, field="campaign_id", before={str(lead.pk): None}, value={"new": None})
    PeopleList.objects.create(name="Lost", kind="leads", **facts)
    Dashboard.objects.create(name="Board", tiles=[{"kpi": "revenue", "shape": "card", "by": ""}], view={}, **view)
    period = {"calendar": "jalali", "grain": "month"}
    rule = AlertRule.objects.create(kpi="revenue", condition="above", bound=5, **period, **view)
    Alert.objects.create(pk=KEY, rule=rule, start=DAY, condition="above", bound=5, value=6, version=1, raised_at=now, **period)
    Annotation.objects.create(day=DAY, text="Prices", **view)
    timed = {"cadence": "month", "calendar": "jalali", "created_at": now, "name": "Month"}
    mailing = Mailing.objects.create(kpi="revenue", next_at=now, **timed, **view)
    Recipient.objects.create(pk=KEY, mailing=mailing, user=nima)
    Review.objects.create(kpis=["revenue"], **timed, **view)
    Screen.objects.create(name="Wall", digest=sha256(b"x").hexdigest(), created_at=now, **view)
    TargetEdit.objects.create(pk=KEY, by=nima, at=now, changes=[])
    campaign = Campaign.objects.create(name="Autumn", starts_on=DAY, ends_on=DAY, **facts)
    Expense.objects.create(pk=KEY, kind="ads", amount=5, campaign=campaign, valid_from=DAY, valid_to=DAY)
    make_landing_page(pk=KEY, title="Start")


def addresses(patterns=None, base="/"):
    """Every address of the pages in which a record is named."""
    for each in patterns or get_resolver().url_patterns:
        path = base + str(each.pattern).replace("^", "")
        if path.startswith(("/api", "/admin/", "/account/", "/screen/", "/reports/mail/stop/")):
            continue
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, path)
        elif "<" in path:
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(OTHERS.get(found[1], KEY)), path)


def stored():
    """All that is kept, but sign-ins, as one text: no write goes unseen."""
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if not name.startswith(("django_", "kpis_dirty"))]
        sums = {}
        for name in names:
            cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{name}" t')
            sums[name] = cursor.fetchone()[0]
    return sums


@pytest.mark.parametrize(("role", "sees"), ROLES)
def test_nobody_writes_what_they_do_not_see(browse, sales, theirs, role, sees):
    """Whatever names a record of somebody else is refused, and nothing at all is kept of it."""
    client = browse(make_user("Reader", role, sees, sales))
    client.raise_request_exception = False
    before = stored()

    answers = {url: client.post(url, SENT).status_code for url in addresses() if not OWN_OR_SHARED.match(url)}

    assert len(answers) > 60
    assert {url: status for url, status in answers.items() if status not in REFUSED} == {}
    assert {name for name, rows in stored().items() if rows != before[name]} == set()


def test_nor_do_they_tie_it_to_their_own(browse, omid, theirs):
    """A record of one's own is no way to one of somebody else."""
    customer, lead = Customer.objects.create(name="Arya", owner=omid), make_lead(name="Reza", owner=omid)
    deal = make_opportunity(name="Big order", customer=customer, owner=omid)
    client, before = browse(omid), stored()

    statuses = [
        client.post(url, sent).status_code
        for url, sent in (
            (f"/leads/{lead.pk}/merge/", {"into": KEY}),
            (f"/customers/{customer.pk}/merge/", {"into": KEY}),
            (f"/opportunities/{deal.pk}/edit/", {"customer": f"#{KEY}"}),
            (f"/opportunities/{deal.pk}/orders/", {"order": KEY}),
            (f"/opportunities/{deal.pk}/orders/unlink/", {"order": KEY}),
            ("/leads/bulk/", {"do": "archive", "lead": KEY}),
            ("/opportunities/new/", {"name": "Mine", "stage": deal.stage_id, "customer": f"#{KEY}"}),
        )
    ]

    assert {name for name, rows in stored().items() if rows != before[name]} == set()
    assert set(statuses) <= {200, 302, 404}


@pytest.mark.parametrize("role", ["manager", "support"])
def test_whoever_sees_all_meets_no_fault(browse, theirs, role):
    client = browse(make_user("Reader", role, "all", None))
    client.raise_request_exception = False

    answers = {}
    for url in addresses():
        for sent in ({}, SENT):
            point = transaction.savepoint()
            answers[url, bool(sent)] = client.post(url, sent).status_code
            transaction.savepoint_rollback(point)

    assert {key: status for key, status in answers.items() if status >= 500} == {}

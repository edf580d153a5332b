"""How the tests of merging make two records of one customer, and what hangs on them."""

from datetime import UTC, datetime

from customers.models import Answer, Order, Survey, Ticket
from customers.services.merging import follow_merge, left_behind, merge_customers
from leads.models import Activity, Lead, Opportunity, Quote
from tests.factories.customers import NOON, make_customer, make_order
from tests.factories.leads import make_lead, make_opportunity

PHONE, OTHER_PHONE = "+989121112233", "+989121112244"
EARLIER, LATER = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 6, 1, tzinfo=UTC)


def merge(customer, into, **facts):
    return merge_customers(customer, into=into, **{"by": None, "at": NOON, **facts})


def follow():
    return sum(follow_merge(customer) for customer in left_behind())


def answer(customer, **facts):
    facts = {"survey": Survey.objects.get(slug="nps"), "score": 5, "answered_at": NOON, **facts}
    return Answer.objects.create(customer=customer, **facts)


def fill(customer):
    """One of everything that can hang on a customer."""
    lead = make_lead(customer=customer)
    opportunity = make_opportunity(customer=customer, lead=lead)
    Quote.objects.create(customer=customer, opportunity=opportunity, currency="IRR")
    make_order(customer=customer)
    Ticket.objects.create(customer=customer)
    answer(customer)
    Activity.objects.create(kind="call", customer=customer)
    make_customer(name="merged before", merged_into=customer)


OWNERS = (Order, Lead, Opportunity, Quote, Ticket, Answer, Activity)

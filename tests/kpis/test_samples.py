"""Sample data from the settings: a worker loads and removes them, and who answers for figures is told that they are samples."""

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.models import User
from customers.models import Order
from kpis.engine import find_drift
from kpis.models import SampleJob
from kpis.services import do_sample_job
from kpis.tasks import samples
from leads.models import Lead
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import make_lead

pytestmark = pytest.mark.django_db
PAGE = "/settings/samples/"
BANNER = "sample data of an invented company"


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.com", name="Root", language="en")


def text_of(client, address=PAGE):
    return client.get(address).content.decode()


def sent(client, what, **data):
    """What is said after a press of the button."""
    return client.post(reverse(f"kpis:samples-{what}"), data, follow=True).content.decode()


def last():
    return SampleJob.objects.order_by("pk").values_list("kind", "state", "removed", "told").last()


def test_removal_refuses_while_a_record_of_ours_refers_to_a_sample_and_unlinks_when_told_to(browse, root):
    sample = make_customer(name="Sample", source="demo")
    make_lead(name="Sample", source="demo", external_id="1")
    order = make_order(customer=sample, number="R-1")
    client = browse(root)
    page = text_of(client)
    assert "3 rows are of the sample data" in page  # with the event of the lead

    sent(client, "remove")
    samples()

    refusal = "order R-1: customer is customer of the demo company"
    assert last() == ("remove", "refused", 0, [refusal])
    assert (refusal in text_of(client), Lead.objects.count()) == (True, 1)
    sent(client, "remove", unlink="1")
    samples()
    assert last() == ("unlink", "done", 3, [f"Unlinked {refusal}"])
    assert "3 rows of the sample data were removed" in text_of(client)
    assert (Lead.objects.count(), Order.objects.get(), Order.objects.get().customer, find_drift()) == (0, order, None, [])


def test_what_is_said_is_in_the_language_of_whoever_asked(browse, root):
    root.language = "fa"
    root.save()
    make_lead(name="علی", source="demo", external_id="1")
    make_order(customer=make_customer(source="demo", name="مریم"), number="۱")

    browse(root).post(reverse("kpis:samples-remove"))
    do_sample_job(at=timezone.now())

    assert SampleJob.objects.get().told == ["سفارش ۱: مشتری آن از شرکت نمونه است (مشتری)"]


def test_nothing_is_asked_twice_or_in_vain(browse, root):
    client = browse(root)
    assert "There are no sample data." in sent(client, "remove")
    lead = make_lead(name="Ali")
    assert ("There are records already" in sent(client, "load"), "Load the sample data" in text_of(client)) == (True, False)
    lead.delete()
    assert "Load the sample data" in text_of(client)

    asked = sent(client, "load")

    # nothing is done while somebody waits for the page
    assert ("are being loaded" in asked, "A worker begins" in asked, Lead.objects.count()) == (True, True, 0)
    assert "being loaded or removed already" in sent(client, "load")
    assert SampleJob.objects.count() == 1


def test_an_error_is_told_and_the_next_wish_is_done(browse, root):
    """A person who has the address of one of the invented ones, without anything else of theirs."""
    User.objects.create_user("negar@demo.example", name="Negar")
    client = browse(root)
    sent(client, "load")

    with pytest.raises(Exception, match="crm_user_email"):
        samples()

    assert (last()[1], Lead.objects.count(), "An error interrupted this" in text_of(client)) == ("failed", 0, True)
    User.objects.filter(email="negar@demo.example").delete()
    assert "are being loaded" in sent(client, "load")


def test_only_administrators_have_the_page(browse, sara, omid):
    for user in (sara, omid):
        client = browse(user)
        statuses = [client.get(PAGE).status_code, client.post(reverse("kpis:samples-load")).status_code]
        assert [*statuses, client.post(reverse("kpis:samples-remove")).status_code] == [403, 403, 403]
    assert not SampleJob.objects.exists()


def test_the_overview_says_that_its_figures_are_samples_to_those_who_answer_for_them(browse, root, sara, omid):
    """Whoever sells looks at their work; an administrator is led to where samples are removed."""
    assert BANNER not in text_of(browse(sara), "/kpis/")
    make_lead(name="Sample", source="demo", external_id="1", owner=omid)

    pages = [text_of(browse(user), "/kpis/") for user in (root, sara, omid)]

    assert [(BANNER in page, f'href="{PAGE}">Remove' in page) for page in pages] == [(True, True), (True, False), (False, False)]

"""Orders that go to their buyer by e-mail; what becomes of such mails is told of quotes."""

from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from crm.mails import send_mails
from tests.customers.test_order_pages import url_of
from tests.factories.customers import make_customer, make_order

pytestmark = pytest.mark.django_db


def test_an_order_goes_to_its_buyer_by_e_mail_as_an_invoice_unless_it_is_cancelled(browse, omid):
    order = make_order(customer=make_customer(name="", email="arya@example.com", owner=omid), number="N-7", owner=omid)
    client, url = browse(omid), url_of("order-mail", order)
    form = client.get(f"{url}?language=en").context["form"].initial

    assert form["body"].startswith("Hello,\n\nplease find attached: Invoice N-7.\n")
    assert client.post(url, form).url == url_of("order-detail", order)

    assert send_mails(at=timezone.now()) == 1
    (message,) = mail.outbox
    assert (message.to, message.attachments[0][0]) == (["arya@example.com"], "Invoice N-7.pdf")
    assert [row["state"] for row in client.get(url_of("order-detail", order)).context["mails"]] == ["e-mail sent"]
    client.post(url_of("order-status", order), {"status": "cancelled"})
    refused = client.post(url, form | {"token": uuid4()})
    assert refused.context["form"].non_field_errors() == ["This order is cancelled: reopen it first."]

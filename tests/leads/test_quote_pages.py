"""Quotes written in the pages: for whom, what they become, and what one press changes and takes back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from crm.models import Organization
from crm.preferences import Preferences
from customers.models import Order, OrderLine, Refund
from customers.printing import Amounts, print_sale, sheet_of_order
from leads import services
from leads.models import Quote, QuoteLine
from leads.printing import sheet_of_quote
from tests.customers.test_order_pages import typed
from tests.factories.customers import make_customer, make_product
from tests.factories.leads import A_DAY, make_lead, make_opportunity, make_quote
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

LINE = {"name": "Thing", "unit_price": "5"}
ACTIONS = ("quote-send", "quote-recall", "quote-accept", "quote-decline", "quote-reopen", "quote-remove")


@pytest.fixture
def deal(omid):
    return make_opportunity(name="Big order", owner=omid, customer=make_customer(name="Arya", owner=omid))


def url_of(name, row):
    return reverse(f"leads:{name}", args=[row.pk])


def stored_lines(model):
    rows = model.objects.order_by("pk").values_list("product__sku", "name", "quantity", "unit_price", "discount", "line_class")
    return list(rows)


class TestAccess:
    def test_the_table(self, browse, sara, omid, nima, hana):
        deal = make_opportunity(owner=omid)
        quote = make_quote(opportunity=deal)
        urls = [
            url_of("opportunity-quote", deal),
            *(url_of(f"quote-{name}", quote) for name in ("detail", "edit", "revise", "pdf", "mail")),
        ]

        for url in urls:
            statuses = [browse(user).get(url).status_code for user in (sara, omid, nima, hana, None)]
            assert (url, statuses) == (url, [200, 200, 404, 403, 302])

    def test_nobody_writes_for_another(self, browse, nima, hana, deal):
        quote = make_quote(opportunity=deal)
        urls = [
            url_of("opportunity-quote", deal),
            url_of("quote-edit", quote),
            url_of("quote-revise", quote),
            url_of("quote-mail", quote),
        ]
        urls += [url_of(name, quote) for name in ACTIONS]

        for user, status in ((nima, 404), (hana, 403)):
            assert {browse(user).post(url, typed(LINE)).status_code for url in urls} == {status}
        again = Quote.objects.get()
        assert (again.updated_at, again.amount, Order.objects.count()) == (quote.updated_at, 100_000, 0)

    def test_what_a_reader_may_not_see_is_named_without_a_way_there(self, browse, omid, nima):
        quote = make_quote(lead=make_lead(name="Ali Moradi", owner=nima), owner=omid)

        page = browse(omid).get(url_of("quote-detail", quote)).content.decode()

        assert ("Ali Moradi" in page, url_of("lead-detail", quote.lead) in page) == (True, False)


class TestPaper:
    def test_what_stands_on_the_paper_of_a_quote_and_of_its_order(self, omid, nima):
        """3 × 1,000 − 200 and 2 × 500 are 3,800; 280 of tax on the first, or 300 on the whole order, with 60 of shipping."""
        arya = make_customer(name="Arya", phone="+989121112233", owner=omid)
        quote = make_quote(lines=[(3, 1_000), (2, 500)], number="Q-7", customer=arya, owner=nima, issued_at=A_DAY)
        quote.lines.filter(position=0).update(discount=200, tax=280)
        services.order_quote(quote, by=omid, at=A_DAY)
        Order.objects.update(tax=300, shipping=60)
        details, terms = "Azadi Street 1\nTax number 14", "Half in advance.\nFree delivery."
        Organization.objects.update(name="Pars", letterhead=details, quote_terms=terms)

        with override("en"):
            prefs = Preferences(omid, "en")
            offer = sheet_of_quote(Quote.objects.get(), omid, prefs, today=A_DAY.date())
            seller = sheet_of_quote(Quote.objects.get(), nima, prefs, today=A_DAY.date())
            invoice = sheet_of_order(Order.objects.get(), omid, prefs)

        assert offer.seller == invoice.seller == ["Pars", "Azadi Street 1", "Tax number 14"]
        assert (offer.terms, invoice.terms) == (["Half in advance.", "Free delivery."], ())
        assert (offer.name, offer.facts) == ("Quote Q-7", [("Date", "1 September 2025"), ("Status", "Accepted")])
        assert (offer.buyer, seller.buyer) == ([("Buyer", "Arya"), ("Phone", "\u20660912 111 2233\u2069")], [("Buyer", "Arya")])
        assert [(line.name, line.net) for line in offer.lines] == [("Tea", 2_800), ("Tea", 1_000)]
        assert (offer.discount, offer.net, offer.all_tax, offer.total) == (200, 3_800, 280, 4_080)
        assert (invoice.name, invoice.facts[1], invoice.total) == ("Invoice Q-7", ("Status", "Pending"), 4_160)

    def test_no_number_is_cut_off(self, omid, printed):
        """A line of 99,999,999,999,999 Rial, of which a tenth is given off and 8,999,999,999,999 are tax."""
        quote = make_quote(lines=[(1, 99_999_999_999_999)], number="Q-7", owner=omid, customer=make_customer())
        quote.lines.update(discount=9_999_999_999_999, tax=8_999_999_999_999)

        with override("en"):
            omid.money_unit = "rial"
            prefs = Preferences(omid, "en")
            print_sale(sheet_of_quote(Quote.objects.get(), omid, prefs, today=A_DAY.date()), prefs, at=A_DAY)

        amounts = {"99,999,999,999,999", "9,999,999,999,999", "90,000,000,000,000", "8,999,999,999,999"}
        assert (amounts - set(printed), [line for line in printed if "…" in line]) == (set(), [])

    @pytest.mark.parametrize(
        ("base", "rials", "euros"),
        [
            ("IRR", "408.5\u00a0Toman", "4,085.00\u00a0EUR"),
            ("IRT", "4,085\u00a0Rial", "4,085.00\u00a0EUR"),
            ("EUR", "4,085\u00a0Rial", "4,085.00\u00a0EUR"),
        ],
    )
    def test_no_amount_is_rounded_to_millions_and_a_foreign_one_is_as_it_was_agreed(self, omid, base, rials, euros):
        omid.money_unit = "million_toman"
        Organization.objects.update(currency=base)
        prefs = Preferences(omid, "en")

        assert [Amounts(currency, prefs).whole(Decimal(4_085)) for currency in ("IRR", "EUR")] == [rials, euros]


class TestWriting:
    def test_a_quote_starts_from_the_deal_and_is_its_owners(self, browse, sara, omid, deal):
        make_product(sku="tea", name="Green tea")
        lines = [
            {"product": "tea", "quantity": "۳", "unit_price": "1,000", "discount": "۲۰۰", "line_class": "upsell"},
            {"name": "Gift wrap", "quantity": "2", "unit_price": "500"},
        ]
        client, url = browse(sara), url_of("opportunity-quote", deal)
        token = client.get(url).context["form"].initial["token"]
        sent = typed(*lines, number="Q-7", valid_until="2999-01-01", token=token)
        refused = client.post(url, sent)
        until = timezone.now().date() + timedelta(days=9)

        pages = [client.post(url, sent | {"valid_until": until.isoformat(), "send": "1"}).url for _time in range(2)]

        assert list(refused.context["form"].errors) == ["valid_until"]
        quote = Quote.objects.get()
        assert pages == [url_of("quote-detail", quote)] * 2
        # in rials: Toman × 10
        assert stored_lines(QuoteLine) == [("tea", "", 3, 10_000, 2_000, "upsell"), (None, "Gift wrap", 2, 5_000, 0, "")]
        # 30,000 − 2,000 + 10,000
        assert (quote.amount, quote.number, quote.valid_until, quote.currency) == (38_000, "Q-7", until, "IRR")
        assert (quote.opportunity, quote.owner, quote.issued_at is None) == (deal, omid, False)

    @pytest.mark.parametrize(
        ("sent", "error"),
        [
            (typed(LINE | {"unit_price": ""}), "This field is required."),
            (typed(LINE, valid_until="2020-01-01"), "This day has passed already."),
            (typed(LINE | {"unit_price": "999999999999999999"}), "An amount has at most 18 digits."),
            (typed(*[LINE | {"quantity": "1000000", "unit_price": "9999999999999"}] * 2), "The quote was not saved."),
        ],
    )
    def test_what_cannot_be_is_not_written(self, browse, omid, deal, sent, error):
        page = browse(omid).post(url_of("opportunity-quote", deal), sent)

        assert (page.status_code, error in page.content.decode(), Quote.objects.count()) == (200, True, 0)

    def test_without_scripts_a_button_brings_a_line_and_sums_come_while_typing(self, browse, omid, deal):
        client, url = browse(omid), url_of("opportunity-quote", deal)

        longer = client.post(url, typed(LINE, more="1"))
        sums = client.post(url, typed(LINE | {"quantity": "2", "discount": "1"}, sums="1"))

        assert [line["name"].value() for line in longer.context["form"].lines] == ["Thing", None]
        # 2 × 50 − 10
        assert (sums.context["sums"]["net"], Quote.objects.count()) == (90, 0)

    def test_a_draft_is_changed_by_one_at_a_time(self, browse, omid, deal):
        quote = make_quote(opportunity=deal, number="Q-1")
        client, url = browse(omid), url_of("quote-edit", quote)
        seen = client.get(url).context["form"].initial["seen"]

        client.post(url, typed(LINE, initial=1, number="Q-2", seen=seen))
        late = client.post(url, typed(LINE | {"unit_price": "6"}, initial=1, number="Q-3", seen=seen))

        again = Quote.objects.get()
        assert (again.number, again.amount, stored_lines(QuoteLine)) == ("Q-2", 50, [(None, "Thing", 1, 50, 0, "")])
        assert "Somebody changed this quote in the meantime" in late.content.decode()

    def test_one_that_was_sent_is_revised_instead(self, browse, omid, deal):
        quote = make_quote(opportunity=deal, issued_at=timezone.now(), currency="USD", rate=Decimal(1000))
        client = browse(omid)

        refused = client.post(url_of("quote-edit", quote), typed(LINE))
        client.post(url_of("quote-revise", quote), typed(LINE, number="Q-2"))

        assert "make a revision instead" in refused.content.decode()
        revision = Quote.objects.get(revision_of=quote)
        assert (revision.original, revision.opportunity, revision.owner, revision.issued_at) == (quote, deal, omid, None)
        # 5 dollars at the rate of the first version
        assert (revision.currency, revision.rate, revision.amount) == ("USD", 1000, 5_000)
        pages = [client.get(url_of("quote-detail", row)).content.decode() for row in (quote, revision)]
        assert ["A newer version has taken the place" in page for page in pages] == [True, False]


class TestAnswers:
    def test_sent_and_declined_are_taken_back(self, browse, omid, deal):
        quote = make_quote(opportunity=deal, number="Q-1")
        client = browse(omid)

        def press(name, **data):
            response = client.post(url_of(name, quote), data)
            quote.refresh_from_db()
            return toasts(response)[-1]

        assert press("quote-send") == ("Quote Q-1 is with the customer.", url_of("quote-recall", quote))
        assert press("quote-recall") == ("Taken back.", "")
        assert quote.issued_at is None
        press("quote-send")
        assert press("quote-decline", reason="", other="Too late") == ("Quote Q-1 was declined.", url_of("quote-reopen", quote))
        assert (quote.declined_reason, quote.status_on(date(2025, 1, 1))) == ("Too late", "declined")
        assert press("quote-recall") == ("The customer has answered this quote already.", "")
        press("quote-reopen")
        assert (quote.declined_at, quote.declined_reason, quote.issued_at is None) == (None, "", False)

    def test_one_that_is_sent_as_it_is_written_is_taken_back_too(self, browse, omid, deal):
        client = browse(omid)

        response = client.post(url_of("opportunity-quote", deal), typed(LINE, number="Q-1", send="1"))

        assert toasts(response) == [("Quote Q-1 is with the customer.", url_of("quote-recall", Quote.objects.get()))]

    def test_an_accepted_one_is_the_order_of_the_deal(self, browse, omid, deal):
        quote = make_quote([(2, 100_000)], opportunity=deal, number="Q-1", owner=omid)
        client = browse(omid)

        responses = [client.post(url_of("quote-accept", quote)) for _time in range(2)]

        order = Order.objects.get()
        assert toasts(responses[0]) == [("Quote Q-1 was accepted; order Q-1 was made from it.", url_of("quote-reopen", quote))]
        assert stored_lines(OrderLine) == [(None, "Tea", 2, 100_000, 0, "")]
        assert (order.customer, order.owner, order.status, list(deal.orders.all())) == (deal.customer, omid, "pending", [order])
        page = client.get(url_of("quote-detail", quote)).content.decode()
        shown = [reverse("customers:order-detail", args=[order.pk]), url_of("quote-accept", quote), url_of("quote-revise", quote)]
        assert [url in page for url in shown] == [True, False, False]
        deal_page = client.get(url_of("opportunity-detail", deal)).content.decode()
        assert [text in deal_page for text in ("Quote Q-1 was accepted", url_of("quote-detail", quote))] == [True, True]
        assert list(client.get(url_of("order-opportunities", order)).context["quotes"]) == [quote]

    def test_an_acceptance_is_taken_back_with_its_order_and_said_again_is_that_order(self, browse, omid, deal):
        quote = make_quote([(2, 100_000)], opportunity=deal, number="Q-1", owner=omid)
        client = browse(omid)
        client.post(url_of("quote-accept", quote))
        made_at = Order.objects.get().placed_at

        response = client.post(url_of("quote-reopen", quote))

        assert toasts(response)[-1] == ("Quote Q-1 is open again; its order is cancelled.", "")
        quote.refresh_from_db()
        # it was a draft when it was accepted
        assert (quote.accepted_at, quote.order, quote.issued_at, quote.status_on(A_DAY.date())) == (None, None, None, "draft")
        assert (Order.objects.get().status, list(deal.orders.all())) == ("cancelled", [])
        # what was given off and back then is not of the sale that is made now
        Order.objects.update(discount=30_000, shipping=5_000, net_amount=170_000)
        Refund.objects.create(order=Order.objects.get(), amount=70_000, refunded_at=made_at)

        client.post(url_of("quote-accept", quote))

        order = Order.objects.get()
        quote.refresh_from_db()
        assert (quote.order, order.status, order.number, list(deal.orders.all())) == (order, "pending", "Q-1", [order])
        assert order.placed_at > made_at
        assert (order.net_amount, order.discount, order.shipping, order.refunds.count()) == (200_000, 0, 0, 0)
        assert stored_lines(OrderLine) == [(None, "Tea", 2, 100_000, 0, "")]

    def test_after_its_order_was_cancelled_the_order_is_made_again_or_the_quote_is_open_again(self, browse, omid, deal):
        quote = make_quote(opportunity=deal, number="Q-1", owner=omid, issued_at=A_DAY)
        client = browse(omid)
        client.post(url_of("quote-accept", quote))
        order = Order.objects.get()
        status = reverse("customers:order-status", args=[order.pk])
        reopen = url_of("quote-reopen", quote)

        def offered():
            page = client.get(url_of("quote-detail", quote)).content.decode()
            return [text in page for text in ("Reopen the quote", "Make the order again")]

        assert offered() == [False, False]
        client.post(status, {"status": "paid"})
        assert toasts(client.post(reopen))[-1][0] == "The order of this quote was paid: cancel it first."
        client.post(status, {"status": "cancelled"})
        assert offered() == [True, True]

        again = client.post(status, {"status": "pending", "next": url_of("quote-detail", quote)})
        assert (again.url, Order.objects.get().status, offered()) == (url_of("quote-detail", quote), "pending", [False, False])
        client.post(status, {"status": "cancelled"})
        client.post(reopen)

        quote.refresh_from_db()
        assert (quote.order, quote.issued_at, quote.status_on(A_DAY.date())) == (None, A_DAY, "sent")

    def test_an_order_that_goes_on_again_is_the_quotes_as_it_is(self, browse, omid, deal):
        """Somebody has reopened and paid it on its own page before the quote was accepted again."""
        quote = make_quote(opportunity=deal, owner=omid)
        client = browse(omid)
        client.post(url_of("quote-accept", quote))
        client.post(url_of("quote-reopen", quote))
        order = Order.objects.get()
        client.post(reverse("customers:order-status", args=[order.pk]), {"status": "paid"})

        client.post(url_of("quote-accept", quote))

        again = Order.objects.get()
        quote.refresh_from_db()
        assert (quote.order, again.status, again.placed_at) == (order, "paid", order.placed_at)

    def test_what_orders_object_to_is_said_in_words(self, omid, deal):
        quote = make_quote(opportunity=deal, number="Q-1")
        QuoteLine.objects.filter(quote=quote).delete()

        with pytest.raises(ValidationError) as refusal:
            services.order_quote(quote, by=omid, at=timezone.now())

        assert refusal.value.messages[0] == "The order was not saved."
        assert (Quote.objects.get().accepted_at, Order.objects.count()) == (None, 0)


class TestRemoving:
    def test_a_draft_is_removed(self, browse, omid, deal):
        quote, page = make_quote(opportunity=deal, number="Q-1"), url_of("opportunity-detail", deal)
        client = browse(omid)
        assert url_of("quote-remove", quote) in client.get(url_of("quote-detail", quote)).content.decode()

        response = client.post(url_of("quote-remove", quote), {"next": page})

        assert (response.url, toasts(response)) == (page, [("Quote Q-1 was deleted.", "")])
        assert (Quote.objects.count(), QuoteLine.objects.count()) == (0, 0)

    def test_what_was_sent_or_replaced_stays(self, browse, omid, deal):
        sent, first = make_quote(opportunity=deal, issued_at=A_DAY), make_quote(opportunity=deal)
        revision = make_quote(opportunity=deal, revision_of=first, original=first)
        client = browse(omid)

        texts = [toasts(client.post(url_of("quote-remove", quote)))[-1][0] for quote in (sent, first)]

        assert texts == [
            "This quote was sent: it stays, as figures count it.",
            "A newer version has taken the place of this quote: it stays beside it.",
        ]
        pages = [client.get(url_of("quote-detail", quote)).content.decode() for quote in (sent, first, revision)]
        shown = [url_of("quote-remove", quote) in page for quote, page in zip((sent, first, revision), pages, strict=True)]
        assert (shown, Quote.objects.count()) == ([False, False, True], 3)


def test_more_quotes_take_no_more_queries(browse, omid, deal):
    client, counts = browse(omid), []
    for count in (1, 2):
        for _ in range(count):
            quote = make_quote([(1, 5), (2, 7)], opportunity=deal)
        page = []
        for url in (url_of("opportunity-detail", deal), url_of("quote-detail", quote)):
            client.get(url)  # it is the record opened last from now on
            with CaptureQueriesContext(connection) as queries:
                client.get(url)
            page.append(len(queries))
        counts.append(page)

    assert counts[0] == counts[1]


def test_a_customers_and_a_leads_page_name_what_they_were_offered(browse, omid, nima):
    """Their own and those of their deals, of which each reader sees theirs; the lead's timeline tells what became of them."""
    lead, customer = make_lead(name="Reza", owner=omid), make_customer(owner=omid)
    deal = make_opportunity(owner=omid, customer=customer, lead=lead)
    of_deal, of_lead = make_quote(opportunity=deal, issued_at=timezone.now()), make_quote(lead=lead)
    of_customer = make_quote(customer=customer)
    make_quote(customer=customer, owner=nima)

    page = browse(omid).get(url_of("lead-detail", lead))

    assert page.context["quotes"] == [of_lead, of_deal]
    assert [entry["title"] for entry in page.context["entries"] if entry["kind"] == "quote"] == [f"Quote #{of_deal.pk} was sent"]
    assert browse(omid).get(url_of("customer-opportunities", customer)).context["quotes"] == [of_customer, of_deal]


def test_one_without_a_number_goes_by_ours_in_the_readers_digits_among_the_rows_of_a_figure(browse, sara):
    quote = make_quote(lead=make_lead(), issued_at=timezone.now())
    sara.language = "fa"
    sara.save()

    (row,) = browse(sara).get("/kpis/quotes_issued/").context["row_list"]

    assert row["label"] == "#" + str(quote.pk).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))

"""What an opportunity is won with: the last word about its amount, its own or that of its quotes, and what is told of it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from leads import services
from leads.models import Stage
from tests.api_client import Api
from tests.factories.crm import make_token
from tests.factories.customers import make_customer
from tests.factories.leads import A_DAY, make_quote
from tests.toasts import toasts

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def deal(omid):
    customer = make_customer(name="Arya", owner=omid)
    return services.open_opportunity(by=None, at=A_DAY, name="Big order", owner=omid, customer=customer, amount=Decimal(5_000))


def quote_of(deal, price, days, **facts):
    return make_quote([(1, price)], opportunity=deal, issued_at=A_DAY + days * DAY, **facts)


def won(deal):
    return services.win_opportunity(deal, by=None, at=A_DAY + 9 * DAY).amount


class TestLastWord:
    def test_the_quote_that_was_sent_last(self, deal):
        quote_of(deal, 9_000, 1)
        quote_of(deal, 8_000, 2)
        quote_of(deal, 1_000, 3, declined_at=A_DAY + 4 * DAY)
        make_quote([(1, 2_000)], opportunity=deal)  # a draft

        assert won(deal) == 8_000

    def test_what_was_accepted_wins_over_what_was_sent_later(self, deal):
        for price, days in ((8_000, 1), (3_000, 2)):
            quote_of(deal, price, days, accepted_at=A_DAY + 3 * DAY)
        quote_of(deal, 9_000, 4)

        assert won(deal) == 11_000  # both were: 8,000 + 3,000

    def test_an_amount_that_somebody_set_after_it(self, deal):
        quote_of(deal, 8_000, 1)
        services.edit_opportunity(deal, amount=Decimal(7_000), by=None, at=A_DAY + 2 * DAY)

        assert won(deal) == 7_000

    def test_a_move_says_nothing_about_the_amount(self, deal):
        quote_of(deal, 8_000, 1)
        services.move_opportunity(deal, stage=Stage.objects.get(slug="demo"), by=None, at=A_DAY + 2 * DAY)

        assert won(deal) == 8_000

    def test_no_quote_leaves_its_own(self, deal):
        assert won(deal) == 5_000

    def test_without_an_amount_of_its_own_an_older_quote_says_it(self, omid):
        bare = services.open_opportunity(by=None, at=A_DAY + 5 * DAY, name="Bare", owner=omid)
        quote_of(bare, 8_000, 1)

        assert won(bare) == 8_000

    def test_the_api_goes_by_it_and_answers_with_it(self, client, deal):
        quote_of(deal, 8_000, 1)
        api = Api(client, make_token(name="shop"))

        assert Decimal(api.post(f"/opportunities/{deal.pk}/win/", {}).json()["amount"]) == 8_000


class TestPages:
    def move_url(self, deal):
        return reverse("leads:opportunity-move", args=[deal.pk])

    def test_the_form_offers_it_and_says_where_it_is_from(self, browse, omid, deal):
        quote_of(deal, 8_000, 1, number="Q-7")

        field = browse(omid).get(self.move_url(deal), {"stage": "won"}).context["form"]["amount"]

        text = 'The total of quote <bdi dir="ltr">Q-7</bdi>; the opportunity said 500 Toman until now.'
        assert (field.value(), field.help_text) == ("800", text)

    def test_the_form_keeps_a_newer_amount_and_tells_of_the_quote(self, browse, omid, deal):
        quote_of(deal, 8_000, 1, number="Q-7")
        services.edit_opportunity(deal, amount=Decimal(7_000), by=None, at=A_DAY + 2 * DAY)

        field = browse(omid).get(self.move_url(deal), {"stage": "won"}).context["form"]["amount"]

        text = 'The opportunity\'s own amount, newer than quote <bdi dir="ltr">Q-7</bdi> with its total of 800 Toman.'
        assert (field.value(), field.help_text.replace("&#x27;", "'")) == ("700", text)

    def test_nothing_is_said_where_both_agree(self, browse, omid, deal):
        quote_of(deal, 5_000, 1)

        assert browse(omid).get(self.move_url(deal), {"stage": "won"}).context["form"]["amount"].help_text == ""

    def test_a_quote_accepted_after_the_win_tells_what_is_kept(self, browse, omid, deal):
        quote, client = quote_of(deal, 8_000, 1, number="Q-7"), browse(omid)
        answered = {"stage": "won", "answered": "1", "amount": "500"}
        assert toasts(client.post(self.move_url(deal), answered))[0][0] == "Big order is won with 500 Toman."

        told = toasts(client.post(reverse("leads:quote-accept", args=[quote.pk])))[-1][0]

        deal.refresh_from_db()
        text = "Big order was won with 500 Toman and keeps that; the accepted quotes come to 800 Toman."
        assert (deal.amount, told.endswith(text)) == (5_000, True)
        assert "Accepted quotes" in client.get(reverse("leads:opportunity-detail", args=[deal.pk])).content.decode()

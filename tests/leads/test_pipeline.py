"""The board, the moves, the forms of opportunities, and the search over everything."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer, Order
from leads import services
from leads.models import Opportunity, Quote
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import A_DAY, make_lead, make_opportunity, make_quote
from tests.toasts import toasts

pytestmark = pytest.mark.django_db


class TestBoard:
    def columns(self, response):
        return {column["key"]: [card["title"] for card in column["cards"]] for column in response.context["columns"]}

    def test_columns_carry_counts_sums_and_weights(self, browse, sara):
        make_opportunity(name="A", amount=Decimal(1_000_000), stage="demo")
        make_opportunity(name="B", amount=Decimal(500_000), stage="demo")
        make_opportunity(name="C", amount=Decimal(100_000))

        response = browse(sara).get(reverse("leads:opportunity-board"))

        demo = response.context["columns"][1]
        # 1,500,000 Rial are 150,000 Toman; × 0.30 = 45,000
        assert (demo["count_text"], demo["sum_text"], demo["weighted_text"]) == ("2", "150,000 Toman", "weighted 45,000 Toman")
        # (1,500,000 × 0.30 + 100,000 × 0.10) / 10
        board = response.context["board"]
        assert (board.total_text, board.weighted_text) == ("160,000 Toman", "46,000 Toman")

    def test_what_nobody_has_put_an_amount_on_says_so(self, browse, sara):
        deal = make_opportunity(amount=Decimal(0))
        client = browse(sara)

        board = client.get(reverse("leads:opportunity-board")).context
        column, empty = board["columns"][:2]
        page = client.get(reverse("leads:opportunity-detail", args=[deal.pk])).content.decode()

        assert (column["cards"][0]["amount_text"], column["sum_text"], column["weighted_text"]) == ("no amount yet", "—", "")
        assert (board["board"].total_text, board["board"].weighted_text, empty["sum_text"]) == ("—", "—", "0 Toman")
        assert ["<dt>Amount</dt><dd>—</dd>" in page, "<dt>Weighted</dt><dd>— · " in page] == [True, True]

    def test_cards_stand_in_order_of_urgency(self, browse, sara):
        now = timezone.now()
        for name, due in (("later", 5), ("overdue", -2), ("nothing", None), ("long overdue", -9)):
            opportunity = make_opportunity(name=name, owner=sara)
            if due is not None:
                services.log_activity(by=sara, at=now, kind="call", opportunity=opportunity, due_at=now + timedelta(days=due))

        response = browse(sara).get(reverse("leads:opportunity-board"))

        assert self.columns(response)["contacted"] == ["long overdue", "overdue", "nothing", "later"]
        assert response.context["board"].attention_count == 3
        marks = [card["next_mark"] for card in response.context["columns"][0]["cards"]]
        assert all(mark["icon"] and mark["text"] for mark in marks)
        tones = [mark["tone"] for mark in marks]
        assert tones == ["bad", "bad", "warn", ""]

    def test_a_full_column_keeps_its_most_urgent_cards_and_says_how_many_more(self, browse, sara, monkeypatch):
        monkeypatch.setattr("leads.board.CARDS_IN_COLUMN", 2)
        now = timezone.now()
        for name, due in (("later", 5), ("overdue", -2), ("nothing", None)):
            opportunity = make_opportunity(name=name, owner=sara)
            if due is not None:
                services.log_activity(by=sara, at=now, kind="call", opportunity=opportunity, due_at=now + timedelta(days=due))

        column = browse(sara).get(reverse("leads:opportunity-board")).context["columns"][0]

        assert [card["title"] for card in column["cards"]] == ["overdue", "nothing"]
        assert (column["count_text"], column["more_text"]) == ("3", "and 1 more")

    def test_a_card_that_nobody_touched_for_long_says_so(self, browse, sara):
        old = timezone.now() - timedelta(days=20)
        make_opportunity(name="quiet", at=old)
        make_opportunity(name="fresh", at=timezone.now())

        cards = browse(sara).get(reverse("leads:opportunity-board")).context["columns"][0]["cards"]

        assert {card["title"]: card["age_text"] for card in cards} == {"quiet": "quiet for 20 days", "fresh": ""}

    def test_a_deal_closed_long_ago_is_not_on_the_board(self, browse, sara):
        services.win_opportunity(make_opportunity(name="old"), by=None, at=A_DAY)
        services.win_opportunity(make_opportunity(name="fresh"), by=None, at=timezone.now())

        assert self.columns(browse(sara).get(reverse("leads:opportunity-board")))["won"] == ["fresh"]

    def test_an_empty_board_says_how_to_begin(self, browse, omid, nima):
        make_opportunity(owner=nima)
        begin = f'class="button button-primary" href="{reverse("leads:opportunity-create")}"'

        page = browse(omid).get(reverse("leads:opportunity-board")).content.decode()

        assert ("No open opportunities" in page, begin in page, "data-board" in page) == (True, True, False)

    def test_a_rep_sees_their_own_and_no_sums_of_others(self, browse, omid, nima):
        make_opportunity(name="Mine", owner=omid, amount=Decimal(10))
        make_opportunity(name="Theirs", owner=nima, amount=Decimal(1000))

        response = browse(omid).get(reverse("leads:opportunity-board"), {"owner": nima.pk})

        assert self.columns(response)["contacted"] == ["Mine"]
        assert response.context["board"].total_text == "1 Toman"

    def test_it_costs_the_same_with_one_card_and_three(self, browse, sara):
        client, counts = browse(sara), []
        for wanted in (1, 3):
            while Opportunity.objects.count() < wanted:
                make_opportunity(owner=sara)
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("leads:opportunity-board"))
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 10


class TestMove:
    def move(self, client, opportunity, **data):
        headers = {"HX-Request": "true"} if data.pop("htmx", False) else {}
        return client.post(reverse("leads:opportunity-move", args=[opportunity.pk]), data, headers=headers)

    def test_by_menu_it_comes_back_to_the_board_with_an_undo(self, browse, omid):
        opportunity = make_opportunity(owner=omid)
        client = browse(omid)

        response = self.move(client, opportunity, stage="demo")
        assert response.url == reverse("leads:opportunity-board")
        opportunity.refresh_from_db()
        assert opportunity.stage.slug == "demo"

        client.post(toasts(response)[0][1])
        opportunity.refresh_from_db()
        assert opportunity.stage.slug == "contacted"

    def test_what_somebody_moved_since_stays_where_it_is(self, browse, omid, sara):
        """An undo, a card on an old board and a page left open would take the other one's change, or a win, away."""
        opportunity = make_opportunity(owner=omid, amount=Decimal(1000))
        client = browse(omid)
        undo = toasts(self.move(client, opportunity, stage="demo"))[0][1]
        lost = toasts(self.move(client, opportunity, stage="lost", answered="1", reason="Price"))[0][1]
        services.reopen_opportunity(opportunity, by=sara, at=timezone.now())
        services.win_opportunity(opportunity, by=sara, at=timezone.now())

        dragged = self.move(client, opportunity, stage="contacted", htmx=True, **{"from": "demo"})
        kept = [dragged.status_code]
        for late in (undo, lost):
            client.post(late)
            opportunity.refresh_from_db()
            kept.append((opportunity.stage.slug, opportunity.amount))

        assert kept == [409, ("won", 1000), ("won", 1000)]
        assert dragged.content.decode().startswith("Somebody moved this opportunity in the meantime, to “Won”.")

    def test_by_drag_it_answers_with_both_columns_all_sums_and_an_undo(self, browse, sara, omid, nima):
        opportunity = make_opportunity(name="Mine", owner=omid, amount=Decimal(1_000_000))
        make_opportunity(name="Waiting", owner=omid, amount=Decimal(500_000), stage="demo")
        make_opportunity(name="Theirs", owner=nima, amount=Decimal(9_000_000), stage="demo")
        client, board = browse(sara), f"{reverse('leads:opportunity-board')}?owner={omid.pk}"
        headers = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{board}"}

        response = client.post(reverse("leads:opportunity-move", args=[opportunity.pk]), {"stage": "demo"}, headers=headers)

        assert response.status_code == 200
        # the board was filtered to one owner: 1,500,000 Rial in demo, weighted × 0.30
        touched = {column["key"]: (column["count_text"], column["sum_text"]) for column in response.context["touched"]}
        assert touched == {"contacted": ("0", "0 Toman"), "demo": ("2", "150,000 Toman")}
        assert (response.context["board"].total_text, response.context["board"].weighted_text) == (
            "150,000 Toman",
            "45,000 Toman",
        )
        page = response.content.decode()
        assert ("Mine: Demo" in page, "<html" in page, "Theirs" in page) == (True, False, False)
        undo = next(str(message.extra_tags) for message in response.context["messages"])
        assert client.post(undo).url == board
        opportunity.refresh_from_db()
        assert opportunity.stage.slug == "contacted"

    def test_won_asks_for_the_amount_first(self, browse, omid):
        opportunity = make_opportunity(owner=omid, amount=Decimal(1000))
        client = browse(omid)

        asked = self.move(client, opportunity, stage="won")
        assert asked.url == f"/opportunities/{opportunity.pk}/move/?stage=won"
        assert client.get(asked.url).context["form"]["amount"].value() == "100"
        opportunity.refresh_from_db()
        assert opportunity.won_at is None

        response = self.move(client, opportunity, stage="won", answered="1", amount="90")
        opportunity.refresh_from_db()
        assert (opportunity.stage.slug, opportunity.amount) == ("won", 900)

        client.post(toasts(response)[0][1])
        opportunity.refresh_from_db()
        assert (opportunity.won_at, opportunity.stage.slug) == (None, "contacted")

    def test_a_win_that_brings_nothing_is_asked_about(self, browse, omid):
        opportunity, client = make_opportunity(owner=omid), browse(omid)

        asked = self.move(client, opportunity, stage="won", answered="1", amount="0")
        opportunity.refresh_from_db()
        assert ("won without one" in asked.context["form"].errors["amount"][0], opportunity.is_open) == (True, True)
        assert "Won without an amount" in asked.content.decode()

        self.move(client, opportunity, stage="won", answered="1", amount="0", without_amount="on")
        opportunity.refresh_from_db()
        assert (opportunity.stage.slug, opportunity.amount) == ("won", 0)

    def test_lost_asks_for_the_reason_first(self, browse, omid):
        opportunity = make_opportunity(owner=omid)
        client = browse(omid)

        refused = self.move(client, opportunity, stage="lost", answered="1", reason="")
        assert refused.context["form"].errors["reason"] == ["This field is required."]

        self.move(client, opportunity, stage="lost", answered="1", reason="Price")
        opportunity.refresh_from_db()
        assert (opportunity.stage.slug, opportunity.lost_reason) == ("lost", "Price")

    def test_a_closed_card_dragged_back_is_open_again(self, browse, omid, now):
        opportunity = services.win_opportunity(make_opportunity(owner=omid), by=None, at=now)

        self.move(browse(omid), opportunity, stage="negotiation", htmx=True)

        opportunity.refresh_from_db()
        assert (opportunity.won_at, opportunity.stage.slug) == (None, "negotiation")

    def test_an_unknown_stage_is_not_found(self, browse, omid):
        assert self.move(browse(omid), make_opportunity(owner=omid), stage="nowhere").status_code == 404


class TestOpportunityForms:
    def test_a_new_one_in_a_chosen_stage_for_a_customer(self, browse, omid):
        customer = Customer.objects.create(name="Arya", owner=omid)
        client = browse(omid)
        form = client.get(reverse("leads:opportunity-create"), {"customer": customer.pk}).context["form"]
        demo = form.fields["stage"].queryset.get(slug="demo")
        sent = {"name": "Big", "amount": "5", "customer": customer.title, "stage": demo.pk, "owner": omid.pk}
        sent |= {"token": form.initial["token"], "expected_close_on": "2025-10-01"}

        for _time in range(2):
            client.post(reverse("leads:opportunity-create"), sent)

        opportunity = Opportunity.objects.get()
        assert (opportunity.name, opportunity.amount, opportunity.customer, opportunity.stage) == ("Big", 50, customer, demo)
        assert (opportunity.owner, opportunity.expected_close_on.isoformat()) == (omid, "2025-10-01")

    def test_a_customer_of_others_is_no_choice(self, browse, omid, nima):
        theirs = Customer.objects.create(name="Theirs", owner=nima)
        stage = make_opportunity(owner=omid).stage

        sent = {"name": "Big", "customer": theirs.title, "stage": stage.pk}
        response = browse(omid).post(reverse("leads:opportunity-create"), sent)

        assert "customer" in response.context["form"].errors

    def test_edit_keeps_what_is_not_changed(self, browse, omid):
        opportunity = make_opportunity(owner=omid, amount=Decimal(1000))
        client = browse(omid)
        shown = client.get(reverse("leads:opportunity-edit", args=[opportunity.pk])).context["form"]
        sent = {name: shown[name].value() or "" for name in ("name", "amount", "expected_close_on", "customer")}

        client.post(reverse("leads:opportunity-edit", args=[opportunity.pk]), sent | {"owner": omid.pk, "name": "Renamed"})

        opportunity.refresh_from_db()
        assert (opportunity.name, opportunity.amount, opportunity.owner) == ("Renamed", 1000, omid)


def of_kind(name, model, context):
    """What was found of a kind: first what has just that number."""
    return [called.row for called in context["exact"] if isinstance(called.row, model)] + context[name]


class TestSearch:
    def test_it_finds_of_each_kind_what_one_may_see(self, browse, sara, omid, hana):
        make_lead(name="علی مرادی", owner=omid)
        Customer.objects.create(name="علی کریمی", owner=sara)
        make_opportunity(name="سفارش علی", owner=omid)

        def found(user):
            context = browse(user).get(f"/search/?q={quote('علي')}").context
            return {kind: [str(row) for row in context.get(kind, [])] for kind in ("leads", "customers", "opportunities")}

        assert found(sara) == {"leads": ["علی مرادی"], "customers": ["علی کریمی"], "opportunities": ["سفارش علی"]}
        assert found(omid) == {"leads": ["علی مرادی"], "customers": [], "opportunities": ["سفارش علی"]}
        assert found(hana) == {"leads": [], "customers": ["علی کریمی"], "opportunities": []}

    def test_the_dropdown_is_a_fragment(self, browse, sara):
        make_lead(name="Ali")

        page = browse(sara).get("/search/?q=ali", headers={"HX-Request": "true"}).content.decode()

        assert "<html" not in page
        assert "Ali" in page

    def test_nothing_found_is_said(self, browse, sara):
        assert "No match" in browse(sara).get("/search/?q=zzz").content.decode()

    def test_quotes_are_found_by_number_and_by_whom_they_are_for(self, browse, omid, nima):
        """Only what one may see finds them: a colleague's customer does not lead to them, though one's own quote is theirs."""
        arya, other = make_customer(name="Arya shop", owner=omid), make_customer(name="Other", owner=nima)
        numbered = make_quote(number="Q-1405/12", customer=arya, owner=omid)
        of_deal = make_quote(opportunity=make_opportunity(name="Big order", owner=omid, customer=arya))
        of_lead = make_quote(lead=make_lead(name="Reza", company="Pars", owner=omid), source="page", external_id="fade-1")
        hidden = make_quote(number="Q-9", customer=other, owner=nima)
        mine = make_quote(customer=other, owner=omid)

        def found(text, user=omid):
            return of_kind("quotes", Quote, browse(user).get("/search/", {"q": text}).context)

        assert found("q-۱۴۰۵/12") == [numbered]
        assert found("arya") == [of_deal, numbered]
        assert (found("big"), found("pars reza")) == ([of_deal], [of_lead])
        assert (found(f"#{mine.pk}"), found(f"#{hidden.pk}")) == ([mine], [])
        assert (found("other"), found("other", nima), found("fade")) == ([], [hidden], [])
        assert f'dir="ltr">#{of_lead.pk}</bdi>' in browse(omid).get("/palette/", {"q": "reza"}).content.decode()

    def test_orders_are_found_by_what_they_are_called_and_by_who_bought(self, browse, omid, nima):
        arya, other = make_customer(name="Arya shop", owner=omid), make_customer(name="Other", owner=nima)
        numbered = make_order(customer=arya, owner=omid, number="A-120")
        ours = make_order(customer=arya, owner=omid, source="page", external_id="fade-1")
        hidden = make_order(customer=other, owner=nima, number="A-129")

        def found(text, user=omid):
            return of_kind("orders", Order, browse(user).get("/search/", {"q": text}).context)

        assert (found("A-۱۲"), found("A-12", nima)) == ([numbered], [hidden])
        assert (found(f"#{ours.pk}"), found(f"#{hidden.pk}"), found("#")) == ([ours], [], [])
        # What is called so comes before what was bought by who is called so; a colleague's customer is none of mine.
        second = make_order(customer=arya, owner=omid, number="arya shop")
        third = make_order(customer=arya, owner=omid)
        assert (found("arya shop"), found("other"), found("other", nima)) == ([second, third, ours, numbered], [], [hidden])
        assert f'dir="ltr">#{ours.pk}</bdi>' in browse(omid).get("/palette/", {"q": f"#{ours.pk}"}).content.decode()

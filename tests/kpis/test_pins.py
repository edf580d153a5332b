"""Pins: each user chooses the cards of their overview, puts them in order, and takes any change back."""

import pytest
from django.core.exceptions import ValidationError

from crm.models import User
from kpis.catalogue import CATALOGUE
from kpis.dashboards import LEADERS, PINNED, own, pinned
from kpis.definitions import Timing, is_hidden
from kpis.models import Pins
from kpis.services import pin_kpi, set_pins, undo_pins, unpin_kpi

pytestmark = pytest.mark.django_db
TWELVE = list(CATALOGUE)[:12]


def keys(user):
    return [kpi.key for kpi in own(user)]


def toast(response):
    """The last message, and the address that takes the change back."""
    message = list(response.context["messages"])[-1]
    return str(message), message.extra_tags


class TestPins:
    def test_without_pins_a_user_has_the_cards_of_their_role(self, sara, omid):
        assert (keys(sara), keys(omid)) == (list(LEADERS), list(PINNED[User.Role.REP]))

    def test_a_pinned_kpi_is_the_last_card_and_only_ones_own(self, sara, mina):
        pin_kpi(sara, "leads")
        pin_kpi(sara, "leads")

        assert (keys(sara), keys(mina)) == ([*LEADERS, "leads"], list(LEADERS))
        assert Pins.objects.get().version == 1

    def test_an_unpinned_kpi_leaves_the_order_of_the_others(self, sara):
        unpin_kpi(sara, "new_customers")

        assert keys(sara) == [key for key in LEADERS if key != "new_customers"]

    def test_the_last_change_is_taken_back_once(self, sara):
        set_pins(sara, ["nps", "revenue"])
        pins = set_pins(sara, ["leads"])

        undo_pins(sara, pins.version)
        with pytest.raises(ValidationError) as refused:
            undo_pins(sara, pins.version)

        assert (keys(sara), refused.value.code) == (["nps", "revenue"], "changed-since")

    def test_the_first_change_is_taken_back_to_the_role(self, sara):
        undo_pins(sara, pin_kpi(sara, "leads").version)

        assert keys(sara) == list(LEADERS)

    def test_back_to_the_role_and_back_from_it(self, sara):
        set_pins(sara, ["leads"])
        pins = set_pins(sara, None)
        usual = keys(sara)
        undo_pins(sara, pins.version)

        assert (usual, keys(sara)) == (list(LEADERS), ["leads"])

    @pytest.mark.parametrize(
        ("wish", "code"),
        [
            ([], "last-card"),
            (list(CATALOGUE)[:13], "too-many"),
            (["leads", "leads"], "invalid-choice"),
            (["leads", "luck"], "invalid-choice"),
        ],
    )
    def test_what_is_no_order_of_cards_is_refused(self, sara, wish, code):
        with pytest.raises(ValidationError) as refused:
            set_pins(sara, wish)

        assert (refused.value.code, keys(sara)) == (code, list(LEADERS))

    def test_the_thirteenth_is_refused_and_the_last_one_stays(self, sara):
        set_pins(sara, TWELVE)
        with pytest.raises(ValidationError) as full:
            pin_kpi(sara, list(CATALOGUE)[12])
        set_pins(sara, ["leads"])
        with pytest.raises(ValidationError) as alone:
            unpin_kpi(sara, "leads")

        assert (full.value.code, alone.value.code, keys(sara)) == ("too-many", "last-card", ["leads"])

    def test_what_a_role_does_not_see_is_not_pinned_and_falls_away(self, omid, hana):
        with pytest.raises(ValidationError):
            pin_kpi(omid, "cost_per_lead")
        set_pins(omid, ["leads", "revenue"])
        omid.role = User.Role.SUPPORT
        Pins.objects.filter(user=omid).update(kpis=["leads", "revenue", "gone"])

        assert keys(omid) == ["revenue"]
        assert [kpi.key for kpi in own(hana) if is_hidden(kpi, hana)] == []

    def test_of_one_timing_the_catalogue_fills_up_to_eight(self, sara):
        set_pins(sara, ["leads", "revenue"])

        leading = pinned(sara, Timing.LEADING)

        assert (leading[0].key, len(leading), {kpi.timing for kpi in leading} - {Timing.LEADING, Timing.BOTH}) == (
            "leads",
            8,
            set(),
        )


class TestPinPages:
    def test_a_kpi_is_pinned_from_its_page_and_the_change_undone(self, browse, sara):
        client = browse(sara)

        page = client.post("/kpis/leads/pin/", {"next": "/kpis/leads/?period=1404-07"}, follow=True)
        text, undo = toast(page)

        assert page.redirect_chain == [("/kpis/leads/?period=1404-07", 302)]
        assert text == "“Leads generated” stands on your overview now."
        assert [card.key for card in client.get("/kpis/").context["cards"]] == [*LEADERS, "leads"]
        assert (page.context["pin"]["is_on"], page.context["pin"]["url"]) == (True, "/kpis/leads/unpin/")
        assert client.post(undo).url == "/kpis/"
        assert keys(sara) == list(LEADERS)

    def test_the_catalogue_says_what_is_pinned_and_offers_what_may_be(self, browse, omid):
        groups = browse(omid).get("/kpis/catalog/").context["groups"]
        pins = {row["kpi"].key: row["pin"] for group in groups for row in group["rows"]}

        assert {key for key, pin in pins.items() if pin["is_on"]} == set(PINNED[User.Role.REP])
        assert pins["cost_per_lead"]["is_offered"] is False
        assert pins["mqls"]["is_offered"] is True

    def test_buttons_put_the_form_in_order_and_save_keeps_it(self, browse, sara):
        """Without scripts: down the first, off the last, another one added, saved."""
        client, shown = browse(sara), ["revenue", "leads", "nps"]

        def press(kpis, **button):
            return [kpi.key for kpi in client.post("/kpis/pins/", {"kpi": kpis, **button}).context["form"].rows]

        moved = press(shown, arrange="down-0")
        taken = press(moved, arrange="remove-2")
        grown = press(taken, arrange="add", new_kpi="orders")
        before = keys(sara)
        saved = client.post("/kpis/pins/", {"kpi": grown}, follow=True)

        assert moved == ["leads", "revenue", "nps"]
        assert taken == ["leads", "revenue"]
        assert grown == ["leads", "revenue", "orders"]
        assert (before, keys(sara)) == (list(LEADERS), grown)
        assert [card.key for card in saved.context["cards"]] == grown

    @pytest.mark.parametrize("button", ["up-0", "down-2", "down-9", "up-", "sideways-1", "add", "remove-99999", "up-²"])
    def test_a_button_without_a_row_changes_nothing(self, browse, sara, button):
        shown = ["revenue", "leads", "nps"]

        page = browse(sara).post("/kpis/pins/", {"kpi": shown, "arrange": button})

        assert [kpi.key for kpi in page.context["form"].rows] == shown

    @pytest.mark.parametrize(
        ("kpis", "field"),
        [([], "__all__"), (["luck"], "kpi"), (["leads", "leads"], "__all__"), (list(CATALOGUE)[:13], "__all__")],
    )
    def test_what_is_no_order_of_cards_is_said_on_the_form(self, browse, sara, kpis, field):
        page = browse(sara).post("/kpis/pins/", {"kpi": kpis})

        assert (page.status_code, list(page.context["form"].errors)) == (200, [field])
        assert Pins.objects.filter(kpis__isnull=False).count() == 0

    def test_the_usual_cards_come_back(self, browse, sara):
        set_pins(sara, ["leads"])

        page = browse(sara).post("/kpis/pins/reset/", follow=True)

        assert [card.key for card in page.context["cards"]] == list(LEADERS)

    @pytest.mark.parametrize("address", ["/kpis/luck/pin/", "/kpis/luck/unpin/"])
    def test_what_is_no_kpi_is_not_found(self, browse, sara, address):
        assert browse(sara).post(address).status_code == 404

    def test_an_undo_of_long_ago_is_refused_in_words(self, browse, sara):
        client = browse(sara)
        first = pin_kpi(sara, "leads").version
        pin_kpi(sara, "orders")

        page = client.post(f"/kpis/pins/undo/{first}/", {"next": "/kpis/"}, follow=True)

        assert toast(page)[0] == "The cards have been changed since."
        assert keys(sara) == [*LEADERS, "leads", "orders"]
        assert client.post(f"/kpis/pins/undo/{10**30}/").status_code in (302, 404)

    def test_a_stranger_pins_nothing(self, browse):
        assert browse().post("/kpis/leads/pin/").url.startswith("/account/login/")
        assert Pins.objects.count() == 0

"""Contracts on the customer's page: how each stands, and how it is entered, corrected, ended and taken back."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.utils import timezone

from customers.models import Contract
from customers.services import contracts as services
from customers.services.merging import merge_customers, undo_merge
from tests.api_client import Api
from tests.factories.customers import make_contract, make_customer

pytestmark = pytest.mark.django_db

AT = datetime(2025, 9, 23, 7, 0, tzinfo=UTC)  # 1 Mehr 1404
TODAY = date(2025, 9, 23)
DAY = timedelta(days=1)
TOKEN = "0f0e8a2e-3a3c-4a53-9d1c-0d6a1d0b6a11"
MEHR = {"plan": "Gold", "starts_on": "۱۴۰۴/۷/۱", "ends_on": "1404-12-29", "monthly_amount": "۱۲۰٬۰۰۰"}


@pytest.fixture(autouse=True)
def the_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT)


@pytest.fixture
def customer(omid):
    return make_customer(owner=omid)


def toast(response):
    return [(str(message), message.extra_tags) for message in get_messages(response.wsgi_request)][-1]


def enter(client, customer, **facts):
    return client.post(f"/customers/{customer.pk}/contracts/new/", facts)


def stored():
    return list(Contract.objects.order_by("pk").values_list("plan", "starts_on", "ends_on", "monthly_amount", "is_trial"))


GOLD = ("Gold", TODAY, date(2026, 3, 20), Decimal(1_200_000), False)  # 120,000 tomans; 29 Esfand 1404


def test_how_each_stands_today(browse, omid, customer):
    spans = {
        "yesterday": (TODAY - DAY, TODAY - DAY),
        "today": (TODAY, TODAY),
        "on": (TODAY - DAY, None),
        "later": (TODAY + DAY, None),
    }
    for plan, (first, last) in spans.items():
        make_contract(customer=customer, plan=plan, starts_on=first, ends_on=last)

    rows = browse(omid).get(f"/customers/{customer.pk}/").context["contracts"]

    states = [(row.plan, row.state) for row in rows]
    assert states == [("later", "to_come"), ("today", "running"), ("on", "running"), ("yesterday", "ended")]


def test_those_left_out_are_counted_and_shown_on_demand(browse, omid, customer):
    Contract.objects.bulk_create(Contract(customer=customer, starts_on=TODAY + n * DAY) for n in range(52))
    client = browse(omid)

    first, whole = (client.get(f"/customers/{customer.pk}/{query}") for query in ("", "?contracts=all"))

    # 50 are shown, the newest first, so that the two oldest of 52 are left out
    assert [len(first.context["contracts"]), len(whole.context["contracts"])] == [50, 52]
    assert [page.context["older_contracts"] for page in (first, whole)] == [2, 0]
    assert ["?contracts=all#" in page.content.decode() for page in (first, whole)] == [True, False]


class TestEntering:
    def test_in_the_calendar_of_the_reader_and_once(self, browse, omid, customer):
        omid.calendar = "jalali"
        omid.save()
        client = browse(omid)

        for _time in range(2):
            response = enter(client, customer, token=TOKEN, **MEHR)

        assert (response.url, stored()) == (f"/customers/{customer.pk}/", [GOLD])
        assert enter(client, customer, token=TOKEN, **MEHR | {"plan": "Silver"}).status_code == 302
        assert len(stored()) == 2

    @pytest.mark.parametrize(
        ("field", "wrong"), [("starts_on", ""), ("starts_on", "1404/7/31"), ("ends_on", "2025-09-22"), ("monthly_amount", "x")]
    )
    def test_what_cannot_be_is_said_at_its_field(self, browse, omid, customer, field, wrong):
        typed = {"starts_on": "2025-09-23", field: wrong}

        response = enter(browse(omid), customer, **typed)

        assert (list(response.context["form"].errors), stored()) == ([field], [])

    def test_a_slip_is_taken_back_by_whoever_made_it(self, browse, omid, customer):
        client = browse(omid)
        text, undo = toast(enter(client, customer, token=TOKEN, starts_on="2025-09-23"))
        _text, again = toast(client.post(undo))
        removed = stored()

        client.post(again)

        assert (text, removed, stored()) == ("The contract was saved.", [], [("", TODAY, None, 0, False)])

    def test_a_slip_is_one_still_when_its_change_was_taken_back(self, browse, omid, customer):
        client = browse(omid)
        _text, undo = toast(enter(client, customer, token=TOKEN, plan="Gold", starts_on="2025-09-23"))
        edited = f"/contracts/{Contract.objects.get().pk}/edit/"
        _text, back = toast(client.post(edited, {"plan": "Silver", "starts_on": "2025-09-23"}))
        refused = toast(client.post(undo))[0]

        client.post(back)
        client.post(undo)

        assert (refused, stored()) == ("A contract is ended, not removed: ask a manager.", [])


class TestChanging:
    def test_ended_on_a_day_and_taken_back(self, browse, omid, customer):
        contract, client = make_contract(customer=customer, starts_on=TODAY), browse(omid)
        early = client.post(f"/contracts/{contract.pk}/end/", {"ends_on": "2025-09-22"})
        text, undo = toast(client.post(f"/contracts/{contract.pk}/end/", {"ends_on": "2025-09-30"}))
        ended = stored()

        client.post(undo)

        assert early.context["form"].errors == {"ends_on": ["The first day comes after the last."]}
        assert (text, ended[0][2], stored()[0][2]) == (
            "The last day of the contract is 30 September 2025.",
            date(2025, 9, 30),
            None,
        )

    def test_corrected_only_as_it_was_seen_and_taken_back_only_as_it_was_left(self, browse, omid, customer):
        contract, client = make_contract(customer=customer, plan="Gold"), browse(omid)
        seen = contract.updated_at.isoformat()
        typed = {"plan": "Silver", "starts_on": "2025-01-01", "is_trial": "on", "seen": seen}
        _text, undo = toast(client.post(f"/contracts/{contract.pk}/edit/", typed))

        Contract.objects.update(plan="Iron", updated_at=AT + DAY)
        late = client.post(f"/contracts/{contract.pk}/edit/", typed | {"plan": "Bronze"})
        client.post(undo)

        (error,) = late.context["form"].non_field_errors()
        assert error == "Somebody changed this contract in the meantime: open it again and repeat your change."
        assert stored() == [("Iron", date(2025, 1, 1), None, 0, True)]

    def test_sent_twice_it_is_one_change(self, browse, omid, customer):
        contract, client = make_contract(customer=customer, plan="Gold"), browse(omid)
        typed = {"plan": "Silver", "starts_on": "2025-01-01", "seen": contract.updated_at.isoformat()}

        answers = [client.post(f"/contracts/{contract.pk}/edit/", typed) for _time in range(2)]

        assert [toast(answer)[0] for answer in answers] == ["Saved."] * 2
        assert stored() == [("Silver", date(2025, 1, 1), None, 0, False)]

    def test_ended_only_as_it_was_seen(self, browse, omid, customer):
        contract, client = make_contract(customer=customer), browse(omid)
        url = f"/contracts/{contract.pk}/end/"
        seen = client.get(url).context["form"].initial["seen"]
        Contract.objects.update(ends_on=date(2026, 5, 5), updated_at=AT + DAY)

        late = client.post(url, {"ends_on": "2025-11-01", "seen": seen}).context["form"]

        assert (late.non_field_errors()[0][:39], stored()[0][2]) == (
            "Somebody changed this contract in the m",
            date(2026, 5, 5),
        )


def test_only_managers_remove_what_was_not_a_slip(browse, sara, omid, customer):
    contract = make_contract(customer=customer, plan="Gold")
    address = f"/contracts/{contract.pk}/remove/"

    refused = toast(browse(omid).post(address))[0]
    kept = stored()
    browse(sara).post(address)

    assert (refused, len(kept), stored()) == ("A contract is ended, not removed: ask a manager.", 1, [])


@pytest.mark.parametrize("who", ["nobody", "a manager", "a colleague", "an integration"])
def test_a_slip_is_only_what_nobody_else_has_had_in_hand(browse, sara, omid, customer, who):
    enter(browse(sara if who == "a colleague" else omid), customer, token=TOKEN, plan="Gold", starts_on="2025-09-23")
    contract = Contract.objects.get()
    if who == "a manager":
        edited = browse(sara).post(f"/contracts/{contract.pk}/edit/", {"plan": "Silver", "starts_on": "2025-09-23"})
        browse(sara).post(toast(edited)[1])
    elif who == "an integration":
        for plan in ("Silver", "Gold"):
            Api(browse(sara)).patch(f"/contracts/{contract.pk}/", {"plan": plan})

    text, _undo = toast(browse(omid).post(f"/contracts/{contract.pk}/remove/"))

    refused = ("A contract is ended, not removed: ask a manager.", 1)
    assert (text, len(stored())) == (("The contract was removed.", 0) if who == "nobody" else refused)


def test_only_ones_own_change_of_just_now_is_taken_back(browse, sara, omid, monkeypatch, customer):
    contract = make_contract(customer=customer, plan="Gold")
    _text, undo = toast(browse(sara).post(f"/contracts/{contract.pk}/remove/"))
    forged = f"/customers/{customer.pk}/contracts/undo/{services.last_change(contract.pk)}/"

    refused = [toast(browse(user).post(url))[0] for user, url in ((omid, undo), (omid, forged), (sara, forged))]
    monkeypatch.setattr(timezone, "now", lambda: AT + timedelta(minutes=61))
    refused.append(toast(browse(sara).post(undo))[0])

    assert refused == ["Only your own change can be taken back."] * 3 + ["A change can be taken back for an hour."]
    assert stored() == []


def test_nothing_is_taken_back_from_a_colleagues_customer(browse, omid, nima, customer):
    contract = make_contract(customer=customer, plan="Gold")
    Contract.objects.update(customer=make_customer(owner=nima))  # by the API
    way = services.way_back(services.last_change(contract.pk), by=omid, at=AT)

    text, _undo = toast(browse(omid).post(f"/customers/{customer.pk}/contracts/undo/{way}/"))

    assert (text[:39], Contract.objects.get().customer.owner) == ("Somebody changed this contract in the m", nima)


def test_what_was_sent_again_does_not_come_back_a_second_time(browse, sara, customer):
    contract, client = make_contract(customer=customer, source="web", external_id="5"), browse(sara)
    _text, undo = toast(client.post(f"/contracts/{contract.pk}/remove/"))
    make_contract(customer=customer, source="web", external_id="5", plan="Again", starts_on=TODAY)

    text, _undo = toast(client.post(undo))

    assert (text[:39], stored()) == ("Somebody changed this contract in the m", [("Again", TODAY, None, 0, False)])


def test_whoever_is_late_for_one_that_was_removed_is_told_so(browse, sara, omid, nima, customer):
    contract, client = make_contract(customer=customer), browse(omid)
    url, gone = f"/contracts/{contract.pk}/", "This contract was removed in the meantime."
    browse(sara).post(f"{url}remove/")

    edited = client.post(f"{url}edit/", {"plan": "Typed", "starts_on": "2025-01-01"}).context["form"]
    ended = client.post(f"{url}end/", {"ends_on": "2025-10-01"}).context["form"]
    again = browse(sara).post(f"{url}remove/", {"next": f"/customers/{customer.pk}/"})

    assert (edited.non_field_errors(), edited["plan"].value(), ended.non_field_errors()) == ([gone], "Typed", [gone])
    assert (toast(again)[0], again.url, stored()) == (gone, f"/customers/{customer.pk}/", [])
    assert [client.get(f"{url}edit/").status_code, browse(nima).post(f"{url}end/").status_code] == [404, 404]


def test_one_that_goes_while_it_is_changed(sara, customer):
    contract = make_contract(customer=customer)
    Contract.objects.filter(pk=contract.pk).delete()

    with pytest.raises(ValidationError, match="removed in the meantime"):
        services.edit_contract(contract, by=sara, at=AT, plan="Late")


def test_nothing_comes_back_to_a_customer_who_was_merged(browse, sara, customer):
    contract, client = make_contract(customer=customer), browse(sara)
    _text, undo = toast(client.post(f"/contracts/{contract.pk}/remove/"))
    customer.merged_into = make_customer()
    customer.save()

    assert (toast(client.post(undo))[0][:39], stored()) == ("Somebody changed this contract in the m", [])


def test_what_was_removed_while_two_were_one_comes_back_to_whose_it_was(browse, sara, customer):
    contract, client, other = make_contract(customer=customer), browse(sara), make_customer()
    merge_customers(customer, into=other, by=sara, at=AT)
    _text, undo = toast(client.post(f"/contracts/{contract.pk}/remove/"))
    undo_merge(customer, by=sara, at=datetime.now(UTC))  # the history has a clock of its own

    client.post(undo)

    assert Contract.objects.get().customer == customer


def test_who_may_not_see_the_customer_does_nothing(browse, omid, nima, customer):
    contract = make_contract(customer=customer)
    _text, undo = toast(browse(omid).post(f"/contracts/{contract.pk}/end/", {"ends_on": "2025-10-01"}))
    before = stored()
    own = undo.replace(f"/customers/{customer.pk}/", f"/customers/{make_customer(owner=nima).pk}/")
    urls = [f"/customers/{customer.pk}/contracts/new/", f"/contracts/{contract.pk}/edit/", f"/contracts/{contract.pk}/end/"]

    for url in [*urls, f"/contracts/{contract.pk}/remove/", undo]:
        typed = {"starts_on": "2025-01-01", "ends_on": "2025-11-01"}
        assert [browse(user).post(url, typed).status_code for user in (nima, None)] == [404, 302]
    assert toast(browse(nima).post(own))[0] == "Only your own change can be taken back."
    assert stored() == before


def test_without_a_plan_it_is_called_by_its_shops_key_or_its_number(customer):
    synced = make_contract(customer=customer, source="web", external_id="A-7", plan="")
    entered = make_contract(customer=customer, source="page", external_id="5145426f", plan="")

    assert (str(synced), str(entered)) == ("A-7", f"#{entered.pk}")

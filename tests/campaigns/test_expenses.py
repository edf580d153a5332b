"""Expenses in the pages: entered once, corrected by one hand at a time, removed and taken back, by those who see costs."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from campaigns.models import Campaign, Expense
from campaigns.services import spending
from crm.models import ExchangeRate
from tests.api_client import Api
from tests.conftest import make_user
from tests.factories.campaigns import make_channel
from tests.spreadsheets import csv_rows

pytestmark = pytest.mark.django_db
AT = datetime(2025, 9, 23, 7, 0, tzinfo=UTC)  # 1 Mehr 1404
FIRST, LAST = date(2025, 9, 23), date(2025, 10, 22)
NEW, PASTE = "/campaigns/expenses/new/", "/campaigns/expenses/paste/"
TYPED = {
    "kind": "ads", "amount": "۷٬۵۰۰٬۰۰۰", "valid_from": "۱۴۰۴/۷/۱", "valid_to": "30 Mehr 1404", "note": "Instagram",
    "token": "8f14e45f-ceea-467f-9a5b-0c2d5a3a2222",
}  # fmt: skip
# 7,500,000 tomans
STORED = ("ads", Decimal(75_000_000), FIRST, LAST, "Instagram")


@pytest.fixture(autouse=True)
def the_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT)


@pytest.fixture
def autumn(db):
    return Campaign.objects.create(name="Autumn", budget=100_000_000)


@pytest.fixture
def marketer(browse):
    return browse(make_user("Maryam", "marketer", "all", None))


def toast(response):
    return [(str(message), message.extra_tags) for message in get_messages(response.wsgi_request)][-1]


def stored():
    return list(Expense.objects.order_by("pk").values_list("kind", "amount", "valid_from", "valid_to", "note"))


def typed(client, address):
    """What stands in the fields of a form, as it would be sent back."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    return {name: getattr(value, "pk", value) for name, value in values.items()}


def test_it_is_entered_once_and_taken_back_from_the_page_it_was_entered_on(marketer, autumn):
    page = f"/campaigns/{autumn.pk}/"
    address = f"{NEW}?campaign={autumn.pk}&next={page}"
    begun = typed(marketer, address)
    first, second = (marketer.post(address, begun | TYPED) for _ in range(2))
    made = Expense.objects.get()
    text, undo = toast(first)

    assert (begun["campaign"], begun["valid_from"]) == (autumn.pk, "2025-09-23")
    assert (first.url, second.url, stored(), made.campaign) == (page, page, [STORED], autumn)
    assert (made.currency, made.currency_amount, made.rate, made.source) == ("IRR", Decimal(75_000_000), 1, "page")
    assert (text, marketer.post(undo).url, stored()) == ("The expense was saved.", page, [])


def test_without_a_last_day_it_is_of_one_day(marketer):
    answer = marketer.post(NEW, TYPED | {"valid_to": "", "kind": "operating"})

    assert (answer.url, stored()) == ("/campaigns/expenses/", [("operating", Decimal(75_000_000), FIRST, FIRST, "Instagram")])


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("kind", "fun", "Select a valid choice. fun is not one of the available choices."),
        ("amount", "", "This field is required."),
        ("amount", "much", "Enter an amount in digits, such as 1250000."),
        ("amount", "-1", "An amount is not negative."),
        ("amount", "0.05", "An amount in Toman has at most this many decimals: 1."),
        ("valid_to", "1404/06/31", "The first day comes after the last."),
        ("campaign", "0", "Select a valid choice. That choice is not one of the available choices."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(marketer, field, text, said):
    form = marketer.post(NEW, TYPED | {field: text}).context["form"]

    assert (dict(form.errors), form[field].value(), form["note"].value()) == ({field: [said]}, text, "Instagram")
    assert stored() == []


def test_it_lasts_ten_years_at_most(marketer):
    form = marketer.post(NEW, TYPED | {"valid_from": "2015-10-01"}).context["form"]

    # From 1 October 2015 to 22 October 2025; 3,660 days go up to 8 October.
    assert (dict(form.errors), stored()) == ({"valid_to": ["An expense lasts ten years at most."]}, [])


def test_a_form_that_nobody_touched_changes_nothing(marketer):
    """Also not the amount of one in dollars, which is shown as it was sent."""
    facts = {"kind": "ads", "valid_from": FIRST, "valid_to": LAST}
    Expense.objects.create(**facts, amount=75_000_000)
    Expense.objects.create(**facts, amount=85_000, currency="USD", currency_amount="0.1", rate=850_000, note="API")
    before = list(Expense.objects.order_by("pk").values())

    for row in before:
        address = f"/campaigns/expenses/{row['id']}/edit/"
        marketer.post(address, typed(marketer, address))

    assert list(Expense.objects.order_by("pk").values()) == before


def test_an_amount_in_dollars_keeps_its_rate(marketer):
    row = Expense.objects.create(
        kind="ads", amount=85_000, currency="USD", currency_amount="0.1", rate=850_000, valid_from=FIRST, valid_to=LAST
    )
    address = f"/campaigns/expenses/{row.pk}/edit/"
    marketer.post(address, typed(marketer, address) | {"amount": "2.50"})

    # 2.50 dollars at 850,000 rials
    assert Expense.objects.values_list("amount", "currency_amount", "rate").get() == (2_125_000, Decimal("2.5"), 850_000)


def test_too_much_in_dollars_is_said_at_the_amount(marketer):
    row = Expense.objects.create(
        kind="ads", amount=85_000, currency="USD", currency_amount="0.1", rate=850_000, valid_from=FIRST, valid_to=LAST
    )
    address = f"/campaigns/expenses/{row.pk}/edit/"
    form = marketer.post(address, typed(marketer, address) | {"amount": "9" * 17}).context["form"]

    assert (dict(form.errors), Expense.objects.get().amount) == ({"amount": ["An amount has at most 18 digits."]}, 85_000)


def test_a_change_is_taken_back_and_who_was_slower_overwrites_nothing(marketer, monkeypatch):
    marketer.post(NEW, TYPED)
    address = f"/campaigns/expenses/{Expense.objects.get().pk}/edit/"
    mine = typed(marketer, address)
    monkeypatch.setattr(timezone, "now", lambda: AT + timedelta(minutes=1))
    _text, undo = toast(marketer.post(address, mine | {"amount": "5", "note": "Typo"}))
    changed = stored()

    late = marketer.post(address, mine | {"amount": "6"}).context["form"]
    marketer.post(undo)

    assert (changed, stored()) == ([("ads", Decimal(50), FIRST, LAST, "Typo")], [STORED])
    assert late.non_field_errors() == ["Somebody changed this expense in the meantime: open it again and repeat your change."]


def test_one_that_was_removed_comes_back_with_its_key_only_by_whoever_removed_it(browse, marketer, sara):
    marketer.post(NEW, TYPED)
    before = Expense.objects.values().get()
    url = f"/campaigns/expenses/{before['id']}/"
    text, undo = toast(marketer.post(f"{url}remove/", {"next": "/campaigns/"}))
    gone = stored()

    late = browse(sara).post(f"{url}edit/", TYPED).context["form"]
    refused = toast(browse(sara).post(undo))[0]
    answer = marketer.post(undo)

    assert (text, gone, answer.url) == ("The expense was removed.", [], "/campaigns/")
    assert late.non_field_errors() == ["This expense was removed in the meantime."]
    assert refused == "Only your own change can be taken back."
    back = Expense.objects.values().get()
    assert {name for name in before if back[name] != before[name]} <= {"updated_at"}


def test_nothing_comes_back_an_hour_later_nor_to_a_campaign_that_is_gone(marketer, autumn, monkeypatch):
    ways = []
    for note in ("one", "two"):
        marketer.post(NEW, TYPED | {"campaign": autumn.pk, "note": note})
        ways.append(toast(marketer.post(f"/campaigns/expenses/{Expense.objects.get().pk}/remove/"))[1])
    autumn.delete()
    said = [toast(marketer.post(ways[0]))[0]]
    monkeypatch.setattr(timezone, "now", lambda: AT + timedelta(minutes=61))
    said.append(toast(marketer.post(ways[1]))[0])

    assert said == [
        "Somebody changed this expense in the meantime: open it again and repeat your change.",
        "A change can be taken back for an hour.",
    ]
    assert stored() == []


def test_the_list_is_filtered_and_added_up(marketer, autumn):
    search = make_channel(name="Search")
    facts = {"valid_from": FIRST, "valid_to": LAST}
    Expense.objects.create(kind="ads", amount=100, campaign=autumn, channel=search, **facts)
    Expense.objects.create(kind="content", amount=20, campaign=autumn, **facts)
    Expense.objects.create(kind="ads", amount=3, **facts)

    def seen(query):
        context = marketer.get(f"/campaigns/expenses/?{query}").context
        return [row.amount for row in context["rows"]], context["total"]

    # The last entered comes first.
    assert seen("") == ([3, 20, 100], 123)
    assert seen(f"campaign={autumn.pk}") == ([20, 100], 120)
    assert seen(f"campaign={autumn.pk}&kind=ads&channel={search.pk}") == ([100], 100)
    assert seen("campaign=none") == ([3], 3)
    assert seen("campaign=999999999999") == ([], None)


def test_the_campaign_shows_what_it_cost_beside_its_budget(marketer, autumn):
    for amount in (40_000_000, 35_000_000):
        Expense.objects.create(kind="ads", amount=amount, campaign=autumn, valid_from=FIRST, valid_to=FIRST)

    page = marketer.get(f"/campaigns/{autumn.pk}/")

    assert page.context["expense_total"] == 75_000_000
    panel = unescape(page.content.decode()).partition('id="costs-title"')[2]
    assert f"{NEW}?campaign={autumn.pk}&next=/campaigns/{autumn.pk}/" in panel
    assert ['<data value="75000000' in panel, '<data value="100000000' in panel] == [True, True]


def test_reps_and_support_neither_see_nor_write_them(browse, marketer, omid, hana, autumn):
    marketer.post(NEW, TYPED | {"campaign": autumn.pk})
    row = Expense.objects.get()
    way = spending.way_back(1, by=omid, at=AT)
    url = f"/campaigns/expenses/{row.pk}/"

    for client in map(browse, (omid, hana)):
        read = [client.get(address).status_code for address in ("/campaigns/expenses/", NEW, PASTE, f"{url}edit/")]
        written = [
            client.post(address, TYPED | {"note": "Theirs"}).status_code
            for address in (NEW, PASTE, f"{url}edit/", f"{url}remove/", f"/campaigns/expenses/undo/{way}/", f"{PASTE}undo/{way}/")
        ]
        assert (read, written) == ([403] * 4, [403] * 6)
    page = browse(omid).get(f"/campaigns/{autumn.pk}/")
    assert (page.status_code, "costs-title" in page.content.decode(), stored()) == (200, False, [STORED])
    assert browse(None).post(NEW, TYPED).status_code == 302


def test_the_api_shows_it_as_one_that_was_sent(marketer):
    marketer.post(NEW, TYPED)

    body = Api(marketer).get("/expenses/").json()["results"][0]

    assert [body[name] for name in ("currency", "amount", "base_amount", "rate")] == ["IRR", "75000000", "75000000", "1"]


def test_days_asked_for_show_what_touches_them_and_how_much_of_it_is_theirs(marketer):
    """300 over Mehr is 10 a day: from 1 to 10 Mehr it is 100, and the 7 of 1 Aban is none of it."""
    Expense.objects.create(kind="ads", amount=300, valid_from=FIRST, valid_to=LAST)
    Expense.objects.create(kind="ads", amount=7, valid_from=LAST + timedelta(days=1), valid_to=LAST + timedelta(days=1))

    def seen(days):
        context = marketer.get(f"/campaigns/expenses/?days={days}").context
        return [row.amount for row in context["rows"]], context["total"], context["within"]

    assert seen("2025-09-23..2025-10-02") == ([300], 300, 100)
    assert seen("1404-08") == ([7], 7, 7)
    assert seen("") == ([7, 300], 307, None)
    assert seen("yesteryear") == ([], None, None)


def test_a_new_one_in_dollars_is_counted_at_the_rate_of_its_first_day(marketer):
    ExchangeRate.objects.create(currency="USD", day=FIRST, rate=850_000)
    begun = typed(marketer, NEW) | TYPED | {"currency": "USD", "amount": "2.50"}

    early = marketer.post(NEW, begun | {"valid_from": "2025-09-22"}).context["form"]
    assert dict(early.errors) == {"currency": ["There is no exchange rate of USD for this day: it is entered in the settings."]}

    for _twice in range(2):
        marketer.post(NEW, begun)
    # 2.50 dollars at 850,000 rials
    row = Expense.objects.get()
    assert (row.amount, row.currency, row.currency_amount, row.rate) == (2_125_000, "USD", Decimal("2.5"), 850_000)
    assert "USD" in marketer.get("/campaigns/expenses/").content.decode()


ROWS = "روز\tکمپین\tمبلغ\n۱۴۰۴/۷/۱\tautumn\t۷٬۵۰۰٬۰۰۰\tInstagram\n2025-10-22\t\t1,000\n2025-10-22\t\t1,000"


def test_pasted_rows_are_shown_first_and_entered_together_once(marketer, autumn):
    """In tomans. The two last rows say the same and are two expenses; the heading is none."""
    begun = typed(marketer, PASTE) | {"kind": "ads", "text": ROWS}

    preview = marketer.post(PASTE, begun).context["form"]
    assert (preview.total, len(preview.rows), stored()) == (75_020_000, 3, [])

    for _twice in range(2):
        answer = marketer.post(PASTE, begun | {"save": "1"})
    again = ("ads", Decimal(10_000), LAST, LAST, "")
    assert stored() == [("ads", Decimal(75_000_000), FIRST, FIRST, "Instagram"), again, again]
    assert toast(answer)[0] == "Expenses saved: 3."
    assert list(Expense.objects.filter(campaign=autumn).values_list("amount", flat=True)) == [75_000_000]


def test_pasted_rows_are_taken_back_together_but_for_those_that_were_changed_since(marketer, browse, sara, autumn):
    _text, undo = toast(marketer.post(PASTE, typed(marketer, PASTE) | {"kind": "ads", "text": ROWS, "save": "1"}))
    before = Expense.objects.create(kind="ads", amount=10_000, valid_from=LAST, valid_to=LAST)
    Expense.objects.filter(campaign=autumn).update(amount=5)

    refused = toast(browse(sara).post(undo))[0]
    answer = marketer.post(undo)

    assert (refused, toast(answer)[0], answer.url) == (
        "Only your own change can be taken back.",
        "Taken back: 2. Changed in the meantime and kept: 1.",
        "/campaigns/expenses/",
    )
    assert stored() == [("ads", Decimal(5), FIRST, FIRST, "Instagram"), ("ads", before.amount, LAST, LAST, "")]


def test_pasted_rows_stay_after_an_hour(marketer, autumn, monkeypatch):
    _text, undo = toast(marketer.post(PASTE, typed(marketer, PASTE) | {"kind": "ads", "text": ROWS, "save": "1"}))
    monkeypatch.setattr(timezone, "now", lambda: AT + timedelta(minutes=61))

    assert (toast(marketer.post(undo))[0], len(stored())) == ("A change can be taken back for an hour.", 3)


def test_pasted_rows_that_are_there_already_are_shown_before_they_are_saved(marketer, autumn):
    """Of the same kind, day, campaign, channel and amount; whoever saves again means other money."""
    facts = {"kind": "ads", "campaign": autumn, "amount": 75_000_000, "valid_from": FIRST, "valid_to": FIRST}
    same = Expense.objects.create(**facts, note="By hand")
    for other in ({"kind": "content"}, {"campaign": None}, {"amount": 1}, {"valid_to": LAST}, {"channel": make_channel()}):
        Expense.objects.create(**facts | other)
    begun = typed(marketer, PASTE) | {"kind": "ads", "text": ROWS}

    warned = marketer.post(PASTE, begun | {"save": "1"})
    kept = Expense.objects.count()
    for _twice in range(2):
        marketer.post(PASTE, begun | {"save": "anyway"})

    text = unescape(warned.content.decode())
    assert ([row.known for row in warned.context["form"].rows], kept) == ([same, None, None], 6)
    assert "Rows that look as if they were entered already: 1." in text
    assert ['name="save" value="anyway"' in text, f'href="/campaigns/expenses/{same.pk}/edit/"' in text] == [True, True]
    assert Expense.objects.count() == 9


def test_a_pasted_row_that_cannot_be_read_keeps_all_of_them_out_and_says_why(marketer, autumn):
    text = "1404/7/1;Autumn;5000\n1404/13/1;Autumm;many;x;y\n;;"
    answer = marketer.post(PASTE, typed(marketer, PASTE) | {"kind": "ads", "text": text, "save": "1"})
    form = answer.context["form"]

    assert stored() == []
    assert (form["text"].value(), [list(row.errors) for row in form.rows]) == (
        text, [[], ["day", "campaign", "amount", "note"], ["day", "amount"]],
    )  # fmt: skip
    assert form.rows[1].errors["amount"] == "Enter an amount in digits, such as 1250000."
    assert form.errors["text"] == ["Rows that cannot be read: 2. Nothing was saved; correct them above, the reasons stand below."]


def test_the_list_is_a_file_of_what_its_filters_show(marketer, autumn):
    days = {"valid_from": FIRST, "valid_to": LAST}
    Expense.objects.create(kind="ads", amount=75_000_000, campaign=autumn, note="=Banner", is_estimate=True, **days)
    Expense.objects.create(kind="salary", amount=10, **days)

    (row,) = csv_rows(marketer.get(f"/campaigns/expenses/?campaign={autumn.pk}&export=csv"))

    assert (row["Kind"], row["Note"], row["Campaign"], row["Estimated"]) == ("Ads", "'=Banner", "Autumn", "1")
    assert (row["First day (ISO)"], row["Last day (ISO)"]) == ("2025-09-23", "2025-10-22")
    assert Decimal(row["Amount (Toman)"]) == 7_500_000

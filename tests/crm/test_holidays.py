"""Holidays: those with a fixed place in the Jalali year, and the page on which all are kept."""

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from crm.models import ExchangeRate, Holiday, User
from crm.models.holiday import fixed_holidays
from crm.services import add_fixed_holidays

pytestmark = pytest.mark.django_db
URL, PASTE, RATE = "/settings/holidays/", "/settings/holidays/paste/", "admin:crm_exchangerate_add"


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.com", language="en", calendar="jalali")


@pytest.fixture
def client(browse, root, monkeypatch, now):
    monkeypatch.setattr(timezone, "now", lambda: now)  # 1 Mehr 1404
    return browse(root)


def toast(response):
    return [(str(message), message.extra_tags) for message in get_messages(response.wsgi_request)][-1]


def kept():
    return list(Holiday.objects.order_by("day").values_list("day", "name"))


def test_fixed_holidays_of_a_year():
    """1404 began on 21 March 2025; its 29 Esfand is 20 March 2026, the last day of a year that is not leap."""
    days = [day for day, _name in fixed_holidays(1404)]

    assert (days[0], days[3], days[-1], len(days)) == (date(2025, 3, 21), date(2025, 3, 24), date(2026, 3, 20), 10)


def test_what_is_there_is_left_as_it_is():
    Holiday.objects.create(day=date(2025, 4, 2), name="Our own name for 13 Farvardin")

    assert [len(add_fixed_holidays(1404)), len(add_fixed_holidays(1404))] == [9, 0]
    assert Holiday.objects.get(day=date(2025, 4, 2)).name == "Our own name for 13 Farvardin"


def test_only_superusers_keep_them(browse, client, sara):
    Holiday.objects.create(day=date(2025, 4, 2), name="Nature")
    sent = {"day": "1404/7/2", "name": "X", "lines": "1404/7/2 X", "pk": Holiday.objects.get().pk}
    urls = [URL, PASTE, f"{URL}fixed/1404/", f"{URL}remove/", f"{URL}restore/?day=2025-04-03&name=X"]

    statuses = [[browse(user).post(url, sent).status_code for user in (sara, None)] for url in urls]

    assert statuses == [[403, 302]] * len(urls)
    assert [browse(sara).get(url).status_code for url in urls[:2]] == [403, 403]
    assert kept() == [(date(2025, 4, 2), "Nature")]


def test_a_year_of_the_readers_calendar(client):
    for day in (date(2025, 3, 20), date(2025, 3, 21), date(2026, 3, 20), date(2026, 3, 21)):
        Holiday.objects.create(day=day, name=str(day))

    def shown(query=""):
        page = client.get(URL + query).context
        return [str(row) for row in page["rows"]], page["fixed"]

    # 1404 goes from 21 March 2025 to 20 March 2026, 2025 touches 1403 and 1404
    assert shown() == (["2025-03-21", "2026-03-20"], [1404])
    assert shown("?year=2025") == (["2025-03-20", "2025-03-21"], [1403, 1404])
    assert [client.get(f"{URL}?year={year}").status_code for year in ("1404-07", "x", "1200", "9999")] == [400] * 4


def test_those_of_a_jalali_year_at_once_and_taken_back(client):
    text, undo = toast(client.post(f"{URL}fixed/1404/"))
    added = len(kept())

    client.post(undo)

    assert (text, added, kept()) == ("Holidays added: 10; in the list already: 0.", 10, [])
    assert client.post(f"{URL}fixed/9999/").status_code == 404


@pytest.mark.parametrize("typed", ["۱۴۰۴/۷/۲", "1404-07-02", "2025-09-24"])
def test_one_day_is_added_deleted_and_brought_back(client, typed):
    added = client.post(URL, {"day": typed, "name": "Our day"})
    again = client.post(URL, {"day": typed, "name": "Twice"}).context["form"].errors["day"]
    _text, undo = toast(client.post(f"{URL}remove/", {"pk": Holiday.objects.get().pk}))
    gone = kept()

    back = client.post(undo)

    assert (added.url, again) == (f"{URL}?year=1404", ["This day is in the list already: Our day."])
    assert (gone, kept(), back.url) == ([], [(date(2025, 9, 24), "Our day")], f"{URL}?year=1404")


class TestList:
    def test_dates_of_both_calendars_in_any_digits(self, client):
        Holiday.objects.create(day=date(2025, 9, 25), name="Known")
        lines = "۱۴۰۴/۷/۲ عید سعید\n\n2025-09-25, Other name\n1404-07-04\tTabbed\n۵ مهر ۱۴۰۴ نام\n"

        text, undo = toast(client.post(PASTE, {"lines": lines}))
        pasted = kept()
        client.post(undo)

        assert text == "Holidays added: 3; in the list already: 1."
        assert pasted == [
            (date(2025, 9, 24), "عید سعید"),
            (date(2025, 9, 25), "Known"),
            (date(2025, 9, 26), "Tabbed"),
            (date(2025, 9, 27), "نام"),
        ]
        assert kept() == [(date(2025, 9, 25), "Known")]

    def test_each_line_says_what_is_wrong_and_nothing_is_kept(self, client):
        lines = ["1404/7/1 Fine", "Nowruz 1405", "1404/7/1 Again", "7/1 Mehr", "1404/12/30 Leap", "1404/7/9", "1444/1/1 Far"]

        response = client.post(PASTE, {"lines": "\n".join(lines)})

        texts = [text.replace("\u2068", "").replace("\u2069", "") for text in response.context["form"].errors["lines"]]
        assert (texts, kept()) == (
            [
                "Line 2, “Nowruz 1405”: begin with the date and its year, such as 1404/07/01, 1 Mehr 1404 or 2025-09-23.",
                "Line 3, “1404/7/1 Again”: the day stands in line 1 already.",
                "Line 4, “7/1 Mehr”: begin with the date and its year, such as 1404/07/01, 1 Mehr 1404 or 2025-09-23.",
                "Line 5, “1404/12/30 Leap”: There is no such day in the calendar.",
                "Line 6, “1404/7/9”: write the date, a space and the name.",
                "Line 7, “1444/1/1 Far”: “1444/1/1” is too far away: give a day from 1368/10/11 to 1409/10/10.",
            ],
            [],
        )


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "soon"])
def test_a_day_of_another_age_is_refused_in_the_other_settings(client, day):
    response = client.post(reverse(RATE), {"currency": "EUR", "day": day, "rate": "2"})

    assert list(response.context["adminform"].form.errors) == ["day"]
    assert not ExchangeRate.objects.exists()


def test_a_name_that_is_too_long_is_counted_in_the_digits_of_the_reader(client, root):
    name = "n" * 101
    pasted = list(client.post(PASTE, {"lines": f"1404/7/2 {name}"}).context["form"].errors["lines"])
    restored = toast(client.post(f"{URL}restore/?day=2025-09-24&name={name}"))[0]
    root.language = "fa"
    root.save()
    persian = [client.post(PASTE, {"lines": f"1404/7/2 {name}"}).context["form"].errors["lines"]]
    persian += [client.post(URL, {"day": "1404/7/2", "name": name}).context["form"].errors["name"]]

    text = "Ensure this value has at most 100 characters (it has 101)."
    # of the line 40 characters are quoted, of which the date and its space take 9
    assert pasted == [f"Line 1, “\u20681404/7/2 {'n' * 31}\u2069”: {text}"]
    assert (restored, kept()) == (f"Name: {text}", [])
    assert all("۱۰۰" in text and "100" not in text for (text,) in persian)

"""Holidays: those with a fixed place in the Jalali year, and the page on which they are added."""

from datetime import date

import pytest
from django.urls import reverse

from crm.models import Holiday, User
from crm.models.holiday import fixed_holidays
from crm.services import add_fixed_holidays

pytestmark = pytest.mark.django_db
FIXED = "admin:crm_holiday_fixed"


def test_fixed_holidays_of_a_year():
    """1404 began on 21 March 2025; its 29 Esfand is 20 March 2026, the last day of a year that is not leap."""
    days = [day for day, _name in fixed_holidays(1404)]

    assert (days[0], days[3], days[-1], len(days)) == (date(2025, 3, 21), date(2025, 3, 24), date(2026, 3, 20), 10)


def test_what_is_there_is_left_as_it_is():
    Holiday.objects.create(day=date(2025, 4, 2), name="Our own name for 13 Farvardin")

    assert [add_fixed_holidays(1404), add_fixed_holidays(1404)] == [9, 0]
    assert Holiday.objects.get(day=date(2025, 4, 2)).name == "Our own name for 13 Farvardin"


def test_a_superuser_adds_those_of_a_year(browse, sara):
    root = User.objects.create_superuser("root@example.com", language="en")
    client = browse(root)

    assert client.get(reverse("admin:crm_holiday_changelist")).status_code == 200
    assert client.post(reverse(FIXED), {"year": "1404"}).status_code == 302
    assert Holiday.objects.count() == 10
    assert [client.post(reverse(FIXED), {"year": year}).status_code for year in ("", "9999", "x")] == [400, 400, 400]
    assert client.get(reverse(FIXED)).status_code == 403
    assert browse(sara).post(reverse(FIXED), {"year": "1405"}).status_code == 302  # to the sign-in of the settings
    assert Holiday.objects.count() == 10


@pytest.mark.parametrize("day", ["1404-07-01", "0001-01-01", "9999-12-31"])
def test_a_day_of_another_age_is_refused(browse, day):
    client = browse(User.objects.create_superuser("root@example.com", language="en"))

    response = client.post(reverse("admin:crm_holiday_add"), {"day": day, "name": "Mehregan"})

    (error,) = response.context["adminform"].form.errors["day"]
    start = f"The year {day[:4]} is out of range. Jalali? Write the Gregorian day, from 1990-01-01 to "
    assert (error.startswith(start), Holiday.objects.exists()) == (True, False)
    assert client.post(reverse("admin:crm_holiday_add"), {"day": "2025-09-23", "name": "Mehregan"}).status_code == 302

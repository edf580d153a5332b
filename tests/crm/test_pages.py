"""What all lists have in common: how they count."""

import pytest
from django.utils import translation

from crm.database import CountUpTo
from crm.models import Team, User
from crm.pages import MOST_COUNTED, MOST_FOUND, counted
from crm.preferences import Preferences


@pytest.mark.django_db
def test_counting_stops_one_beyond_the_most(sara):
    Team.objects.bulk_create(Team(name=f"Team {n}") for n in range(3))  # and hers: four
    teams = Team.objects.order_by("name")
    expressions = [CountUpTo(teams, most) for most in (2, 3, 4, 5)]

    assert User.objects.filter(pk=sara.pk).values_list(*expressions).get() == (3, 4, 4, 4)


@pytest.mark.parametrize(
    ("count", "english", "persian"),
    [
        (0, "0", "۰"),
        (MOST_COUNTED, "10,000", "۱۰٬۰۰۰"),
        (MOST_COUNTED + 1, "more than 10,000", "بیش از ۱۰٬۰۰۰"),
    ],
)
def test_a_broken_off_count_says_so(count, english, persian):
    said = []
    for language in ("en", "fa"):
        with translation.override(language):
            said.append(counted(count, Preferences(User(language=language), language)))

    assert said == [english, persian]


def test_a_search_is_counted_less_far():
    assert counted(MOST_FOUND + 1, Preferences(User(language="en"), "en"), MOST_FOUND) == "more than 1,000"

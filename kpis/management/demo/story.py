"""What every part of the demo company draws from: one random stream, its days, and how busy each of them is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from crm.jalali import to_jalali
from crm.periods import Calendar, Grain, Period, last_periods, localise

T = TypeVar("T")
MONTHS = 18
OPENS, CLOSES = 9, 20
FRIDAY = 4
# Farvardin first: quiet after Nowruz, busy before Yalda (the last evening of Azar) and before the new year.
SEASON = (0.6, 0.9, 0.95, 0.9, 0.85, 1.0, 1.05, 1.1, 1.3, 0.9, 1.0, 1.6)
HOLIDAYS_OF_NOWRUZ = 13
GROWTH = 0.7


@dataclass(frozen=True)
class Story:
    rng: Random
    zone: ZoneInfo
    now: datetime
    today: date

    @cached_property
    def months(self) -> list[Period]:
        return last_periods(MONTHS, self.today, Calendar.JALALI, Grain.MONTH)

    @property
    def first_day(self) -> date:
        return self.months[0].start

    @cached_property
    def days(self) -> list[date]:
        return [self.first_day + timedelta(days=n) for n in range((self.today - self.first_day).days + 1)]

    @cached_property
    def weights(self) -> list[float]:
        return [self.busyness(day) for day in self.days]

    def busyness(self, day: date) -> float:
        """How much happens on a day: the season, the week, and a company that grows."""
        _, month, day_of_month = to_jalali(day)
        weight = SEASON[month - 1]
        if month == 1 and day_of_month <= HOLIDAYS_OF_NOWRUZ:
            weight *= 0.35
        if month == 9 and day_of_month > 15:
            weight *= 1.4
        if day.weekday() == FRIDAY:
            weight *= 0.5
        return weight * (1 + GROWTH * (day - self.first_day).days / max(len(self.days), 1))

    def busy_days(self, count: int) -> list[date]:
        """That many days, busy ones more often, in order."""
        return sorted(self.rng.choices(self.days, self.weights, k=count))

    def moment(self, day: date) -> datetime:
        """A moment of the working day, never later than now."""
        clock = time(self.rng.randrange(OPENS, CLOSES), self.rng.randrange(60), self.rng.randrange(60))
        return min(localise(datetime.combine(day, clock), self.zone), self.now)

    def after(self, moment: datetime, least: float, most: float) -> datetime:
        """Some days later; possibly in the future."""
        return moment + timedelta(days=self.rng.uniform(least, most))

    def is_past(self, moment: datetime) -> bool:
        return moment <= self.now

    def happens(self, chance: float) -> bool:
        return self.rng.random() < chance

    def one_of(self, choices: Sequence[T], weights: Sequence[float] | None = None) -> T:
        return self.rng.choices(choices, weights)[0]

"""How one reader wants things shown, and what the organisation decides about days."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser

from crm.models import Organization, User
from crm.money import DISPLAY_UNITS, RIALS_IN, SCALED_UNITS, DisplayUnit, base_unit

MONEY_UNITS = tuple(DISPLAY_UNITS)


class Preferences:
    """Language, calendar, money unit, digits and theme are chosen apart from each other."""

    def __init__(self, user: User | AnonymousUser, language: str) -> None:
        known = isinstance(user, User)
        self.language = (known and user.language) or language
        self.calendar = user.calendar if known else ("jalali" if language == "fa" else "gregorian")
        self.money_unit = user.money_unit if known and user.money_unit in MONEY_UNITS else "toman"
        self.theme = user.theme if known else "auto"
        self.latin_digits = known and user.latin_digits
        self.shortcuts = not known or user.shortcuts

    @cached_property
    def organization(self) -> Organization:
        return Organization.current()

    @property
    def chooses_unit(self) -> bool:
        """Whether amounts are in Rial or Toman, as `money_unit` says; else they stand in the base currency."""
        return self.organization.currency in RIALS_IN

    @cached_property
    def unit(self) -> DisplayUnit:
        """In which every amount in the base currency is shown, typed and written to files."""
        return base_unit(self.organization.currency, self.money_unit)

    @property
    def plain_unit(self) -> DisplayUnit:
        """The same, but never thousands of it, as they would hide what is owed."""
        return base_unit(self.organization.currency, SCALED_UNITS.get(self.money_unit, self.money_unit))

    @property
    def zone(self) -> ZoneInfo:
        return self.organization.zone

    def today(self, at: datetime) -> date:
        return self.organization.day_of(at)

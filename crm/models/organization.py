"""The one organisation this installation serves, and its settings."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.currencies import CODE, CURRENCIES
from crm.history.keeping import keeps_history
from crm.models.holiday import Holiday
from crm.models.user import Team
from crm.money import unit_of
from crm.periods import Calendar, CalendarRules, local_day
from crm.words import CALENDARS, choices

MINUTES_OF_A_WEEK = 7 * 24 * 60
DAYS_OF_A_YEAR, DAYS_OF_TEN_YEARS = 365, 3650
HIGHEST_CSAT = 5


def saturday_to_wednesday() -> list[int]:
    return [5, 6, 0, 1, 2]


def nine() -> time:
    return time(9)


def five_in_the_afternoon() -> time:
    return time(17)


@keeps_history
class Organization(models.Model):
    """Settings of the whole installation; exactly one row, key 1."""

    class AttributionModel(models.TextChoices):
        FIRST = "first", _("First touch")
        LAST = "last", _("Last touch")
        LINEAR = "linear", _("Linear")
        POSITION = "position", _("Position-based")
        DECAY = "decay", _("Time decay")

    name = models.CharField(_("name"), max_length=100, default="Sanjeh")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Tehran")
    currency = models.CharField(_("base currency"), max_length=3, default="IRR")
    default_calendar = models.CharField(max_length=10, choices=choices(CALENDARS), default=Calendar.JALALI)
    week_start = models.PositiveSmallIntegerField(
        _("first day of the week"), default=5, validators=[MaxValueValidator(6)], help_text=_("0 is Monday, 5 is Saturday")
    )
    fiscal_calendar = models.CharField(max_length=10, choices=choices(CALENDARS), default=Calendar.JALALI)
    fiscal_month = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(12)])
    # Whom it would lose on a day that the calendar does not reach, no figure could count.
    inactivity_days = models.PositiveIntegerField(
        _("inactivity threshold, days"), default=180, validators=[MinValueValidator(1), MaxValueValidator(DAYS_OF_TEN_YEARS)]
    )
    attribution_model = models.CharField(max_length=10, choices=AttributionModel.choices, default=AttributionModel.FIRST)
    touch_days = models.PositiveSmallIntegerField(
        _("days before an order in which touches are credited"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(DAYS_OF_TEN_YEARS)],
    )
    closing_days = models.PositiveSmallIntegerField(
        _("days a period stays open after its end"), default=3, validators=[MaxValueValidator(DAYS_OF_A_YEAR)]
    )
    nps_interval_days = models.PositiveSmallIntegerField(
        _("days between two NPS surveys of one customer"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(DAYS_OF_TEN_YEARS)],
    )
    nps_first_order_days = models.PositiveSmallIntegerField(
        _("days from the first order to the first NPS survey"), default=30, validators=[MaxValueValidator(DAYS_OF_TEN_YEARS)]
    )
    nps_first_delivery_days = models.PositiveSmallIntegerField(
        _("days from the first delivery to the first NPS survey"), default=14, validators=[MaxValueValidator(DAYS_OF_TEN_YEARS)]
    )
    business_days = ArrayField(
        models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)]),
        verbose_name=_("business days"),
        default=saturday_to_wednesday,
        help_text=_("0 is Monday, 5 is Saturday"),
    )
    opens_at = models.TimeField(_("business hours from"), default=nine)
    closes_at = models.TimeField(_("business hours to"), default=five_in_the_afternoon)
    csat_low_score = models.PositiveSmallIntegerField(
        _("score that asks for the reason"), default=2, validators=[MinValueValidator(1), MaxValueValidator(HIGHEST_CSAT)]
    )
    first_contact_minutes = models.PositiveIntegerField(
        _("minutes until a new lead waits too long"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(MINUTES_OF_A_WEEK)],
        help_text=_("After so many minutes without a call, Today marks a new lead as late."),
    )

    new_leads_team = models.ForeignKey(
        Team, verbose_name=_("team that new leads go to"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    adstock_decay = models.DecimalField(
        _("share of a week's advertising that still works in the next week"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("0.5"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal("0.95"))],
        help_text=_("λ of the adstock on a campaign's page, from 0 to 0.95"),
    )
    discount_rate = models.DecimalField(
        _("yearly discount of what is still to come"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.2"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(5))],
        help_text=_("0.2 makes 100 of the next year worth 83 today; the predicted value of customers is discounted with it."),
    )
    letterhead = models.TextField(
        _("seller's details on paper"),
        max_length=500,
        blank=True,
        help_text=_("Address, telephone, tax number: below the name on quotes and invoices."),
    )
    quote_terms = models.TextField(
        _("terms on quotes"),
        max_length=2000,
        blank=True,
        help_text=_("Below the sums of every quote, such as how it is paid and delivered."),
    )
    brand_words = ArrayField(
        models.CharField(max_length=50),
        verbose_name=_("words of the brand"),
        default=list,
        blank=True,
        help_text=_("Searches with one of them are searches for the brand."),
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="crm_organization_is_one"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="crm_organization_closes_after_opening",
                violation_error_message=_("Closing comes after opening."),
            ),
            models.CheckConstraint(
                condition=Q(first_contact_minutes__range=(1, MINUTES_OF_A_WEEK)), name="crm_organization_first_contact"
            ),
            models.CheckConstraint(condition=Q(closing_days__range=(0, DAYS_OF_A_YEAR)), name="crm_organization_closing"),
            models.CheckConstraint(
                condition=Q(
                    nps_interval_days__range=(1, DAYS_OF_TEN_YEARS),
                    nps_first_order_days__range=(0, DAYS_OF_TEN_YEARS),
                    nps_first_delivery_days__range=(0, DAYS_OF_TEN_YEARS),
                ),
                name="crm_organization_nps",
            ),
            models.CheckConstraint(condition=Q(csat_low_score__range=(1, HIGHEST_CSAT)), name="crm_organization_csat"),
            models.CheckConstraint(condition=Q(adstock_decay__gte=0, adstock_decay__lt=1), name="crm_organization_adstock"),
            models.CheckConstraint(condition=Q(discount_rate__range=(0, 5)), name="crm_organization_discount"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """Its name as it is shown; one that nobody has changed is the product's, which is written in both scripts."""
        return gettext("Sanjeh") if self.name == self._meta.get_field("name").default else self.name

    @classmethod
    def current(cls) -> Organization:
        """The organisation; made with its defaults by the first migration."""
        return cls.objects.get(pk=1)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def calendar_rules(self) -> CalendarRules:
        return CalendarRules(
            week_start=self.week_start, fiscal_calendar=Calendar(self.fiscal_calendar), fiscal_month=self.fiscal_month
        )

    @cached_property
    def holidays(self) -> frozenset[date]:
        """Days off besides those of each week; asked once, as this object lives no longer than a request."""
        return frozenset(Holiday.objects.values_list("day", flat=True))

    @property
    def money_unit(self) -> Decimal:
        """The smallest unit of the base currency."""
        return unit_of(self.currency)

    def counts_in(self, currency: str) -> bool:
        """One there is. What was taken without being one stays in use where it is the base, or has rates."""
        if currency in CURRENCIES or currency == self.currency:
            return True
        return bool(CODE.fullmatch(currency)) and ExchangeRate.objects.filter(currency=currency).exists()

    @property
    def first_contact(self) -> timedelta:
        """How long somebody who asked may wait to hear from us."""
        return timedelta(minutes=self.first_contact_minutes)

    def day_of(self, moment: datetime) -> date:
        """The local day of an aware moment."""
        return local_day(moment, self.zone)


@keeps_history
class ExchangeRate(models.Model):
    """Base units for one unit of a foreign currency, from a day on."""

    currency = models.CharField(max_length=3)
    day = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=8, validators=[MinValueValidator(Decimal("0.00000001"))])

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(fields=["currency", "day"], name="crm_exchangerate_currency_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="crm_exchangerate_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day}: {self.rate}"

    def clean(self) -> None:
        if not Organization.current().counts_in(self.currency):
            text = gettext("“%(found)s” is no currency: write its code of three letters, such as EUR.") % {"found": self.currency}
            raise ValidationError({"currency": ValidationError(text, code="invalid-choice")})

"""Alarm bells: what somebody wants to be told of, and each time it happened."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models import LandingPage
from crm.fields import ExactField
from crm.models import User
from crm.models.outbox import Outgoing, OutgoingQuerySet
from crm.periods import DEFAULT_RULES, Calendar, CalendarRules, Grain, Period, period_of
from crm.words import CALENDARS, GRAINS, choices
from kpis.models.scope import Scoped, ScopedQuerySet

# The KPI whose members, the landing pages, have an alarm of their own.
ALARMING = "landing_page_conversion_rate"
ALERT_GRAINS = (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER)


class Condition(models.TextChoices):
    ABOVE = "above", _("is above")
    BELOW = "below", _("is below")
    RISES = "rises", _("rises by at least")
    FALLS = "falls", _("falls by at least")
    ALARM = "alarm", _("is low on a page with many visitors")


class AlertRuleQuerySet(ScopedQuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own: what a rule is judged by is what its user may see."""
        return self.filter(user=user) if user.is_active else self.none()

    def standing(self) -> Self:
        """What was removed is still there to be put back, and is written again by its key."""
        return self.filter(Q(shared_from=None) | Q(shared_from__is_removed=False), is_removed=False)

    def made(self) -> Self:
        """Those that their users have made themselves: theirs to change."""
        return self.filter(shared_from=None)

    def to_judge(self) -> Self:
        goes_on = Q(shared_from=None) | Q(shared_from__is_on=True, shared_from__user__is_active=True)
        return self.standing().filter(goes_on, is_on=True, user__is_active=True).select_related("user").order_by("pk")


class AlertRule(Scoped):
    """Rings once when a KPI's last complete period crosses the bound, and again only after it has come back.

    `bound` is in the KPI's own unit; of a change it is a share of the value before, for rates and scores a difference.
    The alarm of landing pages has none: it rings for each page by itself, `ringing_pages` are those that it rings for.
    Whoever else is told has a rule of their own, `shared_from` the one that was made: it is judged by what they may see
    themselves, and theirs to mute or to switch off for good.
    """

    user = models.ForeignKey(User, verbose_name=_("for"), on_delete=models.CASCADE, related_name="+")
    condition = models.CharField(_("condition"), max_length=5, choices=Condition.choices)
    bound = ExactField(_("bound"), null=True)
    calendar = models.CharField(_("calendar"), max_length=10, choices=choices(CALENDARS))
    grain = models.CharField(_("length of the period"), max_length=15, choices=choices(GRAINS, ALERT_GRAINS))
    by_email = models.BooleanField(_("also by e-mail"), default=True)
    muted_until = models.DateField(_("last muted day"), null=True, blank=True)
    is_on = models.BooleanField(_("on"), default=True)
    is_ringing = models.BooleanField(default=False, editable=False)
    ringing_pages = models.JSONField(default=list, editable=False)
    is_removed = models.BooleanField(default=False, editable=False)
    shared_from = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="shared"
    )

    objects = AlertRuleQuerySet.as_manager()

    class Meta(Scoped.Meta):
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            *Scoped.Meta.constraints,
            models.UniqueConstraint(fields=["shared_from", "user"], name="kpis_alertrule_shared_once"),
            models.CheckConstraint(
                condition=Q(condition=Condition.ALARM, bound__isnull=True)
                | (~Q(condition=Condition.ALARM) & Q(bound__isnull=False)),
                name="kpis_alertrule_bound",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.condition} {'' if self.bound is None else self.bound}".rstrip()

    @property
    def goes_on(self) -> bool:
        """Whether it is judged: one that a colleague made stops with theirs."""
        made = self.shared_from
        return self.is_on and (made is None or (made.is_on and made.user.is_active))

    @property
    def is_change(self) -> bool:
        return self.condition in (Condition.RISES, Condition.FALLS)

    @property
    def is_of_pages(self) -> bool:
        return self.condition == Condition.ALARM

    @property
    def reader_keys(self) -> list[int]:
        return sorted(self.shared.filter(is_removed=False).values_list("user", flat=True))


class AlertQuerySet(OutgoingQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(rule__in=AlertRule.objects.visible_to(user).standing())

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True, is_muted=False)


class Alert(Outgoing):
    """One crossing: it is the notice in the app, the history, and the outbox of its mail.

    Of the alarm of a landing page `bound` is the conversion of the page in the middle.
    """

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="alerts")
    calendar = models.CharField(max_length=10)
    grain = models.CharField(max_length=15)
    start = models.DateField()
    landing_page = models.ForeignKey(
        LandingPage, verbose_name=_("landing page"), null=True, on_delete=models.CASCADE, related_name="+"
    )
    condition = models.CharField(max_length=5, choices=Condition.choices)
    bound = ExactField()
    value = ExactField()
    before = ExactField(null=True)
    version = models.PositiveSmallIntegerField(help_text="of the KPI's definition")
    raised_at = models.DateTimeField()
    is_muted = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("ringing of an alert")
        verbose_name_plural = _("history of alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "calendar", "grain", "start", "landing_page"],
                nulls_distinct=False,
                name="kpis_alert_once_a_period",
            ),
        ]
        indexes = [
            models.Index(fields=["mail_at"], condition=models.Q(mail__in=["due", "sending"]), name="kpis_alert_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.start}"

    @property
    def period(self) -> Period:
        """A week begins where it began when it was judged."""
        rules = CalendarRules(week_start=self.start.weekday()) if self.grain == Grain.WEEK else DEFAULT_RULES
        return period_of(self.start, Calendar(self.calendar), Grain(self.grain), rules)

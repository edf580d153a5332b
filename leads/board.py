"""The pipeline as columns of cards with their sums."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Case, Count, F, Max, Q, QuerySet, Sum, When, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.ago import days_text
from crm.money import NOTHING, format_money, format_number
from crm.periods import Calendar, Grain, localise, period_of
from crm.permissions import owners_for
from leads.models import Opportunity, Stage
from leads.models.planning import has_next_step, next_due_at
from leads.timeline import Reader, next_mark

CARDS_IN_COLUMN = 50


class Board:
    """Open opportunities, and those closed in the running month."""

    def __init__(self, request: HttpRequest, at: datetime, *, url: str = "") -> None:
        """`url` is the page that the board stands on, where that is not the request's own."""
        self.user, self.prefs, self.at = request.user, request.prefs, at
        self.url = url or request.get_full_path()
        self.reader = Reader(self.prefs, at, self.user)
        self.today = self.prefs.today(at)
        self.month = period_of(self.today, Calendar(self.prefs.calendar), Grain.MONTH, self.prefs.organization.calendar_rules)
        self.owner = QueryDict(urlsplit(self.url).query).get("owner", "")
        self.owners = list(owners_for(self.user)) if self.sees_others else []
        for owner in self.owners:
            owner.is_chosen = str(owner.pk) == self.owner
        self._sums: dict[int, dict[str, Any]] | None = None

    @property
    def sees_others(self) -> bool:
        return self.user.sees_all or self.user.sees_team

    @property
    def rows(self) -> QuerySet[Opportunity]:
        """What stands on the board: a deal closed long ago is history, not work."""
        shown = Q(won_at__isnull=True, lost_at__isnull=True) | Q(closed_on__range=(self.month.start, self.month.end))
        rows = Opportunity.objects.visible_to(self.user).filter(shown)
        known = self.sees_others and self.owner in {str(owner.pk) for owner in self.owners}
        return rows.filter(owner=self.owner) if known else rows

    def sums(self) -> dict[int, dict[str, Any]]:
        if self._sums is None:
            grouped = self.rows.order_by().values("stage").annotate(count=Count("pk"), sum=Sum("amount"))
            self._sums = {group["stage"]: group for group in grouped}
        return self._sums

    @property
    def is_empty(self) -> bool:
        return not self.sums()

    @cached_property
    def stages(self) -> list[Stage]:
        return Stage.objects.with_what_stands(self.sums())

    def columns(self, *, beside: Stage | None = None) -> list[dict[str, Any]]:
        """`beside` is the stage that something was just moved from: it may be an archived one, and empty now."""
        stages = Stage.objects.with_what_stands({*self.sums(), beside.pk}) if beside else self.stages
        cards: dict[int, list[Opportunity]] = {}
        for opportunity in self._cards():
            cards.setdefault(opportunity.stage_id, []).append(opportunity)
        return [self._column(stage, cards.get(stage.pk, [])) for stage in stages]

    @property
    def total_text(self) -> str:
        return self._sum_text(self._open_stages)

    @property
    def weighted_text(self) -> str:
        return self._sum_text(self._open_stages, weighted=True)

    @property
    def _open_stages(self) -> list[Stage]:
        return [stage for stage in self.stages if stage.kind == Stage.Kind.OPEN]

    @property
    def attention_count(self) -> int:
        """Open ones that are overdue or have no next step."""
        overdue = Q(activities__due_at__lt=self.at, activities__done_at__isnull=True)
        return self.rows.open().filter(overdue | ~Q(has_next_step("opportunity"))).distinct().count()

    def _cards(self) -> QuerySet[Opportunity]:
        """The most urgent cards of each column: overdue and today, then without next step, then later."""
        tomorrow = localise(datetime.combine(self.today + timedelta(days=1), time()), self.prefs.zone)
        urgency = Case(When(next_due__lt=tomorrow, then=0), When(next_due__isnull=True, then=1), default=2)
        order = [urgency, F("next_due").asc(), F("pk").desc()]
        numbered = self.rows.annotate(
            next_due=next_due_at("opportunity"), moved_at=Max("changes__at"), last_done=Max("activities__done_at")
        ).annotate(place=Window(RowNumber(), partition_by=F("stage"), order_by=order))
        return numbered.filter(place__lte=CARDS_IN_COLUMN).select_related("stage", "owner", "customer").order_by("stage", "place")

    def _column(self, stage: Stage, rows: list[Opportunity]) -> dict[str, Any]:
        group = self.sums().get(stage.pk, {})
        total, is_open = self._sum_text([stage]), stage.kind == Stage.Kind.OPEN
        weighted = "" if total == NOTHING else _("weighted %(sum)s") % {"sum": self._sum_text([stage], weighted=True)}
        count = group.get("count", 0)
        return {
            "key": stage.slug,
            "name": str(stage),
            "count_text": self._count(count),
            "sum_text": total,
            "weighted_text": weighted if is_open else self.month.label(self.prefs.language, latin_digits=self.prefs.latin_digits),
            "asks": not is_open,
            "cards": [self._card(row) for row in rows],
            "more_text": _("and %(count)s more") % {"count": self._count(count - len(rows))} if count > len(rows) else "",
        }

    def _card(self, row: Opportunity) -> dict[str, Any]:
        last = max(filter(None, (row.moved_at, row.last_done, row.created_at)))
        days = (self.at - last).days
        return {
            "id": row.pk,
            "url": reverse("leads:opportunity-detail", args=[row.pk]),
            "title": str(row),
            "amount_text": self._money(row.amount) if row.amount else _("no amount yet"),
            "owner_text": str(row.owner or "") if self.sees_others else "",
            "age_text": _("quiet for %(days)s") % {"days": days_text(days, self.prefs)}
            if row.is_open and days > row.stage.stale_days
            else "",
            "move_url": reverse("leads:opportunity-move", args=[row.pk]),
            "edit_url": reverse("leads:opportunity-edit", args=[row.pk]),
            "next_mark": next_mark(row.next_due, self.reader, is_open=row.is_open),
        }

    def _sum_text(self, stages: list[Stage], *, weighted: bool = False) -> str:
        """What all in some stages come to; a dash where there are some and none of them has an amount yet."""
        amounts = {stage: self.sums()[stage.pk]["sum"] for stage in stages if stage.pk in self.sums()}
        if amounts and not any(amounts.values()):
            return NOTHING
        parts = (amount * (stage.probability if weighted else 1) for stage, amount in amounts.items())
        return self._money(sum(parts, Decimal(0)))

    def _count(self, count: int) -> str:
        return format_number(count, self.prefs.language, latin_digits=self.prefs.latin_digits)

    def _money(self, amount: Decimal) -> str:
        return format_money(amount, self.prefs.unit, self.prefs.language, latin_digits=self.prefs.latin_digits)

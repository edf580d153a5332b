"""A target as a card and a page say it: what it is, how much of it there is, and whether that is enough for today."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Campaign
from crm.permissions import may_set_targets
from crm.preferences import Preferences
from kpis.definitions import Dimension, Direction, Kpi
from kpis.models import TARGET_GRAINS, Scope
from kpis.readings.history import Judged
from kpis.readings.summary import Choice, Reading
from kpis.readings.targets import Attainment, Standing, attainment, is_as_good, is_judged, scope_for
from kpis.readings.words import distance_text, number_text, percent_text, value_text

# The word, its tone and its icon: colour alone says nothing to some.
STANDINGS = {
    Standing.REACHED: (gettext_lazy("reached"), "good", "circle-check"),
    Standing.ON_PACE: (gettext_lazy("on pace"), "good", "check"),
    Standing.BEHIND: (gettext_lazy("behind"), "warn", "triangle-alert"),
    Standing.MISSED: (gettext_lazy("missed"), "bad", "circle-x"),
    Standing.WITHIN: (gettext_lazy("reached so far"), "good", "check"),
    Standing.OUTSIDE: (gettext_lazy("not yet reached"), "warn", "triangle-alert"),
}
# Of what must stay low the target is a limit, which is kept to, not reached.
LIMITS = STANDINGS | {
    Standing.WITHIN: (gettext_lazy("within it so far"), "good", "check"),
    Standing.OUTSIDE: (gettext_lazy("above it so far"), "warn", "triangle-alert"),
}
# Of what has no figure, though its period has begun, and of a cost of nothing: no limit was kept where nothing was spent.
NO_DATA = (gettext_lazy("no data"), "muted", "info")
WHOLE = 100
# What beside it is told of one campaign: an opportunity, which it counts, is not what each of them is after.
CONVERSION = "lead_conversion_rate"


@dataclass(frozen=True)
class Goal:
    """`percent` fills the bar; `details` is for the KPI's own page."""

    text: str
    percent: int
    standing_text: str
    tone: str
    icon: str
    details: str


def goal_of(reading: Reading, choice: Choice, prefs: Preferences) -> Goal | None:
    if reading.target is None:
        return None
    kpi, now = reading.kpi, reading.now
    found = attainment(kpi, now, reading.target, choice.today, choice.organization)
    is_missing = now.period.start <= choice.today and (now.value is None or now.is_without_spend(kpi))
    # What says nothing of it is not held against a target.
    return goal_text(kpi, found, now.value if is_judged(kpi, now) else None, prefs, is_missing=is_missing)


def standing_words(kpi: Kpi, standing: Standing) -> tuple[Promise | str, str, str]:
    """The word, its tone and its icon; none of what is not judged."""
    return (LIMITS if kpi.direction is Direction.DOWN else STANDINGS).get(standing, ("", "", ""))


def goal_text(kpi: Kpi, found: Attainment, value: Decimal | None, prefs: Preferences, *, is_missing: bool = False) -> Goal:
    word, tone, icon = NO_DATA if is_missing else standing_words(kpi, found.standing)
    details = details_of(kpi, found, prefs)
    if kpi.direction is Direction.DOWN:
        return Goal(limit_text(kpi, found, value, prefs), used_of(found.target, value), str(word), tone, icon, details)
    target = _("Target %(target)s") % {"target": value_text(kpi, found.target, prefs, short=True)}
    text = " · ".join(filter(None, [target, so_far_text(kpi, found, value, prefs)]))
    return Goal(text, percent_of(found), str(word), tone, icon, details)


def so_far_text(kpi: Kpi, found: Attainment, value: Decimal | None, prefs: Preferences) -> str:
    """How much of the target there is, or what lies between them where there is no such share: each says which it is."""
    if found.share is not None:
        return _("%(share)s of it") % {"share": percent_text(found.share, prefs, 0)}
    if value is None or value == found.target:
        return ""
    gap = distance_text(kpi, abs(value - found.target), prefs)
    return (_("%(gap)s above it") if value > found.target else _("%(gap)s below it")) % {"gap": gap}


def percent_of(found: Attainment) -> int:
    if found.share is None:
        return WHOLE if found.standing in (Standing.REACHED, Standing.ON_PACE, Standing.WITHIN) else 0
    return min(int(found.share * WHOLE), WHOLE)


def limit_text(kpi: Kpi, found: Attainment, value: Decimal | None, prefs: Preferences) -> str:
    """Of what must stay low a share of the target says nothing: 457 % of it would be a good month."""
    target = value_text(kpi, found.target, prefs, short=True)
    if value is None:
        return _("Target: at most %(target)s") % {"target": target}
    return _("%(value)s of at most %(target)s") % {"value": value_text(kpi, value, prefs, short=True), "target": target}


def used_of(target: Decimal, value: Decimal | None) -> int:
    """How much of what is allowed has been used."""
    if value is None or value <= 0:
        return 0
    return min(int(value / target * WHOLE), WHOLE) if target > 0 else WHOLE


def details_of(kpi: Kpi, found: Attainment, prefs: Preferences) -> str:
    """The pace, where there is one."""
    if found.expected is None:
        return ""
    return _("%(expected)s by now, after %(passed)s of %(working)s working days") % {
        "expected": value_text(kpi, found.expected, prefs, short=True),
        "passed": number_text(found.passed, prefs),
        "working": number_text(found.working, prefs),
    }


def judged_text(kpi: Kpi, found: Attainment, first: Judged | None, prefs: Preferences) -> str:
    """How a period was judged when it closed, by the target of then, where that says otherwise than the figures of today."""
    is_unjudged = first is None or (kpi.is_cost and not first.value)
    if is_unjudged or found.standing not in {Standing.REACHED, Standing.MISSED}:
        return ""
    then = Standing.REACHED if is_as_good(kpi, first.value, first.target) else Standing.MISSED
    if then is found.standing:
        return ""
    value, target = (value_text(kpi, figure, prefs, short=True) for figure in (first.value, first.target))
    words = {"value": value, "target": target, "word": standing_words(kpi, then)[0]}
    if first.target == found.target:
        return _("%(value)s as first reported: %(word)s") % words
    return _("%(value)s as first reported, the target was %(target)s: %(word)s") % words


def target_url(reading: Reading, choice: Choice) -> str:
    """Where the target of this card is set, for those who may."""
    viewer, period = choice.viewer, choice.period
    scope = scope_for(choice.filters, viewer)
    if scope is None or viewer is None or not may_set_targets(viewer) or period.grain not in TARGET_GRAINS:
        return ""
    asked = {"year": period.year, "calendar": period.calendar.value, "group": reading.kpi.group.value}
    if scope[0] is not Scope.COMPANY:
        asked |= {"scope": scope[0].value, "member": scope[1]}
    return f"{reverse('kpis:targets')}?{urlencode(asked)}#{reading.kpi.key}"


def reached_text(kpi: Kpi, choice: Choice) -> str:
    """What counts as reached for the one campaign that the conversion of leads is narrowed to."""
    campaign = choice.filters.get(Dimension.CAMPAIGN) if kpi.key == CONVERSION else None
    found = Campaign.objects.filter(pk=campaign).first() if campaign else None
    return str(found.get_goal_event_display()) if found else ""

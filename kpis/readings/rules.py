"""The organisation's rules that figures hang on: what they are, and what is said of a figure that another one restated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from crm.history.changes import author_of
from crm.models import Organization, User
from crm.preferences import Preferences
from crm.slips import history_of
from kpis.definitions import Kpi
from kpis.models import Credit, CustomerSpan, Snapshot
from kpis.readings.words import number_text

RECORDS = gettext_noop("records changed after the period was closed")
# The value of each rule by its name, as it is stored.
Rules = Mapping[str, Any]
# The rules that are others, each with what it was and is.
Changes = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Rule:
    """Some columns of the organisation, the KPIs whose past they change, and how a change of them and what they are is told."""

    columns: tuple[str, ...]
    touches: Callable[[Kpi], bool]
    text: Callable[[Any, Any, Preferences | None], str]
    now: Callable[[Organization, Preferences], str] | None = None

    def value(self, row: Model) -> Any:
        found = [getattr(row, name) for name in self.columns]
        kept = [each.isoformat() if isinstance(each, time) else each for each in found]
        return kept if len(kept) > 1 else kept[0]


def is_credited(kpi: Kpi) -> bool:
    """Whether the company's figure is made of credits, whose sums are others by another model."""
    return any(term.measure.cube.rows().model is Credit for term in kpi.needed)


def hangs_on_losses(kpi: Kpi) -> bool:
    """Whether it counts who is active or was lost, or how long customers stay."""
    lasts = kpi.model is not None and bool(kpi.model.tenure)
    return lasts or any(term.measure.cube.rows().model is CustomerSpan for term in kpi.needed)


def is_of_business_hours(kpi: Kpi) -> bool:
    return any(term.measure.fold == "business" for term in kpi.needed)


def credited_text(before: str, after: str, _prefs: Preferences | None) -> str:
    names = {key: str(label) for key, label in Organization.AttributionModel.choices}
    text = _("money is credited by the attribution model “%(after)s”, no longer by “%(before)s”")
    return text % {"after": names.get(after, after), "before": names.get(before, before)}


def touched_text(_before: int | None, after: int | None, prefs: Preferences | None) -> str:
    if after is None:
        return _("touches are credited however long before an order they were")
    return _("touches are credited of %(days)s days before an order") % {"days": number_text(after, prefs) if prefs else after}


def lost_text(before: int, after: int, prefs: Preferences | None) -> str:
    days = {name: number_text(each, prefs) if prefs else str(each) for name, each in (("after", after), ("before", before))}
    return _("the inactivity threshold is %(after)s days, no longer %(before)s") % days


def zone_text(before: str, after: str, _prefs: Preferences | None) -> str:
    return _("days are those of %(after)s, no longer of %(before)s") % {"after": after, "before": before}


def hours_text(_before: Any, _after: Any, _prefs: Preferences | None) -> str:
    return _("the business hours are others")


def credited_now(organization: Organization, _prefs: Preferences) -> str:
    return _("money is credited by the attribution model “%(name)s”") % {"name": organization.get_attribution_model_display()}


def touched_now(organization: Organization, prefs: Preferences) -> str:
    return touched_text(None, organization.touch_days, prefs)


def lost_now(organization: Organization, prefs: Preferences) -> str:
    return _("lost after %(days)s days without an order") % {"days": number_text(organization.inactivity_days, prefs)}


RULES: Mapping[str, Rule] = {
    "attribution_model": Rule(("attribution_model",), is_credited, credited_text, credited_now),
    "touch_days": Rule(("touch_days",), is_credited, touched_text, touched_now),
    "inactivity_days": Rule(("inactivity_days",), hangs_on_losses, lost_text, lost_now),
    "time_zone": Rule(("time_zone",), lambda _kpi: True, zone_text),
    "business_hours": Rule(("business_days", "opens_at", "closes_at"), is_of_business_hours, hours_text),
}


def rules_of(organization: Organization) -> dict[str, Any]:
    return {name: rule.value(organization) for name, rule in RULES.items()}


def rules_text(kpi: Kpi, prefs: Preferences) -> str:
    """What the organisation has decided and a KPI hangs on; of what all of them hang on nothing is said."""
    return " · ".join(rule.now(prefs.organization, prefs) for rule in RULES.values() if rule.now and rule.touches(kpi))


def changes_between(kpi: Kpi, before: Rules, after: Rules) -> list[dict[str, Any]]:
    """The rules that a KPI hangs on and that are others; of one that is not known nothing is said."""
    return [
        {"rule": name, "before": before[name], "after": after[name]}
        for name, rule in RULES.items()
        if name in before and before[name] != after[name] and rule.touches(kpi)
    ]


def who_changed(organization: Organization, changes: Changes) -> User | None:
    """Who made rules what they are; nobody where several people did, or somebody who is not known."""
    authors = {author for change in changes for author in authors_of(organization, RULES[change["rule"]], change["before"])}
    return User.objects.filter(pk=authors.pop()).first() if len(authors) == 1 else None


def authors_of(organization: Organization, rule: Rule, before: Any) -> Iterator[int | None]:
    """Those who changed a rule since it last was what it was before, the last one first."""
    later: Model = organization
    images = history_of(Organization).objects.filter(pgh_obj_id=organization.pk).select_related("pgh_context")
    for image in images.order_by("-pgh_id"):
        if rule.value(image) != rule.value(later):
            yield (author_of(image) or {"user": None})["user"]
            if rule.value(image) == before:
                return
        later = image


def reason_in_english(changes: Changes) -> str:
    """Why a figure is restated, as it is kept."""
    with override("en"):
        return changes_text(changes, None) if changes else RECORDS


def restated_text(kept: Snapshot, prefs: Preferences | None = None) -> str:
    """Why a figure was restated, in the reader's language; nothing of what was reported first."""
    if kept.changes:
        return changes_text(kept.changes, prefs)
    return _(kept.reason) if kept.reason else ""


def changes_text(changes: Changes, prefs: Preferences | None) -> str:
    texts = (RULES[each["rule"]].text(each["before"], each["after"], prefs) for each in changes)
    return _("the definition changed: %(rules)s") % {"rules": _(" and ").join(texts)}

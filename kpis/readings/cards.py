"""Everything a KPI card says, in the reader's language, calendar, unit and digits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.models import User
from crm.periods import local_day
from crm.permissions import may_see_costs, may_sell
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day, reader_digits
from kpis.charts import sparkline
from kpis.definitions import Cadence, Kpi, Term, Timing, Unit, is_mixed
from kpis.readings.change import Change, ChangeKind, change_between
from kpis.readings.goals import Goal, goal_of, target_url
from kpis.readings.provenance import left_out_text, source_text
from kpis.readings.summary import Choice, Reading
from kpis.readings.values import Value
from kpis.readings.words import (
    difference_text,
    exact_text,
    isolated,
    money_text,
    number_text,
    operand,
    percent_text,
    period_text,
    value_parts,
    value_text,
)

TIMINGS = {
    Timing.LEADING: gettext_lazy("Leading"),
    Timing.LAGGING: gettext_lazy("Lagging"),
    Timing.BOTH: gettext_lazy("Leading and lagging"),
}
CADENCES = {
    Cadence.WEEKLY: gettext_lazy("Weekly"),
    Cadence.MONTHLY: gettext_lazy("Monthly"),
    Cadence.QUARTERLY: gettext_lazy("Quarterly"),
}
QUALITIES = {
    "exact": gettext_lazy("exact"),
    "estimated": gettext_lazy("estimated"),
    "incomplete": gettext_lazy("incomplete data"),
}
NO_SPEND = gettext_lazy("nothing was spent")
REASONS = {
    "no_denominator": gettext_lazy("Nothing to divide by in this period"),
    "not_visible": gettext_lazy("Your role does not see what this needs"),
    "not_applicable": gettext_lazy("Has no meaning with these filters"),
    "too_little_data": gettext_lazy("Too little data yet"),
    "too_few_profitable": gettext_lazy("Needs two customers who came back and left more than they cost: there are fewer"),
    "not_fitted": gettext_lazy("Is computed once a night, back to a year ago: of this period it has not been"),
    "not_installed": gettext_lazy(
        "Needs the extra “predict”, which is not installed: .venv/bin/pip install --no-deps -r requirements-predict.lock"
    ),
}
NEEDS = {
    "leads": gettext_lazy("leads"),
    "qualified leads": gettext_lazy("qualified leads"),
    "conversions": gettext_lazy("conversions"),
    "orders": gettext_lazy("orders"),
    "campaign expenses": gettext_lazy("campaign expenses"),
    "leads of campaigns": gettext_lazy("leads of campaigns"),
    "acquisition expenses": gettext_lazy("acquisition expenses"),
    "unit costs": gettext_lazy("unit costs"),
    "expenses of channels or lead sources": gettext_lazy("expenses of channels or lead sources"),
    "demos and consultations": gettext_lazy("demos and consultations"),
    "families and tiers of products": gettext_lazy("families and tiers of products"),
    "categories of products": gettext_lazy("categories of products"),
    "expenses": gettext_lazy("expenses"),
    "opportunities": gettext_lazy("opportunities"),
    "closed opportunities": gettext_lazy("closed opportunities"),
    "quotes": gettext_lazy("quotes"),
    "quotes with up-sell lines": gettext_lazy("quotes with up-sell lines"),
    "quotes with cross-sell lines": gettext_lazy("quotes with cross-sell lines"),
    "NPS answers": gettext_lazy("NPS answers"),
    "CSAT answers": gettext_lazy("CSAT answers"),
    "loyalty answers": gettext_lazy("loyalty answers"),
    "tickets": gettext_lazy("tickets"),
    "resolved tickets": gettext_lazy("resolved tickets"),
    "visits to the site": gettext_lazy("visits to the site"),
    "posts on social networks": gettext_lazy("posts on social networks"),
    "carts": gettext_lazy("carts"),
    "survey invitations": gettext_lazy("survey invitations"),
}

# Who may enter what is missing, by the app whose page takes it.
ENTERED_BY: dict[str, Callable[[User], bool]] = {
    "admin": attrgetter("is_staff"),
    "campaigns": may_see_costs,
    "leads": may_sell,
}


@dataclass(frozen=True)
class Card:
    """What `_parts/card.html` shows. A card without a value says why, and where the missing data is entered."""

    key: str
    kpi: Kpi
    url: str
    name: str
    abbreviation: str
    timing_label: str
    description: str
    formula_text: str
    formula_filled: str
    reason_text: str
    reason_url: str
    value_html: SafeString | str
    unit_label: str
    is_small_sample: bool
    change: dict[str, str] | None
    sparkline: dict[str, Any] | None
    sample_text: str
    freshness_text: str
    is_stale: bool
    quality_text: str
    # The same for paper, which says nothing of a number that is exact.
    caution: str
    target: Goal | None = None
    target_url: str = ""

    @property
    def source_text(self) -> str:
        return source_text(self.kpi)

    @property
    def left_out_text(self) -> str:
        return left_out_text(self.kpi)

    @property
    def bare_change(self) -> dict[str, str] | None:
        """The change without the words, for a table whose heading says them."""
        return self.change and self.change | {"words": ""}


def card_of(reading: Reading, choice: Choice, prefs: Preferences, query: str = "") -> Card:
    """The card of a reading; `query` is what its link carries on, so that filters and period stay."""
    kpi, now = reading.kpi, reading.now
    number, unit = value_parts(kpi, now.value, prefs, short=True)
    quality = quality_text(kpi, now, choice.viewer)
    return Card(
        key=kpi.key,
        kpi=kpi,
        url=reverse("kpis:kpi-detail", args=[kpi.key]) + query,
        name=str(kpi.name),
        abbreviation=kpi.abbreviation,
        timing_label=str(TIMINGS[kpi.timing]),
        description=str(kpi.why),
        formula_text=capfirst(str(kpi.formula)),
        formula_filled=filled_formula(kpi, now, prefs),
        reason_text=reason_text(kpi, now),
        reason_url=reason_url(kpi, now, choice.viewer),
        value_html=data_value(now.value, number) if now.value is not None else "",
        unit_label=unit,
        is_small_sample=now.value is not None and now.is_small_sample(kpi),
        change=change_chip(kpi, change_between(kpi, now, reading.then), choice, prefs) if choice.other else None,
        sparkline=sparkline(reading.trend, is_open=choice.period.is_running(choice.today)),
        sample_text=sample_text(kpi, now, prefs),
        freshness_text=freshness_text(now, choice, prefs),
        is_stale=now.is_stale,
        quality_text=quality,
        caution="" if quality == str(QUALITIES["exact"]) else quality,
        target=goal_of(reading, choice, prefs),
        target_url=target_url(reading, choice),
    )


def data_value(value: Decimal, text: str) -> SafeString:
    """A number that machines can read too."""
    return format_html('<data value="{}">{}</data>', f"{value:f}", text)


def change_chip(kpi: Kpi, change: Change | None, choice: Choice, prefs: Preferences) -> dict[str, str] | None:
    """The arrow, the size and the words: colour alone says nothing to some, and up is not always good."""
    if change is None:
        return None
    words = compared_words(choice, prefs)
    return {"direction": change.direction, "tone": change.tone, "text": change_text(kpi, change, prefs), "words": words}


def change_text(kpi: Kpi, change: Change, prefs: Preferences) -> str:
    match change.kind:
        case ChangeKind.NEW:
            return _("new")
        case ChangeKind.ABSENT:
            return _("no earlier figure")
        case ChangeKind.SLIGHT:
            return _("hardly any change")
        case ChangeKind.NONE:
            return _("no change")
        case ChangeKind.PERCENT:
            sign = "+" if change.size > 0 else ""
            return isolated(sign + percent_text(change.size, prefs), prefs)
    return difference_text(kpi, change.size, prefs)


def compared_words(choice: Choice, prefs: Preferences) -> str:
    """What it is compared with; while the period runs, with as many days of the other one."""
    if choice.other is None:
        return ""
    name = period_text(choice.other, prefs)
    if choice.cut_days is None:
        return _("vs %(period)s") % {"period": name}
    words = ngettext("vs the first day of %(period)s", "vs the first %(days)s days of %(period)s", choice.cut_days)
    return words % {"period": name, "days": number_text(choice.cut_days, prefs)}


def small_sample_text(size: str) -> str:
    return _("Small sample (n = %(count)s)") % {"count": size}


def sample_text(kpi: Kpi, value: Value, prefs: Preferences) -> str:
    """What the number stands on."""
    if value.sample_size is None:
        return ""
    size = number_text(value.sample_size, prefs)
    if value.value is not None and value.is_small_sample(kpi):
        return small_sample_text(size)
    if value.value is None:
        return ""
    if counts_parts(kpi):
        return _("%(part)s of %(whole)s") % {
            "part": number_text(value.numerator, prefs),
            "whole": number_text(value.denominator, prefs),
        }
    return _("n = %(count)s") % {"count": size} if kpi.is_ratio or kpi.sample else ""


def rows_note(kpi: Kpi, side: str, value: Value, total: int) -> str:
    """Why there are other than n rows of a side, where both are shown."""
    if value.sample_size in (None, total) or counts_parts(kpi) or not (kpi.is_ratio or kpi.sample):
        return ""
    if any(term.measure.cube.resource == "orders" for term in kpi.sample):
        return _("n counts orders, each once; the rows are all that adds to this side or takes off it, refunds and costs too.")
    return _("n counts the denominator; these rows are those of the numerator.") if side == "numerator" else ""


def counts_parts(kpi: Kpi) -> bool:
    """Whether the KPI is a share of counted things."""
    return kpi.unit is Unit.PERCENT and not any(is_amount(term) for term in kpi.numerator + kpi.denominator)


def is_amount(term: Term) -> bool:
    return term.measure.definition.amount is not None


def freshness_text(value: Value, choice: Choice, prefs: Preferences) -> str:
    if value.is_stale:
        return _("being updated")
    if value.computed_at is None:
        return ""
    local = value.computed_at.astimezone(prefs.zone)
    if local_day(value.computed_at, prefs.zone) == choice.today:
        return _("updated %(time)s") % {"time": reader_digits(f"{local:%H:%M}", prefs)}
    return _("updated %(time)s") % {"time": format_day(local.date(), prefs)}


def quality_text(kpi: Kpi, value: Value, viewer: User | None) -> str:
    """As `quality_word`, where nothing else tells that more may come."""
    text = quality_word(kpi, value, viewer)
    return _("%(quality)s, still maturing") % {"quality": text} if text and value.state == "maturing" else text


def quality_word(kpi: Kpi, value: Value, viewer: User | None) -> str:
    """How far a number can be trusted: one word for it wherever it is told."""
    if value.value is None:
        return ""
    if value.is_without_spend(kpi):
        return str(NO_SPEND)
    return _("the whole company against the records you may see") if is_mixed(kpi, viewer) else str(QUALITIES[value.quality])


def member_caution(kpi: Kpi, value: Value, prefs: Preferences) -> str:
    """Why the number of one member among others says nothing of it."""
    if value.is_without_spend(kpi):
        return str(NO_SPEND)
    is_small = value.value is not None and value.is_small_sample(kpi)
    return small_sample_text(number_text(value.sample_size, prefs)) if is_small else ""


def reason_text(kpi: Kpi, value: Value) -> str:
    """Why there is no number, and which data would make one."""
    if not value.reason:
        return ""
    if value.reason == "no_data":
        return _("No data yet: needs %(needs)s") % {"needs": needs_text(kpi)}
    if value.reason == "too_little_data" and kpi.least:
        return _("Too little data yet: needs %(needs)s") % {"needs": kpi.least}
    return str(REASONS.get(value.reason, _("This could not be computed")))


def needs_text(kpi: Kpi) -> str:
    """The data that the KPI is made of."""
    return _(" and ").join(str(NEEDS.get(need, need)) for need in kpi.needs)


def reason_url(kpi: Kpi, value: Value, viewer: User | None) -> str:
    """Where the missing data is entered, for those who may."""
    if value.reason != "no_data" or viewer is None or not kpi.enter_at:
        return ""
    app = kpi.enter_at.partition(":")[0]
    if app in ENTERED_BY and not ENTERED_BY[app](viewer):
        return ""
    return reverse(kpi.enter_at)


def filled_formula(kpi: Kpi, value: Value, prefs: Preferences) -> str:
    """The formula with the period's numbers: 25 ÷ 100 = 25.0 %. It runs as the words around do; each amount by itself."""
    if value.value is None:
        return ""
    if kpi.is_percentile:
        return middle_text(kpi, value, prefs)
    pieces = quotient(kpi, value, prefs) if value.numerator is not None and kpi.is_ratio else operands(kpi, value, prefs)
    # Of a score whole points are shown, and a sum must come out.
    result = (exact_text if kpi.unit is Unit.SCORE else value_text)(kpi, value.value, prefs)
    return " ".join([*pieces, "=", operand(result, prefs)]) if pieces else ""


def middle_text(kpi: Kpi, value: Value, prefs: Preferences) -> str:
    """Of a median or another percentile: among how many rows it stands, and where."""
    below = percent_text(kpi.numerator[0].measure.definition.percentile, prefs, 0)
    return _("%(percent)s of %(count)s rows lie at or below it") % {
        "percent": below,
        "count": number_text(value.denominator, prefs),
    }


def quotient(kpi: Kpi, value: Value, prefs: Preferences) -> list[str]:
    pieces = [operand(part_text(kpi.numerator, value.numerator, prefs), prefs), "÷"]
    if kpi.scale != 1:
        pieces = [operand(number_text(kpi.scale, prefs), prefs), "×", *pieces]
    if kpi.divisor != 1:
        pieces += [operand(number_text(kpi.divisor, prefs), prefs), "÷"]
    return [*pieces, operand(part_text(kpi.denominator, value.denominator, prefs), prefs)]


def operands(kpi: Kpi, value: Value, prefs: Preferences) -> list[str]:
    """What a flow of several terms adds up and takes off, or a model's steps."""
    if kpi.model:
        signs = [sign for sign, _unit, _compute in kpi.model.steps]
        steps = zip(kpi.model.steps, value.operands, strict=False)
        texts = [step_text(unit, amount, prefs) for (_sign, unit, _compute), amount in steps]
    else:
        signs = ["+" if term.sign > 0 else "−" for term in kpi.numerator]
        texts = [part_text(kpi.numerator, amount, prefs) for amount in value.operands]
    return [piece for pair in zip(signs, (operand(text, prefs) for text in texts), strict=False) for piece in pair][1:]


def step_text(unit: Unit, amount: Decimal, prefs: Preferences) -> str:
    match unit:
        case Unit.MONEY:
            return money_text(amount, prefs)
        case Unit.PERCENT:
            return percent_text(amount, prefs)
    return number_text(amount, prefs)


def part_text(terms: tuple[Term, ...], amount: Decimal, prefs: Preferences) -> str:
    """A numerator or denominator: money where the rows carry amounts, else a plain number."""
    return money_text(amount, prefs) if is_money_side(terms) else number_text(amount, prefs)


def is_money_side(terms: tuple[Term, ...]) -> bool:
    return any(is_amount(term) and term.measure.definition.is_money for term in terms)


def side_text(kpi: Kpi, side: str, amount: Decimal | None, prefs: Preferences) -> str:
    if amount is None or (side == "numerator" and kpi.is_percentile):
        return ""
    return part_text(kpi.numerator if side == "numerator" else kpi.denominator, amount, prefs)


def interval_text(kpi: Kpi, value: Value, prefs: Preferences) -> str:
    """The 95 % interval in words: a dash between Persian digits would be read from the wrong side."""
    if value.lower is None or value.upper is None:
        return ""
    bounds = {"lower": value_text(kpi, value.lower, prefs), "upper": value_text(kpi, value.upper, prefs)}
    return _("%(lower)s to %(upper)s") % bounds

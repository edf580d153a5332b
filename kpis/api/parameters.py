"""What a caller asks for, read strictly into a `Query`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import islice

from django.utils.translation import gettext as _

from crm.api.parameters import not_found, one_of, whole_number
from crm.api.problems import Problem, bad_parameter, refused
from crm.inputs.caller import Caller
from crm.inputs.failures import DETAILS, Failure
from crm.inputs.references import Target, find, key_of
from crm.periods import Calendar, Grain, Period, last_periods, parse_period, period_of, range_of
from kpis.catalogue import CATALOGUE
from kpis.catalogue.cubes.sides import CHOICES, codes_of
from kpis.definitions import Dimension, Kind, Kpi
from kpis.readings import Query
from kpis.readings.members import MODELS, member_of

FILTERS = tuple(dimension.value for dimension in Dimension)
# By what the members of a dimension may be named, besides their ids.
NATURAL = {
    **dict.fromkeys((Dimension.CHANNEL, Dimension.LEAD_SOURCE, Dimension.SOCIAL_NETWORK, Dimension.SURVEY), "slug"),
    Dimension.OWNER: "email",
    Dimension.TEAM: "name",
    Dimension.PRODUCT: "sku",
    Dimension.CATEGORY: "name",
    Dimension.LANDING_PAGE: "url",
}
MOST_PERIODS, DEFAULT_PERIODS = 400, 13
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2060, 12, 31)


def kpi_of(key: str) -> Kpi:
    if key not in CATALOGUE:
        raise not_found(key)
    return CATALOGUE[key]


def query_of(kpi: Kpi, parameters: Mapping[str, str], caller: Caller) -> Query:
    """The query for a KPI's values."""
    return Query(
        periods=periods_of(parameters, caller),
        today=caller.organization.day_of(caller.at),
        by=breakdown_of(kpi, parameters),
        filters=filters_of(kpi, parameters, caller),
        viewer=caller.user,
        window=window_of(kpi, parameters),
    )


def query_of_one(kpi: Kpi, parameters: Mapping[str, str], caller: Caller) -> Query:
    """The query for the rows of one period, named by its key."""
    return Query(
        periods=(one_period_of(parameters, caller),),
        today=caller.organization.day_of(caller.at),
        filters=filters_of(kpi, parameters, caller),
        viewer=caller.user,
        window=window_of(kpi, parameters),
    )


def one_period_of(parameters: Mapping[str, str], caller: Caller) -> Period:
    """The period that a key names."""
    if "period" not in parameters:
        raise bad_parameter("period", _("Name one period, such as 2025-10 or 1404-07."))
    try:
        period = parse_period(parameters["period"], caller.organization.calendar_rules)
    except ValueError as error:
        raise bad_parameter("period") from error
    if not FIRST_DAY <= period.start <= LAST_DAY:
        raise out_of_range("period")
    return period


def filters_of(kpi: Kpi, parameters: Mapping[str, str], caller: Caller) -> dict[Dimension, int]:
    for name in FILTERS:
        if name in parameters and Dimension(name) not in kpi.dimensions:
            raise bad_parameter(name, _("This KPI is not split by that dimension."))
    return members_asked(kpi.dimensions, parameters, caller)


def members_asked(dimensions: Iterable[Dimension], parameters: Mapping[str, str], caller: Caller) -> dict[Dimension, int]:
    """The members that the parameters named after some dimensions ask for."""
    return {name: member_asked(name, parameters[name.value], caller) for name in dimensions if name.value in parameters}


def member_asked(dimension: Dimension, text: str, caller: Caller) -> int:
    """By id, or by the natural key of a member that the caller may see; `null` is the unknown one."""
    member = member_of(dimension, text)
    if member is None and dimension in NATURAL and not text.isdecimal():
        target = Target(MODELS[dimension], natural=NATURAL[dimension])
        key = key_of(text, target, caller)
        member = find({key}, target, caller).get(key)
    if member is None:
        raise bad_parameter(dimension.value, DETAILS["invalid-reference"] if dimension in MODELS else one_of(codes_of(dimension)))
    return member


def help_of(dimension: Dimension) -> str:
    """What may be said for a member, in the words of the schema."""
    if dimension in CHOICES:
        return f"one of {', '.join(codes_of(dimension))}, or null for the unknown one"
    natural = f" or {NATURAL[dimension]}" if dimension in NATURAL else ""
    return f"an id{natural}, or null for the unknown member"


def breakdown_of(kpi: Kpi, parameters: Mapping[str, str]) -> Dimension | None:
    if "by" not in parameters:
        return None
    if parameters["by"] not in {dimension.value for dimension in kpi.dimensions}:
        raise bad_parameter("by", _("This KPI is not split by that dimension."))
    return Dimension(parameters["by"])


def window_of(kpi: Kpi, parameters: Mapping[str, str]) -> int | None:
    if "window" not in parameters:
        return None
    if not kpi.takes_window:
        has_own = _("The formula of this KPI has a window of its own.")
        raise bad_parameter("window", has_own if kpi.kind is Kind.COHORT else _("Only cohort KPIs take a window."))
    return whole_number("window", parameters["window"], least=0, most=kpi.longest_window)


def periods_of(parameters: Mapping[str, str], caller: Caller) -> tuple[Period, ...]:
    """Whole periods that touch [from, to], or these days alone; the last thirteen periods where nothing is said."""
    rules, today = caller.organization.calendar_rules, caller.organization.day_of(caller.at)
    try:
        grain = Grain(parameters.get("grain", "month"))
    except ValueError:
        raise bad_parameter("grain") from None
    if grain is Grain.RANGE:
        return (range_asked(parameters, caller),)
    last = day_of("to", parameters["to"], caller.calendar) if "to" in parameters else today
    if "from" not in parameters:
        return tuple(last_periods(DEFAULT_PERIODS, last, caller.calendar, grain, rules))
    first = day_of("from", parameters["from"], caller.calendar)
    if first > last:
        raise bad_parameter("from", _("The first day comes after the last."))
    periods = tuple(islice(successive(period_of(first, caller.calendar, grain, rules), last), MOST_PERIODS + 1))
    if len(periods) > MOST_PERIODS:
        raise bad_parameter("from", _("That is more than 400 periods: take a coarser grain or a shorter range."))
    return periods


def range_asked(parameters: Mapping[str, str], caller: Caller) -> Period:
    for name in ("from", "to"):
        if name not in parameters:
            raise bad_parameter(name, _("A range has a first and a last day: give both."))
    first, last = (day_of(name, parameters[name], caller.calendar) for name in ("from", "to"))
    days = (period_of(day, caller.calendar, Grain.DAY, caller.organization.calendar_rules) for day in (first, last))
    try:
        return range_of(*days)
    except ValueError as error:
        raise bad_parameter("to") from error


def successive(period: Period, last: date) -> Iterator[Period]:
    while period.start <= last:
        yield period
        if period.end + timedelta(days=1) > LAST_DAY:
            return
        period = period.next()


def day_of(name: str, text: str, calendar: Calendar) -> date:
    """A day in the calendar asked for; a Gregorian one may be given in any case."""
    try:
        period = parse_period(text)
    except ValueError as error:
        raise bad_parameter(name) from error
    if period.grain is not Grain.DAY:
        raise bad_parameter(name, _("Give a day, such as 2025-10-01."))
    if period.calendar is Calendar.JALALI and calendar is not Calendar.JALALI:
        raise out_of_range(name, _("Is this a Jalali date? Then say calendar=jalali."))
    if not FIRST_DAY <= period.start <= LAST_DAY:
        raise out_of_range(name)
    return period.start


def out_of_range(name: str, text: str = "") -> Problem:
    return refused([Failure(f"?{name}", "date-out-of-range", text)])

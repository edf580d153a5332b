"""What a number is made of, in words: which records by which day, and which are not counted. Told from the definitions alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Case, Model
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.reasons import Reason
from kpis.catalogue.measures import CUBES
from kpis.definitions import At, Cube, Kpi, Term

RECORDS: Mapping[str, Promise] = MappingProxyType(
    {
        "leads": gettext_lazy("leads"),
        "orders": gettext_lazy("orders"),
        "customers": gettext_lazy("customers"),
        "expenses": gettext_lazy("expenses"),
        "opportunities": gettext_lazy("opportunities"),
        "quotes": gettext_lazy("quotes"),
        "activities": gettext_lazy("demos and consultations"),
        "sessions": gettext_lazy("visits to the site"),
        "social-posts": gettext_lazy("posts on social networks"),
        "carts": gettext_lazy("carts"),
        "survey-answers": gettext_lazy("survey answers"),
        "survey-invitations": gettext_lazy("survey invitations"),
        "tickets": gettext_lazy("tickets"),
    }
)
# Days of what is worked out of records; of days that go by themselves, as those of costs, nothing is told.
DAYS: Mapping[str, Promise] = MappingProxyType(
    {
        "first_day": gettext_lazy("day of the first order"),
        "start_day": gettext_lazy("day they became active"),
        "lost_day": gettext_lazy("day they were lost"),
    }
)
UNTOLD = {"day", "last_day"}
STANDS = {At.START: gettext_lazy("up to the beginning of the period"), At.END: gettext_lazy("up to the end of the period")}


def source_text(kpi: Kpi) -> str:
    """“Leads (day of the conversion; day of creation) · expenses”: each kind of record once, in the order of the formula."""
    days: dict[str, dict[str, None]] = {}
    for term in kpi.needed:
        known = days.setdefault(term.measure.cube.resource, {})
        if about := about_of(term, kpi):
            known[about] = None
    return capfirst(" · ".join(told(str(RECORDS[resource]), list(known)) for resource, known in days.items()))


def told(records: str, about: list[str]) -> str:
    return _("%(records)s (%(about)s)") % {"records": records, "about": _("; ").join(about)} if about else records


def about_of(term: Term, kpi: Kpi) -> str:
    """By which day, or up to when, the records of a term are counted; those of a model are of a year, whatever the period."""
    texts = [] if kpi.model else [str(text) for text in (day_of(term.measure.cube), STANDS.get(term.at)) if text]
    return _(", ").join(texts)


def day_of(cube: Cube) -> Promise | str:
    """How the column is called by which its rows belong to days, be it one of a record above them."""
    *path, name = cube.day.split("__")
    model: type[Model] = cube.rows().model
    if name in UNTOLD or name in DAYS:
        return DAYS.get(name, "")
    try:
        for step in path:
            model = model._meta.get_field(step).related_model
        return model._meta.get_field(name).verbose_name
    except FieldDoesNotExist:
        return ""


def left_out_text(kpi: Kpi) -> str:
    """Why records of its kinds are not counted; empty where all of them are."""
    reasons = dict.fromkeys(reason for term in kpi.needed for reason in reasons_of(term.measure.cube.resource))
    return " · ".join(str(reason.label) for reason in reasons)


@cache
def reasons_of(resource: str) -> tuple[Reason, ...]:
    """As the cubes of these records say it of their rows. Customers are those who ordered: what is no order makes none."""
    if resource == "customers":
        resource = "orders"
    found = [cube.left_out().query.annotations["left_out_for"] for cube in CUBES if cube.resource == resource and cube.left_out]
    cases = [case for expression in found if isinstance(expression, Case) for case in expression.cases]
    return tuple(dict.fromkeys(Reason(case.result.value) for case in cases))

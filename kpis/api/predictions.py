"""The report behind the predicted value of customers: the fitted models, and each customer's own figures."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse
from msgspec import Struct
from rest_framework.request import Request

from crm.api.openapi import Operation
from crm.api.output import plain
from crm.api.parameters import whole_number
from crm.api.problems import Problem
from crm.api.view import ApiView, answer
from kpis.api.parameters import day_of
from kpis.api.views import DEFAULT_ROWS, MOST_ROWS
from kpis.engine.predictions import is_installed
from kpis.models import Prediction, PredictionFit
from kpis.readings.cards import REASONS
from kpis.readings.snapshot import one_snapshot


class PurchasesOut(Struct):
    """BG/NBD in weeks: rates of ordering are Gamma(r, alpha), chances to leave after an order Beta(a, b)."""

    r: str
    alpha: str
    a: str
    b: str
    log_likelihood: str


class SpendingOut(Struct):
    """Gamma-Gamma of the margin of an order day."""

    p: str
    q: str
    v: str


class PredictedOut(Struct):
    customer: int
    external_id: str | None
    label: str
    expected_orders: str
    alive: str
    order_margin: str
    value: str


class PredictionsOut(Struct):
    """`reason` says why there are no parameters. Fitted on all customers; listed are those the caller may see."""

    as_of: str
    fitted_at: str
    converged: bool
    reason: str | None
    customers: int
    repeaters: int
    history_days: int
    cycle_days: str | None
    horizon_weeks: int
    yearly_rate: str
    purchases: PurchasesOut | None
    spending: SpendingOut | None
    results: list[PredictedOut]
    next: str | None


class PredictionsView(ApiView):
    resource: ClassVar = "kpis"

    def get(self, request: Request) -> HttpResponse:
        parameters, caller = self.parameters(("as_of", "cursor", "limit")), self.caller
        if caller.token and not caller.token.allows("customers:read"):
            raise Problem("insufficient-scope")
        if not caller.user.may_see_costs:
            raise Problem("permission-denied")
        today = caller.organization.day_of(caller.at)
        as_of = day_of("as_of", parameters["as_of"], caller.calendar) if "as_of" in parameters else today
        limit = whole_number("limit", parameters.get("limit", str(DEFAULT_ROWS)), least=1, most=MOST_ROWS)
        after = whole_number("cursor", parameters.get("cursor", "0"))
        with one_snapshot():
            fit = PredictionFit.objects.until(as_of).first()
            if fit is None:
                raise Problem("not-found", str(REASONS["not_fitted" if is_installed() else "not_installed"]))
            people = fit.predictions.counted().visible_to(caller.user).filter(fact__gt=after)
            found = list(people.select_related("fact__customer").order_by("fact")[: limit + 1])
            return answer(report(fit, found[:limit], has_more=len(found) > limit))


def report(fit: PredictionFit, people: list[Prediction], *, has_more: bool) -> PredictionsOut:
    return PredictionsOut(
        as_of=fit.day.isoformat(),
        fitted_at=fit.fitted_at.isoformat(),
        converged=fit.has_converged,
        reason=fit.reason or None,
        customers=fit.customers,
        repeaters=fit.repeaters,
        history_days=fit.history_days,
        cycle_days=plain(fit.cycle_days),
        horizon_weeks=fit.horizon_weeks,
        yearly_rate=plain(fit.yearly_rate),
        purchases=PurchasesOut(*(plain(each) for each in fit.purchases)) if fit.has_converged else None,
        spending=SpendingOut(*(plain(each) for each in fit.spending)) if fit.has_converged else None,
        results=[predicted_out(one) for one in people],
        next=str(people[-1].fact_id) if has_more else None,
    )


def predicted_out(one: Prediction) -> PredictedOut:
    customer = one.fact.customer
    figures = (plain(each) for each in (one.orders, one.alive, one.order_margin, one.value))
    return PredictedOut(customer.pk, customer.external_id, str(customer), *figures)


OPERATIONS = [
    Operation(
        "get",
        "/reports/predictions/",
        "The models behind the predicted value of customers, and each customer's own figures",
        "kpis:read",
        {"as_of": "a day; the last models fitted by its evening", "cursor": "from next", "limit": f"1 to {MOST_ROWS}"},
        None,
        PredictionsOut,
    )
]

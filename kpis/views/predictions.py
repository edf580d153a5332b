"""What a predicted figure stands on, and the customers behind it, for its page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day, format_moment
from kpis.definitions import Kpi, is_hidden
from kpis.engine.predictions import is_installed
from kpis.models import PredictionFit
from kpis.readings.predicted import Sorting, list_predicted
from kpis.readings.rows import Forecast, RowPage
from kpis.readings.summary import Choice
from kpis.readings.words import isolated, money_text, number_text, operand, percent_text
from kpis.views.sorting import headings, sorting_asked

NO_BREAK = "\u00a0"
HEADINGS = {
    "day": gettext_lazy("Last order day"),
    "orders": gettext_lazy("Order days expected"),
    "alive": gettext_lazy("Still a customer"),
    "value": gettext_lazy("Predicted value"),
}


def fitted_models(kpi: Kpi, choice: Choice, prefs: Preferences) -> dict[str, Any]:
    """The last models fitted by the period's end, with their parameters."""
    if not kpi.is_fitted or is_hidden(kpi, choice.viewer):
        return {}
    last = min(choice.period.end, choice.today)
    fit = PredictionFit.objects.until(last).first()
    facts = {"is_fitted": True, "is_installed": is_installed()}
    return facts | ({"models": model_facts(fit, prefs)} if fit else {})


def model_facts(fit: PredictionFit, prefs: Preferences) -> list[tuple[str, str]]:
    """Names and figures, the parameters by the letters of the papers."""
    facts = [
        (_("As of the evening of"), format_day(fit.day, prefs)),
        (_("Fitted at"), format_moment(fit.fitted_at, prefs)),
        (
            _("Fitted on"),
            _("%(all)s customers, %(some)s of whom came back")
            % {"all": number_text(fit.customers, prefs), "some": number_text(fit.repeaters, prefs)},
        ),
        (_("History"), _("%(days)s days") % {"days": number_text(fit.history_days, prefs)}),
    ]
    if fit.cycle_days is not None:
        facts.append((_("Between two order days"), _("%(days)s days") % {"days": number_text(fit.cycle_days, prefs, decimals=1)}))
    if fit.has_converged:
        rates = [number_text(value, prefs, decimals=4) for value in (*fit.purchases[:4], *fit.spending[:2])]
        facts.append(("BG/NBD", parameters("rαab", rates[:4], prefs)))
        facts.append(("Gamma-Gamma", parameters("pqv", [*rates[4:], operand(money_text(fit.v, prefs), prefs)], prefs)))
    weeks, rate = number_text(fit.horizon_weeks, prefs), percent_text(fit.yearly_rate, prefs)
    facts.append((_("Horizon"), _("%(weeks)s weeks, discounted by %(rate)s a year") % {"weeks": weeks, "rate": rate}))
    return facts


def parameters(letters: str, values: Sequence[str], prefs: Preferences) -> str:
    """As the papers write them; a line ends between two of them, not inside of one."""
    named = (f"{letter} = {value}".replace(" ", NO_BREAK) for letter, value in zip(letters, values, strict=True))
    return " · ".join(isolated(each, prefs) for each in named)


# -- the customers -----------------------------------------------------------------------------------------------------


def predicted_page(query: QueryDict, kpi: Kpi, side: str, choice: Choice, limit: int) -> RowPage:
    sorting = sorting_asked(query, Sorting.of)
    try:
        return list_predicted(kpi, side, choice.trend_query(1), sorting, after=query.get("after", ""), limit=limit)
    except ValueError:
        raise BadRequest("after") from None


def predicted_headings(query: QueryDict) -> list[dict[str, Any]]:
    sorting = sorting_asked(query, Sorting.of)
    return headings(query, HEADINGS, sorting.column, is_falling=not sorting.is_turned)


def forecast_cells(forecast: Forecast, prefs: Preferences) -> dict[str, str]:
    """What one customer is expected to do; of one order day nobody can tell whether it was the last."""
    alive = _("one order day so far") if forecast.alive == 1 else percent_text(forecast.alive, prefs, 0)
    value = money_text(forecast.value, prefs)
    return {"orders": number_text(forecast.orders, prefs, decimals=1), "alive": alive, "value": value}

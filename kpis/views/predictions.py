"""What a predicted figure stands on, for its page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day
from kpis.definitions import Kpi, is_hidden
from kpis.models import PredictionFit
from kpis.readings.summary import Choice
from kpis.readings.words import isolated, money_text, number_text, operand, percent_text

NO_BREAK = "\u00a0"


def fitted_models(kpi: Kpi, choice: Choice, prefs: Preferences) -> dict[str, Any]:
    """The last models fitted by the period's end, with their parameters."""
    last = min(choice.period.end, choice.today)
    fit = PredictionFit.objects.until(last).first() if kpi.is_fitted and not is_hidden(kpi, choice.viewer) else None
    return {"models": model_facts(fit, prefs)} if fit else {}


def model_facts(fit: PredictionFit, prefs: Preferences) -> list[tuple[str, str]]:
    """Names and figures, the parameters by the letters of the papers."""
    facts = [
        (_("As of the evening of"), format_day(fit.day, prefs)),
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

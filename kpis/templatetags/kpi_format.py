"""The value of a KPI on a page."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from crm.money import NOTHING
from kpis.definitions import Kpi
from kpis.readings import Value
from kpis.readings.cards import data_value
from kpis.readings.words import value_text

register = template.Library()


@register.simple_tag(takes_context=True)
def kpi_value(context: Context, kpi: Kpi, value: Value | None, form: str = "short") -> SafeString | str:
    """The value with its unit, in a table; `form` is short or full."""
    if value is None or value.value is None:
        return NOTHING
    return data_value(value.value, value_text(kpi, value.value, context["prefs"], short=form == "short"))

"""Rules and crossings in words."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.periods import Grain
from crm.preferences import Preferences
from kpis.catalogue import CATALOGUE
from kpis.definitions import Kpi
from kpis.models import Alert, AlertRule, Condition
from kpis.models.scope import COLUMNS
from kpis.readings.change import IN_POINTS
from kpis.readings.words import END_ISOLATE, ISOLATE_BY_WORDS, difference_text, percent_text, period_text, value_text

SENTENCES = {
    Condition.ABOVE: gettext_lazy("%(name)s above %(bound)s"),
    Condition.BELOW: gettext_lazy("%(name)s below %(bound)s"),
    Condition.RISES: gettext_lazy("%(name)s up by at least %(bound)s"),
    Condition.FALLS: gettext_lazy("%(name)s down by at least %(bound)s"),
}
BUSY_PAGE = gettext_lazy("A landing page with many visitors and few conversions")
EACH = {
    Grain.DAY: gettext_lazy("every day"),
    Grain.WEEK: gettext_lazy("every week"),
    Grain.MONTH: gettext_lazy("every month"),
    Grain.QUARTER: gettext_lazy("every quarter"),
}


def bound_text(kpi: Kpi, condition: str, bound: Decimal, prefs: Preferences) -> str:
    if condition in (Condition.ABOVE, Condition.BELOW):
        return value_text(kpi, bound, prefs)
    if kpi.unit in IN_POINTS:
        return difference_text(kpi, bound, prefs).replace("+", "", 1)
    return percent_text(bound, prefs)


def name_text(rule: AlertRule) -> str:
    """The KPI, and of whom."""
    name, member = str(CATALOGUE[rule.kpi].name), member_of(rule)
    return _("%(kpi)s of %(member)s") % {"kpi": name, "member": member} if member else name


def member_of(rule: AlertRule) -> object:
    return rule.member and getattr(rule, COLUMNS[rule.scope])


def visitors_text(what: object, rule: AlertRule) -> str:
    """Of which landing page, and by whose visitors alone it is judged."""
    member = member_of(rule)
    return _("%(page)s, by visitors from %(member)s") % {"page": what, "member": member} if member else str(what)


def rule_sentence(rule: AlertRule, prefs: Preferences) -> str:
    """Churn rate above 5.0%."""
    if rule.is_of_pages:
        return visitors_text(BUSY_PAGE, rule)
    bound = bound_text(CATALOGUE[rule.kpi], rule.condition, rule.bound, prefs)
    return str(SENTENCES[Condition(rule.condition)]) % {"name": name_text(rule), "bound": bound}


def alert_sentence(alert: Alert, prefs: Preferences) -> str:
    """Mehr 1404: churn rate 6.2%, above 5.0% (before: 4.1%)."""
    kpi = CATALOGUE[alert.rule.kpi]
    if alert.landing_page:
        return busy_sentence(alert, kpi, prefs)
    what = str(SENTENCES[Condition(alert.condition)]) % {
        "name": name_text(alert.rule),
        "bound": bound_text(kpi, alert.condition, alert.bound, prefs),
    }
    words = {"period": period_text(alert.period, prefs), "what": what, "value": value_text(kpi, alert.value, prefs)}
    if alert.before is None:
        return _("%(period)s: %(what)s; it is %(value)s") % words
    words["before"] = value_text(kpi, alert.before, prefs)
    return _("%(period)s: %(what)s; it is %(value)s, before %(before)s") % words


def busy_sentence(alert: Alert, kpi: Kpi, prefs: Preferences) -> str:
    """Mehr 1404: many visitors and few conversions on the sale's page; 2.0% convert, on the page in the middle 9.0%."""
    words = _("%(period)s: many visitors and few conversions on %(page)s; %(value)s convert, on the page in the middle %(bound)s")
    return words % {
        "period": period_text(alert.period, prefs),
        "page": visitors_text(f"{ISOLATE_BY_WORDS}{alert.landing_page}{END_ISOLATE}", alert.rule),
        "value": value_text(kpi, alert.value, prefs),
        "bound": value_text(kpi, alert.bound, prefs),
    }


def path_of(alert: Alert) -> str:
    """The KPI in the period that crossed, of whom the rule is about; of a landing page what may be done about it."""
    query = {"period": alert.period.key} | {name.value: str(member) for name, member in alert.rule.filters.items()}
    page = alert.landing_page_id
    to = reverse("kpis:levers", args=[page]) if page else reverse("kpis:kpi-detail", args=[alert.rule.kpi])
    return f"{to}?{urlencode(query)}"

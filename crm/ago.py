"""How long ago, in words."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext, ngettext

from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day, format_moment, reader_digits

MINUTE, HOUR, DAY = 60, 3600, 86_400
OLDEST_RELATIVE = 7


def ago(moment: datetime, at: datetime, prefs: Preferences) -> str:
    """“12 minutes ago” within a week; the day itself before that, and for what lies ahead."""
    seconds = int((at - moment).total_seconds())
    if seconds < 0 or seconds >= OLDEST_RELATIVE * DAY:
        return format_day(prefs.organization.day_of(moment), prefs)
    if seconds < MINUTE:
        return gettext("just now")
    if seconds < HOUR:
        count, text = seconds // MINUTE, ngettext("%(count)s minute ago", "%(count)s minutes ago", seconds // MINUTE)
    elif seconds < DAY:
        count, text = seconds // HOUR, ngettext("%(count)s hour ago", "%(count)s hours ago", seconds // HOUR)
    else:
        count, text = seconds // DAY, ngettext("%(count)s day ago", "%(count)s days ago", seconds // DAY)
    return reader_digits(text % {"count": count}, prefs)


def days_text(count: int, prefs: Preferences) -> str:
    return reader_digits(ngettext("%(count)s day", "%(count)s days", count) % {"count": count}, prefs)


def lasting(seconds: float, prefs: Preferences) -> str:
    """“12 minutes”, “3 hours”, “2 days”: how long something has been going on."""
    if seconds >= DAY:
        return days_text(int(seconds // DAY), prefs)
    if seconds >= HOUR:
        count, text = int(seconds // HOUR), ngettext("%(count)s hour", "%(count)s hours", int(seconds // HOUR))
    else:
        count = max(int(seconds // MINUTE), 0)
        text = ngettext("%(count)s minute", "%(count)s minutes", count)
    return reader_digits(text % {"count": count}, prefs)


def full(moment: datetime, prefs: Preferences) -> str:
    """The whole moment, for those who point at the short form."""
    return format_moment(moment, prefs, "long")

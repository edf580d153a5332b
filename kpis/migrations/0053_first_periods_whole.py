"""The table of days begins with the first day of each first period: sums of longer periods are found by it."""

from typing import Any

from django.db import migrations

from crm.periods import Calendar, CalendarRules
from kpis.calendars import fill_calendar


def fill(apps: Any, schema_editor: Any) -> None:
    rules = apps.get_model("crm", "Organization").objects.first()
    if rules:  # else it was filled just now, and the first organisation begins with the same rules
        fill_calendar(CalendarRules(rules.week_start, Calendar(rules.fiscal_calendar), rules.fiscal_month))


class Migration(migrations.Migration):
    dependencies = [("kpis", "0052_history_by_its_row"), ("crm", "0018_history_by_its_row")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

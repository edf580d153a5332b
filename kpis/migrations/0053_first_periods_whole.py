"""The table of days begins with the first day of each first period: sums of longer periods are found by it."""

from typing import Any

from django.db import migrations

from crm.periods import Calendar, CalendarRules
from kpis.calendars import FIRST_DAY, fill_calendar


def fill(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM kpis_calendarday WHERE day < %s)", [FIRST_DAY])
        is_whole = cursor.fetchone()[0]  # filled just now
    rules = apps.get_model("crm", "Organization").objects.first()
    if rules and not is_whole:
        fill_calendar(CalendarRules(rules.week_start, Calendar(rules.fiscal_calendar), rules.fiscal_month))


class Migration(migrations.Migration):
    dependencies = [("kpis", "0052_history_by_its_row"), ("crm", "0018_history_by_its_row")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

from typing import Any

from django.db import migrations

from crm.periods import CalendarRules
from kpis.calendars import fill_calendar
from kpis.catalogue.marks import MARKS
from kpis.tracking import triggers_sql


def fill(apps: Any, schema_editor: Any) -> None:
    fill_calendar(CalendarRules())


class Migration(migrations.Migration):
    dependencies = [("kpis", "0001_initial"), ("crm", "0002_organization"), ("customers", "0002_order_totals")]
    operations = [
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

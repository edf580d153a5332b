from typing import Any

from django.db import migrations

from crm.periods import CalendarRules
from kpis.calendars import fill_calendar
from kpis.catalogue.marks import MARKS
from kpis.tracking import triggers_sql


def fill(apps: Any, schema_editor: Any) -> None:
    fill_calendar(CalendarRules())


class Migration(migrations.Migration):
    replaces = [("kpis", "0002_tracking")]
    dependencies = [("kpis", "0002_credits"), ("campaigns", "0004_totals_of_traffic"), ("crm", "0003_cache_of_sign_ins")]
    operations = [
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

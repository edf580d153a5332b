"""Medians of quarters are stored too: the first drain after this finds them all."""

from django.db import migrations

from kpis.calendars import FIRST_DAY, LAST_DAY
from kpis.engine.percentiles import SPREADS
from kpis.engine.refolding import IS_USED
from kpis.tracking import insertion

DAYS = f"SELECT DATE '{FIRST_DAY}', DATE '{LAST_DAY}' WHERE {IS_USED}"


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0045_percentiles_by_team"),
    ]

    operations = [
        migrations.RunSQL(insertion(DAYS, tuple(SPREADS)), migrations.RunSQL.noop),
    ]

"""Medians of days and weeks are stored too: the first drain after this finds them all."""

from django.db import migrations

from kpis.engine.percentiles import SPREADS
from kpis.engine.refolding import all_days
from kpis.tracking import insertion


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0048_more_engagement"),
    ]

    operations = [
        migrations.RunSQL(insertion(all_days(), tuple(SPREADS)), migrations.RunSQL.noop),
    ]

"""Medians of quarters are stored too: the first drain after this finds them all."""

from django.db import migrations

from kpis.engine.percentiles import SPREADS
from kpis.engine.refolding import all_days
from kpis.tracking import insertion


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0045_percentiles_by_team"),
    ]

    operations = [
        migrations.RunSQL(insertion(all_days(), tuple(SPREADS)), migrations.RunSQL.noop),
    ]

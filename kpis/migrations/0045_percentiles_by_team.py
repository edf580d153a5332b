"""Medians of months are stored by team too: the first drain after this finds them all."""

from django.db import migrations

from kpis.catalogue.marks import MARKS
from kpis.engine.percentiles import SPREADS
from kpis.engine.refolding import all_days
from kpis.tracking import insertion, triggers_sql


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0044_back_days_of_lost_spans"),
    ]

    operations = [
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
        migrations.RunSQL(insertion(all_days(), tuple(SPREADS)), migrations.RunSQL.noop),
    ]

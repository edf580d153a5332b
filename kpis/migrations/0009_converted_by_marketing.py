"""How many of the converted leads came by marketing is stored beside how many there were."""

from django.db import migrations

from kpis.catalogue.marks import MARKS
from kpis.catalogue.measures import CONVERSIONS
from kpis.engine.refolding import all_days
from kpis.tracking import insertion, triggers_sql


class Migration(migrations.Migration):
    dependencies = [("kpis", "0008_sessions_once")]

    operations = [
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
        migrations.RunSQL(insertion(all_days(), (CONVERSIONS,)), migrations.RunSQL.noop),
    ]

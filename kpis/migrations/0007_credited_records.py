"""How many records are behind credited money, and how many lines behind what is sold of a product, is stored beside the sums."""

from django.db import migrations, models

from kpis.catalogue.cubes.credits import CAMPAIGN_RECORDS, CREDITED_RECORDS
from kpis.catalogue.marks import MARKS
from kpis.catalogue.measures import LINES, REFUND_LINES
from kpis.credits import CREATE_CREDIT
from kpis.engine.refolding import all_days
from kpis.tracking import insertion, triggers_sql

COUNTING = (CREDITED_RECORDS, CAMPAIGN_RECORDS, LINES, REFUND_LINES)


class Migration(migrations.Migration):
    dependencies = [("kpis", "0006_who_made_records")]
    operations = [
        migrations.AddField("credit", "entry", models.BigIntegerField()),
        migrations.RunSQL(CREATE_CREDIT, migrations.RunSQL.noop),
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
        migrations.RunSQL(insertion(all_days(), COUNTING), migrations.RunSQL.noop),
    ]

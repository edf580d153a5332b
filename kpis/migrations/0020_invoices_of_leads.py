from django.db import migrations, models

from kpis.catalogue.marks import MARKS
from kpis.engine.refolding import refold_sql
from kpis.tracking import triggers_sql


class Migration(migrations.Migration):
    dependencies = [("kpis", "0019_dashboards")]
    operations = [
        migrations.AddField("LeadFact", "is_invoiced", models.BooleanField(db_default=False)),
        migrations.RunSQL(triggers_sql(MARKS) + refold_sql(), migrations.RunSQL.noop),
    ]

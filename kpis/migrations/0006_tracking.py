from django.db import migrations

from kpis.catalogue.marks import MARKS
from kpis.engine.refolding import refold_sql
from kpis.tracking import triggers_sql


class Migration(migrations.Migration):
    dependencies = [("kpis", "0005_categories_of_orders")]
    operations = [migrations.RunSQL(triggers_sql(MARKS) + refold_sql(), migrations.RunSQL.noop)]

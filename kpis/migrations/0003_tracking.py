from django.db import migrations

from kpis.catalogue.marks import MARKS
from kpis.catalogue.measures import DAY_CUBES
from kpis.tracking import refold_sql, triggers_sql


class Migration(migrations.Migration):
    dependencies = [("kpis", "0002_tracking"), ("leads", "0003_quotes")]
    operations = [migrations.RunSQL(triggers_sql(MARKS) + refold_sql(DAY_CUBES), migrations.RunSQL.noop)]

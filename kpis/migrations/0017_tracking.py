from django.db import migrations

from kpis.catalogue.marks import MARKS
from kpis.tracking import triggers_sql


class Migration(migrations.Migration):
    dependencies = [("kpis", "0016_cross")]
    operations = [migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop)]

from django.db import migrations

from kpis.catalogue.marks import MARKS
from kpis.catalogue.measures import DAY_CUBES
from kpis.tracking import refold_sql, triggers_sql


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0007_rfm"),
        ("campaigns", "0003_traffic"),
        ("customers", "0007_invitation_answered_on"),
    ]
    operations = [migrations.RunSQL(triggers_sql(MARKS) + refold_sql(DAY_CUBES), migrations.RunSQL.noop)]

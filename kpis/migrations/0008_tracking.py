from django.db import migrations

from kpis.catalogue.marks import MARKS
from kpis.engine.refolding import refold_sql
from kpis.tracking import triggers_sql


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0007_rfm"),
        ("campaigns", "0003_traffic"),
        ("customers", "0007_invitation_answered_on"),
    ]
    operations = [migrations.RunSQL(triggers_sql(MARKS) + refold_sql(), migrations.RunSQL.noop)]

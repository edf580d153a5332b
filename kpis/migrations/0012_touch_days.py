"""Touches that lie too far back before an order may be left out of what is credited."""

from django.db import migrations

from kpis.catalogue.marks import MARKS
from kpis.credits import CREATE_CREDIT
from kpis.tracking import triggers_sql


class Migration(migrations.Migration):
    dependencies = [("crm", "0010_touch_days"), ("kpis", "0011_rules_of_reported_values")]
    operations = [
        migrations.RunSQL(CREATE_CREDIT, migrations.RunSQL.noop),
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
    ]

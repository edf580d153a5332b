"""Replies and sessions are engagement too: the first drain after this looks at all customers for them."""

from django.db import migrations

from kpis.catalogue.marks import MARKS
from kpis.tracking import insertion, triggers_sql


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0047_owners_of_credits"),
        ("customers", "0012_number_of_visitors"),
        ("leads", "0014_number_of_visitors"),
    ]

    operations = [
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
        migrations.RunSQL(insertion("SELECT customer_id FROM kpis_customerfact", ()), migrations.RunSQL.noop),
    ]

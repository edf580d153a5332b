"""Business hours depend on the time zone: whoever changed it has figures of the old one, which are folded anew."""

from django.db import migrations

from kpis.catalogue.cubes.support import TICKETS_RESOLVED
from kpis.catalogue.marks import MARKS
from kpis.tracking import insertion, triggers_sql

RESOLVED = "SELECT DISTINCT resolved_on, resolved_on FROM customers_ticket WHERE resolved_on IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0034_newcomers"),
    ]
    operations = [
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
        migrations.RunSQL(insertion(RESOLVED, (TICKETS_RESOLVED,)), migrations.RunSQL.noop),
    ]

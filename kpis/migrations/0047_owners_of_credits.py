"""Credits that tell of their order whose it is and whether it counts."""

from django.db import migrations

from kpis.credits import CREATE_CREDIT, DROP_CREDIT


class Migration(migrations.Migration):
    dependencies = [("kpis", "0046_percentiles_of_quarters")]
    operations = [migrations.RunSQL(DROP_CREDIT + ";" + CREATE_CREDIT, migrations.RunSQL.noop)]

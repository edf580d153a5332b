from django.db import migrations, models

from kpis.catalogue.marks import MARKS
from kpis.tracking import triggers_sql

# The facts of whoever has a contract are written anew; of all others only the first order day is new, and known.
MARK = """
    UPDATE kpis_customerfact SET first_order_day = first_day;
    INSERT INTO kpis_dirtycustomer (customer_id)
    SELECT DISTINCT customer_id FROM customers_contract WHERE EXISTS (SELECT 1 FROM kpis_rollup);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0022_mailings"),
        ("customers", "0004_carts_contracts_invitations"),
    ]
    operations = [
        migrations.AddField("customerfact", "first_order_day", models.DateField(null=True)),
        migrations.AlterField("customerfact", "last_day", models.DateField(null=True)),
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
    ]

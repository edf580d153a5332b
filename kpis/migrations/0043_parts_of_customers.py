"""What customers were sold is computed beside their other facts: a dirty customer is marked for each of both parts."""

from django.db import migrations, models

from kpis.catalogue.marks import MARKS
from kpis.tracking import triggers_sql


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0042_days_of_landings"),
    ]

    operations = [
        migrations.AddField("DirtyCustomer", "part", models.PositiveSmallIntegerField(db_default=0)),
        migrations.RemoveIndex("DirtyCustomer", "kpis_dirtycustomer_customer"),
        migrations.AddIndex("DirtyCustomer", models.Index(fields=["part", "customer_id"], name="kpis_dirtycustomer_part")),
        migrations.RunSQL(
            "INSERT INTO kpis_dirtycustomer (customer_id, part) SELECT DISTINCT customer_id, 1 FROM kpis_dirtycustomer",
            "DELETE FROM kpis_dirtycustomer WHERE part = 1",
        ),
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
    ]

import django.db.models.deletion
from django.db import migrations, models

import crm.fields
from kpis.catalogue.marks import MARKS
from kpis.engine.refolding import refold_facts_sql
from kpis.tracking import triggers_sql


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0033_engaged_customers"),
    ]

    operations = [
        migrations.CreateModel(
            name="NewcomerDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("owner_id", models.BigIntegerField(default=0)),
                ("orders", models.IntegerField()),
                ("net", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                ("refunded", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                (
                    "fact",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="kpis.customerfact",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="kpis_newcomerday_day")],
            },
        ),
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
        # As the customers who did something: never counted before, so that nothing can be taken back.
        migrations.RunSQL(refold_facts_sql(), migrations.RunSQL.noop),
    ]

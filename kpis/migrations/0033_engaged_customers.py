import django.db.models.deletion
from django.db import migrations, models

from kpis.catalogue.marks import MARKS
from kpis.engine.refolding import refold_facts_sql
from kpis.tracking import triggers_sql


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0032_links_of_closed_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "fact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="kpis.customerfact",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["fact", "day"], name="kpis_customercontact_fact"),
                    models.Index(fields=["day"], include=("fact",), name="kpis_customercontact_day"),
                ],
            },
        ),
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
        # What somebody did was never counted before, so that it cannot be taken back: all begins from nothing.
        migrations.RunSQL(refold_facts_sql(), migrations.RunSQL.noop),
    ]

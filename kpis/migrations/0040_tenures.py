"""How long customers stay, and medians of months, are stored: the first drain after this finds them all."""

import django.db.models.functions.datetime
from django.db import migrations, models

import crm.fields
from kpis.engine.percentiles import SPREADS
from kpis.engine.refolding import all_days
from kpis.tracking import insertion


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0039_more_new_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="TenureEvening",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("is_dirty", models.BooleanField(default=True)),
                ("marked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Tenure",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day", "dimension", "member", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("dimension", models.PositiveSmallIntegerField()),
                ("member", models.BigIntegerField()),
                ("tenure", crm.fields.ExactField(decimal_places=12, max_digits=60)),
            ],
        ),
        migrations.CreateModel(
            name="Lifetime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel_id", models.BigIntegerField()),
                ("left_after", models.IntegerField(null=True)),
                ("since", models.DateField(null=True)),
                ("customers", models.IntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("channel_id", "left_after", "since"), name="kpis_lifetime_unique", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.RunSQL(insertion(all_days(), tuple(SPREADS)), migrations.RunSQL.noop),
    ]

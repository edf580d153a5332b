import django.db.models.functions.datetime
from django.db import migrations, models

from kpis.catalogue.marks import MARKS
from kpis.tracking import insertion, triggers_sql

# Where nothing is stored yet, as in a new installation, nothing is marked.
VISITORS = """
    SELECT CASE WHEN visitor = '' THEN 's' || id ELSE 'v' || visitor END FROM campaigns_session
     WHERE landing_page_id IS NOT NULL AND EXISTS (SELECT 1 FROM kpis_rollup)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0037_sums_of_funnel"),
        ("leads", "0013_conversions_of_visitors"),
    ]

    operations = [
        migrations.CreateModel(
            name="DirtyVisitor",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("visitor", models.CharField(max_length=101)),
                ("marked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [models.Index(fields=["visitor"], name="kpis_dirtyvisitor_visitor")],
            },
        ),
        migrations.CreateModel(
            name="LandingDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("visitor", models.CharField(max_length=101)),
                ("day", models.DateField()),
                ("landing_page_id", models.BigIntegerField()),
                ("campaign_id", models.BigIntegerField(default=0)),
                ("channel_id", models.BigIntegerField(default=0)),
                ("variant_id", models.BigIntegerField(default=0)),
                ("is_converted", models.BooleanField()),
            ],
            options={
                "indexes": [models.Index(fields=["visitor"], name="kpis_landingday_visitor")],
            },
        ),
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
        migrations.RunSQL(insertion(VISITORS, (), of_visitors=True), migrations.RunSQL.noop),
    ]

from django.db import migrations, models

# The cells of what is stored already; from now on they are kept with the facts of customers. Dimensions: 1 channel,
# 3 campaign, 4 owner; grains: 2 Gregorian and 5 Jalali months.
FILL = """
    INSERT INTO kpis_cohortcell (grain, dimension, cohort, member, month, customers)
    SELECT c.grain, v.dimension, a.start, v.member, c.start, count(DISTINCT k.fact_id)
      FROM kpis_customerday k JOIN kpis_customerfact f ON f.customer_id = k.fact_id
      JOIN kpis_calendarday a ON a.day = f.first_day AND a.grain IN (2, 5)
      JOIN kpis_calendarday c ON c.day = k.day AND c.grain = a.grain
     CROSS JOIN LATERAL (VALUES (0, 0::bigint), (1, f.channel_id), (3, f.campaign_id), (4, f.owner_id)) v (dimension, member)
     GROUP BY 1, 2, 3, 4, 5
"""


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0014_credits"),
    ]

    operations = [
        migrations.CreateModel(
            name="CohortCell",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "grain",
                        "dimension",
                        "cohort",
                        "member",
                        "month",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("grain", models.PositiveSmallIntegerField()),
                ("dimension", models.PositiveSmallIntegerField()),
                ("cohort", models.DateField()),
                ("member", models.BigIntegerField()),
                ("month", models.DateField()),
                ("customers", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

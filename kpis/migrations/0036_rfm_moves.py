"""Who moved between the snapshots of two months is stored with them: those that are known are computed again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0035_zone_of_business_hours"),
    ]

    operations = [
        migrations.CreateModel(
            name="RfmMove",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day", "earlier", "before", "after", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("earlier", models.DateField()),
                ("before", models.PositiveSmallIntegerField()),
                ("after", models.PositiveSmallIntegerField()),
                ("customers", models.PositiveIntegerField()),
            ],
        ),
        migrations.RunSQL(
            "UPDATE kpis_rfmsnapshot SET is_dirty = TRUE, marked_at = now() WHERE NOT is_dirty", migrations.RunSQL.noop
        ),
    ]

"""Where a list came from was kept as it was said; what was said until now stays, as a name."""

from django.db import migrations, models

TO_PARTS = """
ALTER TABLE crm_peoplelist ALTER COLUMN origin TYPE jsonb
USING CASE WHEN origin = '' THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_object('name', origin)) END
"""
TO_TEXT = """
ALTER TABLE crm_peoplelist ALTER COLUMN origin TYPE varchar(200) USING left(coalesce(origin -> 0 ->> 'name', ''), 200)
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0011_discount_rate")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TO_PARTS, TO_TEXT)],
            state_operations=[
                migrations.AlterField("peoplelist", "origin", models.JSONField(blank=True, default=list)),
            ],
        ),
    ]

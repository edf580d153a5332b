"""The naive mean of tenure is stored beside the other: the next drain finds both anew, and until then spans tell them."""

from django.db import migrations

import crm.fields

ANEW = "DELETE FROM kpis_tenure; UPDATE kpis_tenureevening SET is_dirty = TRUE"


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0049_percentiles_of_days"),
    ]

    operations = [
        migrations.RunSQL(ANEW, ANEW),
        migrations.AddField(
            model_name="tenure",
            name="naive",
            field=crm.fields.ExactField(decimal_places=12, default=0, max_digits=60),
            preserve_default=False,
        ),
    ]

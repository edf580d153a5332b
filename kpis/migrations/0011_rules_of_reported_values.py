"""Reported values keep all rules of the organisation that they were found right under, and which ones restated them."""

from django.db import migrations, models
from django.utils.translation import gettext_lazy as _

KEEP_MODEL = "UPDATE kpis_snapshot SET rules = jsonb_build_object('attribution_model', attribution) WHERE attribution <> ''"


class Migration(migrations.Migration):
    dependencies = [("kpis", "0010_segments_of_customers")]

    operations = [
        migrations.AddField(model_name="snapshot", name="changes", field=models.JSONField(blank=True, default=list)),
        migrations.AddField(model_name="snapshot", name="rules", field=models.JSONField(blank=True, default=dict)),
        migrations.RunSQL(KEEP_MODEL, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="snapshot", name="attribution"),
        migrations.AlterField(
            model_name="snapshot", name="reason", field=models.CharField(_("reason"), blank=True, max_length=500)
        ),
    ]

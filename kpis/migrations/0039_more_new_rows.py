"""A call's new rows are added, however many are of one day; spans are found by their customers alone."""

from django.db import migrations, models

from kpis.catalogue.marks import MARKS
from kpis.tracking import triggers_sql


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0038_landings"),
    ]
    operations = [
        migrations.RemoveIndex(model_name="customerspan", name="kpis_customerspan_fact"),
        migrations.AddIndex(
            model_name="customerspan",
            index=models.Index(fields=["fact", "start_day"], include=("lost_day",), name="kpis_customerspan_fact"),
        ),
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
    ]

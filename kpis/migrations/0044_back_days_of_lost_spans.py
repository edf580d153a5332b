"""Who was lost and is back is told from the index of lost spans alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0043_parts_of_customers"),
    ]
    operations = [
        migrations.RemoveIndex(model_name="customerspan", name="kpis_customerspan_lost"),
        migrations.AddIndex(
            model_name="customerspan",
            index=models.Index(fields=["lost_day", "start_day"], include=("fact", "back_day"), name="kpis_customerspan_lost"),
        ),
    ]

"""Figures by RFM segment join the spans of customers; nothing of the database changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0009_list_price"),
        ("kpis", "0009_converted_by_marketing"),
    ]

    operations = [
        migrations.AlterField(
            model_name="rfmspan",
            name="customer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="rfm_span",
                to="customers.customer",
            ),
        ),
    ]

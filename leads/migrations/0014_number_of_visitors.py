"""Marks name a visitor by a number: the customers of their leads are found by it."""

from django.db import migrations, models

from crm.database import TextNumber


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0013_conversions_of_visitors"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(TextNumber("visitor"), condition=~models.Q(visitor=""), name="leads_lead_visitor_number"),
        ),
    ]

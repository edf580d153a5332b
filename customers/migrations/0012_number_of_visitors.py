"""Marks name a visitor by a number: the customers of their carts are found by it."""

from django.db import migrations, models

from crm.database import TextNumber


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0011_companies_and_writers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="cart",
            index=models.Index(TextNumber("visitor"), condition=~models.Q(visitor=""), name="customers_cart_visitor_number"),
        ),
    ]

from django.db import migrations

from kpis.credits import CREATE_CREDIT, DROP_CREDIT


class Migration(migrations.Migration):
    replaces = [("kpis", "0014_credits")]
    dependencies = [("kpis", "0001_tables"), ("leads", "0006_one_sale_per_order"), ("customers", "0004_channel_of_carts")]
    operations = [migrations.RunSQL(CREATE_CREDIT, DROP_CREDIT)]

from django.db import migrations

ONE_EACH = "CREATE UNIQUE INDEX leads_opportunity_orders_one_sale ON leads_opportunity_orders (order_id)"


class Migration(migrations.Migration):
    """Django declares no constraint on the table that it makes for a many-to-many field."""

    replaces = [("leads", "0012_one_sale_per_order")]
    dependencies = [("leads", "0005_landing_conversions")]
    operations = [migrations.RunSQL(ONE_EACH, "DROP INDEX leads_opportunity_orders_one_sale")]

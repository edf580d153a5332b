from django.db import migrations

# Of several opportunities that one order was linked to, the won one has it, else the one that was first.
KEEP_ONE = """
DELETE FROM leads_opportunity_orders x USING (
    SELECT l.id, row_number() OVER (PARTITION BY l.order_id ORDER BY (o.won_at IS NULL), l.id) AS place
      FROM leads_opportunity_orders l JOIN leads_opportunity o ON o.id = l.opportunity_id
) r WHERE r.id = x.id AND r.place > 1
"""
ONE_EACH = "CREATE UNIQUE INDEX leads_opportunity_orders_one_sale ON leads_opportunity_orders (order_id)"


class Migration(migrations.Migration):
    """Django declares no constraint on the table that it makes for a many-to-many field."""

    dependencies = [("leads", "0011_lists_of_people")]
    operations = [
        migrations.RunSQL(KEEP_ONE, migrations.RunSQL.noop),
        migrations.RunSQL(ONE_EACH, "DROP INDEX leads_opportunity_orders_one_sale"),
    ]

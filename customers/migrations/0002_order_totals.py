from django.db import migrations

from customers.triggers import DROP_TOTALS, totals_sql


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_tables")]
    operations = [migrations.RunSQL(totals_sql(), DROP_TOTALS)]

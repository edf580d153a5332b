from django.db import migrations

from crm.totals import functions_sql
from customers.triggers import TOTALS


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_merges")]
    operations = [migrations.RunSQL(functions_sql(TOTALS), migrations.RunSQL.noop)]

from django.db import migrations

from crm.totals import functions_sql
from leads.triggers import TOTALS


class Migration(migrations.Migration):
    dependencies = [("leads", "0007_lists_of_leads")]
    operations = [migrations.RunSQL(functions_sql(TOTALS), migrations.RunSQL.noop)]

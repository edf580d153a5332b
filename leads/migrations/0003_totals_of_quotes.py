from django.db import migrations

from crm.totals import drop_totals_sql, totals_sql
from leads.triggers import TOTALS


class Migration(migrations.Migration):
    replaces = [("leads", "0003_quotes")]
    dependencies = [("leads", "0002_default_stages")]
    operations = [migrations.RunSQL(totals_sql(TOTALS), drop_totals_sql(TOTALS))]

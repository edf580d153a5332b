from django.db import migrations

from campaigns.triggers import TOTALS
from crm.totals import drop_totals_sql, totals_sql


class Migration(migrations.Migration):
    replaces = [("campaigns", "0003_traffic")]
    dependencies = [("campaigns", "0003_default_sources")]
    operations = [migrations.RunSQL(totals_sql(TOTALS), drop_totals_sql(TOTALS))]

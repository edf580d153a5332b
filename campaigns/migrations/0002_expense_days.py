from django.db import migrations

from campaigns.spread import CREATE_EXPENSE_DAY, DROP_EXPENSE_DAY


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_tables")]
    operations = [migrations.RunSQL(CREATE_EXPENSE_DAY, DROP_EXPENSE_DAY)]

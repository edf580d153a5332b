"""Business seconds in a loop over their days."""

from django.db import migrations

from crm.database import BUSINESS_SECONDS_SQL


class Migration(migrations.Migration):
    dependencies = [("crm", "0006_authors_of_accounts")]

    operations = [migrations.RunSQL(BUSINESS_SECONDS_SQL, migrations.RunSQL.noop)]

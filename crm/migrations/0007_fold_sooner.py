from django.db import migrations

from crm.text import FOLD_SQL


class Migration(migrations.Migration):
    dependencies = [("crm", "0006_first_contact_and_columns")]
    operations = [migrations.RunSQL(FOLD_SQL, migrations.RunSQL.noop)]

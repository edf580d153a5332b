from django.db import migrations

from crm.database import CLAIM_KEY_SQL


class Migration(migrations.Migration):
    dependencies = [("crm", "0004_business_hours")]
    operations = [migrations.RunSQL(CLAIM_KEY_SQL, "DROP FUNCTION claim_key")]

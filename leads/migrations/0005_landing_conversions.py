from django.db import migrations

from leads.conversions import CREATE_LANDING_CONVERSION, DROP_LANDING_CONVERSION


class Migration(migrations.Migration):
    replaces = [("leads", "0009_landing_conversions")]
    dependencies = [("leads", "0004_touchpoints")]
    operations = [migrations.RunSQL(CREATE_LANDING_CONVERSION, DROP_LANDING_CONVERSION)]

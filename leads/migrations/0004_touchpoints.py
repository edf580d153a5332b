from django.db import migrations

from leads.touchpoints import CREATE_TOUCHPOINT, DROP_TOUCHPOINT


class Migration(migrations.Migration):
    replaces = [("leads", "0005_touchpoints")]
    dependencies = [("leads", "0003_totals_of_quotes")]
    operations = [migrations.RunSQL(CREATE_TOUCHPOINT, DROP_TOUCHPOINT)]

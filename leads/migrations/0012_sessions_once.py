"""A session is one touch of a customer, however many of their leads name its visitor."""

from django.db import migrations

from leads.touchpoints import CREATE_TOUCHPOINT


class Migration(migrations.Migration):
    dependencies = [("leads", "0011_turn_of_new_leads")]

    operations = [migrations.RunSQL(CREATE_TOUCHPOINT, migrations.RunSQL.noop)]

"""The turn in which new leads are given to the people of a team."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leads", "0010_archived_stages")]

    operations = [migrations.RunSQL("CREATE SEQUENCE leads_turn", "DROP SEQUENCE leads_turn")]

"""Every change of a row wrote an index for each column of its history; they are read by the row alone."""

from django.db import migrations

from crm.history import IndexByRowAlone


class Migration(migrations.Migration):
    dependencies = [("leads", "0015_history_of_references")]
    operations = [IndexByRowAlone()]

"""Whoever had a record made stands in its history, as whoever changed it does."""

from django.db import migrations

from crm.history.recorders import KeepRecorders


class Migration(migrations.Migration):
    dependencies = [("leads", "0007_history_of_lines")]
    operations = [KeepRecorders()]

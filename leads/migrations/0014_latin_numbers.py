"""Numbers of quotes kept before in Persian or Arabic digits are found again."""

from django.db import migrations

from crm.text import latin_numbers_sql


class Migration(migrations.Migration):
    dependencies = [("leads", "0013_kept_mails")]

    operations = [migrations.RunSQL(latin_numbers_sql("leads_quote"), migrations.RunSQL.noop)]

"""Numbers of orders kept before in Persian or Arabic digits are found again."""

from django.db import migrations

from crm.text import latin_numbers_sql


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_kept_mails")]

    operations = [migrations.RunSQL(latin_numbers_sql("customers_order"), migrations.RunSQL.noop)]

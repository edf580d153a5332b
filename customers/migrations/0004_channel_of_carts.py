from django.db import migrations

from customers.triggers import CHANNEL_OF_CARTS, DROP_CHANNEL_OF_CARTS


class Migration(migrations.Migration):
    replaces = [("customers", "0004_carts_contracts_invitations")]
    dependencies = [("customers", "0003_default_surveys")]
    operations = [migrations.RunSQL(CHANNEL_OF_CARTS, DROP_CHANNEL_OF_CARTS)]

from django.db import migrations

from leads.conversions import CREATE_LANDING_CONVERSION


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0012_one_sale_per_order"),
    ]

    # The same view, without leads and carts of nobody known; an earlier one would be as good.
    operations = [migrations.RunSQL(CREATE_LANDING_CONVERSION, migrations.RunSQL.noop)]

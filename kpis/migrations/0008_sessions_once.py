"""Money is credited anew: a session that several leads of a customer named was several touches."""

from django.db import migrations

from kpis.catalogue.cubes.credits import CREDIT_CUBES
from kpis.engine.refolding import all_days
from kpis.tracking import insertion


class Migration(migrations.Migration):
    dependencies = [("kpis", "0007_credited_records"), ("leads", "0012_sessions_once")]

    operations = [migrations.RunSQL(insertion(all_days(), CREDIT_CUBES), migrations.RunSQL.noop)]

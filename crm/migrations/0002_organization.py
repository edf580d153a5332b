from typing import Any

from django.conf import settings
from django.db import migrations


def make_organization(apps: Any, schema_editor: Any) -> None:
    apps.get_model("crm", "Organization").objects.get_or_create(pk=1, defaults={"time_zone": settings.ORGANIZATION_TIME_ZONE})


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_tables")]
    operations = [migrations.RunPython(make_organization, migrations.RunPython.noop)]

"""The lead sources a new installation starts with, in its own language; an administrator may rename and add to them."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# slug, name, Persian name
SOURCES = [
    ("e-mail", "E-mail", "ایمیل"),
    ("store-visit", "Store visit", "بازدید فروشگاه"),
    ("exhibition", "Exhibition", "نمایشگاه"),
    ("sign-up", "Sign-up on the site", "ثبت‌نام سایت"),
    ("sms-contest", "SMS contest", "مسابقهٔ پیامکی"),
]


def add_sources(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Only where there are none: an older installation has named its own."""
    model = apps.get_model("campaigns", "LeadSource")
    if model.objects.exists():
        return
    is_persian = settings.LANGUAGE_CODE == "fa"
    model.objects.bulk_create(model(slug=slug, name=name_fa if is_persian else name) for slug, name, name_fa in SOURCES)


class Migration(migrations.Migration):
    replaces = [("campaigns", "0008_default_sources")]
    dependencies = [("campaigns", "0002_expense_days")]
    operations = [migrations.RunPython(add_sources, migrations.RunPython.noop)]

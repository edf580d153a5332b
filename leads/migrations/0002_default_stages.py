"""The stages a new installation starts with; an administrator may rename and add to them."""

from decimal import Decimal

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# slug, name, Persian name, kind, probability
STAGES = [
    ("contacted", "Contacted", "تماس گرفته‌شده", "open", "0.10"),
    ("demo", "Demo", "جلسهٔ دمو", "open", "0.30"),
    ("pro-forma", "Quote", "پیش‌فاکتور", "open", "0.50"),
    ("negotiation", "Negotiation", "مذاکره", "open", "0.70"),
    ("won", "Won", "موفق", "won", "1.00"),
    ("lost", "Lost", "ازدست‌رفته", "lost", "0.00"),
]


def add_stages(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    model = apps.get_model("leads", "Stage")
    for position, (slug, name, name_fa, kind, probability) in enumerate(STAGES, start=1):
        facts = {"name": name, "name_fa": name_fa, "position": 10 * position, "kind": kind, "probability": Decimal(probability)}
        model.objects.get_or_create(slug=slug, defaults=facts)


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_tables")]
    operations = [migrations.RunPython(add_stages, migrations.RunPython.noop)]

"""The surveys a new installation starts with: one of each kind."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# slug and kind, name, question
SURVEYS = [
    ("nps", "NPS", "چقدر احتمال دارد ما را به دوست یا همکارتان پیشنهاد کنید؟"),
    ("csat", "CSAT", "از خرید خود چقدر راضی هستید؟"),
    ("csat-words", "CSAT", "خدمات ما را چگونه ارزیابی می‌کنید؟"),
    ("loyalty", "Loyalty", "آیا دوباره از ما خرید می‌کنید؟"),
]


def add_surveys(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    model = apps.get_model("customers", "Survey")
    for slug, name, question in SURVEYS:
        model.objects.get_or_create(slug=slug, defaults={"name": name, "kind": slug, "question": question})


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_order_totals")]
    operations = [migrations.RunPython(add_surveys, migrations.RunPython.noop)]

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0013_calendars_by_name"),
    ]

    operations = [
        migrations.AlterField(
            model_name="organization",
            name="inactivity_days",
            field=models.PositiveIntegerField(
                default=180,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)],
                verbose_name="inactivity threshold, days",
            ),
        ),
    ]

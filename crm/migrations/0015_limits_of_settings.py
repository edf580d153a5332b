from typing import Any

import django.core.validators
from django.db import migrations, models

LIMITS = {
    "closing_days": (0, 365),
    "nps_interval_days": (1, 3650),
    "nps_first_order_days": (0, 3650),
    "nps_first_delivery_days": (0, 3650),
    "csat_low_score": (1, 5),
}


def bring_within(apps: Any, _editor: Any) -> None:
    """What was set beyond a limit is what lies nearest."""
    for organization in apps.get_model("crm", "Organization").objects.all():
        for name, (least, most) in LIMITS.items():
            setattr(organization, name, min(max(getattr(organization, name), least), most))
        organization.save(update_fields=LIMITS)


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0014_limit_of_inactivity"),
    ]

    operations = [
        migrations.RunPython(bring_within, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="organization",
            name="closing_days",
            field=models.PositiveSmallIntegerField(
                default=3,
                validators=[django.core.validators.MaxValueValidator(365)],
                verbose_name="days a period stays open after its end",
            ),
        ),
        migrations.AlterField(
            model_name="organization",
            name="csat_low_score",
            field=models.PositiveSmallIntegerField(
                default=2,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)],
                verbose_name="score that asks for the reason",
            ),
        ),
        migrations.AlterField(
            model_name="organization",
            name="nps_first_delivery_days",
            field=models.PositiveSmallIntegerField(
                default=14,
                validators=[django.core.validators.MaxValueValidator(3650)],
                verbose_name="days from the first delivery to the first NPS survey",
            ),
        ),
        migrations.AlterField(
            model_name="organization",
            name="nps_first_order_days",
            field=models.PositiveSmallIntegerField(
                default=30,
                validators=[django.core.validators.MaxValueValidator(3650)],
                verbose_name="days from the first order to the first NPS survey",
            ),
        ),
        migrations.AlterField(
            model_name="organization",
            name="nps_interval_days",
            field=models.PositiveSmallIntegerField(
                default=90,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)],
                verbose_name="days between two NPS surveys of one customer",
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(("closing_days__range", (0, 365))), name="crm_organization_closing"
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("nps_first_delivery_days__range", (0, 3650)),
                    ("nps_first_order_days__range", (0, 3650)),
                    ("nps_interval_days__range", (1, 3650)),
                ),
                name="crm_organization_nps",
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(("csat_low_score__range", (1, 5))), name="crm_organization_csat"
            ),
        ),
    ]

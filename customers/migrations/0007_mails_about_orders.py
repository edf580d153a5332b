"""Orders go to their buyer by e-mail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_who_made_records"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mail",
                    models.CharField(
                        choices=[
                            ("none", "no e-mail"),
                            ("due", "e-mail to be sent"),
                            ("sending", "e-mail being sent"),
                            ("sent", "e-mail sent"),
                            ("failed", "e-mail refused"),
                            ("unknown", "e-mail perhaps sent"),
                        ],
                        default="none",
                        max_length=7,
                    ),
                ),
                ("mail_tries", models.PositiveSmallIntegerField(default=0)),
                ("mail_at", models.DateTimeField(blank=True, help_text="when it is due, was taken, or was settled", null=True)),
                ("mail_error", models.CharField(blank=True, max_length=200)),
                ("source", models.CharField(editable=False, max_length=40)),
                ("external_id", models.CharField(editable=False, max_length=100)),
                ("language", models.CharField(choices=[("fa", "فارسی"), ("en", "English")], max_length=5)),
                ("address", models.CharField(max_length=254, verbose_name="recipient")),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("body", models.TextField(verbose_name="text")),
                ("created_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="mails", to="customers.order"),
                ),
            ],
            options={
                "verbose_name": "e-mail about an order",
                "verbose_name_plural": "e-mails about orders",
                "ordering": ["pk"],
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("mail__in", ["due", "sending"])), fields=["mail_at"], name="customers_ordermail_due"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("source", "external_id"), name="customers_ordermail_key")],
            },
        ),
    ]

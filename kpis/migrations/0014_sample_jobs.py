"""What administrators ask of the sample data stands in a table, for a worker to do."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0013_alarm_of_landing_pages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SampleJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("load", "Load"), ("remove", "Remove"), ("unlink", "Unlink")],
                        max_length=6,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("due", "Due"), ("done", "Done"), ("refused", "Refused"), ("failed", "Failed")],
                        default="due",
                        max_length=7,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("removed", models.PositiveIntegerField(default=0)),
                ("told", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                (
                    "user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "sample job",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "due")),
                            models.Q(models.Q(("state", "due"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="kpis_samplejob_ended",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "due")), fields=("state",), name="kpis_samplejob_one_at_a_time"
                    ),
                ],
            },
        ),
    ]

from decimal import Decimal

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import crm.models.organization
import crm.periods
from crm.database import BUSINESS_SECONDS_SQL, CLAIM_KEY_SQL, ROUND_MONEY_SQL, local_day_sql, money_unit_sql
from crm.tables import CreateModels
from crm.text import FOLD_SQL


class Migration(migrations.Migration):
    replaces = [
        ("crm", "0001_initial"),
        ("crm", "0003_survey_rules"),
        ("crm", "0004_business_hours"),
        ("crm", "0005_claim_key"),
        ("crm", "0006_first_contact_and_columns"),
        ("crm", "0007_fold_sooner"),
        ("crm", "0008_holidays"),
        ("crm", "0009_names_of_models"),
        ("crm", "0010_lists_of_people"),
        ("crm", "0011_discount_rate"),
        ("crm", "0012_origins_of_lists"),
        ("crm", "0013_calendars_by_name"),
        ("crm", "0014_limit_of_inactivity"),
        ("crm", "0015_limits_of_settings"),
        ("crm", "0016_history_of_references"),
        ("crm", "0018_history_by_its_row"),
        ("crm", "0019_closing_after_opening"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(local_day_sql(settings.ORGANIZATION_TIME_ZONE), "DROP FUNCTION local_day"),
        migrations.RunSQL(money_unit_sql(Decimal(1)), "DROP FUNCTION money_unit"),
        migrations.RunSQL(ROUND_MONEY_SQL, "DROP FUNCTION round_money"),
        migrations.RunSQL(FOLD_SQL, "DROP FUNCTION fold_text"),
        CreateModels(
            [
                migrations.CreateModel(
                    name="ExchangeRate",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("currency", models.CharField(max_length=3)),
                        ("day", models.DateField()),
                        (
                            "rate",
                            models.DecimalField(
                                decimal_places=8,
                                max_digits=20,
                                validators=[django.core.validators.MinValueValidator(Decimal("1E-8"))],
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "exchange rate",
                        "verbose_name_plural": "exchange rates",
                        "constraints": [
                            models.UniqueConstraint(fields=("currency", "day"), name="crm_exchangerate_currency_day"),
                            models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="crm_exchangerate_rate_positive"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "crm_exchangeratehistory" ("currency", "day", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate") SELECT old_values."currency", old_values."day", old_values."id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."rate" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="96d5b61ab172fe4fdb47e9a532890474fa57a800",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_90b8c",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="crm_exchangerate",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "crm_exchangeratehistory" ("currency", "day", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate") SELECT old_values."currency", old_values."day", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."rate" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="5110a888cfb4b39df4b0a29ab56b8abce147ecca",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_4cf39",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="crm_exchangerate",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ExchangeRateHistory",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="history",
                                to="crm.exchangerate",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.BigIntegerField()),
                        ("currency", models.CharField(max_length=3)),
                        ("day", models.DateField()),
                        (
                            "rate",
                            models.DecimalField(
                                decimal_places=8,
                                max_digits=20,
                                validators=[django.core.validators.MinValueValidator(Decimal("1E-8"))],
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="655b26f2b2056b7eca45ec2978d85c8089fee6c2",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_5cf10",
                                    table="crm_exchangeratehistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Holiday",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("day", models.DateField(unique=True, verbose_name="day")),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                    ],
                    options={
                        "verbose_name": "holiday",
                        "verbose_name_plural": "holidays",
                        "ordering": ["-day"],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "crm_holidayhistory" ("day", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."day", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="9fbd4bc0bf0d5495c22d3e1df036f30f9a31273b",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_c646b",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="crm_holiday",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "crm_holidayhistory" ("day", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."day", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="3ab2ec061326d4bee85f05330fa45a5001a22ea4",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_fbe96",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="crm_holiday",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HolidayHistory",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="history",
                                to="crm.holiday",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.BigIntegerField()),
                        ("day", models.DateField(verbose_name="day")),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="2a32f46d19f0fae74cd5efc06cf82e26082a43bb",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_76bb8",
                                    table="crm_holidayhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Organization",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("name", models.CharField(default="Sanjeh", max_length=100, verbose_name="name")),
                        ("time_zone", models.CharField(default="Asia/Tehran", max_length=64, verbose_name="time zone")),
                        ("currency", models.CharField(default="IRR", max_length=3, verbose_name="base currency")),
                        (
                            "default_calendar",
                            models.CharField(
                                choices=[("jalali", "Jalali"), ("gregorian", "Gregorian")],
                                default=crm.periods.Calendar["JALALI"],
                                max_length=10,
                            ),
                        ),
                        (
                            "week_start",
                            models.PositiveSmallIntegerField(
                                default=5,
                                help_text="0 is Monday, 5 is Saturday",
                                validators=[django.core.validators.MaxValueValidator(6)],
                                verbose_name="first day of the week",
                            ),
                        ),
                        (
                            "fiscal_calendar",
                            models.CharField(
                                choices=[("jalali", "Jalali"), ("gregorian", "Gregorian")],
                                default=crm.periods.Calendar["JALALI"],
                                max_length=10,
                            ),
                        ),
                        (
                            "fiscal_month",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(12),
                                ],
                            ),
                        ),
                        (
                            "inactivity_days",
                            models.PositiveIntegerField(
                                default=180,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(3650),
                                ],
                                verbose_name="inactivity threshold, days",
                            ),
                        ),
                        (
                            "attribution_model",
                            models.CharField(
                                choices=[
                                    ("first", "First touch"),
                                    ("last", "Last touch"),
                                    ("linear", "Linear"),
                                    ("position", "Position-based"),
                                    ("decay", "Time decay"),
                                ],
                                default="first",
                                max_length=10,
                            ),
                        ),
                        (
                            "closing_days",
                            models.PositiveSmallIntegerField(
                                default=3,
                                validators=[django.core.validators.MaxValueValidator(365)],
                                verbose_name="days a period stays open after its end",
                            ),
                        ),
                        (
                            "nps_interval_days",
                            models.PositiveSmallIntegerField(
                                default=90,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(3650),
                                ],
                                verbose_name="days between two NPS surveys of one customer",
                            ),
                        ),
                        (
                            "nps_first_order_days",
                            models.PositiveSmallIntegerField(
                                default=30,
                                validators=[django.core.validators.MaxValueValidator(3650)],
                                verbose_name="days from the first order to the first NPS survey",
                            ),
                        ),
                        (
                            "nps_first_delivery_days",
                            models.PositiveSmallIntegerField(
                                default=14,
                                validators=[django.core.validators.MaxValueValidator(3650)],
                                verbose_name="days from the first delivery to the first NPS survey",
                            ),
                        ),
                        (
                            "business_days",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveSmallIntegerField(
                                    validators=[django.core.validators.MaxValueValidator(6)]
                                ),
                                default=crm.models.organization.saturday_to_wednesday,
                                help_text="0 is Monday, 5 is Saturday",
                                size=None,
                                verbose_name="business days",
                            ),
                        ),
                        ("opens_at", models.TimeField(default=crm.models.organization.nine, verbose_name="business hours from")),
                        (
                            "closes_at",
                            models.TimeField(
                                default=crm.models.organization.five_in_the_afternoon, verbose_name="business hours to"
                            ),
                        ),
                        (
                            "csat_low_score",
                            models.PositiveSmallIntegerField(
                                default=2,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                                verbose_name="score that asks for the reason",
                            ),
                        ),
                        (
                            "first_contact_minutes",
                            models.PositiveIntegerField(
                                default=60,
                                help_text="After so many minutes without a call, Today marks a new lead as late.",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(10080),
                                ],
                                verbose_name="minutes until a new lead waits too long",
                            ),
                        ),
                        (
                            "adstock_decay",
                            models.DecimalField(
                                decimal_places=2,
                                default=Decimal("0.5"),
                                help_text="λ of the adstock on a campaign's page, from 0 to 0.95",
                                max_digits=3,
                                validators=[
                                    django.core.validators.MinValueValidator(Decimal(0)),
                                    django.core.validators.MaxValueValidator(Decimal("0.95")),
                                ],
                                verbose_name="share of a week's advertising that still works in the next week",
                            ),
                        ),
                        (
                            "discount_rate",
                            models.DecimalField(
                                decimal_places=3,
                                default=Decimal("0.2"),
                                help_text="0.2 makes 100 of the next year worth 83 today; the predicted value of customers is discounted with it.",
                                max_digits=4,
                                validators=[
                                    django.core.validators.MinValueValidator(Decimal(0)),
                                    django.core.validators.MaxValueValidator(Decimal(5)),
                                ],
                                verbose_name="yearly discount of what is still to come",
                            ),
                        ),
                        (
                            "brand_words",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50),
                                blank=True,
                                default=list,
                                help_text="Searches with one of them are searches for the brand.",
                                size=None,
                                verbose_name="words of the brand",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "organisation",
                        "verbose_name_plural": "organisations",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("pk", 1)), name="crm_organization_is_one"),
                            models.CheckConstraint(
                                condition=models.Q(("closes_at__gt", models.F("opens_at"))),
                                name="crm_organization_closes_after_opening",
                                violation_error_message="Closing comes after opening.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("first_contact_minutes__range", (1, 10080))),
                                name="crm_organization_first_contact",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("closing_days__range", (0, 365))), name="crm_organization_closing"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("nps_first_delivery_days__range", (0, 3650)),
                                    ("nps_first_order_days__range", (0, 3650)),
                                    ("nps_interval_days__range", (1, 3650)),
                                ),
                                name="crm_organization_nps",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("csat_low_score__range", (1, 5))), name="crm_organization_csat"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("adstock_decay__gte", 0), ("adstock_decay__lt", 1)),
                                name="crm_organization_adstock",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("discount_rate__range", (0, 5))), name="crm_organization_discount"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "crm_organizationhistory" ("adstock_decay", "attribution_model", "brand_words", "business_days", "closes_at", "closing_days", "csat_low_score", "currency", "default_calendar", "discount_rate", "first_contact_minutes", "fiscal_calendar", "fiscal_month", "id", "inactivity_days", "name", "nps_first_delivery_days", "nps_first_order_days", "nps_interval_days", "opens_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "week_start") SELECT old_values."adstock_decay", old_values."attribution_model", old_values."brand_words", old_values."business_days", old_values."closes_at", old_values."closing_days", old_values."csat_low_score", old_values."currency", old_values."default_calendar", old_values."discount_rate", old_values."first_contact_minutes", old_values."fiscal_calendar", old_values."fiscal_month", old_values."id", old_values."inactivity_days", old_values."name", old_values."nps_first_delivery_days", old_values."nps_first_order_days", old_values."nps_interval_days", old_values."opens_at", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."time_zone", old_values."week_start" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="7e1dcbd3a6b65625560a5193d4ac11f7bcc4a598",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_10a1d",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="crm_organization",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "crm_organizationhistory" ("adstock_decay", "attribution_model", "brand_words", "business_days", "closes_at", "closing_days", "csat_low_score", "currency", "default_calendar", "discount_rate", "first_contact_minutes", "fiscal_calendar", "fiscal_month", "id", "inactivity_days", "name", "nps_first_delivery_days", "nps_first_order_days", "nps_interval_days", "opens_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "week_start") SELECT old_values."adstock_decay", old_values."attribution_model", old_values."brand_words", old_values."business_days", old_values."closes_at", old_values."closing_days", old_values."csat_low_score", old_values."currency", old_values."default_calendar", old_values."discount_rate", old_values."first_contact_minutes", old_values."fiscal_calendar", old_values."fiscal_month", old_values."id", old_values."inactivity_days", old_values."name", old_values."nps_first_delivery_days", old_values."nps_first_order_days", old_values."nps_interval_days", old_values."opens_at", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."time_zone", old_values."week_start" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="60b11d753ce2b006a5645576f6de20c5f1bc29be",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_8fc57",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="crm_organization",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrganizationHistory",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="history",
                                to="crm.organization",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.BigIntegerField()),
                        ("name", models.CharField(default="Sanjeh", max_length=100, verbose_name="name")),
                        ("time_zone", models.CharField(default="Asia/Tehran", max_length=64, verbose_name="time zone")),
                        ("currency", models.CharField(default="IRR", max_length=3, verbose_name="base currency")),
                        (
                            "default_calendar",
                            models.CharField(
                                choices=[("jalali", "Jalali"), ("gregorian", "Gregorian")],
                                default=crm.periods.Calendar["JALALI"],
                                max_length=10,
                            ),
                        ),
                        (
                            "week_start",
                            models.PositiveSmallIntegerField(
                                default=5,
                                help_text="0 is Monday, 5 is Saturday",
                                validators=[django.core.validators.MaxValueValidator(6)],
                                verbose_name="first day of the week",
                            ),
                        ),
                        (
                            "fiscal_calendar",
                            models.CharField(
                                choices=[("jalali", "Jalali"), ("gregorian", "Gregorian")],
                                default=crm.periods.Calendar["JALALI"],
                                max_length=10,
                            ),
                        ),
                        (
                            "fiscal_month",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(12),
                                ],
                            ),
                        ),
                        (
                            "inactivity_days",
                            models.PositiveIntegerField(
                                default=180,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(3650),
                                ],
                                verbose_name="inactivity threshold, days",
                            ),
                        ),
                        (
                            "attribution_model",
                            models.CharField(
                                choices=[
                                    ("first", "First touch"),
                                    ("last", "Last touch"),
                                    ("linear", "Linear"),
                                    ("position", "Position-based"),
                                    ("decay", "Time decay"),
                                ],
                                default="first",
                                max_length=10,
                            ),
                        ),
                        (
                            "closing_days",
                            models.PositiveSmallIntegerField(
                                default=3,
                                validators=[django.core.validators.MaxValueValidator(365)],
                                verbose_name="days a period stays open after its end",
                            ),
                        ),
                        (
                            "nps_interval_days",
                            models.PositiveSmallIntegerField(
                                default=90,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(3650),
                                ],
                                verbose_name="days between two NPS surveys of one customer",
                            ),
                        ),
                        (
                            "nps_first_order_days",
                            models.PositiveSmallIntegerField(
                                default=30,
                                validators=[django.core.validators.MaxValueValidator(3650)],
                                verbose_name="days from the first order to the first NPS survey",
                            ),
                        ),
                        (
                            "nps_first_delivery_days",
                            models.PositiveSmallIntegerField(
                                default=14,
                                validators=[django.core.validators.MaxValueValidator(3650)],
                                verbose_name="days from the first delivery to the first NPS survey",
                            ),
                        ),
                        (
                            "business_days",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveSmallIntegerField(
                                    validators=[django.core.validators.MaxValueValidator(6)]
                                ),
                                default=crm.models.organization.saturday_to_wednesday,
                                help_text="0 is Monday, 5 is Saturday",
                                size=None,
                                verbose_name="business days",
                            ),
                        ),
                        ("opens_at", models.TimeField(default=crm.models.organization.nine, verbose_name="business hours from")),
                        (
                            "closes_at",
                            models.TimeField(
                                default=crm.models.organization.five_in_the_afternoon, verbose_name="business hours to"
                            ),
                        ),
                        (
                            "csat_low_score",
                            models.PositiveSmallIntegerField(
                                default=2,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(5),
                                ],
                                verbose_name="score that asks for the reason",
                            ),
                        ),
                        (
                            "first_contact_minutes",
                            models.PositiveIntegerField(
                                default=60,
                                help_text="After so many minutes without a call, Today marks a new lead as late.",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(10080),
                                ],
                                verbose_name="minutes until a new lead waits too long",
                            ),
                        ),
                        (
                            "adstock_decay",
                            models.DecimalField(
                                decimal_places=2,
                                default=Decimal("0.5"),
                                help_text="λ of the adstock on a campaign's page, from 0 to 0.95",
                                max_digits=3,
                                validators=[
                                    django.core.validators.MinValueValidator(Decimal(0)),
                                    django.core.validators.MaxValueValidator(Decimal("0.95")),
                                ],
                                verbose_name="share of a week's advertising that still works in the next week",
                            ),
                        ),
                        (
                            "discount_rate",
                            models.DecimalField(
                                decimal_places=3,
                                default=Decimal("0.2"),
                                help_text="0.2 makes 100 of the next year worth 83 today; the predicted value of customers is discounted with it.",
                                max_digits=4,
                                validators=[
                                    django.core.validators.MinValueValidator(Decimal(0)),
                                    django.core.validators.MaxValueValidator(Decimal(5)),
                                ],
                                verbose_name="yearly discount of what is still to come",
                            ),
                        ),
                        (
                            "brand_words",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=50),
                                blank=True,
                                default=list,
                                help_text="Searches with one of them are searches for the brand.",
                                size=None,
                                verbose_name="words of the brand",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="bdf8b0208210f707d0d2645dab6b6f1fccd0390c",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_cab27",
                                    table="crm_organizationhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Team",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                    ],
                    options={
                        "verbose_name": "team",
                        "verbose_name_plural": "teams",
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "crm_teamhistory" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ffa0877ca53ec34bc483be8e4c43f3438c32b562",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_21505",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="crm_team",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "crm_teamhistory" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="cb0e16f99e0f01b5b77ac3b3344f806f08bdf8af",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_6339b",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="crm_team",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TeamHistory",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="history",
                                to="crm.team",
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.BigIntegerField()),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="ad508cc40e25c061eefc460c9608908abfcae650",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_02430",
                                    table="crm_teamhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="User",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                        ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                        (
                            "is_staff",
                            models.BooleanField(
                                default=False,
                                help_text="Designates whether the user can log into this admin site.",
                                verbose_name="staff status",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True,
                                help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                                verbose_name="active",
                            ),
                        ),
                        ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                        ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail")),
                        ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("rep", "Sales rep"),
                                    ("manager", "Manager"),
                                    ("marketer", "Marketer"),
                                    ("support", "Support"),
                                    ("integration", "Integration"),
                                    ("admin", "Administrator"),
                                ],
                                default="rep",
                                max_length=12,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "visibility",
                            models.CharField(
                                choices=[("own", "Own records"), ("team", "The team's records"), ("all", "All records")],
                                default="own",
                                max_length=4,
                                verbose_name="sees",
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="members",
                                to="crm.team",
                                verbose_name="team",
                            ),
                        ),
                        ("language", models.CharField(choices=[("fa", "فارسی"), ("en", "English")], default="fa", max_length=2)),
                        (
                            "calendar",
                            models.CharField(
                                choices=[("jalali", "Jalali"), ("gregorian", "Gregorian")], default="jalali", max_length=10
                            ),
                        ),
                        ("money_unit", models.CharField(default="toman", max_length=20)),
                        ("latin_digits", models.BooleanField(default=False)),
                        (
                            "theme",
                            models.CharField(
                                choices=[("auto", "As the device"), ("light", "Light"), ("dark", "Dark")],
                                default="auto",
                                max_length=5,
                            ),
                        ),
                        ("shortcuts", models.BooleanField(default=True, verbose_name="keyboard shortcuts")),
                        (
                            "columns",
                            models.JSONField(blank=True, default=dict, help_text="the chosen columns of each list, by its name"),
                        ),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "user",
                        "verbose_name_plural": "users",
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(django.db.models.functions.text.Lower("email"), name="crm_user_email_folded")
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "crm_userhistory" ("calendar", "columns", "date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "language", "last_name", "latin_digits", "money_unit", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "shortcuts", "team_id", "theme", "visibility") SELECT old_values."calendar", old_values."columns", old_values."date_joined", old_values."email", old_values."first_name", old_values."id", old_values."is_active", old_values."is_staff", old_values."is_superuser", old_values."language", old_values."last_name", old_values."latin_digits", old_values."money_unit", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."role", old_values."shortcuts", old_values."team_id", old_values."theme", old_values."visibility" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."calendar" IS DISTINCT FROM (new_values."calendar") OR old_values."columns" IS DISTINCT FROM (new_values."columns") OR old_values."date_joined" IS DISTINCT FROM (new_values."date_joined") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."first_name" IS DISTINCT FROM (new_values."first_name") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."is_staff" IS DISTINCT FROM (new_values."is_staff") OR old_values."is_superuser" IS DISTINCT FROM (new_values."is_superuser") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."last_name" IS DISTINCT FROM (new_values."last_name") OR old_values."latin_digits" IS DISTINCT FROM (new_values."latin_digits") OR old_values."money_unit" IS DISTINCT FROM (new_values."money_unit") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."role" IS DISTINCT FROM (new_values."role") OR old_values."shortcuts" IS DISTINCT FROM (new_values."shortcuts") OR old_values."team_id" IS DISTINCT FROM (new_values."team_id") OR old_values."theme" IS DISTINCT FROM (new_values."theme") OR old_values."visibility" IS DISTINCT FROM (new_values."visibility")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="b28fdd7e20076a556510d54c7581e60a1f855ff5",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_3aa0c",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="crm_user",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "crm_userhistory" ("calendar", "columns", "date_joined", "email", "first_name", "id", "is_active", "is_staff", "is_superuser", "language", "last_name", "latin_digits", "money_unit", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "shortcuts", "team_id", "theme", "visibility") SELECT old_values."calendar", old_values."columns", old_values."date_joined", old_values."email", old_values."first_name", old_values."id", old_values."is_active", old_values."is_staff", old_values."is_superuser", old_values."language", old_values."last_name", old_values."latin_digits", old_values."money_unit", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."role", old_values."shortcuts", old_values."team_id", old_values."theme", old_values."visibility" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ba2e6e0f11b676bbf521ce9e4130f710245a0024",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_e2835",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="crm_user",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApiToken",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("name", models.CharField(max_length=100)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=50), size=None),
                        ),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("expires_at", models.DateTimeField(blank=True, null=True)),
                        ("revoked_at", models.DateTimeField(blank=True, null=True)),
                        ("last_used_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        "verbose_name": "API token",
                        "verbose_name_plural": "API tokens",
                    },
                ),
                migrations.CreateModel(
                    name="IdempotencyKey",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                        ("path", models.CharField(max_length=200)),
                        ("key", models.CharField(max_length=255)),
                        ("body_digest", models.CharField(max_length=64)),
                        ("status", models.PositiveSmallIntegerField(null=True)),
                        ("answer", models.BinaryField(null=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [models.Index(fields=["created_at"], name="crm_idempotency_sweep")],
                        "constraints": [models.UniqueConstraint(fields=("user", "path", "key"), name="crm_idempotencykey_scope")],
                    },
                ),
                migrations.CreateModel(
                    name="PeopleList",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="people_lists",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        ("kind", models.CharField(choices=[("customers", "Customers"), ("leads", "Leads")], max_length=9)),
                        (
                            "scope",
                            models.CharField(
                                choices=[("private", "Only me"), ("team", "My team"), ("everyone", "Everyone")],
                                default="private",
                                max_length=8,
                                verbose_name="who sees it",
                            ),
                        ),
                        ("origin", models.JSONField(blank=True, default=list)),
                        ("origin_url", models.CharField(blank=True, max_length=1000)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("is_removed", models.BooleanField(default=False)),
                    ],
                    options={
                        "verbose_name": "list of people",
                        "verbose_name_plural": "lists of people",
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_removed", False)), fields=("owner", "name"), name="crm_peoplelist_name"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UserHistory",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        (
                            "pgh_obj",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="history",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "pgh_context",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="pghistory.context",
                            ),
                        ),
                        ("id", models.BigIntegerField()),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                        ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                        (
                            "is_staff",
                            models.BooleanField(
                                default=False,
                                help_text="Designates whether the user can log into this admin site.",
                                verbose_name="staff status",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True,
                                help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                                verbose_name="active",
                            ),
                        ),
                        ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                        ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                        ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("rep", "Sales rep"),
                                    ("manager", "Manager"),
                                    ("marketer", "Marketer"),
                                    ("support", "Support"),
                                    ("integration", "Integration"),
                                    ("admin", "Administrator"),
                                ],
                                default="rep",
                                max_length=12,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "visibility",
                            models.CharField(
                                choices=[("own", "Own records"), ("team", "The team's records"), ("all", "All records")],
                                default="own",
                                max_length=4,
                                verbose_name="sees",
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="crm.team",
                                verbose_name="team",
                            ),
                        ),
                        ("language", models.CharField(choices=[("fa", "فارسی"), ("en", "English")], default="fa", max_length=2)),
                        (
                            "calendar",
                            models.CharField(
                                choices=[("jalali", "Jalali"), ("gregorian", "Gregorian")], default="jalali", max_length=10
                            ),
                        ),
                        ("money_unit", models.CharField(default="toman", max_length=20)),
                        ("latin_digits", models.BooleanField(default=False)),
                        (
                            "theme",
                            models.CharField(
                                choices=[("auto", "As the device"), ("light", "Light"), ("dark", "Dark")],
                                default="auto",
                                max_length=5,
                            ),
                        ),
                        ("shortcuts", models.BooleanField(default=True, verbose_name="keyboard shortcuts")),
                        (
                            "columns",
                            models.JSONField(blank=True, default=dict, help_text="the chosen columns of each list, by its name"),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="e4968464540ee182ca741ac734e46c7b31173cd2",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_ab327",
                                    table="crm_userhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
            ]
        ),
        migrations.RunSQL(BUSINESS_SECONDS_SQL, "DROP FUNCTION business_seconds(timestamptz, timestamptz)"),
        migrations.RunSQL(CLAIM_KEY_SQL, "DROP FUNCTION claim_key"),
    ]

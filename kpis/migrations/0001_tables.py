import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import crm.fields
from crm.tables import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("kpis", "0001_initial"),
        ("kpis", "0003_tracking"),
        ("kpis", "0004_tracking"),
        ("kpis", "0005_categories_of_orders"),
        ("kpis", "0006_tracking"),
        ("kpis", "0007_rfm"),
        ("kpis", "0008_tracking"),
        ("kpis", "0009_tracking"),
        ("kpis", "0010_targets"),
        ("kpis", "0011_alerts"),
        ("kpis", "0012_reviews_and_notes"),
        ("kpis", "0013_tracking"),
        ("kpis", "0015_cohorts"),
        ("kpis", "0016_cross"),
        ("kpis", "0017_tracking"),
        ("kpis", "0018_pins"),
        ("kpis", "0019_dashboards"),
        ("kpis", "0020_invoices_of_leads"),
        ("kpis", "0021_funnel_leads"),
        ("kpis", "0022_mailings"),
        ("kpis", "0023_contracts"),
        ("kpis", "0024_covering_indexes"),
        ("kpis", "0025_readers_taken_off"),
        ("kpis", "0026_mailed_dashboards"),
        ("kpis", "0027_links_for_screens"),
        ("kpis", "0028_attribution_of_snapshots"),
        ("kpis", "0029_predictions"),
        ("kpis", "0030_funnel_facts"),
        ("kpis", "0031_reasons_of_predictions"),
        ("kpis", "0033_engaged_customers"),
        ("kpis", "0034_newcomers"),
        ("kpis", "0035_zone_of_business_hours"),
        ("kpis", "0036_rfm_moves"),
        ("kpis", "0037_sums_of_funnel"),
        ("kpis", "0038_landings"),
        ("kpis", "0039_more_new_rows"),
        ("kpis", "0040_tenures"),
        ("kpis", "0041_calendars_by_name"),
        ("kpis", "0042_days_of_landings"),
        ("kpis", "0043_parts_of_customers"),
        ("kpis", "0044_back_days_of_lost_spans"),
        ("kpis", "0045_percentiles_by_team"),
        ("kpis", "0046_percentiles_of_quarters"),
        ("kpis", "0047_owners_of_credits"),
        ("kpis", "0048_more_engagement"),
        ("kpis", "0049_percentiles_of_days"),
        ("kpis", "0050_naive_tenures"),
        ("kpis", "0051_removed_alerts_and_mailings"),
        ("kpis", "0052_history_by_its_row"),
        ("kpis", "0053_first_periods_whole"),
    ]

    initial = True

    dependencies = [
        ("campaigns", "0001_tables"),
        ("crm", "0001_tables"),
        ("customers", "0001_tables"),
        ("leads", "0001_tables"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="AlertRule",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("external_id", models.CharField(blank=True, max_length=255, null=True)),
                        ("source", models.CharField(blank=True, max_length=100, null=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "recorded_at",
                            models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now())),
                        ("kpi", models.CharField(max_length=60, verbose_name="KPI")),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="crm.team",
                                verbose_name="team",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="campaigns.channel",
                                verbose_name="channel",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="campaigns.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="for",
                            ),
                        ),
                        (
                            "condition",
                            models.CharField(
                                choices=[
                                    ("above", "is above"),
                                    ("below", "is below"),
                                    ("rises", "rises by at least"),
                                    ("falls", "falls by at least"),
                                ],
                                max_length=5,
                                verbose_name="condition",
                            ),
                        ),
                        ("bound", crm.fields.ExactField(decimal_places=12, max_digits=60, verbose_name="bound")),
                        (
                            "calendar",
                            models.CharField(
                                choices=[("jalali", "Jalali"), ("gregorian", "Gregorian")], max_length=10, verbose_name="calendar"
                            ),
                        ),
                        (
                            "grain",
                            models.CharField(
                                choices=[("day", "Day"), ("week", "Week"), ("month", "Month"), ("quarter", "Quarter")],
                                max_length=15,
                                verbose_name="length of the period",
                            ),
                        ),
                        ("by_email", models.BooleanField(default=True, verbose_name="also by e-mail")),
                        ("muted_until", models.DateField(blank=True, null=True, verbose_name="last muted day")),
                        ("is_on", models.BooleanField(default=True, verbose_name="on")),
                        ("is_ringing", models.BooleanField(default=False, editable=False)),
                        ("is_removed", models.BooleanField(default=False, editable=False)),
                    ],
                    options={
                        "verbose_name": "alert",
                        "verbose_name_plural": "alerts",
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "external_id"), name="kpis_alertrule_source_external_id"),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="kpis_alertrule_external_id_has_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("campaign__isnull", True), ("channel__isnull", True), ("person__isnull", True)),
                                    models.Q(("campaign__isnull", True), ("channel__isnull", True), ("team__isnull", True)),
                                    models.Q(("campaign__isnull", True), ("person__isnull", True), ("team__isnull", True)),
                                    models.Q(("channel__isnull", True), ("person__isnull", True), ("team__isnull", True)),
                                    _connector="OR",
                                ),
                                name="kpis_alertrule_one_scope",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Alert",
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
                        (
                            "mail_at",
                            models.DateTimeField(blank=True, help_text="when it is due, was taken, or was settled", null=True),
                        ),
                        ("mail_error", models.CharField(blank=True, max_length=200)),
                        (
                            "rule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="alerts", to="kpis.alertrule"
                            ),
                        ),
                        ("calendar", models.CharField(max_length=10)),
                        ("grain", models.CharField(max_length=15)),
                        ("start", models.DateField()),
                        (
                            "condition",
                            models.CharField(
                                choices=[
                                    ("above", "is above"),
                                    ("below", "is below"),
                                    ("rises", "rises by at least"),
                                    ("falls", "falls by at least"),
                                ],
                                max_length=5,
                            ),
                        ),
                        ("bound", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                        ("value", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                        ("before", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                        ("version", models.PositiveSmallIntegerField(help_text="of the KPI's definition")),
                        ("raised_at", models.DateTimeField()),
                        ("is_muted", models.BooleanField(default=False)),
                        ("read_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "ringing of an alert",
                        "verbose_name_plural": "history of alerts",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("mail__in", ["due", "sending"])), fields=["mail_at"], name="kpis_alert_mail"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("rule", "calendar", "grain", "start"), name="kpis_alert_once_a_period"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Annotation",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("external_id", models.CharField(blank=True, max_length=255, null=True)),
                        ("source", models.CharField(blank=True, max_length=100, null=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "recorded_at",
                            models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now())),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("text", models.CharField(max_length=120, verbose_name="text")),
                        ("kpi", models.CharField(blank=True, max_length=60, verbose_name="KPI")),
                        ("is_shared", models.BooleanField(default=False, verbose_name="for everybody")),
                        ("is_removed", models.BooleanField(default=False, editable=False)),
                    ],
                    options={
                        "verbose_name": "note on a trend",
                        "verbose_name_plural": "notes on trends",
                        "abstract": False,
                        "indexes": [models.Index(fields=["day"], name="kpis_annotation_day")],
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "external_id"), name="kpis_annotation_source_external_id"),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="kpis_annotation_external_id_has_source",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Batch",
                    fields=[
                        ("customer_id", models.BigIntegerField(primary_key=True, serialize=False)),
                    ],
                    options={
                        "db_table": "kpis_batch",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="BatchLead",
                    fields=[
                        ("lead_id", models.BigIntegerField(primary_key=True, serialize=False)),
                    ],
                    options={
                        "db_table": "kpis_batchlead",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="CalendarDay",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "day", "grain", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("day", models.DateField()),
                        ("grain", models.PositiveSmallIntegerField()),
                        ("start", models.DateField()),
                        ("last", models.DateField()),
                    ],
                ),
                migrations.CreateModel(
                    name="CohortCell",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "grain",
                                "dimension",
                                "cohort",
                                "member",
                                "month",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("grain", models.PositiveSmallIntegerField()),
                        ("dimension", models.PositiveSmallIntegerField()),
                        ("cohort", models.DateField()),
                        ("member", models.BigIntegerField()),
                        ("month", models.DateField()),
                        ("customers", models.BigIntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Credit",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "kind", "record_id", "place", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("kind", models.CharField(max_length=6)),
                        ("record_id", models.BigIntegerField()),
                        ("place", models.BigIntegerField()),
                        (
                            "order",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="customers.order"
                            ),
                        ),
                        ("day", models.DateField()),
                        ("status", models.CharField(max_length=9)),
                        (
                            "customer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="campaigns.channel",
                            ),
                        ),
                        (
                            "lead_source",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="campaigns.leadsource",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="campaigns.campaign",
                            ),
                        ),
                        (
                            "landing_page",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="campaigns.landingpage",
                            ),
                        ),
                        (
                            "social_network",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="campaigns.socialnetwork",
                            ),
                        ),
                        ("amount", crm.fields.MoneyField(decimal_places=2, max_digits=20)),
                        ("cost", crm.fields.MoneyField(decimal_places=2, max_digits=20)),
                    ],
                    options={
                        "db_table": "kpis_credit",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="Cross",
                    fields=[
                        ("m1", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m2", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m3", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m4", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m5", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m6", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("channel_id", models.BigIntegerField(db_default=0)),
                        ("lead_source_id", models.BigIntegerField(db_default=0)),
                        ("campaign_id", models.BigIntegerField(db_default=0)),
                        ("landing_page_id", models.BigIntegerField(db_default=0)),
                        ("social_network_id", models.BigIntegerField(db_default=0)),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "cube",
                                "grain",
                                "dimension",
                                "start",
                                "member",
                                "channel_id",
                                "campaign_id",
                                "lead_source_id",
                                "landing_page_id",
                                "social_network_id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("cube", models.PositiveSmallIntegerField()),
                        ("grain", models.PositiveSmallIntegerField()),
                        ("dimension", models.PositiveSmallIntegerField()),
                        ("start", models.DateField()),
                        ("member", models.BigIntegerField()),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="CrossDay",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("m1", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m2", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m3", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m4", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m5", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m6", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("channel_id", models.BigIntegerField(db_default=0)),
                        ("lead_source_id", models.BigIntegerField(db_default=0)),
                        ("campaign_id", models.BigIntegerField(db_default=0)),
                        ("landing_page_id", models.BigIntegerField(db_default=0)),
                        ("social_network_id", models.BigIntegerField(db_default=0)),
                        ("cube", models.PositiveSmallIntegerField()),
                        ("start", models.DateField()),
                        ("dimension", models.PositiveSmallIntegerField()),
                        ("member", models.BigIntegerField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["cube", "start", "dimension", "member"], name="kpis_crossday_start")],
                    },
                ),
                migrations.CreateModel(
                    name="CustomerFact",
                    fields=[
                        ("channel_id", models.BigIntegerField(default=0)),
                        ("lead_source_id", models.BigIntegerField(default=0)),
                        ("campaign_id", models.BigIntegerField(default=0)),
                        ("owner_id", models.BigIntegerField(default=0)),
                        ("landing_page_id", models.BigIntegerField(default=0)),
                        ("social_network_id", models.BigIntegerField(default=0)),
                        (
                            "customer",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="customers.customer",
                            ),
                        ),
                        ("first_day", models.DateField()),
                        ("first_order_day", models.DateField(null=True)),
                        ("second_day", models.DateField(null=True)),
                        ("last_day", models.DateField(null=True)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["first_day"], name="kpis_customerfact_first")],
                    },
                ),
                migrations.CreateModel(
                    name="CustomerContact",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "fact",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="kpis.customerfact",
                            ),
                        ),
                        ("day", models.DateField()),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["fact", "day"], name="kpis_customercontact_fact"),
                            models.Index(fields=["day"], include=("fact",), name="kpis_customercontact_day"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CustomerDay",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "fact",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="days",
                                to="kpis.customerfact",
                            ),
                        ),
                        ("day", models.DateField()),
                        ("owner_id", models.BigIntegerField(default=0)),
                        ("team_id", models.BigIntegerField(default=0)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["fact", "day"], name="kpis_customerday_fact"),
                            models.Index(fields=["day"], include=("fact", "owner_id", "team_id"), name="kpis_customerday_day"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CustomerSpan",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "fact",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="spans",
                                to="kpis.customerfact",
                            ),
                        ),
                        ("start_day", models.DateField()),
                        ("lost_day", models.DateField()),
                        ("is_first", models.BooleanField()),
                        ("since", models.DateField()),
                        ("back_day", models.DateField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["start_day"], name="kpis_customerspan_start"),
                            models.Index(
                                fields=["lost_day", "start_day"], include=("fact", "back_day"), name="kpis_customerspan_lost"
                            ),
                            models.Index(fields=["fact", "start_day"], include=("lost_day",), name="kpis_customerspan_fact"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Dashboard",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "visibility",
                            models.CharField(
                                choices=[("private", "Only me"), ("team", "My team"), ("everyone", "Everyone")],
                                default="private",
                                max_length=8,
                                verbose_name="who sees it",
                            ),
                        ),
                        ("tiles", models.JSONField(default=list)),
                        ("view", models.JSONField(default=dict)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("is_removed", models.BooleanField(default=False, editable=False)),
                    ],
                    options={
                        "verbose_name": "dashboard",
                        "verbose_name_plural": "dashboards",
                    },
                ),
                migrations.CreateModel(
                    name="DirtyCustomer",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("customer_id", models.BigIntegerField()),
                        ("part", models.PositiveSmallIntegerField(db_default=0)),
                        ("marked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [models.Index(fields=["part", "customer_id"], name="kpis_dirtycustomer_part")],
                    },
                ),
                migrations.CreateModel(
                    name="DirtyDay",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("cube", models.PositiveSmallIntegerField()),
                        ("bucket", models.IntegerField()),
                        ("first_day", models.DateField()),
                        ("last_day", models.DateField()),
                        (
                            "keys",
                            django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None),
                        ),
                        ("marked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [models.Index(fields=["cube", "bucket"], name="kpis_dirtyday_cell")],
                    },
                ),
                migrations.CreateModel(
                    name="DirtyLead",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("lead_id", models.BigIntegerField()),
                        ("marked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [models.Index(fields=["lead_id"], name="kpis_dirtylead_lead")],
                    },
                ),
                migrations.CreateModel(
                    name="DirtyParent",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("mark", models.CharField(max_length=60)),
                        ("parent_id", models.BigIntegerField()),
                        ("marked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [models.Index(fields=["mark"], name="kpis_dirtyparent_mark")],
                    },
                ),
                migrations.CreateModel(
                    name="DirtyVisitor",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("visitor", models.CharField(max_length=101)),
                        ("marked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "indexes": [models.Index(fields=["visitor"], name="kpis_dirtyvisitor_visitor")],
                    },
                ),
                migrations.CreateModel(
                    name="Failure",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "cube", "bucket", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("cube", models.PositiveSmallIntegerField()),
                        ("bucket", models.IntegerField()),
                        ("attempts", models.PositiveIntegerField(default=1)),
                        ("error", models.TextField()),
                        ("failed_at", models.DateTimeField()),
                        ("retry_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="FunnelFact",
                    fields=[
                        ("channel_id", models.BigIntegerField(default=0)),
                        ("lead_source_id", models.BigIntegerField(default=0)),
                        ("campaign_id", models.BigIntegerField(default=0)),
                        ("owner_id", models.BigIntegerField(default=0)),
                        ("landing_page_id", models.BigIntegerField(default=0)),
                        ("social_network_id", models.BigIntegerField(default=0)),
                        (
                            "lead",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="leads.lead",
                            ),
                        ),
                        ("at_0", models.DateTimeField()),
                        ("at_1", models.DateTimeField(null=True)),
                        ("at_2", models.DateTimeField(null=True)),
                        ("at_3", models.DateTimeField(null=True)),
                        ("at_4", models.DateTimeField(null=True)),
                        ("at_5", models.DateTimeField(null=True)),
                        (
                            "reach",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Case(
                                    models.When(at_5__isnull=False, then=models.Value(5)),
                                    models.When(at_4__isnull=False, then=models.Value(4)),
                                    models.When(at_3__isnull=False, then=models.Value(3)),
                                    models.When(at_2__isnull=False, then=models.Value(2)),
                                    models.When(at_1__isnull=False, then=models.Value(1)),
                                    default=models.Value(0),
                                ),
                                output_field=models.SmallIntegerField(),
                            ),
                        ),
                        ("created_on", models.DateField()),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["created_on"],
                                include=("at_0", "at_1", "at_2", "at_3", "at_4", "at_5"),
                                name="kpis_funnelfact_created",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LandingDay",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("visitor", models.CharField(max_length=101)),
                        ("day", models.DateField()),
                        ("landing_page_id", models.BigIntegerField()),
                        ("campaign_id", models.BigIntegerField(default=0)),
                        ("channel_id", models.BigIntegerField(default=0)),
                        ("variant_id", models.BigIntegerField(default=0)),
                        ("is_converted", models.BooleanField()),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["visitor"], name="kpis_landingday_visitor"),
                            models.Index(
                                fields=["day"],
                                include=("visitor", "landing_page_id", "campaign_id", "channel_id", "variant_id", "is_converted"),
                                name="kpis_landingday_day",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LeadFact",
                    fields=[
                        ("channel_id", models.BigIntegerField(default=0)),
                        ("lead_source_id", models.BigIntegerField(default=0)),
                        ("campaign_id", models.BigIntegerField(default=0)),
                        ("owner_id", models.BigIntegerField(default=0)),
                        ("landing_page_id", models.BigIntegerField(default=0)),
                        ("social_network_id", models.BigIntegerField(default=0)),
                        (
                            "lead",
                            models.OneToOneField(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="leads.lead",
                            ),
                        ),
                        ("customer_id", models.BigIntegerField(db_index=True)),
                        ("created_on", models.DateField()),
                        ("has_ordered", models.BooleanField()),
                        ("is_invoiced", models.BooleanField(db_default=False)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["created_on"], name="kpis_leadfact_created")],
                    },
                ),
                migrations.CreateModel(
                    name="Lifetime",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("channel_id", models.BigIntegerField()),
                        ("left_after", models.IntegerField(null=True)),
                        ("since", models.DateField(null=True)),
                        ("customers", models.IntegerField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("channel_id", "left_after", "since"), name="kpis_lifetime_unique", nulls_distinct=False
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Mailing",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("source", models.CharField(blank=True, default="", editable=False, max_length=40)),
                        ("external_id", models.CharField(blank=True, editable=False, max_length=100, null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="of",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        ("kpi", models.CharField(blank=True, max_length=60, verbose_name="KPI")),
                        (
                            "dashboard",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="kpis.dashboard",
                                verbose_name="dashboard",
                            ),
                        ),
                        ("query", models.JSONField(blank=True, default=dict)),
                        (
                            "cadence",
                            models.CharField(
                                choices=[("day", "Every day"), ("week", "Every week"), ("month", "Every month")],
                                max_length=5,
                                verbose_name="how often",
                            ),
                        ),
                        (
                            "calendar",
                            models.CharField(
                                choices=[("jalali", "Jalali"), ("gregorian", "Gregorian")], max_length=10, verbose_name="calendar"
                            ),
                        ),
                        (
                            "hour",
                            models.PositiveSmallIntegerField(
                                default=8, validators=[django.core.validators.MaxValueValidator(23)], verbose_name="at"
                            ),
                        ),
                        ("is_on", models.BooleanField(default=True, verbose_name="on")),
                        ("is_removed", models.BooleanField(default=False, editable=False)),
                        ("next_at", models.DateTimeField(verbose_name="next")),
                        ("created_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "report by e-mail",
                        "verbose_name_plural": "reports by e-mail",
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(condition=models.Q(("is_on", True)), fields=["next_at"], name="kpis_mailing_next")
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "external_id"), name="kpis_mailing_key"),
                            models.CheckConstraint(condition=models.Q(("hour__lte", 23)), name="kpis_mailing_hour"),
                            models.CheckConstraint(
                                condition=models.Q(("kpi", ""), ("dashboard", None), _connector="OR"),
                                name="kpis_mailing_one_page",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NewcomerDay",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "fact",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="kpis.customerfact",
                            ),
                        ),
                        ("day", models.DateField()),
                        ("owner_id", models.BigIntegerField(default=0)),
                        ("orders", models.IntegerField()),
                        ("net", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                        ("refunded", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["day"], name="kpis_newcomerday_day")],
                    },
                ),
                migrations.CreateModel(
                    name="OrderCategory",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("order_id", models.BigIntegerField()),
                        ("customer_id", models.BigIntegerField(db_index=True)),
                        ("placed_on", models.DateField(db_index=True)),
                        ("owner_id", models.BigIntegerField(default=0)),
                        ("category_id", models.BigIntegerField(default=0)),
                        ("is_first", models.BooleanField()),
                        ("has_lines", models.BooleanField()),
                        ("is_repeat", models.BooleanField()),
                        ("has_upsell", models.BooleanField()),
                        ("has_cross_sell", models.BooleanField()),
                        ("order_has_upsell", models.BooleanField()),
                        ("order_has_cross_sell", models.BooleanField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Pins",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        (
                            "kpis",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, null=True, size=None
                            ),
                        ),
                        (
                            "previous",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), blank=True, null=True, size=None
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name": "pins",
                        "verbose_name_plural": "pins",
                    },
                ),
                migrations.CreateModel(
                    name="PredictionFit",
                    fields=[
                        ("day", models.DateField(primary_key=True, serialize=False)),
                        ("fitted_at", models.DateTimeField()),
                        ("checked_on", models.DateField()),
                        ("checksum", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                        (
                            "reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("too_little_data", "Too Little Data"),
                                    ("too_few_profitable", "Too Few Profitable"),
                                    ("failed", "Failed"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("customers", models.PositiveIntegerField()),
                        ("repeaters", models.PositiveIntegerField()),
                        ("history_days", models.PositiveIntegerField()),
                        ("cycle_days", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                        ("horizon_weeks", models.PositiveSmallIntegerField(default=52)),
                        ("yearly_rate", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                        ("r", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                        ("alpha", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                        ("a", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                        ("b", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                        ("log_likelihood", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                        ("p", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                        ("q", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                        ("v", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Prediction",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "fit",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="predictions",
                                to="kpis.predictionfit",
                            ),
                        ),
                        (
                            "fact",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="kpis.customerfact",
                            ),
                        ),
                        ("last_day", models.DateField()),
                        ("orders", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                        ("alive", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                        ("order_margin", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                        ("value", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                        ("unknown_costs", models.PositiveIntegerField()),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("fit", "fact"), name="kpis_prediction_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Recipient",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "mailing",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="recipients", to="kpis.mailing"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        ("unsubscribed_at", models.DateTimeField(blank=True, null=True)),
                        ("is_removed", models.BooleanField(default=False, editable=False)),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("mailing", "user"), name="kpis_recipient_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Delivery",
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
                        (
                            "mail_at",
                            models.DateTimeField(blank=True, help_text="when it is due, was taken, or was settled", null=True),
                        ),
                        ("mail_error", models.CharField(blank=True, max_length=200)),
                        (
                            "recipient",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="kpis.recipient"
                            ),
                        ),
                        ("grain", models.CharField(max_length=15)),
                        ("calendar", models.CharField(max_length=10)),
                        ("start", models.DateField()),
                    ],
                    options={
                        "verbose_name": "report that was sent",
                        "verbose_name_plural": "reports that were sent",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("mail__in", ["due", "sending"])),
                                fields=["mail_at"],
                                name="kpis_delivery_mail",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("recipient", "calendar", "grain", "start"), name="kpis_delivery_once_a_period"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Refresh",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "cube", "bucket", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("cube", models.PositiveSmallIntegerField()),
                        ("bucket", models.IntegerField()),
                        ("computed_at", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Review",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "cadence",
                            models.CharField(
                                choices=[("week", "Weekly"), ("month", "Monthly")], max_length=5, verbose_name="how often"
                            ),
                        ),
                        (
                            "calendar",
                            models.CharField(
                                choices=[("jalali", "Jalali"), ("gregorian", "Gregorian")], max_length=10, verbose_name="calendar"
                            ),
                        ),
                        (
                            "kpis",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), size=None, verbose_name="KPIs"
                            ),
                        ),
                        ("created_at", models.DateTimeField()),
                        ("is_on", models.BooleanField(default=True)),
                    ],
                    options={
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ReviewSession",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "review",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to="kpis.review"
                            ),
                        ),
                        ("start", models.DateField()),
                        ("opened_at", models.DateTimeField()),
                        ("note", models.TextField(blank=True, verbose_name="notes")),
                        ("noted_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("review", "start"), name="kpis_reviewsession_one_a_period")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RfmCell",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "day",
                                "recency",
                                "frequency",
                                "monetary",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("day", models.DateField()),
                        ("recency", models.PositiveSmallIntegerField()),
                        ("frequency", models.PositiveSmallIntegerField()),
                        ("monetary", models.PositiveSmallIntegerField()),
                        ("customers", models.PositiveIntegerField()),
                        ("revenue", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                    ],
                ),
                migrations.CreateModel(
                    name="RfmMove",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "day", "earlier", "before", "after", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("day", models.DateField()),
                        ("earlier", models.DateField()),
                        ("before", models.PositiveSmallIntegerField()),
                        ("after", models.PositiveSmallIntegerField()),
                        ("customers", models.PositiveIntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name="RfmSnapshot",
                    fields=[
                        ("day", models.DateField(primary_key=True, serialize=False)),
                        ("is_dirty", models.BooleanField(default=True)),
                        ("marked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("computed_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(condition=models.Q(("is_dirty", True)), fields=["day"], name="kpis_rfmsnapshot_dirty")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RfmSpan",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "customer",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        ("recency", models.PositiveSmallIntegerField()),
                        ("frequency", models.PositiveSmallIntegerField()),
                        ("monetary", models.PositiveSmallIntegerField()),
                        ("segment", models.PositiveSmallIntegerField()),
                        ("first_day", models.DateField()),
                        ("until_day", models.DateField()),
                    ],
                    options={
                        "indexes": [models.Index(fields=["customer", "first_day"], name="kpis_rfmspan_customer")],
                    },
                ),
                migrations.CreateModel(
                    name="Rollup",
                    fields=[
                        ("m1", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m2", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m3", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m4", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m5", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        ("m6", crm.fields.ExactField(db_default=0, decimal_places=12, max_digits=60)),
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "cube",
                                "grain",
                                "dimension",
                                "start",
                                "member",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("cube", models.PositiveSmallIntegerField()),
                        ("grain", models.PositiveSmallIntegerField()),
                        ("dimension", models.PositiveSmallIntegerField()),
                        ("start", models.DateField()),
                        ("member", models.BigIntegerField()),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Screen",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("source", models.CharField(blank=True, default="", editable=False, max_length=40)),
                        ("external_id", models.CharField(blank=True, editable=False, max_length=100, null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="of",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "dashboard",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="kpis.dashboard",
                                verbose_name="dashboard",
                            ),
                        ),
                        ("query", models.JSONField(blank=True, default=dict)),
                        ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                        ("created_at", models.DateTimeField()),
                        ("revoked_at", models.DateTimeField(blank=True, null=True)),
                        ("last_used_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        "verbose_name": "link for a screen",
                        "verbose_name_plural": "links for screens",
                        "constraints": [models.UniqueConstraint(fields=("source", "external_id"), name="kpis_screen_key")],
                    },
                ),
                migrations.CreateModel(
                    name="Snapshot",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("kpi", models.CharField(max_length=60)),
                        ("version", models.PositiveSmallIntegerField()),
                        ("calendar", models.CharField(max_length=10)),
                        ("grain", models.CharField(max_length=15)),
                        ("start", models.DateField()),
                        ("revision", models.PositiveIntegerField(default=1)),
                        ("numerator", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                        ("denominator", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                        ("value", crm.fields.ExactField(decimal_places=12, max_digits=60, null=True)),
                        ("attribution", models.CharField(blank=True, max_length=10)),
                        ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("recorded_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("kpi", "version", "calendar", "grain", "start", "revision"), name="kpis_snapshot_revision"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Target",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("external_id", models.CharField(blank=True, max_length=255, null=True)),
                        ("source", models.CharField(blank=True, max_length=100, null=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "recorded_at",
                            models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now())),
                        ("kpi", models.CharField(max_length=60, verbose_name="KPI")),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="crm.team",
                                verbose_name="team",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="campaigns.channel",
                                verbose_name="channel",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="campaigns.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        (
                            "calendar",
                            models.CharField(
                                choices=[("jalali", "Jalali"), ("gregorian", "Gregorian")], max_length=10, verbose_name="calendar"
                            ),
                        ),
                        (
                            "grain",
                            models.CharField(
                                choices=[("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
                                max_length=15,
                                verbose_name="length of the period",
                            ),
                        ),
                        ("start", models.DateField(verbose_name="first day")),
                        ("value", crm.fields.ExactField(decimal_places=12, max_digits=60, verbose_name="value")),
                        (
                            "set_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="set by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "target",
                        "verbose_name_plural": "targets",
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "external_id"), name="kpis_target_source_external_id"),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="kpis_target_external_id_has_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("campaign__isnull", True), ("channel__isnull", True), ("person__isnull", True)),
                                    models.Q(("campaign__isnull", True), ("channel__isnull", True), ("team__isnull", True)),
                                    models.Q(("campaign__isnull", True), ("person__isnull", True), ("team__isnull", True)),
                                    models.Q(("channel__isnull", True), ("person__isnull", True), ("team__isnull", True)),
                                    _connector="OR",
                                ),
                                name="kpis_target_one_scope",
                            ),
                            models.UniqueConstraint(
                                fields=("kpi", "calendar", "grain", "start", "team", "person", "channel", "campaign"),
                                name="kpis_target_one_a_period",
                                nulls_distinct=False,
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "kpis_targethistory" ("calendar", "campaign_id", "channel_id", "created_at", "external_id", "grain", "id", "kpi", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "set_by_id", "source", "start", "team_id", "updated_at", "value") SELECT old_values."calendar", old_values."campaign_id", old_values."channel_id", old_values."created_at", old_values."external_id", old_values."grain", old_values."id", old_values."kpi", old_values."person_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."set_by_id", old_values."source", old_values."start", old_values."team_id", old_values."updated_at", old_values."value" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="c6584bbd485079add06dec9aebfb290bd72b585e",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_55bc5",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="kpis_target",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "kpis_targethistory" ("calendar", "campaign_id", "channel_id", "created_at", "external_id", "grain", "id", "kpi", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "set_by_id", "source", "start", "team_id", "updated_at", "value") SELECT old_values."calendar", old_values."campaign_id", old_values."channel_id", old_values."created_at", old_values."external_id", old_values."grain", old_values."id", old_values."kpi", old_values."person_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."set_by_id", old_values."source", old_values."start", old_values."team_id", old_values."updated_at", old_values."value" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="b6b9bc845f8079222a986b2fa68b667f10450da4",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_bf21e",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="kpis_target",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TargetEdit",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("changes", models.JSONField(help_text="the key of each target, its value before and after")),
                        ("undone_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="TargetHistory",
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
                                to="kpis.target",
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
                        ("external_id", models.CharField(blank=True, max_length=255, null=True)),
                        ("source", models.CharField(blank=True, max_length=100, null=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "recorded_at",
                            models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                        ),
                        ("updated_at", models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now())),
                        ("kpi", models.CharField(max_length=60, verbose_name="KPI")),
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
                        (
                            "person",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="campaigns.channel",
                                verbose_name="channel",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="campaigns.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        (
                            "calendar",
                            models.CharField(
                                choices=[("jalali", "Jalali"), ("gregorian", "Gregorian")], max_length=10, verbose_name="calendar"
                            ),
                        ),
                        (
                            "grain",
                            models.CharField(
                                choices=[("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
                                max_length=15,
                                verbose_name="length of the period",
                            ),
                        ),
                        ("start", models.DateField(verbose_name="first day")),
                        ("value", crm.fields.ExactField(decimal_places=12, max_digits=60, verbose_name="value")),
                        (
                            "set_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="set by",
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
                                    hash="4a26f51f4c3311d144a587650825112fa91b2206",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_cf0b4",
                                    table="kpis_targethistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Tenure",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "day", "dimension", "member", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("day", models.DateField()),
                        ("dimension", models.PositiveSmallIntegerField()),
                        ("member", models.BigIntegerField()),
                        ("tenure", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                        ("naive", crm.fields.ExactField(decimal_places=12, max_digits=60)),
                    ],
                ),
                migrations.CreateModel(
                    name="TenureEvening",
                    fields=[
                        ("day", models.DateField(primary_key=True, serialize=False)),
                        ("is_dirty", models.BooleanField(default=True)),
                        ("marked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                ),
            ]
        ),
    ]

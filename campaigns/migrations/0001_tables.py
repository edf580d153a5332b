from decimal import Decimal

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.lookups
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import crm.database
import crm.fields
from crm.tables import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("campaigns", "0001_initial"),
        ("campaigns", "0004_names_of_models"),
        ("campaigns", "0005_levers"),
        ("campaigns", "0006_reports_of_campaigns"),
        ("campaigns", "0007_targets_of_campaigns"),
        ("campaigns", "0009_history_of_references"),
        ("campaigns", "0010_history_by_its_row"),
    ]

    initial = True

    dependencies = [
        ("crm", "0001_tables"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="LandingPage",
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
                        ("url", models.URLField(max_length=500, unique=True, verbose_name="address")),
                        ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                        ("published_on", models.DateField(blank=True, null=True, verbose_name="published on")),
                    ],
                    options={
                        "verbose_name": "landing page",
                        "verbose_name_plural": "landing pages",
                        "ordering": ["url"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="campaigns_landingpage_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="campaigns_landingpage_external_id_has_source",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_landingpagehistory" ("created_at", "external_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_on", "recorded_at", "source", "title", "updated_at", "url") SELECT old_values."created_at", old_values."external_id", old_values."id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."published_on", old_values."recorded_at", old_values."source", old_values."title", old_values."updated_at", old_values."url" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="d4787ba4f0b161e56d1bb64bfd20d2b995460027",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_b9dd4",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="campaigns_landingpage",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_landingpagehistory" ("created_at", "external_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_on", "recorded_at", "source", "title", "updated_at", "url") SELECT old_values."created_at", old_values."external_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."published_on", old_values."recorded_at", old_values."source", old_values."title", old_values."updated_at", old_values."url" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="7d82a0d21104d5d8525e975408efd0b54500374a",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_fbcae",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="campaigns_landingpage",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LandingPageHistory",
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
                                to="campaigns.landingpage",
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
                        ("url", models.URLField(max_length=500, verbose_name="address")),
                        ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                        ("published_on", models.DateField(blank=True, null=True, verbose_name="published on")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="de68d86461bf9d132ee82437f2cb1ac222176017",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_217ce",
                                    table="campaigns_landingpagehistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LeadSource",
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
                        ("slug", models.SlugField(allow_unicode=True, max_length=100, unique=True)),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                    ],
                    options={
                        "verbose_name": "lead source",
                        "verbose_name_plural": "lead sources",
                        "ordering": ["name"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="campaigns_leadsource_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="campaigns_leadsource_external_id_has_source",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_leadsourcehistory" ("created_at", "external_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "slug", "source", "updated_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."slug", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="f59f53d5f17cea8c9e1962f748281d3f09db2499",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_493cf",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="campaigns_leadsource",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_leadsourcehistory" ("created_at", "external_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "slug", "source", "updated_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."slug", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="1ef01abfcd5aca4cc18feb9c55507065be53824b",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_5f926",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="campaigns_leadsource",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LeadSourceHistory",
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
                                to="campaigns.leadsource",
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
                        ("slug", models.SlugField(allow_unicode=True, db_index=False, max_length=100)),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="e2e1d5400a06d2b409f5d044d65f8ecd129a6684",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_b35e8",
                                    table="campaigns_leadsourcehistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SocialNetwork",
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
                        ("slug", models.SlugField(allow_unicode=True, max_length=100, unique=True)),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                    ],
                    options={
                        "verbose_name": "social network",
                        "verbose_name_plural": "social networks",
                        "ordering": ["name"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="campaigns_socialnetwork_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="campaigns_socialnetwork_external_id_has_source",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_socialnetworkhistory" ("created_at", "external_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "slug", "source", "updated_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."slug", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="1742fcb706f5bdf6d52a1317776ffa41e424d80b",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_1f4c1",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="campaigns_socialnetwork",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_socialnetworkhistory" ("created_at", "external_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "slug", "source", "updated_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."slug", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="dc1bc800a2705111f28e2511d9b99412bd8599a3",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_2d199",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="campaigns_socialnetwork",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Channel",
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
                        ("slug", models.SlugField(allow_unicode=True, max_length=100, unique=True)),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("search", "Search"),
                                    ("social", "Social"),
                                    ("display", "Display"),
                                    ("e-mail", "E-mail"),
                                    ("SMS", "SMS"),
                                    ("exhibition", "Exhibition"),
                                    ("store", "Store"),
                                    ("site", "Site"),
                                    ("referral", "Referral"),
                                    ("direct", "Direct"),
                                    ("other", "Other"),
                                ],
                                default="other",
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "social_network",
                            models.ForeignKey(
                                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="campaigns.socialnetwork"
                            ),
                        ),
                        ("is_marketing", models.BooleanField(default=True, verbose_name="marketing channel")),
                    ],
                    options={
                        "verbose_name": "channel",
                        "verbose_name_plural": "channels",
                        "ordering": ["name"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="campaigns_channel_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="campaigns_channel_external_id_has_source",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_channelhistory" ("created_at", "external_id", "id", "is_marketing", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "slug", "social_network_id", "source", "updated_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."is_marketing", old_values."kind", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."slug", old_values."social_network_id", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="7ec7b4afc245eca98d12ee3a263b00114cb01c33",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_08a7e",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="campaigns_channel",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_channelhistory" ("created_at", "external_id", "id", "is_marketing", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "slug", "social_network_id", "source", "updated_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."is_marketing", old_values."kind", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."slug", old_values."social_network_id", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="712d05d593dfe0f5d8c028cba007c5a902db2e74",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_cbc73",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="campaigns_channel",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Campaign",
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
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="campaigns",
                                to="campaigns.channel",
                            ),
                        ),
                        (
                            "goal",
                            models.CharField(
                                choices=[("leads", "Leads"), ("awareness", "Awareness"), ("sales", "Sales")],
                                default="leads",
                                max_length=10,
                                verbose_name="goal",
                            ),
                        ),
                        (
                            "goal_event",
                            models.CharField(
                                choices=[
                                    ("opportunity", "Opportunity"),
                                    ("form", "Form"),
                                    ("download", "Download"),
                                    ("video", "Video"),
                                    ("sale", "Sale"),
                                ],
                                default="opportunity",
                                max_length=12,
                                verbose_name="goal event",
                            ),
                        ),
                        ("starts_on", models.DateField(blank=True, null=True, verbose_name="starts on")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="ends on")),
                        (
                            "budget",
                            crm.fields.MoneyField(blank=True, decimal_places=2, max_digits=20, null=True, verbose_name="budget"),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("planned", "Planned"),
                                    ("running", "Running"),
                                    ("paused", "Paused"),
                                    ("ended", "Ended"),
                                ],
                                default="running",
                                max_length=8,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="campaigns",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("target_leads", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="target: leads")),
                        ("target_mqls", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="target: MQL")),
                        ("target_sqls", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="target: SQL")),
                        (
                            "target_converted",
                            models.PositiveBigIntegerField(blank=True, null=True, verbose_name="target: converted leads"),
                        ),
                        (
                            "target_lead_conversion_rate",
                            crm.fields.ExactField(
                                blank=True,
                                decimal_places=12,
                                max_digits=60,
                                null=True,
                                verbose_name="target: lead conversion rate",
                            ),
                        ),
                        (
                            "target_cost_per_lead",
                            crm.fields.MoneyField(
                                blank=True, decimal_places=2, max_digits=20, null=True, verbose_name="target: cost per lead"
                            ),
                        ),
                        (
                            "target_cost_per_converted_lead",
                            crm.fields.MoneyField(
                                blank=True,
                                decimal_places=2,
                                max_digits=20,
                                null=True,
                                verbose_name="target: cost per converted lead",
                            ),
                        ),
                        (
                            "target_new_customers",
                            models.PositiveBigIntegerField(blank=True, null=True, verbose_name="target: new customers"),
                        ),
                        ("target_orders", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="target: orders")),
                        (
                            "target_revenue",
                            crm.fields.MoneyField(
                                blank=True, decimal_places=2, max_digits=20, null=True, verbose_name="target: net revenue"
                            ),
                        ),
                        (
                            "target_romi_short",
                            crm.fields.ExactField(
                                blank=True, decimal_places=12, max_digits=60, null=True, verbose_name="target: ROMI, short term"
                            ),
                        ),
                        (
                            "target_romi_long",
                            crm.fields.ExactField(
                                blank=True, decimal_places=12, max_digits=60, null=True, verbose_name="target: ROMI, long term"
                            ),
                        ),
                        ("reviewed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        "verbose_name": "campaign",
                        "verbose_name_plural": "campaigns",
                        "ordering": ["-id"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="campaigns_campaign_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="campaigns_campaign_external_id_has_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("starts_on__isnull", True),
                                    ("ends_on__isnull", True),
                                    ("ends_on__gte", models.F("starts_on")),
                                    _connector="OR",
                                ),
                                name="campaigns_campaign_ends_after_start",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("target_cost_per_converted_lead__gte", 0),
                                    ("target_cost_per_lead__gte", 0),
                                    ("target_lead_conversion_rate__gte", 0),
                                    ("target_revenue__gte", 0),
                                ),
                                name="campaigns_campaign_targets_not_negative",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_campaignhistory" ("budget", "channel_id", "created_at", "ends_on", "external_id", "goal", "goal_event", "id", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "reviewed_at", "source", "starts_on", "status", "target_converted", "target_cost_per_converted_lead", "target_cost_per_lead", "target_lead_conversion_rate", "target_leads", "target_mqls", "target_new_customers", "target_orders", "target_revenue", "target_romi_long", "target_romi_short", "target_sqls", "updated_at") SELECT old_values."budget", old_values."channel_id", old_values."created_at", old_values."ends_on", old_values."external_id", old_values."goal", old_values."goal_event", old_values."id", old_values."name", old_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."reviewed_at", old_values."source", old_values."starts_on", old_values."status", old_values."target_converted", old_values."target_cost_per_converted_lead", old_values."target_cost_per_lead", old_values."target_lead_conversion_rate", old_values."target_leads", old_values."target_mqls", old_values."target_new_customers", old_values."target_orders", old_values."target_revenue", old_values."target_romi_long", old_values."target_romi_short", old_values."target_sqls", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="0a78fa2a06cb0bc9c795177387b2aefab0222947",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_f2afa",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="campaigns_campaign",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_campaignhistory" ("budget", "channel_id", "created_at", "ends_on", "external_id", "goal", "goal_event", "id", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "reviewed_at", "source", "starts_on", "status", "target_converted", "target_cost_per_converted_lead", "target_cost_per_lead", "target_lead_conversion_rate", "target_leads", "target_mqls", "target_new_customers", "target_orders", "target_revenue", "target_romi_long", "target_romi_short", "target_sqls", "updated_at") SELECT old_values."budget", old_values."channel_id", old_values."created_at", old_values."ends_on", old_values."external_id", old_values."goal", old_values."goal_event", old_values."id", old_values."name", old_values."owner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."reviewed_at", old_values."source", old_values."starts_on", old_values."status", old_values."target_converted", old_values."target_cost_per_converted_lead", old_values."target_cost_per_lead", old_values."target_lead_conversion_rate", old_values."target_leads", old_values."target_mqls", old_values."target_new_customers", old_values."target_orders", old_values."target_revenue", old_values."target_romi_long", old_values."target_romi_short", old_values."target_sqls", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="778062897b5dbb6763a628f391c1c57d58d431b5",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_4123f",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="campaigns_campaign",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CampaignHistory",
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
                                to="campaigns.campaign",
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
                        ("name", models.CharField(max_length=200, verbose_name="name")),
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
                            ),
                        ),
                        (
                            "goal",
                            models.CharField(
                                choices=[("leads", "Leads"), ("awareness", "Awareness"), ("sales", "Sales")],
                                default="leads",
                                max_length=10,
                                verbose_name="goal",
                            ),
                        ),
                        (
                            "goal_event",
                            models.CharField(
                                choices=[
                                    ("opportunity", "Opportunity"),
                                    ("form", "Form"),
                                    ("download", "Download"),
                                    ("video", "Video"),
                                    ("sale", "Sale"),
                                ],
                                default="opportunity",
                                max_length=12,
                                verbose_name="goal event",
                            ),
                        ),
                        ("starts_on", models.DateField(blank=True, null=True, verbose_name="starts on")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="ends on")),
                        (
                            "budget",
                            crm.fields.MoneyField(blank=True, decimal_places=2, max_digits=20, null=True, verbose_name="budget"),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("planned", "Planned"),
                                    ("running", "Running"),
                                    ("paused", "Paused"),
                                    ("ended", "Ended"),
                                ],
                                default="running",
                                max_length=8,
                                verbose_name="status",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("target_leads", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="target: leads")),
                        ("target_mqls", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="target: MQL")),
                        ("target_sqls", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="target: SQL")),
                        (
                            "target_converted",
                            models.PositiveBigIntegerField(blank=True, null=True, verbose_name="target: converted leads"),
                        ),
                        (
                            "target_lead_conversion_rate",
                            crm.fields.ExactField(
                                blank=True,
                                decimal_places=12,
                                max_digits=60,
                                null=True,
                                verbose_name="target: lead conversion rate",
                            ),
                        ),
                        (
                            "target_cost_per_lead",
                            crm.fields.MoneyField(
                                blank=True, decimal_places=2, max_digits=20, null=True, verbose_name="target: cost per lead"
                            ),
                        ),
                        (
                            "target_cost_per_converted_lead",
                            crm.fields.MoneyField(
                                blank=True,
                                decimal_places=2,
                                max_digits=20,
                                null=True,
                                verbose_name="target: cost per converted lead",
                            ),
                        ),
                        (
                            "target_new_customers",
                            models.PositiveBigIntegerField(blank=True, null=True, verbose_name="target: new customers"),
                        ),
                        ("target_orders", models.PositiveBigIntegerField(blank=True, null=True, verbose_name="target: orders")),
                        (
                            "target_revenue",
                            crm.fields.MoneyField(
                                blank=True, decimal_places=2, max_digits=20, null=True, verbose_name="target: net revenue"
                            ),
                        ),
                        (
                            "target_romi_short",
                            crm.fields.ExactField(
                                blank=True, decimal_places=12, max_digits=60, null=True, verbose_name="target: ROMI, short term"
                            ),
                        ),
                        (
                            "target_romi_long",
                            crm.fields.ExactField(
                                blank=True, decimal_places=12, max_digits=60, null=True, verbose_name="target: ROMI, long term"
                            ),
                        ),
                        ("reviewed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="a6be9ce67de76ce21bb2242deb7254251b72cbcb",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_6067c",
                                    table="campaigns_campaignhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ChannelHistory",
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
                                to="campaigns.channel",
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
                        ("slug", models.SlugField(allow_unicode=True, db_index=False, max_length=100)),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("search", "Search"),
                                    ("social", "Social"),
                                    ("display", "Display"),
                                    ("e-mail", "E-mail"),
                                    ("SMS", "SMS"),
                                    ("exhibition", "Exhibition"),
                                    ("store", "Store"),
                                    ("site", "Site"),
                                    ("referral", "Referral"),
                                    ("direct", "Direct"),
                                    ("other", "Other"),
                                ],
                                default="other",
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "social_network",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="campaigns.socialnetwork",
                            ),
                        ),
                        ("is_marketing", models.BooleanField(default=True, verbose_name="marketing channel")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="3f6e2a27646f42aad14592a1d330d4f3bd74f194",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_f94fd",
                                    table="campaigns_channelhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Expense",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("ads", "Ads"),
                                    ("salary", "Salary"),
                                    ("commission", "Commission"),
                                    ("content", "Content"),
                                    ("technical", "Technical"),
                                    ("maintenance", "Maintenance"),
                                    ("retention", "Retention"),
                                    ("operating", "Operating"),
                                ],
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="expenses",
                                to="campaigns.campaign",
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="expenses",
                                to="campaigns.channel",
                            ),
                        ),
                        (
                            "lead_source",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="expenses",
                                to="campaigns.leadsource",
                            ),
                        ),
                        (
                            "amount",
                            crm.fields.MoneyField(
                                decimal_places=2, help_text="in the base currency", max_digits=20, verbose_name="amount"
                            ),
                        ),
                        ("currency", models.CharField(blank=True, max_length=3)),
                        ("currency_amount", crm.fields.MoneyField(blank=True, decimal_places=2, max_digits=20, null=True)),
                        ("rate", models.DecimalField(decimal_places=8, default=Decimal(1), max_digits=20)),
                        ("is_estimate", models.BooleanField(default=False, verbose_name="estimate")),
                        ("valid_from", models.DateField(verbose_name="from")),
                        ("valid_to", models.DateField(verbose_name="to")),
                        ("note", models.TextField(blank=True, verbose_name="note")),
                    ],
                    options={
                        "verbose_name": "expense",
                        "verbose_name_plural": "expenses",
                        "abstract": False,
                        "indexes": [models.Index(fields=["valid_from", "valid_to"], name="campaigns_expense_days")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="campaigns_expense_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="campaigns_expense_external_id_has_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("valid_to__gte", models.F("valid_from"))),
                                name="campaigns_expense_ends_after_start",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount__gte", 0)), name="campaigns_expense_amount_not_negative"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_expensehistory" ("amount", "campaign_id", "channel_id", "created_at", "currency", "currency_amount", "external_id", "id", "is_estimate", "kind", "lead_source_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "recorded_at", "source", "updated_at", "valid_from", "valid_to") SELECT old_values."amount", old_values."campaign_id", old_values."channel_id", old_values."created_at", old_values."currency", old_values."currency_amount", old_values."external_id", old_values."id", old_values."is_estimate", old_values."kind", old_values."lead_source_id", old_values."note", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."rate", old_values."recorded_at", old_values."source", old_values."updated_at", old_values."valid_from", old_values."valid_to" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="31fed20578a289b16d14673746dbe181e73e7b72",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_1e4ef",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="campaigns_expense",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_expensehistory" ("amount", "campaign_id", "channel_id", "created_at", "currency", "currency_amount", "external_id", "id", "is_estimate", "kind", "lead_source_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "recorded_at", "source", "updated_at", "valid_from", "valid_to") SELECT old_values."amount", old_values."campaign_id", old_values."channel_id", old_values."created_at", old_values."currency", old_values."currency_amount", old_values."external_id", old_values."id", old_values."is_estimate", old_values."kind", old_values."lead_source_id", old_values."note", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."rate", old_values."recorded_at", old_values."source", old_values."updated_at", old_values."valid_from", old_values."valid_to" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="14f06914e3f8872aaf905a245c83e5d683222df5",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_c497e",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="campaigns_expense",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ExpenseDay",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "expense", "day", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "expense",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.DO_NOTHING, related_name="days", to="campaigns.expense"
                            ),
                        ),
                        ("day", models.DateField()),
                        ("amount", crm.fields.MoneyField(decimal_places=2, max_digits=20)),
                    ],
                    options={
                        "db_table": "campaigns_expenseday",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="ExpenseHistory",
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
                                to="campaigns.expense",
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
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("ads", "Ads"),
                                    ("salary", "Salary"),
                                    ("commission", "Commission"),
                                    ("content", "Content"),
                                    ("technical", "Technical"),
                                    ("maintenance", "Maintenance"),
                                    ("retention", "Retention"),
                                    ("operating", "Operating"),
                                ],
                                max_length=12,
                                verbose_name="kind",
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
                            ),
                        ),
                        (
                            "lead_source",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="campaigns.leadsource",
                            ),
                        ),
                        (
                            "amount",
                            crm.fields.MoneyField(
                                decimal_places=2, help_text="in the base currency", max_digits=20, verbose_name="amount"
                            ),
                        ),
                        ("currency", models.CharField(blank=True, max_length=3)),
                        ("currency_amount", crm.fields.MoneyField(blank=True, decimal_places=2, max_digits=20, null=True)),
                        ("rate", models.DecimalField(decimal_places=8, default=Decimal(1), max_digits=20)),
                        ("is_estimate", models.BooleanField(default=False, verbose_name="estimate")),
                        ("valid_from", models.DateField(verbose_name="from")),
                        ("valid_to", models.DateField(verbose_name="to")),
                        ("note", models.TextField(blank=True, verbose_name="note")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="65c7858debbef57689e88b40fe66b7cd0bf8056c",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_92ce0",
                                    table="campaigns_expensehistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SocialNetworkHistory",
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
                                to="campaigns.socialnetwork",
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
                        ("slug", models.SlugField(allow_unicode=True, db_index=False, max_length=100)),
                        ("name", models.CharField(max_length=100, verbose_name="name")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="1dd4fba0d6cf3a74be2f5df2e7d854428980da53",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_8bf02",
                                    table="campaigns_socialnetworkhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SocialPost",
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
                            "social_network",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="campaigns.socialnetwork"
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="posts",
                                to="campaigns.campaign",
                            ),
                        ),
                        ("posted_at", models.DateTimeField(verbose_name="posted at")),
                        (
                            "posted_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("posted_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("url", models.URLField(blank=True, max_length=500, verbose_name="address")),
                        ("reach", models.PositiveBigIntegerField(default=0, verbose_name="reach")),
                        ("impressions", models.PositiveBigIntegerField(default=0, verbose_name="impressions")),
                        ("likes", models.PositiveBigIntegerField(default=0, verbose_name="likes")),
                        ("comments", models.PositiveBigIntegerField(default=0, verbose_name="comments")),
                        ("shares", models.PositiveBigIntegerField(default=0, verbose_name="shares")),
                    ],
                    options={
                        "verbose_name": "post",
                        "verbose_name_plural": "posts",
                        "abstract": False,
                        "indexes": [models.Index(fields=["posted_on"], name="campaigns_socialpost_day")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="campaigns_socialpost_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="campaigns_socialpost_external_id_has_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("comments__gte", 0),
                                    ("impressions__gte", 0),
                                    ("likes__gte", 0),
                                    ("reach__gte", 0),
                                    ("shares__gte", 0),
                                ),
                                name="campaigns_socialpost_not_negative",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_socialposthistory" ("campaign_id", "comments", "created_at", "external_id", "id", "impressions", "likes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "posted_at", "reach", "recorded_at", "shares", "social_network_id", "source", "updated_at", "url") SELECT old_values."campaign_id", old_values."comments", old_values."created_at", old_values."external_id", old_values."id", old_values."impressions", old_values."likes", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."posted_at", old_values."reach", old_values."recorded_at", old_values."shares", old_values."social_network_id", old_values."source", old_values."updated_at", old_values."url" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."campaign_id" IS DISTINCT FROM (new_values."campaign_id") OR old_values."comments" IS DISTINCT FROM (new_values."comments") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."impressions" IS DISTINCT FROM (new_values."impressions") OR old_values."likes" IS DISTINCT FROM (new_values."likes") OR old_values."posted_at" IS DISTINCT FROM (new_values."posted_at") OR old_values."reach" IS DISTINCT FROM (new_values."reach") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."shares" IS DISTINCT FROM (new_values."shares") OR old_values."social_network_id" IS DISTINCT FROM (new_values."social_network_id") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."url" IS DISTINCT FROM (new_values."url")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="de60862918dc5cff2f19d2542d1c7720b0eb9018",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_831e9",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="campaigns_socialpost",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_socialposthistory" ("campaign_id", "comments", "created_at", "external_id", "id", "impressions", "likes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "posted_at", "reach", "recorded_at", "shares", "social_network_id", "source", "updated_at", "url") SELECT old_values."campaign_id", old_values."comments", old_values."created_at", old_values."external_id", old_values."id", old_values."impressions", old_values."likes", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."posted_at", old_values."reach", old_values."recorded_at", old_values."shares", old_values."social_network_id", old_values."source", old_values."updated_at", old_values."url" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="75017420422048e957a9c76d95a27259478ec04d",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_7e69b",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="campaigns_socialpost",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SocialPostHistory",
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
                                to="campaigns.socialpost",
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
                        (
                            "social_network",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="campaigns.socialnetwork",
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
                            ),
                        ),
                        ("posted_at", models.DateTimeField(verbose_name="posted at")),
                        ("url", models.URLField(blank=True, max_length=500, verbose_name="address")),
                        ("reach", models.PositiveBigIntegerField(default=0, verbose_name="reach")),
                        ("impressions", models.PositiveBigIntegerField(default=0, verbose_name="impressions")),
                        ("likes", models.PositiveBigIntegerField(default=0, verbose_name="likes")),
                        ("comments", models.PositiveBigIntegerField(default=0, verbose_name="comments")),
                        ("shares", models.PositiveBigIntegerField(default=0, verbose_name="shares")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="93a53b7eddd716cd883b0a69b62b6ee3a4ad8c80",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_0a627",
                                    table="campaigns_socialposthistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Variant",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "landing_page",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="variants", to="campaigns.landingpage"
                            ),
                        ),
                        ("key", models.CharField(max_length=50, verbose_name="key")),
                        ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                        (
                            "lever",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("cta_colour", "Colour of the call to action"),
                                    ("cta_text", "Words of the call to action"),
                                    ("copy", "Text of the page"),
                                    ("short_form", "Shorter form"),
                                    ("social_proof", "Social proof"),
                                ],
                                max_length=12,
                                verbose_name="what it changes",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "variant",
                        "verbose_name_plural": "variants",
                        "ordering": ["landing_page", "key"],
                        "constraints": [models.UniqueConstraint(fields=("landing_page", "key"), name="campaigns_variant_key")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_varianthistory" ("id", "key", "landing_page_id", "lever", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."id", old_values."key", old_values."landing_page_id", old_values."lever", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="5e35d960ff7dd5280683ca33b1efde66d95fa039",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_505a7",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="campaigns_variant",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_varianthistory" ("id", "key", "landing_page_id", "lever", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."id", old_values."key", old_values."landing_page_id", old_values."lever", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="b3b98f40f72eff848df223a3080f8b33bad48469",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_e5adf",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="campaigns_variant",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Session",
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
                        ("visitor", models.CharField(blank=True, max_length=100, verbose_name="visitor")),
                        ("started_at", models.DateTimeField(verbose_name="started at")),
                        (
                            "started_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("started_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sessions",
                                to="campaigns.channel",
                            ),
                        ),
                        (
                            "social_network",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sessions",
                                to="campaigns.socialnetwork",
                            ),
                        ),
                        (
                            "landing_page",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sessions",
                                to="campaigns.landingpage",
                            ),
                        ),
                        (
                            "variant",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sessions",
                                to="campaigns.variant",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sessions",
                                to="campaigns.campaign",
                            ),
                        ),
                        ("referrer", models.CharField(blank=True, max_length=500, verbose_name="referrer")),
                        ("utm", models.JSONField(blank=True, null=True)),
                        ("converted_at", models.DateTimeField(blank=True, null=True, verbose_name="converted at")),
                        ("is_bot", models.BooleanField(default=False, verbose_name="robot")),
                        ("view_count", models.PositiveIntegerField(default=0, verbose_name="page views")),
                        (
                            "is_engaged",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Case(
                                    models.When(
                                        models.Q(
                                            ("view_count__gte", 2),
                                            ("converted_at__isnull", False),
                                            django.db.models.lookups.GreaterThan(
                                                crm.database.ElapsedSeconds("started_at", "ended_at"), models.Value(Decimal(10))
                                            ),
                                            _connector="OR",
                                        ),
                                        then=models.Value(True),
                                    ),
                                    default=models.Value(False),
                                ),
                                output_field=models.BooleanField(),
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "session",
                        "verbose_name_plural": "sessions",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["started_on"], name="campaigns_session_day"),
                            models.Index(
                                condition=models.Q(("visitor", ""), _negated=True),
                                fields=["visitor", "started_at"],
                                name="campaigns_session_visitor",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="campaigns_session_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="campaigns_session_external_id_has_source",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PageView",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="page_views", to="campaigns.session"
                            ),
                        ),
                        ("path", models.CharField(max_length=500, verbose_name="path")),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name": "page view",
                        "verbose_name_plural": "page views",
                        "ordering": ["at", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="VariantHistory",
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
                                to="campaigns.variant",
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
                            "landing_page",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="campaigns.landingpage",
                            ),
                        ),
                        ("key", models.CharField(max_length=50, verbose_name="key")),
                        ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                        (
                            "lever",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("cta_colour", "Colour of the call to action"),
                                    ("cta_text", "Words of the call to action"),
                                    ("copy", "Text of the page"),
                                    ("short_form", "Shorter form"),
                                    ("social_proof", "Social proof"),
                                ],
                                max_length=12,
                                verbose_name="what it changes",
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
                                    hash="b77808871cbce36443e05ff061a543e7aefb47cb",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_8f6dc",
                                    table="campaigns_varianthistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
            ]
        ),
    ]

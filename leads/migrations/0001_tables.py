from decimal import Decimal

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import crm.database
import crm.fields
from crm.tables import CreateModels


class Migration(migrations.Migration):
    replaces = [
        ("leads", "0001_initial"),
        ("leads", "0006_saved_views"),
        ("leads", "0007_lists_of_leads"),
        ("leads", "0008_look_before_summing"),
        ("leads", "0010_names_of_models"),
        ("leads", "0011_lists_of_people"),
        ("leads", "0013_conversions_of_visitors"),
        ("leads", "0014_number_of_visitors"),
        ("leads", "0015_history_of_references"),
        ("leads", "0016_history_by_its_row"),
    ]

    initial = True

    dependencies = [
        ("campaigns", "0001_tables"),
        ("crm", "0001_tables"),
        ("customers", "0001_tables"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="BulkChange",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "field",
                            models.CharField(
                                choices=[
                                    ("owner_id", "Owner"),
                                    ("campaign_id", "Campaign"),
                                    ("mql_at", "MQL"),
                                    ("sql_at", "SQL"),
                                    ("is_archived", "Archived"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("before", models.JSONField(help_text="the old value by the lead's key")),
                        ("value", models.JSONField(help_text="the new value, as {new: …}")),
                        ("undone_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="LandingConversion",
                    fields=[
                        (
                            "session",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                primary_key=True,
                                related_name="conversion",
                                serialize=False,
                                to="campaigns.session",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "leads_landingconversion",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="Lead",
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
                        ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                        ("company", models.CharField(blank=True, max_length=100, verbose_name="company")),
                        ("phone", models.CharField(blank=True, max_length=16, verbose_name="mobile")),
                        ("email", models.CharField(blank=True, max_length=254, verbose_name="e-mail")),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="leads",
                                to="campaigns.channel",
                            ),
                        ),
                        (
                            "lead_source",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="leads",
                                to="campaigns.leadsource",
                                verbose_name="source",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="leads",
                                to="campaigns.campaign",
                                verbose_name="campaign",
                            ),
                        ),
                        (
                            "landing_page",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="leads",
                                to="campaigns.landingpage",
                            ),
                        ),
                        (
                            "social_network",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="leads",
                                to="campaigns.socialnetwork",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="leads",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "created_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("created_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("mql_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "mql_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("mql_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("sql_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "sql_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("sql_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("converted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "converted_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("converted_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("disqualified_at", models.DateTimeField(blank=True, null=True)),
                        ("disqualified_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        ("utm", models.JSONField(blank=True, null=True)),
                        ("visitor", models.CharField(blank=True, max_length=100, verbose_name="visitor")),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        ("is_test", models.BooleanField(default=False, verbose_name="test")),
                        ("is_spam", models.BooleanField(default=False, verbose_name="spam")),
                        ("is_archived", models.BooleanField(default=False, verbose_name="archived")),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="leads.lead",
                            ),
                        ),
                        ("notes", models.TextField(blank=True, verbose_name="notes")),
                        (
                            "search_text",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Concat(
                                    crm.database.FoldText(
                                        django.db.models.functions.comparison.Coalesce(models.F("name"), models.Value(""))
                                    ),
                                    models.Value("|", models.TextField()),
                                    crm.database.FoldText(
                                        django.db.models.functions.comparison.Coalesce(models.F("company"), models.Value(""))
                                    ),
                                    models.Value("|", models.TextField()),
                                    crm.database.FoldText(
                                        django.db.models.functions.comparison.Coalesce(models.F("phone"), models.Value(""))
                                    ),
                                    models.Value("|", models.TextField()),
                                    crm.database.FoldText(
                                        django.db.models.functions.comparison.Coalesce(models.F("email"), models.Value(""))
                                    ),
                                    models.Value("|", models.TextField()),
                                    crm.database.FoldText(
                                        django.db.models.functions.comparison.Coalesce(models.F("external_id"), models.Value(""))
                                    ),
                                    models.Value("|", models.TextField()),
                                ),
                                output_field=models.TextField(),
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "lead",
                        "verbose_name_plural": "leads",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["created_on"], name="leads_lead_created"),
                            models.Index(condition=models.Q(("mql_on__isnull", False)), fields=["mql_on"], name="leads_lead_mql"),
                            models.Index(condition=models.Q(("sql_on__isnull", False)), fields=["sql_on"], name="leads_lead_sql"),
                            models.Index(
                                condition=models.Q(("converted_on__isnull", False)),
                                fields=["converted_on"],
                                name="leads_lead_converted",
                            ),
                            models.Index(
                                condition=models.Q(("customer__isnull", False)), fields=["customer"], name="leads_lead_customer"
                            ),
                            models.Index(
                                condition=models.Q(("is_archived", False), ("merged_into__isnull", True)),
                                fields=["-created_at", "-id"],
                                name="leads_lead_list",
                            ),
                            models.Index(
                                condition=models.Q(("is_archived", False), ("merged_into__isnull", True)),
                                fields=["owner", "-created_at", "-id"],
                                name="leads_lead_owner_list",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("is_archived", False),
                                    ("merged_into__isnull", True),
                                    ("converted_at__isnull", True),
                                    ("disqualified_at__isnull", True),
                                ),
                                fields=["owner", "id"],
                                name="leads_lead_open",
                            ),
                            models.Index(
                                condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="leads_lead_phone"
                            ),
                            models.Index(
                                condition=models.Q(("email", ""), _negated=True), fields=["email"], name="leads_lead_email"
                            ),
                            models.Index(
                                condition=models.Q(("visitor", ""), _negated=True), fields=["visitor"], name="leads_lead_visitor"
                            ),
                            models.Index(
                                crm.database.TextNumber("visitor"),
                                condition=models.Q(("visitor", ""), _negated=True),
                                name="leads_lead_visitor_number",
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(models.F("search_text"), name="gin_trgm_ops"),
                                name="leads_lead_search",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "external_id"), name="leads_lead_source_external_id"),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="leads_lead_external_id_has_source",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_leadhistory" ("campaign_id", "channel_id", "company", "converted_at", "created_at", "customer_id", "disqualified_at", "disqualified_reason", "email", "external_id", "id", "is_archived", "is_spam", "is_test", "landing_page_id", "lead_source_id", "merged_into_id", "mql_at", "name", "notes", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "recorded_at", "social_network_id", "source", "sql_at", "updated_at", "utm", "visitor") SELECT old_values."campaign_id", old_values."channel_id", old_values."company", old_values."converted_at", old_values."created_at", old_values."customer_id", old_values."disqualified_at", old_values."disqualified_reason", old_values."email", old_values."external_id", old_values."id", old_values."is_archived", old_values."is_spam", old_values."is_test", old_values."landing_page_id", old_values."lead_source_id", old_values."merged_into_id", old_values."mql_at", old_values."name", old_values."notes", old_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."phone", old_values."recorded_at", old_values."social_network_id", old_values."source", old_values."sql_at", old_values."updated_at", old_values."utm", old_values."visitor" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."campaign_id" IS DISTINCT FROM (new_values."campaign_id") OR old_values."channel_id" IS DISTINCT FROM (new_values."channel_id") OR old_values."company" IS DISTINCT FROM (new_values."company") OR old_values."converted_at" IS DISTINCT FROM (new_values."converted_at") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."customer_id" IS DISTINCT FROM (new_values."customer_id") OR old_values."disqualified_at" IS DISTINCT FROM (new_values."disqualified_at") OR old_values."disqualified_reason" IS DISTINCT FROM (new_values."disqualified_reason") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_archived" IS DISTINCT FROM (new_values."is_archived") OR old_values."is_spam" IS DISTINCT FROM (new_values."is_spam") OR old_values."is_test" IS DISTINCT FROM (new_values."is_test") OR old_values."landing_page_id" IS DISTINCT FROM (new_values."landing_page_id") OR old_values."lead_source_id" IS DISTINCT FROM (new_values."lead_source_id") OR old_values."merged_into_id" IS DISTINCT FROM (new_values."merged_into_id") OR old_values."mql_at" IS DISTINCT FROM (new_values."mql_at") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."notes" IS DISTINCT FROM (new_values."notes") OR old_values."owner_id" IS DISTINCT FROM (new_values."owner_id") OR old_values."phone" IS DISTINCT FROM (new_values."phone") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."social_network_id" IS DISTINCT FROM (new_values."social_network_id") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."sql_at" IS DISTINCT FROM (new_values."sql_at") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."utm" IS DISTINCT FROM (new_values."utm") OR old_values."visitor" IS DISTINCT FROM (new_values."visitor")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ef8716548e19eaeda01ac466749a58b246956e7b",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_17f2d",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="leads_lead",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_leadhistory" ("campaign_id", "channel_id", "company", "converted_at", "created_at", "customer_id", "disqualified_at", "disqualified_reason", "email", "external_id", "id", "is_archived", "is_spam", "is_test", "landing_page_id", "lead_source_id", "merged_into_id", "mql_at", "name", "notes", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "recorded_at", "social_network_id", "source", "sql_at", "updated_at", "utm", "visitor") SELECT old_values."campaign_id", old_values."channel_id", old_values."company", old_values."converted_at", old_values."created_at", old_values."customer_id", old_values."disqualified_at", old_values."disqualified_reason", old_values."email", old_values."external_id", old_values."id", old_values."is_archived", old_values."is_spam", old_values."is_test", old_values."landing_page_id", old_values."lead_source_id", old_values."merged_into_id", old_values."mql_at", old_values."name", old_values."notes", old_values."owner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."phone", old_values."recorded_at", old_values."social_network_id", old_values."source", old_values."sql_at", old_values."updated_at", old_values."utm", old_values."visitor" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="01e387f11f8de39f769680ef193ab63308022e20",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_9ddd5",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="leads_lead",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LeadEvent",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="leads.lead"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("created", "Created"),
                                    ("mql", "MQL"),
                                    ("sql", "SQL"),
                                    ("converted", "Converted"),
                                    ("unconverted", "Conversion undone"),
                                    ("disqualified", "Disqualified"),
                                    ("reopened", "Reopened"),
                                    ("assigned", "Owner changed"),
                                    ("merged", "Merged"),
                                    ("archived", "Archived"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("at", models.DateTimeField()),
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
                        ("detail", models.CharField(blank=True, max_length=200)),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "verbose_name": "event of a lead",
                        "verbose_name_plural": "events of leads",
                        "ordering": ["at", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="LeadHistory",
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
                                to="leads.lead",
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
                        ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                        ("company", models.CharField(blank=True, max_length=100, verbose_name="company")),
                        ("phone", models.CharField(blank=True, max_length=16, verbose_name="mobile")),
                        ("email", models.CharField(blank=True, max_length=254, verbose_name="e-mail")),
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
                                verbose_name="source",
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
                            "landing_page",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="campaigns.landingpage",
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
                                verbose_name="owner",
                            ),
                        ),
                        ("mql_at", models.DateTimeField(blank=True, null=True)),
                        ("sql_at", models.DateTimeField(blank=True, null=True)),
                        ("converted_at", models.DateTimeField(blank=True, null=True)),
                        ("disqualified_at", models.DateTimeField(blank=True, null=True)),
                        ("disqualified_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        ("utm", models.JSONField(blank=True, null=True)),
                        ("visitor", models.CharField(blank=True, max_length=100, verbose_name="visitor")),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.customer",
                            ),
                        ),
                        ("is_test", models.BooleanField(default=False, verbose_name="test")),
                        ("is_spam", models.BooleanField(default=False, verbose_name="spam")),
                        ("is_archived", models.BooleanField(default=False, verbose_name="archived")),
                        (
                            "merged_into",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="leads.lead",
                            ),
                        ),
                        ("notes", models.TextField(blank=True, verbose_name="notes")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="fbfbe98f6cb037411324161d3d93a37f4334723f",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_bfd6b",
                                    table="leads_leadhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ListedLead",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "people_list",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.peoplelist"),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="listed", to="leads.lead"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("people_list", "lead"), name="leads_listed_once")],
                    },
                ),
                migrations.CreateModel(
                    name="SavedView",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="lead_views",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("name", models.CharField(max_length=50, verbose_name="name")),
                        ("query", models.CharField(max_length=1000)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [models.UniqueConstraint(fields=("owner", "name"), name="leads_savedview_name")],
                    },
                ),
                migrations.CreateModel(
                    name="Stage",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("slug", models.SlugField(unique=True)),
                        ("name", models.CharField(max_length=50, verbose_name="name")),
                        ("name_fa", models.CharField(max_length=50, verbose_name="Persian name")),
                        ("position", models.PositiveSmallIntegerField(unique=True)),
                        (
                            "kind",
                            models.CharField(
                                choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")], default="open", max_length=4
                            ),
                        ),
                        ("probability", models.DecimalField(decimal_places=2, max_digits=3)),
                        (
                            "stale_days",
                            models.PositiveSmallIntegerField(default=7, verbose_name="days without activity before it is stale"),
                        ),
                    ],
                    options={
                        "verbose_name": "stage",
                        "verbose_name_plural": "stages",
                        "ordering": ["position"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "open"), _negated=True),
                                fields=("kind",),
                                name="leads_stage_one_end_each",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("probability__gte", 0), ("probability__lte", 1)),
                                name="leads_stage_probability",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_stagehistory" ("id", "kind", "name", "name_fa", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "probability", "slug", "stale_days") SELECT old_values."id", old_values."kind", old_values."name", old_values."name_fa", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."probability", old_values."slug", old_values."stale_days" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="eab3a864d76e51222d909f51d9222a7ad1860893",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_23630",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="leads_stage",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_stagehistory" ("id", "kind", "name", "name_fa", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "probability", "slug", "stale_days") SELECT old_values."id", old_values."kind", old_values."name", old_values."name_fa", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."probability", old_values."slug", old_values."stale_days" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="b9fcd96c7e9dfc658616916f12f813a63794be84",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_f5389",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="leads_stage",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Opportunity",
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
                            "lead",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="opportunities",
                                to="leads.lead",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="opportunities",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="opportunities",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        ("amount", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20, verbose_name="amount")),
                        ("currency", models.CharField(blank=True, max_length=3)),
                        (
                            "stage",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="opportunities",
                                to="leads.stage",
                                verbose_name="stage",
                            ),
                        ),
                        ("expected_close_on", models.DateField(blank=True, null=True, verbose_name="expected close")),
                        (
                            "created_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("created_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("won_at", models.DateTimeField(blank=True, null=True)),
                        ("lost_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "closed_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay(
                                    django.db.models.functions.comparison.Coalesce("won_at", "lost_at")
                                ),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("lost_reason", models.CharField(blank=True, max_length=200, verbose_name="reason of loss")),
                        (
                            "search_text",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Concat(
                                    crm.database.FoldText(
                                        django.db.models.functions.comparison.Coalesce(models.F("name"), models.Value(""))
                                    ),
                                    models.Value("|", models.TextField()),
                                    crm.database.FoldText(
                                        django.db.models.functions.comparison.Coalesce(models.F("external_id"), models.Value(""))
                                    ),
                                    models.Value("|", models.TextField()),
                                ),
                                output_field=models.TextField(),
                            ),
                        ),
                        ("products", models.ManyToManyField(blank=True, related_name="opportunities", to="customers.product")),
                        ("orders", models.ManyToManyField(blank=True, related_name="+", to="customers.order")),
                    ],
                    options={
                        "verbose_name": "opportunity",
                        "verbose_name_plural": "opportunities",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["created_on"], name="leads_opportunity_created"),
                            models.Index(
                                condition=models.Q(("closed_on__isnull", False)),
                                fields=["closed_on"],
                                name="leads_opportunity_closed",
                            ),
                            models.Index(fields=["stage", "-id"], name="leads_opportunity_board"),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(models.F("search_text"), name="gin_trgm_ops"),
                                name="leads_opportunity_search",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="leads_opportunity_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="leads_opportunity_external_id_has_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("won_at__isnull", True), ("lost_at__isnull", True), _connector="OR"),
                                name="leads_opportunity_one_close",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount__gte", 0)), name="leads_opportunity_amount_not_negative"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_opportunityhistory" ("amount", "created_at", "currency", "customer_id", "expected_close_on", "external_id", "id", "lead_id", "lost_at", "lost_reason", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "source", "stage_id", "updated_at", "won_at") SELECT old_values."amount", old_values."created_at", old_values."currency", old_values."customer_id", old_values."expected_close_on", old_values."external_id", old_values."id", old_values."lead_id", old_values."lost_at", old_values."lost_reason", old_values."name", old_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."source", old_values."stage_id", old_values."updated_at", old_values."won_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."amount" IS DISTINCT FROM (new_values."amount") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."customer_id" IS DISTINCT FROM (new_values."customer_id") OR old_values."expected_close_on" IS DISTINCT FROM (new_values."expected_close_on") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."lead_id" IS DISTINCT FROM (new_values."lead_id") OR old_values."lost_at" IS DISTINCT FROM (new_values."lost_at") OR old_values."lost_reason" IS DISTINCT FROM (new_values."lost_reason") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."owner_id" IS DISTINCT FROM (new_values."owner_id") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."stage_id" IS DISTINCT FROM (new_values."stage_id") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."won_at" IS DISTINCT FROM (new_values."won_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ee968bea14f03321e9bbdaa918814e46e6ef56ff",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_e21f5",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="leads_opportunity",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_opportunityhistory" ("amount", "created_at", "currency", "customer_id", "expected_close_on", "external_id", "id", "lead_id", "lost_at", "lost_reason", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "source", "stage_id", "updated_at", "won_at") SELECT old_values."amount", old_values."created_at", old_values."currency", old_values."customer_id", old_values."expected_close_on", old_values."external_id", old_values."id", old_values."lead_id", old_values."lost_at", old_values."lost_reason", old_values."name", old_values."owner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."source", old_values."stage_id", old_values."updated_at", old_values."won_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="8e55fb70f66571076b3863ad44f505e77610ed7f",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_ea052",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="leads_opportunity",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Activity",
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
                                    ("call", "Call"),
                                    ("meeting", "Meeting"),
                                    ("demo", "Demo"),
                                    ("consultation", "Consultation"),
                                    ("e-mail", "E-mail"),
                                    ("message", "Message"),
                                    ("task", "Task"),
                                    ("note", "Note"),
                                ],
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="activities",
                                to="leads.lead",
                            ),
                        ),
                        (
                            "opportunity",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="activities",
                                to="leads.opportunity",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="activities",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("booked_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "booked_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("booked_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                        (
                            "due_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("due_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("done_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "done_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("done_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("outcome", models.CharField(blank=True, max_length=50, verbose_name="outcome")),
                        ("subject", models.CharField(blank=True, max_length=200, verbose_name="subject")),
                        ("body", models.TextField(blank=True, verbose_name="text")),
                    ],
                    options={
                        "verbose_name": "activity",
                        "verbose_name_plural": "activities",
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                condition=models.Q(("done_at__isnull", True)),
                                fields=["owner", "due_at"],
                                name="leads_activity_due",
                            ),
                            models.Index(
                                condition=models.Q(("kind__in", ["demo", "consultation"])),
                                fields=["booked_on"],
                                name="leads_activity_demo_booked_on",
                            ),
                            models.Index(
                                condition=models.Q(("kind__in", ["demo", "consultation"])),
                                fields=["due_on"],
                                name="leads_activity_demo_due_on",
                            ),
                            models.Index(
                                condition=models.Q(("kind__in", ["demo", "consultation"])),
                                fields=["done_on"],
                                name="leads_activity_demo_done_on",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "external_id"), name="leads_activity_source_external_id"),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="leads_activity_external_id_has_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("lead__isnull", False),
                                    ("opportunity__isnull", False),
                                    ("customer__isnull", False),
                                    _connector="OR",
                                ),
                                name="leads_activity_has_subject",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_activityhistory" ("body", "booked_at", "created_at", "customer_id", "done_at", "due_at", "external_id", "id", "kind", "lead_id", "opportunity_id", "outcome", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "source", "subject", "updated_at") SELECT old_values."body", old_values."booked_at", old_values."created_at", old_values."customer_id", old_values."done_at", old_values."due_at", old_values."external_id", old_values."id", old_values."kind", old_values."lead_id", old_values."opportunity_id", old_values."outcome", old_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."source", old_values."subject", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."body" IS DISTINCT FROM (new_values."body") OR old_values."booked_at" IS DISTINCT FROM (new_values."booked_at") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."customer_id" IS DISTINCT FROM (new_values."customer_id") OR old_values."done_at" IS DISTINCT FROM (new_values."done_at") OR old_values."due_at" IS DISTINCT FROM (new_values."due_at") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."lead_id" IS DISTINCT FROM (new_values."lead_id") OR old_values."opportunity_id" IS DISTINCT FROM (new_values."opportunity_id") OR old_values."outcome" IS DISTINCT FROM (new_values."outcome") OR old_values."owner_id" IS DISTINCT FROM (new_values."owner_id") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."subject" IS DISTINCT FROM (new_values."subject") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="3a3f03728e5964cd0970871578a14f75fc4e3c4a",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_278e1",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="leads_activity",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_activityhistory" ("body", "booked_at", "created_at", "customer_id", "done_at", "due_at", "external_id", "id", "kind", "lead_id", "opportunity_id", "outcome", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "source", "subject", "updated_at") SELECT old_values."body", old_values."booked_at", old_values."created_at", old_values."customer_id", old_values."done_at", old_values."due_at", old_values."external_id", old_values."id", old_values."kind", old_values."lead_id", old_values."opportunity_id", old_values."outcome", old_values."owner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."source", old_values."subject", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="d466ea9e244965240bab502e3efc89d4ac606399",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_de0a3",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="leads_activity",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ActivityHistory",
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
                                to="leads.activity",
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
                                    ("call", "Call"),
                                    ("meeting", "Meeting"),
                                    ("demo", "Demo"),
                                    ("consultation", "Consultation"),
                                    ("e-mail", "E-mail"),
                                    ("message", "Message"),
                                    ("task", "Task"),
                                    ("note", "Note"),
                                ],
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="leads.lead",
                            ),
                        ),
                        (
                            "opportunity",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="leads.opportunity",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.customer",
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
                        ("booked_at", models.DateTimeField(blank=True, null=True)),
                        ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                        ("done_at", models.DateTimeField(blank=True, null=True)),
                        ("outcome", models.CharField(blank=True, max_length=50, verbose_name="outcome")),
                        ("subject", models.CharField(blank=True, max_length=200, verbose_name="subject")),
                        ("body", models.TextField(blank=True, verbose_name="text")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="0359cbfd457416bc566a123f88201deba6f21f55",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_6d6d1",
                                    table="leads_activityhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OpportunityHistory",
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
                                to="leads.opportunity",
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
                            "lead",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="leads.lead",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.customer",
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
                                verbose_name="owner",
                            ),
                        ),
                        ("amount", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20, verbose_name="amount")),
                        ("currency", models.CharField(blank=True, max_length=3)),
                        (
                            "stage",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="leads.stage",
                                verbose_name="stage",
                            ),
                        ),
                        ("expected_close_on", models.DateField(blank=True, null=True, verbose_name="expected close")),
                        ("won_at", models.DateTimeField(blank=True, null=True)),
                        ("lost_at", models.DateTimeField(blank=True, null=True)),
                        ("lost_reason", models.CharField(blank=True, max_length=200, verbose_name="reason of loss")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="cf9f263096fa7d6fbac24d2605770927007d8d38",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_dd20a",
                                    table="leads_opportunityhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Quote",
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
                        ("number", models.CharField(blank=True, max_length=100, verbose_name="number")),
                        (
                            "opportunity",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quotes",
                                to="leads.opportunity",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quotes",
                                to="leads.lead",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="quotes",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        ("issued_at", models.DateTimeField(blank=True, null=True, verbose_name="issued at")),
                        (
                            "issued_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("issued_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                        (
                            "revision_of",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.RESTRICT,
                                related_name="replaced_by",
                                to="leads.quote",
                            ),
                        ),
                        (
                            "original",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.RESTRICT,
                                related_name="revisions",
                                to="leads.quote",
                            ),
                        ),
                        ("currency", models.CharField(max_length=3)),
                        ("rate", models.DecimalField(decimal_places=8, default=Decimal(1), max_digits=20)),
                        ("accepted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "accepted_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("accepted_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("declined_at", models.DateTimeField(blank=True, null=True)),
                        ("declined_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        (
                            "order",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="customers.order",
                            ),
                        ),
                        ("amount", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20, verbose_name="amount")),
                        (
                            "search_text",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Concat(
                                    crm.database.FoldText(
                                        django.db.models.functions.comparison.Coalesce(models.F("number"), models.Value(""))
                                    ),
                                    models.Value("|", models.TextField()),
                                    crm.database.FoldText(
                                        django.db.models.functions.comparison.Coalesce(models.F("external_id"), models.Value(""))
                                    ),
                                    models.Value("|", models.TextField()),
                                ),
                                output_field=models.TextField(),
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "quote",
                        "verbose_name_plural": "quotes",
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                condition=models.Q(("issued_on__isnull", False)), fields=["issued_on"], name="leads_quote_issued"
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(models.F("search_text"), name="gin_trgm_ops"),
                                name="leads_quote_search",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "external_id"), name="leads_quote_source_external_id"),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="leads_quote_external_id_has_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("lead__isnull", False),
                                    ("opportunity__isnull", False),
                                    ("customer__isnull", False),
                                    _connector="OR",
                                ),
                                name="leads_quote_is_for_somebody",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("accepted_at__isnull", True), ("declined_at__isnull", True), _connector="OR"),
                                name="leads_quote_one_answer",
                            ),
                            models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="leads_quote_rate_positive"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("original__isnull", True), ("revision_of__isnull", True)),
                                    models.Q(("original__isnull", False), ("revision_of__isnull", False)),
                                    _connector="OR",
                                ),
                                name="leads_quote_revision_has_original",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("original", models.F("pk")), _negated=True),
                                name="leads_quote_not_its_own_original",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_quotehistory" ("accepted_at", "amount", "created_at", "currency", "customer_id", "declined_at", "declined_reason", "external_id", "id", "issued_at", "lead_id", "number", "opportunity_id", "order_id", "original_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "recorded_at", "revision_of_id", "source", "updated_at", "valid_until") SELECT old_values."accepted_at", old_values."amount", old_values."created_at", old_values."currency", old_values."customer_id", old_values."declined_at", old_values."declined_reason", old_values."external_id", old_values."id", old_values."issued_at", old_values."lead_id", old_values."number", old_values."opportunity_id", old_values."order_id", old_values."original_id", old_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."rate", old_values."recorded_at", old_values."revision_of_id", old_values."source", old_values."updated_at", old_values."valid_until" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."accepted_at" IS DISTINCT FROM (new_values."accepted_at") OR old_values."amount" IS DISTINCT FROM (new_values."amount") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."customer_id" IS DISTINCT FROM (new_values."customer_id") OR old_values."declined_at" IS DISTINCT FROM (new_values."declined_at") OR old_values."declined_reason" IS DISTINCT FROM (new_values."declined_reason") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."issued_at" IS DISTINCT FROM (new_values."issued_at") OR old_values."lead_id" IS DISTINCT FROM (new_values."lead_id") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."opportunity_id" IS DISTINCT FROM (new_values."opportunity_id") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."original_id" IS DISTINCT FROM (new_values."original_id") OR old_values."owner_id" IS DISTINCT FROM (new_values."owner_id") OR old_values."rate" IS DISTINCT FROM (new_values."rate") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."revision_of_id" IS DISTINCT FROM (new_values."revision_of_id") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."valid_until" IS DISTINCT FROM (new_values."valid_until")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ea72287f967a89d3f05c4cb88d2f4a3820f5be76",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_42580",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="leads_quote",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_quotehistory" ("accepted_at", "amount", "created_at", "currency", "customer_id", "declined_at", "declined_reason", "external_id", "id", "issued_at", "lead_id", "number", "opportunity_id", "order_id", "original_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "recorded_at", "revision_of_id", "source", "updated_at", "valid_until") SELECT old_values."accepted_at", old_values."amount", old_values."created_at", old_values."currency", old_values."customer_id", old_values."declined_at", old_values."declined_reason", old_values."external_id", old_values."id", old_values."issued_at", old_values."lead_id", old_values."number", old_values."opportunity_id", old_values."order_id", old_values."original_id", old_values."owner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."rate", old_values."recorded_at", old_values."revision_of_id", old_values."source", old_values."updated_at", old_values."valid_until" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="055c22c82211a29b1ff60fe4816f579217ce47bb",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_6f932",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="leads_quote",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="QuoteHistory",
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
                                to="leads.quote",
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
                        ("number", models.CharField(blank=True, max_length=100, verbose_name="number")),
                        (
                            "opportunity",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="leads.opportunity",
                            ),
                        ),
                        (
                            "lead",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="leads.lead",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.customer",
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
                                verbose_name="owner",
                            ),
                        ),
                        ("issued_at", models.DateTimeField(blank=True, null=True, verbose_name="issued at")),
                        ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                        (
                            "revision_of",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="leads.quote",
                            ),
                        ),
                        (
                            "original",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="leads.quote",
                            ),
                        ),
                        ("currency", models.CharField(max_length=3)),
                        ("rate", models.DecimalField(decimal_places=8, default=Decimal(1), max_digits=20)),
                        ("accepted_at", models.DateTimeField(blank=True, null=True)),
                        ("declined_at", models.DateTimeField(blank=True, null=True)),
                        ("declined_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                        (
                            "order",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.order",
                            ),
                        ),
                        ("amount", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20, verbose_name="amount")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="14a46481e2db995e4c499f3eb7261f5b7da59114",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_f1e7d",
                                    table="leads_quotehistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="QuoteLine",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "quote",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="leads.quote"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.product",
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=200)),
                        ("quantity", models.PositiveIntegerField()),
                        (
                            "unit_price",
                            crm.fields.MoneyField(
                                decimal_places=2, help_text="in the quote's currency, before tax", max_digits=20
                            ),
                        ),
                        (
                            "discount",
                            crm.fields.MoneyField(
                                decimal_places=2, default=0, help_text="of the whole line, in the quote's currency", max_digits=20
                            ),
                        ),
                        ("tax", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                        ("rate", models.DecimalField(decimal_places=8, default=Decimal(1), max_digits=20)),
                        (
                            "line_class",
                            models.CharField(
                                blank=True,
                                choices=[("base", "Base"), ("upsell", "Up-sell"), ("cross_sell", "Cross-sell")],
                                max_length=10,
                            ),
                        ),
                        (
                            "net_amount",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.RoundMoney(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("quantity"), "*", models.F("unit_price")
                                            ),
                                            "-",
                                            models.F("discount"),
                                        ),
                                        "*",
                                        models.F("rate"),
                                    )
                                ),
                                output_field=models.DecimalField(decimal_places=2, max_digits=20),
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "quote line",
                        "verbose_name_plural": "quote lines",
                        "constraints": [
                            models.UniqueConstraint(fields=("quote", "position"), name="leads_quoteline_position"),
                            models.CheckConstraint(
                                condition=models.Q(("quantity__gt", 0)), name="leads_quoteline_quantity_positive"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("discount__gte", 0), ("tax__gte", 0), ("unit_price__gte", 0)),
                                name="leads_quoteline_amounts_not_negative",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_quotelinehistory" ("discount", "id", "line_class", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "quantity", "quote_id", "rate", "tax", "unit_price") SELECT old_values."discount", old_values."id", old_values."line_class", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."product_id", old_values."quantity", old_values."quote_id", old_values."rate", old_values."tax", old_values."unit_price" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."discount" IS DISTINCT FROM (new_values."discount") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."line_class" IS DISTINCT FROM (new_values."line_class") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."product_id" IS DISTINCT FROM (new_values."product_id") OR old_values."quantity" IS DISTINCT FROM (new_values."quantity") OR old_values."quote_id" IS DISTINCT FROM (new_values."quote_id") OR old_values."rate" IS DISTINCT FROM (new_values."rate") OR old_values."tax" IS DISTINCT FROM (new_values."tax") OR old_values."unit_price" IS DISTINCT FROM (new_values."unit_price")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="4a358347e10b40754159b323d9d202116e66903e",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_28205",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="leads_quoteline",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_quotelinehistory" ("discount", "id", "line_class", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "quantity", "quote_id", "rate", "tax", "unit_price") SELECT old_values."discount", old_values."id", old_values."line_class", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."product_id", old_values."quantity", old_values."quote_id", old_values."rate", old_values."tax", old_values."unit_price" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="fa99d2bddf662fb83a1b2e930a5bba9605152f9d",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_faa5c",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="leads_quoteline",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="QuoteLineHistory",
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
                                to="leads.quoteline",
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
                            "quote",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="leads.quote",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.product",
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=200)),
                        ("quantity", models.PositiveIntegerField()),
                        (
                            "unit_price",
                            crm.fields.MoneyField(
                                decimal_places=2, help_text="in the quote's currency, before tax", max_digits=20
                            ),
                        ),
                        (
                            "discount",
                            crm.fields.MoneyField(
                                decimal_places=2, default=0, help_text="of the whole line, in the quote's currency", max_digits=20
                            ),
                        ),
                        ("tax", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                        ("rate", models.DecimalField(decimal_places=8, default=Decimal(1), max_digits=20)),
                        (
                            "line_class",
                            models.CharField(
                                blank=True,
                                choices=[("base", "Base"), ("upsell", "Up-sell"), ("cross_sell", "Cross-sell")],
                                max_length=10,
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
                                    hash="8c0cd51ec1089b0d26c8d721175231486e23d0fa",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_6906d",
                                    table="leads_quotelinehistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StageChange",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "opportunity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="changes", to="leads.opportunity"
                            ),
                        ),
                        (
                            "from_stage",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="leads.stage",
                            ),
                        ),
                        (
                            "to_stage",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="leads.stage"),
                        ),
                        ("amount", crm.fields.MoneyField(decimal_places=2, max_digits=20)),
                        ("probability", models.DecimalField(decimal_places=2, max_digits=3)),
                        ("at", models.DateTimeField()),
                        (
                            "day",
                            models.GeneratedField(
                                db_persist=True, expression=crm.database.LocalDay("at"), output_field=models.DateField(null=True)
                            ),
                        ),
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
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "verbose_name": "stage change",
                        "verbose_name_plural": "stage changes",
                        "ordering": ["at", "id"],
                        "indexes": [
                            models.Index(fields=["day"], name="leads_stagechange_day"),
                            models.Index(fields=["opportunity", "at", "id"], name="leads_stagechange_order"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StageHistory",
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
                                to="leads.stage",
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
                        ("slug", models.SlugField(db_index=False)),
                        ("name", models.CharField(max_length=50, verbose_name="name")),
                        ("name_fa", models.CharField(max_length=50, verbose_name="Persian name")),
                        ("position", models.PositiveSmallIntegerField()),
                        (
                            "kind",
                            models.CharField(
                                choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")], default="open", max_length=4
                            ),
                        ),
                        ("probability", models.DecimalField(decimal_places=2, max_digits=3)),
                        (
                            "stale_days",
                            models.PositiveSmallIntegerField(default=7, verbose_name="days without activity before it is stale"),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="60631214e096e3f1a3235812768498f1d7104945",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_9b7ca",
                                    table="leads_stagehistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Touch",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "lead",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="touches", to="leads.lead"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="campaigns.channel",
                            ),
                        ),
                        (
                            "lead_source",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="campaigns.leadsource",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="campaigns.campaign",
                            ),
                        ),
                        (
                            "landing_page",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="campaigns.landingpage",
                            ),
                        ),
                        (
                            "social_network",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="campaigns.socialnetwork",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["at", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Touchpoint",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "kind", "row_id", "person", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("kind", models.CharField(max_length=8)),
                        ("row_id", models.BigIntegerField()),
                        ("person", models.BigIntegerField()),
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
                            "lead",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="leads.lead"
                            ),
                        ),
                        ("at", models.DateTimeField()),
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
                    ],
                    options={
                        "db_table": "leads_touchpoint",
                        "managed": False,
                    },
                ),
            ]
        ),
    ]

from decimal import Decimal

import django.contrib.postgres.indexes
import django.core.serializers.json
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
        ("customers", "0001_initial"),
        ("customers", "0005_merges"),
        ("customers", "0006_look_before_summing"),
        ("customers", "0007_invitation_answered_on"),
        ("customers", "0008_names_of_models"),
        ("customers", "0009_lists_of_people"),
        ("customers", "0010_list_of_orders"),
        ("customers", "0011_companies_and_writers"),
        ("customers", "0012_number_of_visitors"),
        ("customers", "0013_list_of_answers"),
        ("customers", "0014_history_of_references"),
        ("customers", "0015_history_by_its_row"),
    ]

    initial = True

    dependencies = [
        ("campaigns", "0001_tables"),
        ("crm", "0001_tables"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Category",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                    ],
                    options={
                        "verbose_name": "category",
                        "verbose_name_plural": "categories",
                        "ordering": ["name"],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_categoryhistory" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="637ad8b79e0635f2992886b0782dd07563cc49a5",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_5975f",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_category",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_categoryhistory" ("id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="d84170d11a9b81ad7b2be3579b5b4cb256fca9f6",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_a4ba2",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_category",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CategoryHistory",
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
                                to="customers.category",
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
                                    hash="8719ecc6e9baded7332910ed97634e606e700682",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_1c0c5",
                                    table="customers_categoryhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Customer",
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
                        (
                            "company",
                            models.CharField(blank=True, db_default="", default="", max_length=100, verbose_name="company"),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("person", "Person"), ("company", "Company")],
                                default="person",
                                max_length=7,
                                verbose_name="kind",
                            ),
                        ),
                        ("phone", models.CharField(blank=True, max_length=16, verbose_name="phone")),
                        ("email", models.CharField(blank=True, max_length=254, verbose_name="e-mail")),
                        ("national_id", models.CharField(blank=True, max_length=11, verbose_name="national ID")),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="customers",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="customers",
                                to="campaigns.channel",
                            ),
                        ),
                        (
                            "lead_source",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="customers",
                                to="campaigns.leadsource",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="customers",
                                to="campaigns.campaign",
                            ),
                        ),
                        (
                            "landing_page",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="customers",
                                to="campaigns.landingpage",
                            ),
                        ),
                        (
                            "social_network",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="customers",
                                to="campaigns.socialnetwork",
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
                                to="customers.customer",
                            ),
                        ),
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
                        "verbose_name": "customer",
                        "verbose_name_plural": "customers",
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                condition=models.Q(("phone", ""), _negated=True),
                                fields=["phone"],
                                name="customers_customer_phone",
                            ),
                            models.Index(
                                condition=models.Q(("email", ""), _negated=True),
                                fields=["email"],
                                name="customers_customer_email",
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(models.F("search_text"), name="gin_trgm_ops"),
                                name="customers_customer_search",
                            ),
                            models.Index(fields=["owner", "-id"], name="customers_customer_owner_list"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="customers_customer_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="customers_customer_external_id_has_source",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_customerhistory" ("campaign_id", "channel_id", "company", "created_at", "email", "external_id", "id", "is_archived", "is_spam", "is_test", "kind", "landing_page_id", "lead_source_id", "merged_into_id", "name", "national_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "recorded_at", "social_network_id", "source", "updated_at") SELECT old_values."campaign_id", old_values."channel_id", old_values."company", old_values."created_at", old_values."email", old_values."external_id", old_values."id", old_values."is_archived", old_values."is_spam", old_values."is_test", old_values."kind", old_values."landing_page_id", old_values."lead_source_id", old_values."merged_into_id", old_values."name", old_values."national_id", old_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."phone", old_values."recorded_at", old_values."social_network_id", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."campaign_id" IS DISTINCT FROM (new_values."campaign_id") OR old_values."channel_id" IS DISTINCT FROM (new_values."channel_id") OR old_values."company" IS DISTINCT FROM (new_values."company") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_archived" IS DISTINCT FROM (new_values."is_archived") OR old_values."is_spam" IS DISTINCT FROM (new_values."is_spam") OR old_values."is_test" IS DISTINCT FROM (new_values."is_test") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."landing_page_id" IS DISTINCT FROM (new_values."landing_page_id") OR old_values."lead_source_id" IS DISTINCT FROM (new_values."lead_source_id") OR old_values."merged_into_id" IS DISTINCT FROM (new_values."merged_into_id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."national_id" IS DISTINCT FROM (new_values."national_id") OR old_values."owner_id" IS DISTINCT FROM (new_values."owner_id") OR old_values."phone" IS DISTINCT FROM (new_values."phone") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."social_network_id" IS DISTINCT FROM (new_values."social_network_id") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="f1256c7288b2441530de1cf8fde63de6db8988f1",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_ca86d",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_customer",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_customerhistory" ("campaign_id", "channel_id", "company", "created_at", "email", "external_id", "id", "is_archived", "is_spam", "is_test", "kind", "landing_page_id", "lead_source_id", "merged_into_id", "name", "national_id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "recorded_at", "social_network_id", "source", "updated_at") SELECT old_values."campaign_id", old_values."channel_id", old_values."company", old_values."created_at", old_values."email", old_values."external_id", old_values."id", old_values."is_archived", old_values."is_spam", old_values."is_test", old_values."kind", old_values."landing_page_id", old_values."lead_source_id", old_values."merged_into_id", old_values."name", old_values."national_id", old_values."owner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."phone", old_values."recorded_at", old_values."social_network_id", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="efca42316bd104944eed165f3483038b380c6f3d",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_939ca",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_customer",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Contract",
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
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contracts",
                                to="customers.customer",
                                verbose_name="customer",
                            ),
                        ),
                        ("plan", models.CharField(blank=True, max_length=100, verbose_name="plan")),
                        ("starts_on", models.DateField(verbose_name="starts on")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="ends on")),
                        (
                            "monthly_amount",
                            crm.fields.MoneyField(
                                decimal_places=2,
                                default=0,
                                help_text="in the base currency",
                                max_digits=20,
                                verbose_name="monthly amount",
                            ),
                        ),
                        (
                            "written_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="written by",
                            ),
                        ),
                        ("is_trial", models.BooleanField(default=False, verbose_name="trial")),
                    ],
                    options={
                        "verbose_name": "contract",
                        "verbose_name_plural": "contracts",
                        "abstract": False,
                        "indexes": [models.Index(fields=["customer", "starts_on"], name="customers_contract_customer")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="customers_contract_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="customers_contract_external_id_has_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                                ),
                                name="customers_contract_ends_after_start",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("monthly_amount__gte", 0)), name="customers_contract_amount_not_negative"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_contracthistory" ("created_at", "customer_id", "ends_on", "external_id", "id", "is_trial", "monthly_amount", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "recorded_at", "source", "starts_on", "updated_at", "written_by_id") SELECT old_values."created_at", old_values."customer_id", old_values."ends_on", old_values."external_id", old_values."id", old_values."is_trial", old_values."monthly_amount", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."plan", old_values."recorded_at", old_values."source", old_values."starts_on", old_values."updated_at", old_values."written_by_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="6b78fc4c0fe1fda0dcd137fe703d0e3e34122c0f",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_7eecf",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_contract",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_contracthistory" ("created_at", "customer_id", "ends_on", "external_id", "id", "is_trial", "monthly_amount", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "recorded_at", "source", "starts_on", "updated_at", "written_by_id") SELECT old_values."created_at", old_values."customer_id", old_values."ends_on", old_values."external_id", old_values."id", old_values."is_trial", old_values."monthly_amount", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."plan", old_values."recorded_at", old_values."source", old_values."starts_on", old_values."updated_at", old_values."written_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="65ef73df1ea77e33f9ecdc69f12882a80f00d2e2",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_0e5be",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_contract",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContractHistory",
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
                                to="customers.contract",
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
                            "customer",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.customer",
                                verbose_name="customer",
                            ),
                        ),
                        ("plan", models.CharField(blank=True, max_length=100, verbose_name="plan")),
                        ("starts_on", models.DateField(verbose_name="starts on")),
                        ("ends_on", models.DateField(blank=True, null=True, verbose_name="ends on")),
                        (
                            "monthly_amount",
                            crm.fields.MoneyField(
                                decimal_places=2,
                                default=0,
                                help_text="in the base currency",
                                max_digits=20,
                                verbose_name="monthly amount",
                            ),
                        ),
                        (
                            "written_by",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="written by",
                            ),
                        ),
                        ("is_trial", models.BooleanField(default=False, verbose_name="trial")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="8f7360fb5942c564df652976c0449b0f3f093c85",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_e5f04",
                                    table="customers_contracthistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CustomerHistory",
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
                                to="customers.customer",
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
                        (
                            "company",
                            models.CharField(blank=True, db_default="", default="", max_length=100, verbose_name="company"),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("person", "Person"), ("company", "Company")],
                                default="person",
                                max_length=7,
                                verbose_name="kind",
                            ),
                        ),
                        ("phone", models.CharField(blank=True, max_length=16, verbose_name="phone")),
                        ("email", models.CharField(blank=True, max_length=254, verbose_name="e-mail")),
                        ("national_id", models.CharField(blank=True, max_length=11, verbose_name="national ID")),
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
                                to="customers.customer",
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
                                    hash="af4c4d925ecb890dde7160b363cc19b96c59875c",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_7118b",
                                    table="customers_customerhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CustomerMerge",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="merges",
                                to="customers.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "survivor",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.customer"
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
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("undone_at", models.DateTimeField(blank=True, null=True)),
                        ("moved", models.JSONField(default=dict)),
                        ("changed", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                        ("dropped", models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                    ],
                    options={
                        "ordering": ["-at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="ListedCustomer",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "people_list",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.peoplelist"),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="listed", to="customers.customer"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("people_list", "customer"), name="customers_listed_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Order",
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
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to="customers.customer",
                                verbose_name="customer",
                            ),
                        ),
                        ("placed_at", models.DateTimeField(verbose_name="placed at")),
                        (
                            "placed_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("placed_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("pending", "Pending"),
                                    ("paid", "Paid"),
                                    ("fulfilled", "Fulfilled"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="pending",
                                max_length=9,
                                verbose_name="status",
                            ),
                        ),
                        ("fulfilled_at", models.DateTimeField(blank=True, null=True, verbose_name="fulfilled at")),
                        ("currency", models.CharField(max_length=3)),
                        ("rate", models.DecimalField(decimal_places=8, default=Decimal(1), max_digits=20)),
                        (
                            "discount",
                            crm.fields.MoneyField(
                                decimal_places=2, default=0, help_text="in the order's currency", max_digits=20
                            ),
                        ),
                        (
                            "tax",
                            crm.fields.MoneyField(
                                decimal_places=2, default=0, help_text="in the order's currency", max_digits=20
                            ),
                        ),
                        (
                            "shipping",
                            crm.fields.MoneyField(
                                decimal_places=2, default=0, help_text="in the order's currency", max_digits=20
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to="campaigns.campaign",
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="orders",
                                to="campaigns.channel",
                            ),
                        ),
                        ("utm", models.JSONField(blank=True, null=True)),
                        ("source_version", models.CharField(blank=True, max_length=40, null=True)),
                        ("net_amount", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                        ("cost_amount", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                        ("unknown_costs", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name": "order",
                        "verbose_name_plural": "orders",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["placed_on"], name="customers_order_day"),
                            models.Index(
                                models.OrderBy(models.F("placed_at"), descending=True),
                                models.OrderBy(models.F("id"), descending=True),
                                name="customers_order_list",
                            ),
                            models.Index(
                                django.contrib.postgres.indexes.OpClass(models.F("number"), name="varchar_pattern_ops"),
                                condition=models.Q(("number", ""), _negated=True),
                                name="customers_order_number",
                            ),
                            models.Index(
                                fields=["customer", "placed_on"], include=("status", "owner"), name="customers_order_customer_day"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "external_id"), name="customers_order_source_external_id"),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="customers_order_external_id_has_source",
                            ),
                            models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="customers_order_rate_positive"),
                            models.CheckConstraint(
                                condition=models.Q(("discount__gte", 0), ("shipping__gte", 0), ("tax__gte", 0)),
                                name="customers_order_amounts_not_negative",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("status__in", ["draft", "pending", "paid", "fulfilled", "cancelled"])),
                                name="customers_order_status_known",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_orderhistory" ("campaign_id", "channel_id", "cost_amount", "created_at", "currency", "customer_id", "discount", "external_id", "fulfilled_at", "id", "net_amount", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "placed_at", "rate", "recorded_at", "shipping", "source", "source_version", "status", "tax", "unknown_costs", "updated_at", "utm") SELECT old_values."campaign_id", old_values."channel_id", old_values."cost_amount", old_values."created_at", old_values."currency", old_values."customer_id", old_values."discount", old_values."external_id", old_values."fulfilled_at", old_values."id", old_values."net_amount", old_values."number", old_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."placed_at", old_values."rate", old_values."recorded_at", old_values."shipping", old_values."source", old_values."source_version", old_values."status", old_values."tax", old_values."unknown_costs", old_values."updated_at", old_values."utm" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."campaign_id" IS DISTINCT FROM (new_values."campaign_id") OR old_values."channel_id" IS DISTINCT FROM (new_values."channel_id") OR old_values."cost_amount" IS DISTINCT FROM (new_values."cost_amount") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."customer_id" IS DISTINCT FROM (new_values."customer_id") OR old_values."discount" IS DISTINCT FROM (new_values."discount") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."fulfilled_at" IS DISTINCT FROM (new_values."fulfilled_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."net_amount" IS DISTINCT FROM (new_values."net_amount") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."owner_id" IS DISTINCT FROM (new_values."owner_id") OR old_values."placed_at" IS DISTINCT FROM (new_values."placed_at") OR old_values."rate" IS DISTINCT FROM (new_values."rate") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."shipping" IS DISTINCT FROM (new_values."shipping") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."source_version" IS DISTINCT FROM (new_values."source_version") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."tax" IS DISTINCT FROM (new_values."tax") OR old_values."unknown_costs" IS DISTINCT FROM (new_values."unknown_costs") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."utm" IS DISTINCT FROM (new_values."utm")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="95acd41830e7ea2d3feb68f87c8c451711b57993",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_31c0c",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_order",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_orderhistory" ("campaign_id", "channel_id", "cost_amount", "created_at", "currency", "customer_id", "discount", "external_id", "fulfilled_at", "id", "net_amount", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "placed_at", "rate", "recorded_at", "shipping", "source", "source_version", "status", "tax", "unknown_costs", "updated_at", "utm") SELECT old_values."campaign_id", old_values."channel_id", old_values."cost_amount", old_values."created_at", old_values."currency", old_values."customer_id", old_values."discount", old_values."external_id", old_values."fulfilled_at", old_values."id", old_values."net_amount", old_values."number", old_values."owner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."placed_at", old_values."rate", old_values."recorded_at", old_values."shipping", old_values."source", old_values."source_version", old_values."status", old_values."tax", old_values."unknown_costs", old_values."updated_at", old_values."utm" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="5fb8207b79a33d87d3e1e0a4c27cc2df66d71901",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_3f38f",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_order",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Cart",
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
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="carts",
                                to="customers.customer",
                                verbose_name="customer",
                            ),
                        ),
                        (
                            "channel",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="carts",
                                to="campaigns.channel",
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
                        ("completed_at", models.DateTimeField(blank=True, null=True, verbose_name="completed at")),
                        (
                            "completed_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("completed_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="carts",
                                to="customers.order",
                            ),
                        ),
                        (
                            "amount",
                            crm.fields.MoneyField(
                                decimal_places=2,
                                default=0,
                                help_text="in the base currency",
                                max_digits=20,
                                verbose_name="amount",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "cart",
                        "verbose_name_plural": "carts",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["created_on"], name="customers_cart_created"),
                            models.Index(
                                condition=models.Q(("completed_on__isnull", False)),
                                fields=["completed_on"],
                                name="customers_cart_completed",
                            ),
                            models.Index(
                                condition=models.Q(("visitor", ""), _negated=True),
                                fields=["visitor", "created_at"],
                                name="customers_cart_visitor",
                            ),
                            models.Index(
                                crm.database.TextNumber("visitor"),
                                condition=models.Q(("visitor", ""), _negated=True),
                                name="customers_cart_visitor_number",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "external_id"), name="customers_cart_source_external_id"),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="customers_cart_external_id_has_source",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("amount__gte", 0)), name="customers_cart_amount_not_negative"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_carthistory" ("amount", "channel_id", "completed_at", "created_at", "customer_id", "external_id", "id", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "source", "updated_at", "visitor") SELECT old_values."amount", old_values."channel_id", old_values."completed_at", old_values."created_at", old_values."customer_id", old_values."external_id", old_values."id", old_values."order_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."source", old_values."updated_at", old_values."visitor" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."amount" IS DISTINCT FROM (new_values."amount") OR old_values."channel_id" IS DISTINCT FROM (new_values."channel_id") OR old_values."completed_at" IS DISTINCT FROM (new_values."completed_at") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."customer_id" IS DISTINCT FROM (new_values."customer_id") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."visitor" IS DISTINCT FROM (new_values."visitor")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="68dcdfe2c8671ba55c3d20f436991960cfd91a90",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_cd829",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_cart",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_carthistory" ("amount", "channel_id", "completed_at", "created_at", "customer_id", "external_id", "id", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "source", "updated_at", "visitor") SELECT old_values."amount", old_values."channel_id", old_values."completed_at", old_values."created_at", old_values."customer_id", old_values."external_id", old_values."id", old_values."order_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."source", old_values."updated_at", old_values."visitor" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="d2cae3596a78417fead0e8ff7940877ef41ed06a",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_dd4a4",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_cart",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CartHistory",
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
                                to="customers.cart",
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
                                verbose_name="customer",
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
                        ("completed_at", models.DateTimeField(blank=True, null=True, verbose_name="completed at")),
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
                        (
                            "amount",
                            crm.fields.MoneyField(
                                decimal_places=2,
                                default=0,
                                help_text="in the base currency",
                                max_digits=20,
                                verbose_name="amount",
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
                                    hash="3263536ac1ad278fb7f2f398b9707e96ebddf027",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_7f07f",
                                    table="customers_carthistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrderHistory",
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
                                to="customers.order",
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
                                verbose_name="customer",
                            ),
                        ),
                        ("placed_at", models.DateTimeField(verbose_name="placed at")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("draft", "Draft"),
                                    ("pending", "Pending"),
                                    ("paid", "Paid"),
                                    ("fulfilled", "Fulfilled"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="pending",
                                max_length=9,
                                verbose_name="status",
                            ),
                        ),
                        ("fulfilled_at", models.DateTimeField(blank=True, null=True, verbose_name="fulfilled at")),
                        ("currency", models.CharField(max_length=3)),
                        ("rate", models.DecimalField(decimal_places=8, default=Decimal(1), max_digits=20)),
                        (
                            "discount",
                            crm.fields.MoneyField(
                                decimal_places=2, default=0, help_text="in the order's currency", max_digits=20
                            ),
                        ),
                        (
                            "tax",
                            crm.fields.MoneyField(
                                decimal_places=2, default=0, help_text="in the order's currency", max_digits=20
                            ),
                        ),
                        (
                            "shipping",
                            crm.fields.MoneyField(
                                decimal_places=2, default=0, help_text="in the order's currency", max_digits=20
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
                        ("utm", models.JSONField(blank=True, null=True)),
                        ("source_version", models.CharField(blank=True, max_length=40, null=True)),
                        ("net_amount", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                        ("cost_amount", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                        ("unknown_costs", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="b6e0d926f217df40e28fecd0cc4213a66acac14d",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_63609",
                                    table="customers_orderhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Product",
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
                        ("sku", models.CharField(max_length=100, unique=True, verbose_name="SKU")),
                        ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                        ("family", models.CharField(blank=True, max_length=100, verbose_name="family")),
                        ("tier", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="tier")),
                        (
                            "category",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="products",
                                to="customers.category",
                                verbose_name="category",
                            ),
                        ),
                        (
                            "unit_cost",
                            crm.fields.MoneyField(
                                blank=True, decimal_places=2, max_digits=20, null=True, verbose_name="unit cost"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "product",
                        "verbose_name_plural": "products",
                        "ordering": ["sku"],
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="customers_product_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="customers_product_external_id_has_source",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_producthistory" ("category_id", "created_at", "external_id", "family", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "sku", "source", "tier", "unit_cost", "updated_at") SELECT old_values."category_id", old_values."created_at", old_values."external_id", old_values."family", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."sku", old_values."source", old_values."tier", old_values."unit_cost", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="5172596a4c1bb1895856adcf6d20d2ae81136f6e",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_e85bb",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_product",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_producthistory" ("category_id", "created_at", "external_id", "family", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "sku", "source", "tier", "unit_cost", "updated_at") SELECT old_values."category_id", old_values."created_at", old_values."external_id", old_values."family", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."sku", old_values."source", old_values."tier", old_values."unit_cost", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="854cdf41243dc20f89008f8092102cb7b6f57fb7",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_63659",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_product",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrderLine",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "order",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="lines",
                                to="customers.order",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="customers.product",
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=200)),
                        ("quantity", models.PositiveIntegerField()),
                        (
                            "unit_price",
                            crm.fields.MoneyField(
                                decimal_places=2, help_text="in the order's currency, before tax", max_digits=20
                            ),
                        ),
                        (
                            "discount",
                            crm.fields.MoneyField(
                                decimal_places=2, default=0, help_text="of the whole line, in the order's currency", max_digits=20
                            ),
                        ),
                        (
                            "order_discount",
                            crm.fields.MoneyField(
                                decimal_places=2, default=0, help_text="the line's share of the order's discount", max_digits=20
                            ),
                        ),
                        ("tax", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                        (
                            "unit_cost",
                            crm.fields.MoneyField(
                                blank=True,
                                decimal_places=2,
                                help_text="in the base currency, frozen when written",
                                max_digits=20,
                                null=True,
                            ),
                        ),
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
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("quantity"), "*", models.F("unit_price")
                                                ),
                                                "-",
                                                models.F("discount"),
                                            ),
                                            "-",
                                            models.F("order_discount"),
                                        ),
                                        "*",
                                        models.F("rate"),
                                    )
                                ),
                                output_field=models.DecimalField(decimal_places=2, max_digits=20),
                            ),
                        ),
                        (
                            "cost_amount",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.RoundMoney(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("quantity"), "*", models.F("unit_cost")
                                    )
                                ),
                                output_field=models.DecimalField(decimal_places=2, max_digits=20, null=True),
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "order line",
                        "verbose_name_plural": "order lines",
                        "constraints": [
                            models.UniqueConstraint(fields=("order", "position"), name="customers_orderline_position"),
                            models.CheckConstraint(
                                condition=models.Q(("quantity__gt", 0)), name="customers_orderline_quantity_positive"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("discount__gte", 0), ("order_discount__gte", 0), ("unit_price__gte", 0)),
                                name="customers_orderline_amounts_not_negative",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_orderlinehistory" ("discount", "id", "line_class", "name", "order_discount", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "quantity", "rate", "tax", "unit_cost", "unit_price") SELECT old_values."discount", old_values."id", old_values."line_class", old_values."name", old_values."order_discount", old_values."order_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."product_id", old_values."quantity", old_values."rate", old_values."tax", old_values."unit_cost", old_values."unit_price" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."discount" IS DISTINCT FROM (new_values."discount") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."line_class" IS DISTINCT FROM (new_values."line_class") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."order_discount" IS DISTINCT FROM (new_values."order_discount") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."product_id" IS DISTINCT FROM (new_values."product_id") OR old_values."quantity" IS DISTINCT FROM (new_values."quantity") OR old_values."rate" IS DISTINCT FROM (new_values."rate") OR old_values."tax" IS DISTINCT FROM (new_values."tax") OR old_values."unit_cost" IS DISTINCT FROM (new_values."unit_cost") OR old_values."unit_price" IS DISTINCT FROM (new_values."unit_price")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="f1cbf9f184e074c0b30865715e1e7eab13d080af",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_0dd7c",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_orderline",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_orderlinehistory" ("discount", "id", "line_class", "name", "order_discount", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "quantity", "rate", "tax", "unit_cost", "unit_price") SELECT old_values."discount", old_values."id", old_values."line_class", old_values."name", old_values."order_discount", old_values."order_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."product_id", old_values."quantity", old_values."rate", old_values."tax", old_values."unit_cost", old_values."unit_price" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="007423b865878946183fa7573938a8d7896c27cf",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_8ac88",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_orderline",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrderLineHistory",
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
                                to="customers.orderline",
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
                            "order",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.order",
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
                                decimal_places=2, help_text="in the order's currency, before tax", max_digits=20
                            ),
                        ),
                        (
                            "discount",
                            crm.fields.MoneyField(
                                decimal_places=2, default=0, help_text="of the whole line, in the order's currency", max_digits=20
                            ),
                        ),
                        (
                            "order_discount",
                            crm.fields.MoneyField(
                                decimal_places=2, default=0, help_text="the line's share of the order's discount", max_digits=20
                            ),
                        ),
                        ("tax", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                        (
                            "unit_cost",
                            crm.fields.MoneyField(
                                blank=True,
                                decimal_places=2,
                                help_text="in the base currency, frozen when written",
                                max_digits=20,
                                null=True,
                            ),
                        ),
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
                                    hash="d8b89e7eda50a052a8a71d920d39fa78f389d7ae",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_5c8c7",
                                    table="customers_orderlinehistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProductHistory",
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
                                to="customers.product",
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
                        ("sku", models.CharField(max_length=100, verbose_name="SKU")),
                        ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                        ("family", models.CharField(blank=True, max_length=100, verbose_name="family")),
                        ("tier", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="tier")),
                        (
                            "category",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.category",
                                verbose_name="category",
                            ),
                        ),
                        (
                            "unit_cost",
                            crm.fields.MoneyField(
                                blank=True, decimal_places=2, max_digits=20, null=True, verbose_name="unit cost"
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
                                    hash="2f117d8cc723dbf4f071cb78e39738db9ae6c6a4",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_e96e2",
                                    table="customers_producthistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Refund",
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
                            "order",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="refunds",
                                to="customers.order",
                            ),
                        ),
                        ("amount", crm.fields.MoneyField(decimal_places=2, max_digits=20)),
                        ("tax", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                        ("shipping", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                        ("refunded_at", models.DateTimeField()),
                        (
                            "refunded_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("refunded_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("cost_amount", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                    ],
                    options={
                        "verbose_name": "refund",
                        "verbose_name_plural": "refunds",
                        "indexes": [models.Index(fields=["refunded_on"], name="customers_refund_day")],
                        "constraints": [
                            models.UniqueConstraint(fields=("order", "external_id"), name="customers_refund_order_external_id"),
                            models.CheckConstraint(
                                condition=models.Q(("amount__gte", 0), ("shipping__gte", 0), ("tax__gte", 0)),
                                name="customers_refund_not_negative",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_refundhistory" ("amount", "cost_amount", "created_at", "external_id", "id", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "refunded_at", "shipping", "source", "tax", "updated_at") SELECT old_values."amount", old_values."cost_amount", old_values."created_at", old_values."external_id", old_values."id", old_values."order_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."refunded_at", old_values."shipping", old_values."source", old_values."tax", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."amount" IS DISTINCT FROM (new_values."amount") OR old_values."cost_amount" IS DISTINCT FROM (new_values."cost_amount") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."refunded_at" IS DISTINCT FROM (new_values."refunded_at") OR old_values."shipping" IS DISTINCT FROM (new_values."shipping") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."tax" IS DISTINCT FROM (new_values."tax") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="3e9ebf698d742f6df8578694c52386421b7df947",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_0d254",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_refund",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_refundhistory" ("amount", "cost_amount", "created_at", "external_id", "id", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "refunded_at", "shipping", "source", "tax", "updated_at") SELECT old_values."amount", old_values."cost_amount", old_values."created_at", old_values."external_id", old_values."id", old_values."order_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."refunded_at", old_values."shipping", old_values."source", old_values."tax", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="76b01226ecfa9d7b722c6ed9ea5c670f507bb142",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_061d6",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_refund",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RefundHistory",
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
                                to="customers.refund",
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
                            "order",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.order",
                            ),
                        ),
                        ("amount", crm.fields.MoneyField(decimal_places=2, max_digits=20)),
                        ("tax", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                        ("shipping", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                        ("refunded_at", models.DateTimeField()),
                        ("cost_amount", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="877edd75982d6d6016f7f7392f813fbcc31473ff",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_b51d2",
                                    table="customers_refundhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RefundLine",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "refund",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="lines",
                                to="customers.refund",
                            ),
                        ),
                        (
                            "line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="refunds", to="customers.orderline"
                            ),
                        ),
                        ("quantity", models.PositiveIntegerField(default=0)),
                        ("amount", crm.fields.MoneyField(decimal_places=2, max_digits=20)),
                        ("cost_amount", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("refund", "line"), name="customers_refundline_once"),
                            models.CheckConstraint(
                                condition=models.Q(("amount__gte", 0)), name="customers_refundline_not_negative"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_refundlinehistory" ("amount", "cost_amount", "id", "line_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "refund_id") SELECT old_values."amount", old_values."cost_amount", old_values."id", old_values."line_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."quantity", old_values."refund_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="65d229f6eb2e3e10e34d1b7ad1a8ee744f6b9972",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_3c95a",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_refundline",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_refundlinehistory" ("amount", "cost_amount", "id", "line_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "refund_id") SELECT old_values."amount", old_values."cost_amount", old_values."id", old_values."line_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."quantity", old_values."refund_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="eeffb0e9ba2a59a33b0e34aaf519805831ac254e",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_cba4b",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_refundline",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RefundLineHistory",
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
                                to="customers.refundline",
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
                            "refund",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.refund",
                            ),
                        ),
                        (
                            "line",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.orderline",
                            ),
                        ),
                        ("quantity", models.PositiveIntegerField(default=0)),
                        ("amount", crm.fields.MoneyField(decimal_places=2, max_digits=20)),
                        ("cost_amount", crm.fields.MoneyField(decimal_places=2, default=0, max_digits=20)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="156a41ea0b29386d5e70ad5fb02b9bf73878d057",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_50791",
                                    table="customers_refundlinehistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Survey",
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
                                    ("nps", "NPS"),
                                    ("csat", "CSAT"),
                                    ("csat-words", "CSAT in four words"),
                                    ("loyalty", "Loyalty"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("question", models.TextField(blank=True, verbose_name="question")),
                        ("is_right_to_left", models.BooleanField(default=True, verbose_name="scale runs right to left")),
                    ],
                    options={
                        "verbose_name": "survey",
                        "verbose_name_plural": "surveys",
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "external_id"), name="customers_survey_source_external_id"),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="customers_survey_external_id_has_source",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_surveyhistory" ("created_at", "external_id", "id", "is_right_to_left", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question", "recorded_at", "slug", "source", "updated_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."is_right_to_left", old_values."kind", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."question", old_values."recorded_at", old_values."slug", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="e567b8f8efd8ae37d38a809aaa1658bd544bbda9",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_784e2",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_survey",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_surveyhistory" ("created_at", "external_id", "id", "is_right_to_left", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question", "recorded_at", "slug", "source", "updated_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."is_right_to_left", old_values."kind", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."question", old_values."recorded_at", old_values."slug", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="8d9bbe6c2cd33689930ea06098ffda6c0fafd1d3",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_91e03",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_survey",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InvitationSkip",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="skips", to="customers.survey"
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.customer"
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("left_out", "A test, spam or merged record"),
                                    ("unreachable", "Neither phone nor e-mail address"),
                                    ("no_order", "No order yet"),
                                    ("too_early", "Too soon after the first order or delivery"),
                                    ("asked_lately", "Asked or answered not long ago"),
                                    ("open_ticket", "A request for support is open"),
                                ],
                                max_length=12,
                                verbose_name="reason",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "verbose_name": "survey not sent",
                        "verbose_name_plural": "surveys not sent",
                        "ordering": ["-at", "-id"],
                        "indexes": [models.Index(fields=["customer", "survey", "-at"], name="customers_skip_customer")],
                    },
                ),
                migrations.CreateModel(
                    name="SurveyHistory",
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
                                to="customers.survey",
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
                                    ("nps", "NPS"),
                                    ("csat", "CSAT"),
                                    ("csat-words", "CSAT in four words"),
                                    ("loyalty", "Loyalty"),
                                ],
                                max_length=10,
                                verbose_name="kind",
                            ),
                        ),
                        ("question", models.TextField(blank=True, verbose_name="question")),
                        ("is_right_to_left", models.BooleanField(default=True, verbose_name="scale runs right to left")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="0ceec30223e5b21798512b87ce00cc380ce2bf49",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_9d140",
                                    table="customers_surveyhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Ticket",
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
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tickets",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tickets",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "priority",
                            models.CharField(
                                choices=[("urgent", "Urgent"), ("high", "High"), ("normal", "Normal"), ("low", "Low")],
                                default="normal",
                                max_length=6,
                                verbose_name="priority",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tickets",
                                to="customers.product",
                            ),
                        ),
                        ("subject", models.CharField(blank=True, max_length=200, verbose_name="subject")),
                        (
                            "created_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("created_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("first_response_at", models.DateTimeField(blank=True, null=True)),
                        ("resolved_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "resolved_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("resolved_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("reopened_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "verbose_name": "ticket",
                        "verbose_name_plural": "tickets",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["resolved_on"], name="customers_ticket_resolved"),
                            models.Index(fields=["created_on"], name="customers_ticket_created"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "external_id"), name="customers_ticket_source_external_id"),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="customers_ticket_external_id_has_source",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_tickethistory" ("created_at", "customer_id", "external_id", "first_response_at", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "product_id", "recorded_at", "reopened_at", "resolved_at", "source", "subject", "updated_at") SELECT old_values."created_at", old_values."customer_id", old_values."external_id", old_values."first_response_at", old_values."id", old_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."priority", old_values."product_id", old_values."recorded_at", old_values."reopened_at", old_values."resolved_at", old_values."source", old_values."subject", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."customer_id" IS DISTINCT FROM (new_values."customer_id") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."first_response_at" IS DISTINCT FROM (new_values."first_response_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."owner_id" IS DISTINCT FROM (new_values."owner_id") OR old_values."priority" IS DISTINCT FROM (new_values."priority") OR old_values."product_id" IS DISTINCT FROM (new_values."product_id") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."reopened_at" IS DISTINCT FROM (new_values."reopened_at") OR old_values."resolved_at" IS DISTINCT FROM (new_values."resolved_at") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."subject" IS DISTINCT FROM (new_values."subject") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="4f8c10ae68b707ab5cc29829f0e2534c3980e9f1",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_36c13",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_ticket",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_tickethistory" ("created_at", "customer_id", "external_id", "first_response_at", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "product_id", "recorded_at", "reopened_at", "resolved_at", "source", "subject", "updated_at") SELECT old_values."created_at", old_values."customer_id", old_values."external_id", old_values."first_response_at", old_values."id", old_values."owner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."priority", old_values."product_id", old_values."recorded_at", old_values."reopened_at", old_values."resolved_at", old_values."source", old_values."subject", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="0f6e4ad5798baae9f8ab4921de5a0403dc924e02",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_43d80",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_ticket",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Invitation",
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
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="customers.survey"
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="customers.customer"
                            ),
                        ),
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
                        (
                            "ticket",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="customers.ticket",
                            ),
                        ),
                        ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                        ("delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="delivered at")),
                        (
                            "delivered_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("delivered_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                        (
                            "answered_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("answered_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "invitation",
                        "verbose_name_plural": "invitations",
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                condition=models.Q(("delivered_on__isnull", False)),
                                fields=["delivered_on"],
                                name="customers_invitation_day",
                            ),
                            models.Index(fields=["customer", "survey"], name="customers_invitation_customer"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "external_id"), name="customers_invitation_source_external_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="customers_invitation_external_id_has_source",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_invitationhistory" ("answered_at", "created_at", "customer_id", "delivered_at", "external_id", "id", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "sent_at", "source", "survey_id", "ticket_id", "updated_at") SELECT old_values."answered_at", old_values."created_at", old_values."customer_id", old_values."delivered_at", old_values."external_id", old_values."id", old_values."order_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."sent_at", old_values."source", old_values."survey_id", old_values."ticket_id", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."answered_at" IS DISTINCT FROM (new_values."answered_at") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."customer_id" IS DISTINCT FROM (new_values."customer_id") OR old_values."delivered_at" IS DISTINCT FROM (new_values."delivered_at") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."sent_at" IS DISTINCT FROM (new_values."sent_at") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."survey_id" IS DISTINCT FROM (new_values."survey_id") OR old_values."ticket_id" IS DISTINCT FROM (new_values."ticket_id") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="ee02ec6c531b9df21668db9cae415c494543ba67",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_ef1e8",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_invitation",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_invitationhistory" ("answered_at", "created_at", "customer_id", "delivered_at", "external_id", "id", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "sent_at", "source", "survey_id", "ticket_id", "updated_at") SELECT old_values."answered_at", old_values."created_at", old_values."customer_id", old_values."delivered_at", old_values."external_id", old_values."id", old_values."order_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."recorded_at", old_values."sent_at", old_values."source", old_values."survey_id", old_values."ticket_id", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="651c4ff852b77a23dd1365a3605128dc9b466eb7",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_6113f",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_invitation",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Answer",
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
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="customers.survey"
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="answers",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "order",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="answers",
                                to="customers.order",
                            ),
                        ),
                        (
                            "product",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="answers",
                                to="customers.product",
                            ),
                        ),
                        (
                            "ticket",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="answers",
                                to="customers.ticket",
                            ),
                        ),
                        (
                            "invitation",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="answer",
                                to="customers.invitation",
                            ),
                        ),
                        ("score", models.PositiveSmallIntegerField()),
                        ("answered_at", models.DateTimeField()),
                        (
                            "answered_on",
                            models.GeneratedField(
                                db_persist=True,
                                expression=crm.database.LocalDay("answered_at"),
                                output_field=models.DateField(null=True),
                            ),
                        ),
                        ("comment", models.TextField(blank=True)),
                    ],
                    options={
                        "verbose_name": "answer",
                        "verbose_name_plural": "answers",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["answered_on"], name="customers_answer_day"),
                            models.Index(
                                models.F("survey"),
                                models.OrderBy(models.F("answered_at"), descending=True),
                                models.OrderBy(models.F("id"), descending=True),
                                name="customers_answer_list",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "external_id"), name="customers_answer_source_external_id"),
                            models.CheckConstraint(
                                condition=models.Q(("external_id__isnull", True), ("source__isnull", False), _connector="OR"),
                                name="customers_answer_external_id_has_source",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("customer__isnull", False), ("external_id__isnull", True), ("invitation__isnull", True)
                                ),
                                fields=("survey", "customer", "order", "product", "ticket", "answered_on"),
                                name="customers_answer_one_a_day",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("score__lte", 10)), name="customers_answer_score_in_scale"
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_answerhistory" ("answered_at", "comment", "created_at", "customer_id", "external_id", "id", "invitation_id", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "recorded_at", "score", "source", "survey_id", "ticket_id", "updated_at") SELECT old_values."answered_at", old_values."comment", old_values."created_at", old_values."customer_id", old_values."external_id", old_values."id", old_values."invitation_id", old_values."order_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."product_id", old_values."recorded_at", old_values."score", old_values."source", old_values."survey_id", old_values."ticket_id", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."answered_at" IS DISTINCT FROM (new_values."answered_at") OR old_values."comment" IS DISTINCT FROM (new_values."comment") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."customer_id" IS DISTINCT FROM (new_values."customer_id") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."invitation_id" IS DISTINCT FROM (new_values."invitation_id") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."product_id" IS DISTINCT FROM (new_values."product_id") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."score" IS DISTINCT FROM (new_values."score") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."survey_id" IS DISTINCT FROM (new_values."survey_id") OR old_values."ticket_id" IS DISTINCT FROM (new_values."ticket_id") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="99db2d5a1f0dbd6ba7b38a3e9e866c26eab472ac",
                                    level="STATEMENT",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_452de",
                                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                                    table="customers_answer",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_answerhistory" ("answered_at", "comment", "created_at", "customer_id", "external_id", "id", "invitation_id", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "product_id", "recorded_at", "score", "source", "survey_id", "ticket_id", "updated_at") SELECT old_values."answered_at", old_values."comment", old_values."created_at", old_values."customer_id", old_values."external_id", old_values."id", old_values."invitation_id", old_values."order_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."product_id", old_values."recorded_at", old_values."score", old_values."source", old_values."survey_id", old_values."ticket_id", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                                    hash="0782a23d6233540ad014677b7663579cfb99bc53",
                                    level="STATEMENT",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_e27a7",
                                    referencing="REFERENCING OLD TABLE AS old_values ",
                                    table="customers_answer",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AnswerHistory",
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
                                to="customers.answer",
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
                            "survey",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.survey",
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
                        (
                            "ticket",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.ticket",
                            ),
                        ),
                        (
                            "invitation",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.invitation",
                            ),
                        ),
                        ("score", models.PositiveSmallIntegerField()),
                        ("answered_at", models.DateTimeField()),
                        ("comment", models.TextField(blank=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="286d9801f3f6d407ec9d0690438b8b4ab47e5fd0",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_4da62",
                                    table="customers_answerhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InvitationHistory",
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
                                to="customers.invitation",
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
                            "survey",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.survey",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.customer",
                            ),
                        ),
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
                        (
                            "ticket",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="customers.ticket",
                            ),
                        ),
                        ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                        ("delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="delivered at")),
                        ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="09059996ef1c339b12247ac439f771670e6c3ef0",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_c0e82",
                                    table="customers_invitationhistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TicketEvent",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "ticket",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="customers.ticket"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("opened", "Opened"),
                                    ("responded", "First response"),
                                    ("resolved", "Resolved"),
                                    ("reopened", "Reopened"),
                                ],
                                max_length=9,
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
                        ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                    options={
                        "ordering": ["at", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="TicketHistory",
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
                                to="customers.ticket",
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
                        (
                            "priority",
                            models.CharField(
                                choices=[("urgent", "Urgent"), ("high", "High"), ("normal", "Normal"), ("low", "Low")],
                                default="normal",
                                max_length=6,
                                verbose_name="priority",
                            ),
                        ),
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
                        ("subject", models.CharField(blank=True, max_length=200, verbose_name="subject")),
                        ("first_response_at", models.DateTimeField(blank=True, null=True)),
                        ("resolved_at", models.DateTimeField(blank=True, null=True)),
                        ("reopened_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "abstract": False,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="append_only",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                                    hash="899f516c397876d30b24f6003d93ec85db0bcc47",
                                    operation="UPDATE OR DELETE",
                                    pgid="pgtrigger_append_only_ebb0b",
                                    table="customers_tickethistory",
                                    when="BEFORE",
                                ),
                            )
                        ],
                    },
                ),
            ]
        ),
    ]

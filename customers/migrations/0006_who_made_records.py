"""Whoever had a record made stands in its history, as whoever changed it does. It is no column of the histories."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from crm.history.recorders import KeepRecorders


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_history_of_lines"),
    ]

    operations = [
        KeepRecorders(),
        pgtrigger.migrations.RemoveTrigger(
            model_name="contract",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="product",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="survey",
            name="update_update",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contract",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_contracthistory" ("created_at", "customer_id", "ends_on", "external_id", "id", "is_trial", "monthly_amount", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan", "recorded_at", "source", "starts_on", "updated_at", "written_by_id") SELECT old_values."created_at", old_values."customer_id", old_values."ends_on", old_values."external_id", old_values."id", old_values."is_trial", old_values."monthly_amount", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."plan", old_values."recorded_at", old_values."source", old_values."starts_on", old_values."updated_at", old_values."written_by_id" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."customer_id" IS DISTINCT FROM (new_values."customer_id") OR old_values."ends_on" IS DISTINCT FROM (new_values."ends_on") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_trial" IS DISTINCT FROM (new_values."is_trial") OR old_values."monthly_amount" IS DISTINCT FROM (new_values."monthly_amount") OR old_values."plan" IS DISTINCT FROM (new_values."plan") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."starts_on" IS DISTINCT FROM (new_values."starts_on") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."written_by_id" IS DISTINCT FROM (new_values."written_by_id")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="9026fc03a8c85b7bc7bf554208b1ab5a3106ae02",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7eecf",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="customers_contract",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_producthistory" ("category_id", "created_at", "external_id", "family", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "sku", "source", "tier", "unit_cost", "updated_at") SELECT old_values."category_id", old_values."created_at", old_values."external_id", old_values."family", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."sku", old_values."source", old_values."tier", old_values."unit_cost", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."category_id" IS DISTINCT FROM (new_values."category_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."family" IS DISTINCT FROM (new_values."family") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."sku" IS DISTINCT FROM (new_values."sku") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."tier" IS DISTINCT FROM (new_values."tier") OR old_values."unit_cost" IS DISTINCT FROM (new_values."unit_cost") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="6449e7eb14aeb5ace4cf147b8a15afc9e2b1e475",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e85bb",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="customers_product",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="survey",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_surveyhistory" ("created_at", "external_id", "id", "is_right_to_left", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "question", "recorded_at", "slug", "source", "updated_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."is_right_to_left", old_values."kind", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."question", old_values."recorded_at", old_values."slug", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_right_to_left" IS DISTINCT FROM (new_values."is_right_to_left") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."question" IS DISTINCT FROM (new_values."question") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="28eef2f3eaad68b40e2cce3bd36c5311b50fa690",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_784e2",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="customers_survey",
                    when="AFTER",
                ),
            ),
        ),
    ]

"""Whoever had a record made stands in its history, as whoever changed it does. It is no column of the histories."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from crm.history.recorders import KeepRecorders


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0004_totals_of_traffic"),
    ]

    operations = [
        KeepRecorders(),
        pgtrigger.migrations.RemoveTrigger(
            model_name="campaign",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="channel",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="expense",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="landingpage",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="leadsource",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="socialnetwork",
            name="update_update",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="campaign",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_campaignhistory" ("budget", "channel_id", "created_at", "ends_on", "external_id", "goal", "goal_event", "id", "name", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "reviewed_at", "source", "starts_on", "status", "target_converted", "target_cost_per_converted_lead", "target_cost_per_lead", "target_lead_conversion_rate", "target_leads", "target_mqls", "target_new_customers", "target_orders", "target_revenue", "target_romi_long", "target_romi_short", "target_sqls", "updated_at") SELECT old_values."budget", old_values."channel_id", old_values."created_at", old_values."ends_on", old_values."external_id", old_values."goal", old_values."goal_event", old_values."id", old_values."name", old_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."reviewed_at", old_values."source", old_values."starts_on", old_values."status", old_values."target_converted", old_values."target_cost_per_converted_lead", old_values."target_cost_per_lead", old_values."target_lead_conversion_rate", old_values."target_leads", old_values."target_mqls", old_values."target_new_customers", old_values."target_orders", old_values."target_revenue", old_values."target_romi_long", old_values."target_romi_short", old_values."target_sqls", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."budget" IS DISTINCT FROM (new_values."budget") OR old_values."channel_id" IS DISTINCT FROM (new_values."channel_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."ends_on" IS DISTINCT FROM (new_values."ends_on") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."goal" IS DISTINCT FROM (new_values."goal") OR old_values."goal_event" IS DISTINCT FROM (new_values."goal_event") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."owner_id" IS DISTINCT FROM (new_values."owner_id") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."reviewed_at" IS DISTINCT FROM (new_values."reviewed_at") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."starts_on" IS DISTINCT FROM (new_values."starts_on") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."target_converted" IS DISTINCT FROM (new_values."target_converted") OR old_values."target_cost_per_converted_lead" IS DISTINCT FROM (new_values."target_cost_per_converted_lead") OR old_values."target_cost_per_lead" IS DISTINCT FROM (new_values."target_cost_per_lead") OR old_values."target_lead_conversion_rate" IS DISTINCT FROM (new_values."target_lead_conversion_rate") OR old_values."target_leads" IS DISTINCT FROM (new_values."target_leads") OR old_values."target_mqls" IS DISTINCT FROM (new_values."target_mqls") OR old_values."target_new_customers" IS DISTINCT FROM (new_values."target_new_customers") OR old_values."target_orders" IS DISTINCT FROM (new_values."target_orders") OR old_values."target_revenue" IS DISTINCT FROM (new_values."target_revenue") OR old_values."target_romi_long" IS DISTINCT FROM (new_values."target_romi_long") OR old_values."target_romi_short" IS DISTINCT FROM (new_values."target_romi_short") OR old_values."target_sqls" IS DISTINCT FROM (new_values."target_sqls") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="34531b0e8082ab7fb6987826b359073d0f2f3701",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f2afa",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="campaigns_campaign",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="channel",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_channelhistory" ("created_at", "external_id", "id", "is_marketing", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "slug", "social_network_id", "source", "updated_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."is_marketing", old_values."kind", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."slug", old_values."social_network_id", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_marketing" IS DISTINCT FROM (new_values."is_marketing") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."social_network_id" IS DISTINCT FROM (new_values."social_network_id") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="e391b81d79016407a70ecefc8ffd98adaf838625",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_08a7e",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="campaigns_channel",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="expense",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_expensehistory" ("amount", "campaign_id", "channel_id", "created_at", "currency", "currency_amount", "external_id", "id", "is_estimate", "kind", "lead_source_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rate", "recorded_at", "source", "updated_at", "valid_from", "valid_to") SELECT old_values."amount", old_values."campaign_id", old_values."channel_id", old_values."created_at", old_values."currency", old_values."currency_amount", old_values."external_id", old_values."id", old_values."is_estimate", old_values."kind", old_values."lead_source_id", old_values."note", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."rate", old_values."recorded_at", old_values."source", old_values."updated_at", old_values."valid_from", old_values."valid_to" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."amount" IS DISTINCT FROM (new_values."amount") OR old_values."campaign_id" IS DISTINCT FROM (new_values."campaign_id") OR old_values."channel_id" IS DISTINCT FROM (new_values."channel_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."currency_amount" IS DISTINCT FROM (new_values."currency_amount") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_estimate" IS DISTINCT FROM (new_values."is_estimate") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."lead_source_id" IS DISTINCT FROM (new_values."lead_source_id") OR old_values."note" IS DISTINCT FROM (new_values."note") OR old_values."rate" IS DISTINCT FROM (new_values."rate") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."valid_from" IS DISTINCT FROM (new_values."valid_from") OR old_values."valid_to" IS DISTINCT FROM (new_values."valid_to")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="d97d70270a5cbd116bbaf7171976b5a9f15fd445",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1e4ef",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="campaigns_expense",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="landingpage",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_landingpagehistory" ("created_at", "external_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_on", "recorded_at", "source", "title", "updated_at", "url") SELECT old_values."created_at", old_values."external_id", old_values."id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."published_on", old_values."recorded_at", old_values."source", old_values."title", old_values."updated_at", old_values."url" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."published_on" IS DISTINCT FROM (new_values."published_on") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."title" IS DISTINCT FROM (new_values."title") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."url" IS DISTINCT FROM (new_values."url")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="f91bd387b2bec53f01c4c71e3c54869c216a872c",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b9dd4",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="campaigns_landingpage",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="leadsource",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_leadsourcehistory" ("created_at", "external_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "slug", "source", "updated_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."slug", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="bc8dc6deb2480120ebf4b6eff47c52eac0488e32",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_493cf",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="campaigns_leadsource",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="socialnetwork",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "campaigns_socialnetworkhistory" ("created_at", "external_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "slug", "source", "updated_at") SELECT old_values."created_at", old_values."external_id", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."slug", old_values."source", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="713f9806e3fd47eeedb292b9e4901b0ae53b53c1",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_1f4c1",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="campaigns_socialnetwork",
                    when="AFTER",
                ),
            ),
        ),
    ]

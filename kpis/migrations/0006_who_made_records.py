"""Whoever had a record made stands in its history, as whoever changed it does. It is no column of the histories."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

from crm.history.recorders import KeepRecorders


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0005_recipients_of_alerts"),
    ]

    operations = [
        KeepRecorders(),
        pgtrigger.migrations.RemoveTrigger(
            model_name="target",
            name="update_update",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="target",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "kpis_targethistory" ("calendar", "campaign_id", "channel_id", "created_at", "external_id", "grain", "id", "kpi", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "set_by_id", "source", "start", "team_id", "updated_at", "value") SELECT old_values."calendar", old_values."campaign_id", old_values."channel_id", old_values."created_at", old_values."external_id", old_values."grain", old_values."id", old_values."kpi", old_values."person_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."recorded_at", old_values."set_by_id", old_values."source", old_values."start", old_values."team_id", old_values."updated_at", old_values."value" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."calendar" IS DISTINCT FROM (new_values."calendar") OR old_values."campaign_id" IS DISTINCT FROM (new_values."campaign_id") OR old_values."channel_id" IS DISTINCT FROM (new_values."channel_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."grain" IS DISTINCT FROM (new_values."grain") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."kpi" IS DISTINCT FROM (new_values."kpi") OR old_values."person_id" IS DISTINCT FROM (new_values."person_id") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."set_by_id" IS DISTINCT FROM (new_values."set_by_id") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."start" IS DISTINCT FROM (new_values."start") OR old_values."team_id" IS DISTINCT FROM (new_values."team_id") OR old_values."updated_at" IS DISTINCT FROM (new_values."updated_at") OR old_values."value" IS DISTINCT FROM (new_values."value")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="3371315cd578f4bddbf45046aa666a70a802543b",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_55bc5",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="kpis_target",
                    when="AFTER",
                ),
            ),
        ),
    ]

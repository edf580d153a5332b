"""Lines of quotes know when they came; of those that are there already nobody does."""

import django.contrib.postgres.functions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_history_of_lines"),
        ("leads", "0006_one_sale_per_order"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="quoteline",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="quoteline",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="quoteline",
            name="recorded_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="quoteline",
            name="recorded_at",
            field=models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False, null=True),
        ),
        migrations.AddField(
            model_name="quotelinehistory",
            name="recorded_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="quotelinehistory",
            name="recorded_at",
            field=models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="quotelinehistory",
            index=models.Index(fields=["quote"], name="leads_quotelinehist_quote"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quoteline",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_quotelinehistory" ("discount", "id", "line_class", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "quantity", "quote_id", "rate", "recorded_at", "tax", "unit_price") SELECT old_values."discount", old_values."id", old_values."line_class", old_values."name", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."product_id", old_values."quantity", old_values."quote_id", old_values."rate", old_values."recorded_at", old_values."tax", old_values."unit_price" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."discount" IS DISTINCT FROM (new_values."discount") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."line_class" IS DISTINCT FROM (new_values."line_class") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."product_id" IS DISTINCT FROM (new_values."product_id") OR old_values."quantity" IS DISTINCT FROM (new_values."quantity") OR old_values."quote_id" IS DISTINCT FROM (new_values."quote_id") OR old_values."rate" IS DISTINCT FROM (new_values."rate") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."tax" IS DISTINCT FROM (new_values."tax") OR old_values."unit_price" IS DISTINCT FROM (new_values."unit_price")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="3bf12798d95f79cad619a023cfd805fd747ada7d",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_28205",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="leads_quoteline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quoteline",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "leads_quotelinehistory" ("discount", "id", "line_class", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "quantity", "quote_id", "rate", "recorded_at", "tax", "unit_price") SELECT old_values."discount", old_values."id", old_values."line_class", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."product_id", old_values."quantity", old_values."quote_id", old_values."rate", old_values."recorded_at", old_values."tax", old_values."unit_price" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="2a70d6a0fb2712ea6565e3f6e6ea53dba1863294",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_faa5c",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="leads_quoteline",
                    when="AFTER",
                ),
            ),
        ),
    ]

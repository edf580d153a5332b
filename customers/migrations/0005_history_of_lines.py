"""Lines of orders know when they came; of those that are there already nobody does."""

import django.contrib.postgres.functions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_channel_of_carts"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="orderline",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="orderline",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="orderline",
            name="recorded_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="recorded_at",
            field=models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False, null=True),
        ),
        migrations.AddField(
            model_name="orderlinehistory",
            name="recorded_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="orderlinehistory",
            name="recorded_at",
            field=models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="orderlinehistory",
            index=models.Index(fields=["order"], name="customers_orderlinehist_order"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderline",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_orderlinehistory" ("discount", "id", "line_class", "name", "order_discount", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "quantity", "rate", "recorded_at", "tax", "unit_cost", "unit_price") SELECT old_values."discount", old_values."id", old_values."line_class", old_values."name", old_values."order_discount", old_values."order_id", _pgh_attached_context.value, NOW(), \'update\', old_values."id", old_values."position", old_values."product_id", old_values."quantity", old_values."rate", old_values."recorded_at", old_values."tax", old_values."unit_cost", old_values."unit_price" FROM ( SELECT old_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."discount" IS DISTINCT FROM (new_values."discount") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."line_class" IS DISTINCT FROM (new_values."line_class") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."order_discount" IS DISTINCT FROM (new_values."order_discount") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."product_id" IS DISTINCT FROM (new_values."product_id") OR old_values."quantity" IS DISTINCT FROM (new_values."quantity") OR old_values."rate" IS DISTINCT FROM (new_values."rate") OR old_values."recorded_at" IS DISTINCT FROM (new_values."recorded_at") OR old_values."tax" IS DISTINCT FROM (new_values."tax") OR old_values."unit_cost" IS DISTINCT FROM (new_values."unit_cost") OR old_values."unit_price" IS DISTINCT FROM (new_values."unit_price")) ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="7f588f44b5ded006101e3794e631ea682d876c8b",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0dd7c",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="customers_orderline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderline",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_orderlinehistory" ("discount", "id", "line_class", "name", "order_discount", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "quantity", "rate", "recorded_at", "tax", "unit_cost", "unit_price") SELECT old_values."discount", old_values."id", old_values."line_class", old_values."name", old_values."order_discount", old_values."order_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."position", old_values."product_id", old_values."quantity", old_values."rate", old_values."recorded_at", old_values."tax", old_values."unit_cost", old_values."unit_price" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="73130e51bed9d0f02596537fc867af953a32cd21",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_8ac88",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="customers_orderline",
                    when="AFTER",
                ),
            ),
        ),
    ]

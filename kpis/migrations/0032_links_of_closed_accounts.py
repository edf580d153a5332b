from django.db import migrations

# By the database, as an account is closed in more than one place: were a link ended later, it would live again with an account
# that has been opened again by then.
CREATE = """
CREATE FUNCTION kpis_end_screens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.kpis_screen SET revoked_at = pg_catalog.statement_timestamp() WHERE user_id = NEW.id AND revoked_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER kpis_end_screens AFTER UPDATE OF is_active ON crm_user
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION kpis_end_screens();
UPDATE kpis_screen s SET revoked_at = statement_timestamp() FROM crm_user u
 WHERE u.id = s.user_id AND NOT u.is_active AND s.revoked_at IS NULL;
"""
DROP = "DROP TRIGGER kpis_end_screens ON crm_user; DROP FUNCTION kpis_end_screens();"


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0031_reasons_of_predictions"),
        ("crm", "0011_discount_rate"),
    ]

    operations = [migrations.RunSQL(CREATE, DROP)]

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
"""
DROP = "DROP TRIGGER kpis_end_screens ON crm_user; DROP FUNCTION kpis_end_screens();"


class Migration(migrations.Migration):
    replaces = [("kpis", "0032_links_of_closed_accounts")]
    dependencies = [("kpis", "0003_marks")]

    operations = [migrations.RunSQL(CREATE, DROP)]

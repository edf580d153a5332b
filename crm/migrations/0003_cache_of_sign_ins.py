from django.db import migrations

# As `createcachetable` makes it.
CREATE = """
CREATE TABLE crm_cache (cache_key varchar(255) NOT NULL PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX crm_cache_expires ON crm_cache (expires);
"""


class Migration(migrations.Migration):
    """Where wrong passwords are counted: what is locked stays locked when Valkey is emptied or away."""

    replaces = [("crm", "0017_cache_of_sign_ins")]
    dependencies = [("crm", "0002_organization")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE crm_cache;")]

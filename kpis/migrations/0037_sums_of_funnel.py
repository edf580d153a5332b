from django.db import migrations, models

from kpis.catalogue.marks import MARKS
from kpis.tracking import insertion, triggers_sql

# Where nothing is stored yet, as in a new installation, nothing is marked.
LEADS = "SELECT id FROM leads_lead WHERE EXISTS (SELECT 1 FROM kpis_rollup)"
MOMENTS = ("at_0", "at_1", "at_2", "at_3", "at_4", "at_5")
SIDES = ("channel_id", "lead_source_id", "campaign_id", "owner_id", "landing_page_id", "social_network_id")


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0036_rfm_moves"),
    ]

    operations = [
        # What the steps of leads add to the sums was never added before, so that it cannot be taken back: they begin from nothing.
        migrations.RunSQL("TRUNCATE kpis_funnelfact", migrations.RunSQL.noop),
        migrations.AddField("FunnelFact", "created_on", models.DateField(default="2000-01-01"), preserve_default=False),
        *(migrations.AddField("FunnelFact", side, models.BigIntegerField(default=0)) for side in SIDES),
        migrations.AddIndex("FunnelFact", models.Index(fields=["created_on"], include=MOMENTS, name="kpis_funnelfact_created")),
        migrations.RunSQL(triggers_sql(MARKS), migrations.RunSQL.noop),
        migrations.RunSQL(insertion(LEADS, (), of_leads=True), migrations.RunSQL.noop),
    ]

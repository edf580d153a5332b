"""Landings of several members at once are counted from the days of visitors: an index holds all that is asked of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpis", "0041_calendars_by_name"),
    ]
    operations = [
        migrations.AddIndex(
            model_name="landingday",
            index=models.Index(
                fields=["day"],
                include=("visitor", "landing_page_id", "campaign_id", "channel_id", "variant_id", "is_converted"),
                name="kpis_landingday_day",
            ),
        ),
    ]

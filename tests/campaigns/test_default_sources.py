"""The lead sources that a new installation begins with."""

from importlib import import_module

import pytest
from django.apps import apps

from campaigns.models import LeadSource

pytestmark = pytest.mark.django_db
migration = import_module("campaigns.migrations.0003_default_sources")


def named():
    return dict(LeadSource.objects.order_by("pk").values_list("slug", "name"))


def test_five_in_the_language_of_the_installation(settings):
    english = named()
    LeadSource.objects.all().delete()
    settings.LANGUAGE_CODE = "fa"
    migration.add_sources(apps, None)

    assert english == {
        "e-mail": "E-mail", "store-visit": "Store visit", "exhibition": "Exhibition", "sign-up": "Sign-up on the site",
        "sms-contest": "SMS contest",
    }  # fmt: skip
    assert named() == {
        "e-mail": "ایمیل", "store-visit": "بازدید فروشگاه", "exhibition": "نمایشگاه", "sign-up": "ثبت‌نام سایت",
        "sms-contest": "مسابقهٔ پیامکی",
    }  # fmt: skip


def test_an_installation_with_sources_of_its_own_keeps_them():
    LeadSource.objects.exclude(slug="exhibition").delete()
    LeadSource.objects.update(slug="fair", name="Trade fair")

    migration.add_sources(apps, None)

    assert named() == {"fair": "Trade fair"}

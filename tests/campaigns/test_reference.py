"""Channels, lead sources and social networks in the settings: added, named, and deleted while nothing names them."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from campaigns.models import Channel, LeadSource, SocialNetwork
from crm.models import User
from leads.models import Lead
from tests.factories.leads import make_lead
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

CHANNELS, SOURCES, NETWORKS = "/settings/channels/", "/settings/lead-sources/", "/settings/social-networks/"
FAIR = {"name": "Fairs", "kind": "exhibition", "is_marketing": "on"}


@pytest.fixture
def page(browse, sara):
    sara.is_superuser = sara.is_staff = True
    sara.save()
    return browse(sara)


def names(client, url):
    return [str(row) for row in client.get(url).context["rows"]]


def test_they_are_kept_by_administrators_alone(browse, sara):
    network = SocialNetwork.objects.create(slug="gram", name="Gram")
    channel = Channel.objects.create(slug="fair", name="Fairs")
    rows = {CHANNELS: channel, SOURCES: LeadSource.objects.first(), NETWORKS: network}
    ways = ["", "new/", "{}/", "{}/history/", "{}/remove/", "restore/x/"]
    urls = [url + way.format(row.pk) for url, row in rows.items() for way in ways]

    assert [browse(sara).post(url, FAIR).status_code for url in urls] == [403] * 18
    assert [browse(sara).get(url).status_code for url in urls if not url.endswith(("remove/", "x/"))] == [403] * 12


def test_a_new_one_is_added_and_taken_back(page):
    answer = page.post(f"{CHANNELS}new/", FAIR | {"name": " نمایشگاه\u200cها "})
    [(text, undo)] = toasts(answer)

    row = Channel.objects.get()
    assert (text, row.name, row.slug, row.kind, row.is_marketing) == (
        "نمایشگاه\u200cها was added.", "نمایشگاه\u200cها", "نمایشگاهها", "exhibition", True
    )  # fmt: skip
    again = page.post(f"{CHANNELS}new/", FAIR | {"name": "نمايشگاه ها"})
    assert again.context["form"].errors == {"name": ["Another channel has this name already."]}
    assert [page.post(f"{SOURCES}new/", {"name": sign}).status_code for sign in ("!!!", "???", "!!!")] == [302, 302, 200]

    page.post(undo)
    assert not Channel.objects.exists()


def test_another_name_and_kind_are_told_in_the_history_and_the_slug_stays(page):
    row = Channel.objects.create(slug="fair", name="Fairs", kind="exhibition")
    Channel.objects.create(slug="store", name="Stores", kind="store")

    page.post(f"{CHANNELS}{row.pk}/", {"name": "Shows", "kind": "exhibition", "seen": "{}"})
    taken = page.post(f"{CHANNELS}{row.pk}/", {"name": "STORES", "kind": "exhibition"}).context["form"].errors

    row.refresh_from_db()
    assert (row.name, row.slug, row.is_marketing, list(taken)) == ("Shows", "fair", False, ["name"])
    entry, *_earlier = page.get(f"{CHANNELS}{row.pk}/history/").context["entries"]
    assert [strip_tags(text) for text in entry["changes"][0].values()] == ["Name", "Fairs", "Shows"]


def test_only_what_nothing_names_is_deleted(page):
    """An archived lead names its source still."""
    used, free = LeadSource.objects.get(slug="exhibition"), LeadSource.objects.get(slug="sms-contest")
    for _each in range(2):
        make_lead(name="Ali", lead_source=used)
    Lead.objects.update(is_archived=True)

    rows = {row.slug: row.uses for row in page.get(SOURCES).context["rows"]}
    assert (rows["exhibition"], rows["sms-contest"]) == (["Leads: 2"], [])
    [(refused, _undo)] = toasts(page.post(f"{SOURCES}{used.pk}/remove/"))
    assert refused.startswith("Exhibition cannot be deleted, as it is used: leads.")

    [*_before, (text, undo)] = toasts(page.post(f"{SOURCES}{free.pk}/remove/"))
    assert (text, names(page, SOURCES)) == (
        "SMS contest was deleted.",
        ["E-mail", "Exhibition", "Sign-up on the site", "Store visit"],
    )
    page.post(undo)
    assert LeadSource.objects.get(slug="sms-contest").pk == free.pk


def test_a_social_network_is_named_and_stays_while_a_channel_is_of_it(page):
    page.post(f"{NETWORKS}new/", {"name": "Gram"})
    network = SocialNetwork.objects.get()
    page.post(f"{NETWORKS}{network.pk}/", {"name": "Telegram", "seen": "{}"})
    page.post(f"{CHANNELS}new/", {"name": "Telegram posts", "kind": "social", "social_network": network.pk})

    [(refused, _undo)] = toasts(page.post(f"{NETWORKS}{network.pk}/remove/"))[-1:]
    assert (names(page, NETWORKS), SocialNetwork.objects.get().slug) == (["Telegram"], "gram")
    assert refused.startswith("Telegram cannot be deleted, as it is used: channels.")

    Channel.objects.all().delete()
    [*_before, (text, undo)] = toasts(page.post(f"{NETWORKS}{network.pk}/remove/"))
    assert (text, names(page, NETWORKS)) == ("Telegram was deleted.", [])
    page.post(undo)
    assert (SocialNetwork.objects.get().pk, SocialNetwork.objects.get().slug) == (network.pk, "gram")


def test_what_took_its_name_meanwhile_keeps_it(page):
    row = LeadSource.objects.get(slug="sms-contest")
    [(_text, undo)] = toasts(page.post(f"{SOURCES}{row.pk}/remove/"))
    LeadSource.objects.create(slug="sms-contest", name="By the API")

    [*_before, (text, _undo)] = toasts(page.post(undo))

    assert text.startswith("Somebody changed this lead source in the meantime.")
    assert LeadSource.objects.get(slug="sms-contest").name == "By the API"


@pytest.mark.parametrize(("language", "words"), [("en", "Gram is already gone."), ("fa", "Gram پیش‌تر حذف شده است.")])
@pytest.mark.parametrize("route", ["campaigns:channel", "campaigns:lead-source", "campaigns:social-network", "customers:survey"])
def test_one_that_is_gone_leads_to_its_list(page, route, language, words):
    """Also from its own page, where somebody had it open meanwhile; what never was is no page."""
    User.objects.update(language=language)
    all_of_them, kind = reverse(f"{route}-list"), "csat" if "survey" in route else "other"
    page.post(reverse(f"{route}-create"), {"name": "Gram", "kind": kind, "question": "?"})
    [key] = [row.pk for row in page.get(all_of_them).context["rows"] if row.name == "Gram"]
    edit, remove = (reverse(f"{route}-{way}", args=[key]) for way in ("edit", "remove"))
    page.post(remove)

    answers = [page.post(remove), page.get(edit), page.post(edit, {"name": "Other"})]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, all_of_them)] * 3
    assert [toasts(answer)[-1][0] for answer in answers] == [words] * 3
    never = [reverse(f"{route}-remove", args=[number]) for number in (key + 1, 10**30)]
    assert [page.post(url).status_code for url in never] == [404, 404]


def test_a_change_is_taken_back_until_somebody_makes_another(page):
    network = SocialNetwork.objects.create(slug="gram", name="Gram")
    row = Channel.objects.create(slug="fair", name="Fairs", kind="exhibition", social_network=network)
    shown = {"name": "Fairs", "kind": "exhibition", "social_network": network.pk, "is_marketing": "on"}

    [same] = toasts(page.post(f"{CHANNELS}{row.pk}/", shown))
    [(_text, undo)] = toasts(page.post(f"{CHANNELS}{row.pk}/", {"name": "Shows", "kind": "store", "social_network": ""}))[-1:]
    assert (same, toasts(page.post(undo))[-1]) == (("Saved.", ""), ("Taken back.", ""))
    row.refresh_from_db()
    assert (row.name, row.kind, row.social_network, row.is_marketing, row.slug) == ("Fairs", "exhibition", network, True, "fair")

    [(_text, undo)] = toasts(page.post(f"{CHANNELS}{row.pk}/", shown | {"social_network": ""}))[-1:]
    network.delete()
    assert toasts(page.post(undo))[-1][0].startswith("Somebody changed this channel in the meantime.")
    page.post(f"{CHANNELS}{row.pk}/", shown | {"name": "Shows", "social_network": ""})
    assert toasts(page.post(undo))[-1][0].startswith("Somebody changed this channel in the meantime.")
    row.refresh_from_db()
    assert (row.name, row.social_network) == ("Shows", None)

"""Channel and campaign of a person or a visit, derived from the utm parameters and the page they came from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db.models import Q

from campaigns.models import Campaign, Channel, SocialNetwork
from crm.inputs.fields import Utm
from crm.inputs.names import called

CHANNEL_COLUMNS = ("name", "kind", "is_marketing")
ORGANIC = "organic-search"
# Of the channels that these rules lead to, by their slugs.
CHANNELS = {
    "paid-social": ("Paid social", Channel.Kind.SOCIAL, True),
    "paid-search": ("Paid search", Channel.Kind.SEARCH, True),
    "display": ("Display", Channel.Kind.DISPLAY, True),
    "email": ("E-mail", Channel.Kind.EMAIL, True),
    "sms": ("SMS", Channel.Kind.SMS, True),
    "social": ("Social", Channel.Kind.SOCIAL, True),
    ORGANIC: ("Organic search", Channel.Kind.SEARCH, True),
    "referral": ("Referral", Channel.Kind.REFERRAL, True),
    "direct": ("Direct", Channel.Kind.DIRECT, False),
}
MEDIA = {
    "display": "display",
    "banner": "display",
    "cpm": "display",
    "email": "email",
    "e-mail": "email",
    "newsletter": "email",
    "sms": "sms",
    "organic": ORGANIC,
    "referral": "referral",
}
NETWORKS = frozenset(
    {"instagram", "telegram", "linkedin", "facebook", "x", "twitter", "youtube", "whatsapp", "tiktok", "pinterest"}
    | {"aparat", "eitaa", "bale", "rubika", "soroush"}
)

# Addresses that do not say their network's name.
HOSTS = {
    "t.me": "telegram", "t.co": "x", "twitter.com": "x", "lnkd.in": "linkedin", "fb.com": "facebook", "fb.me": "facebook",
    "youtu.be": "youtube", "wa.me": "whatsapp", "pin.it": "pinterest", "ble.ir": "bale", "splus.ir": "soroush",
}  # fmt: skip
ENGINES = frozenset(
    {"google", "bing", "duckduckgo", "yahoo", "yandex", "baidu", "ecosia", "qwant", "startpage", "brave", "zarebin", "parsijoo"}
)
NOT_SEARCH = frozenset({"mail", "docs", "drive", "accounts", "news"})


class Visit(NamedTuple):
    """Where a session came from, as far as it is said; `values` take what follows from it."""

    values: dict[str, Any]
    utm: Utm | None
    referrer: str


def derive_visits(visits: Iterable[Visit], own_hosts: set[str]) -> None:
    """Channel, campaign and network of sessions, by the first rule that fits; a visit from nowhere is a direct one."""
    networks = NETWORKS | set(SocialNetwork.objects.values_list("slug", flat=True))
    found = [(visit.values, visit.utm, *origin_of(visit, networks, own_hosts)) for visit in visits]
    channels = find_or_make_channels({slug for values, _, slug, _ in found if values.get("channel_id") is None})
    campaigns = campaigns_named({utm.campaign for _, utm, *_ in found if utm and utm.campaign})
    keys = find_or_make_networks({network for *_, network in found if network})
    for values, utm, slug, network in found:
        fill(values, "channel_id", channels.get(slug))
        fill(values, "social_network_id", keys.get(network))
        fill(values, "campaign_id", campaigns.get(utm.campaign) if utm and utm.campaign else None)


def origin_of(visit: Visit, networks: frozenset[str] | set[str], own_hosts: set[str]) -> tuple[str, str]:
    """The slugs of the channel and of the social network, if one is named."""
    source = (visit.utm.source or "").lower() if visit.utm else ""
    host = host_of(visit.referrer)
    network = source if source in networks else network_of(host, networks)
    slug = channel_slug(visit.utm, networks) if visit.utm else None
    if slug is None and network:
        slug = "social"
    if slug is None and host and host not in own_hosts:
        slug = ORGANIC if is_search(host) else "referral"
    return slug or "direct", network


def host_of(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def network_of(host: str, networks: frozenset[str] | set[str]) -> str:
    if host in HOSTS:
        return HOSTS[host]
    return next((label for label in host.split(".")[:-1] if label in networks), "")


def is_search(host: str) -> bool:
    labels = set(host.split("."))
    return bool(labels & ENGINES) and not labels & NOT_SEARCH


def derive_touches(rows: Iterable[tuple[dict[str, Any], Utm | None]]) -> None:
    """Fill in channel, campaign and social network where they were not given: from utm, then from the campaign."""
    with_utm = [(values, utm) for values, utm in rows if utm]
    if with_utm:
        networks = NETWORKS | set(SocialNetwork.objects.values_list("slug", flat=True))
        slugs = [channel_slug(utm, networks) for _, utm in with_utm]
        channels = find_or_make_channels({slug for slug in slugs if slug})
        campaigns = campaigns_named({utm.campaign for _, utm in with_utm if utm.campaign})
        network_keys = find_or_make_networks({utm.source.lower() for _, utm in with_utm if utm.source} & networks)
        for (values, utm), slug in zip(with_utm, slugs, strict=True):
            fill(values, "campaign_id", campaigns.get(utm.campaign) if utm.campaign else None)
            fill(values, "channel_id", channels.get(slug))
            fill(values, "social_network_id", network_keys.get(utm.source.lower()) if utm.source else None)
    bare = [values for values, _ in rows if values.get("campaign_id") and values.get("channel_id") is None]
    if bare:
        of_campaign = dict(
            Campaign.objects.filter(pk__in={values["campaign_id"] for values in bare}).values_list("pk", "channel_id")
        )
        for values in bare:
            values["channel_id"] = of_campaign.get(values["campaign_id"])


def fill(values: dict[str, Any], name: str, value: int | None) -> None:
    if values.get(name) is None and value is not None:
        values[name] = value


def find_or_make_networks(slugs: set[str]) -> dict[str, int]:
    return find_or_make(SocialNetwork, {slug: SocialNetwork(slug=slug, name=slug.capitalize()) for slug in slugs})


def channel_slug(utm: Utm, networks: frozenset[str] | set[str]) -> str | None:
    """The first rule that fits: medium, then a social network as source."""
    medium, source = (utm.medium or "").lower(), (utm.source or "").lower()
    if medium in {"cpc", "ppc"} or medium.startswith("paid"):
        return "paid-social" if source in networks else "paid-search"
    return MEDIA.get(medium) or ("social" if source in networks else None)


def find_or_make_channels(slugs: set[str]) -> dict[str, int]:
    rows = {slug: Channel(slug=slug, **dict(zip(CHANNEL_COLUMNS, CHANNELS[slug], strict=True))) for slug in slugs}
    return find_or_make(Channel, rows)


def find_or_make(model: type[Channel | SocialNetwork], rows: dict[str, Any]) -> dict[str, int]:
    """By slug, else what is called so under another one; two callers may make a row at the same time."""
    found = dict(model.objects.filter(slug__in=rows).values_list("slug", "pk"))
    if missing := {row.name: slug for slug, row in sorted(rows.items()) if slug not in found}:
        found |= {missing[name]: row.pk for name, row in called(model.objects.all(), missing).items()}
        model.objects.bulk_create([rows[slug] for slug in missing.values() if slug not in found], ignore_conflicts=True)
        found |= dict(model.objects.filter(slug__in=rows).values_list("slug", "pk"))
    return found


def campaigns_named(names: set[str]) -> dict[str, int]:
    """Campaigns by the key or the name that a utm parameter carries; of two, the newer."""
    found: dict[str, int] = {}
    if names:
        rows = Campaign.objects.filter(Q(external_id__in=names) | Q(name__in=names)).order_by("pk")
        for pk, external_id, name in rows.values_list("pk", "external_id", "name"):
            found[name] = pk
            if external_id:
                found[external_id] = pk
    return found

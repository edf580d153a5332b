"""Channel and campaign of a person, derived from the utm parameters they came with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from campaigns.models import Campaign, Channel, SocialNetwork
from crm.inputs.fields import Utm

# slug: name and kind of the channels that utm parameters lead to
CHANNELS = {
    "paid-social": ("Paid social", Channel.Kind.SOCIAL),
    "paid-search": ("Paid search", Channel.Kind.SEARCH),
    "display": ("Display", Channel.Kind.DISPLAY),
    "email": ("E-mail", Channel.Kind.EMAIL),
    "sms": ("SMS", Channel.Kind.SMS),
    "social": ("Social", Channel.Kind.SOCIAL),
    "organic-search": ("Organic search", Channel.Kind.SEARCH),
    "referral": ("Referral", Channel.Kind.REFERRAL),
}
MEDIA = {
    "display": "display",
    "banner": "display",
    "cpm": "display",
    "email": "email",
    "e-mail": "email",
    "newsletter": "email",
    "sms": "sms",
    "organic": "organic-search",
    "referral": "referral",
}
NETWORKS = frozenset(
    {"instagram", "telegram", "linkedin", "facebook", "x", "twitter", "youtube", "whatsapp", "tiktok", "pinterest"}
    | {"aparat", "eitaa", "bale", "rubika", "soroush"}
)


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
    SocialNetwork.objects.bulk_create(
        [SocialNetwork(slug=slug, name=slug.capitalize()) for slug in sorted(slugs)], ignore_conflicts=True
    )
    return dict(SocialNetwork.objects.filter(slug__in=slugs).values_list("slug", "pk"))


def channel_slug(utm: Utm, networks: frozenset[str] | set[str]) -> str | None:
    """The first rule that fits: medium, then a social network as source."""
    medium, source = (utm.medium or "").lower(), (utm.source or "").lower()
    if medium in {"cpc", "ppc"} or medium.startswith("paid"):
        return "paid-social" if source in networks else "paid-search"
    return MEDIA.get(medium) or ("social" if source in networks else None)


def find_or_make_channels(slugs: set[str]) -> dict[str, int]:
    found = dict(Channel.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    missing = sorted(slugs - found.keys())
    if missing:
        rows = [Channel(slug=slug, name=CHANNELS[slug][0], kind=CHANNELS[slug][1]) for slug in missing]
        Channel.objects.bulk_create(rows, ignore_conflicts=True)
        found = dict(Channel.objects.filter(slug__in=slugs).values_list("slug", "pk"))
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

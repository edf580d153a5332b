"""Names of dimension members: looked up when shown, so that renaming a channel changes no figure."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Model
from django.utils.translation import gettext

from campaigns.models import Campaign, Channel, LandingPage, LeadSource, SocialNetwork, Variant
from crm.models import Team, User
from customers.models import Category, Product, Survey
from kpis.catalogue.cubes.sides import CHOICES, codes_of
from kpis.definitions import Dimension

UNKNOWN = 0
MODELS: dict[Dimension, type[Model]] = {
    Dimension.CHANNEL: Channel,
    Dimension.LEAD_SOURCE: LeadSource,
    Dimension.CAMPAIGN: Campaign,
    Dimension.OWNER: User,
    Dimension.TEAM: Team,
    Dimension.PRODUCT: Product,
    Dimension.CATEGORY: Category,
    Dimension.LANDING_PAGE: LandingPage,
    Dimension.SOCIAL_NETWORK: SocialNetwork,
    Dimension.SURVEY: Survey,
    Dimension.VARIANT: Variant,
}


def member_labels(dimension: Dimension, members: Iterable[int]) -> dict[int, str]:
    """The label of each member; the unknown one has a name too."""
    wanted = set(members)
    if dimension in CHOICES:
        labels = {code: str(CHOICES[dimension](choice).label) for choice, code in codes_of(dimension).items() if code in wanted}
    else:
        found = MODELS[dimension]._default_manager.in_bulk([member for member in wanted if member != UNKNOWN])
        labels = {pk: str(record) for pk, record in found.items()}
    return {member: labels.get(member, gettext("Unknown") if member == UNKNOWN else f"#{member}") for member in wanted}


def public_id(dimension: Dimension, member: int) -> int | str | None:
    """The id the API shows; the unknown member's is null, a choice's is its name."""
    if member == UNKNOWN:
        return None
    if dimension not in CHOICES:
        return member
    return next((choice for choice, code in codes_of(dimension).items() if code == member), None)


def member_of(dimension: Dimension, given: str) -> int | None:
    """The member an id from outside names (`null` is the unknown one); None where there is no such thing."""
    if given == "null":
        return UNKNOWN
    if dimension in CHOICES:
        return codes_of(dimension).get(given)
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    return int(given) or None

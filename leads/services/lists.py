"""Lists of people: who is kept under a name, who sees it, and when it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from crm.models import PeopleList, User
from crm.origins import Part
from crm.text import TextError, clean_text
from customers.models import Customer, ListedCustomer
from leads.models import Lead, ListedLead

MOST_PEOPLE, AT_ONCE = 100_000, 5_000
MOST_LISTS = 200
MOST_LETTERS = PeopleList._meta.get_field("name").max_length


@dataclass(frozen=True)
class Members:
    """Where the members of a kind of list are kept."""

    record: type[Model]
    row: type[Model]
    column: str


MEMBERS = {
    PeopleList.Kind.CUSTOMERS: Members(Customer, ListedCustomer, "customer_id"),
    PeopleList.Kind.LEADS: Members(Lead, ListedLead, "lead_id"),
}


def members_of(people_list: PeopleList, user: User) -> QuerySet:
    """The members of a list, as far as a user may see them."""
    if people_list.kind == PeopleList.Kind.LEADS:
        return Lead.objects.visible_to(user).listed().in_list(people_list)
    return Customer.objects.visible_to(user).listed().in_list(people_list)


@transaction.atomic
def save_people(
    keys: Iterable[int], *, kind: PeopleList.Kind, by: User, name: str, scope: str, origin: list[Part], origin_url: str = ""
) -> tuple[PeopleList, int]:
    """A new list of those whom its maker may see. Saved again from the same place, it is brought up to date."""
    name, members = clean_name(name), MEMBERS[kind]
    chosen = list(members.record.objects.visible_to(by).filter(pk__in=list(keys)).values_list("pk", flat=True)[: MOST_PEOPLE + 1])
    if not chosen:
        raise ValidationError(_("There is nobody to save."), code="required")
    if len(chosen) > MOST_PEOPLE:
        raise ValidationError(_("These are too many people for one list: narrow them first."), code="too-many")
    facts = {"kind": kind, "scope": clean_scope(scope, by), "origin": origin, "origin_url": origin_url[:1000]}
    known = PeopleList.objects.filter(owner=by, name=name, is_removed=False).first()
    if known and (known.kind, known.origin_url) != (facts["kind"], facts["origin_url"]):
        raise ValidationError(_("You have another list of this name: choose a new one."), code="unique")
    if known is None and by.people_lists.filter(is_removed=False).count() >= MOST_LISTS:
        raise ValidationError(_("You have many lists already: remove one first."), code="too-many")
    people_list, _is_new = PeopleList.objects.update_or_create(owner=by, name=name, is_removed=False, defaults=facts)
    members.row.objects.filter(people_list=people_list).delete()
    rows = [members.row(people_list=people_list, **{members.column: key}) for key in chosen]
    members.row.objects.bulk_create(rows, batch_size=AT_ONCE)
    return people_list, len(rows)


def edit_people_list(people_list: PeopleList, *, name: str, scope: str) -> PeopleList:
    people_list.name, people_list.scope = clean_name(name), clean_scope(scope, people_list.owner)
    refuse_taken(people_list)
    people_list.save(update_fields=["name", "scope"])
    return people_list


def remove_people_list(people_list: PeopleList, *, removed: bool = True) -> PeopleList:
    """It is kept out of sight, so that it can be taken back."""
    people_list.is_removed = removed
    if not removed:
        refuse_taken(people_list)
    people_list.save(update_fields=["is_removed"])
    return people_list


def refuse_taken(people_list: PeopleList) -> None:
    others = PeopleList.objects.filter(owner=people_list.owner_id, name=people_list.name, is_removed=False)
    if others.exclude(pk=people_list.pk).exists():
        raise ValidationError(_("You have another list of this name: choose a new one."), code="unique")


def clean_name(name: str) -> str:
    """As other texts are stored; what only looks empty is no name."""
    try:
        name = " ".join(clean_text(name).split())
    except TextError as error:
        if error.code != "blank":
            raise ValidationError(_("The name contains a character that cannot be stored."), code=error.code) from None
        name = ""
    if not name:
        raise ValidationError(_("Give the list a name."), code="required")
    if len(name) > MOST_LETTERS:
        raise ValidationError(_("Give the list a name of 100 characters at most."), code="max-length")
    return name


def clean_scope(scope: str, owner: User) -> str:
    if scope not in PeopleList.Scope.values:
        raise ValidationError(_("Choose who sees the list."), code="invalid-choice")
    if scope == PeopleList.Scope.TEAM and owner.team_id is None:
        raise ValidationError(_("You are in no team: choose somebody else who sees the list."), code="invalid-choice")
    return scope

"""What is whose: the tables that point to customers, in whichever app, and what in them hangs together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Exists, ForeignKey, Model, OuterRef, Q, QuerySet, Subquery
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.models import Record
from customers.models import Customer, CustomerMerge, ListedCustomer

# Keys of rows by `app.model.field`, as the record of a merge keeps them.
Keys = Mapping[str, Collection[int]]


@cache
def relations() -> tuple[tuple[type[Model], str], ...]:
    """Whatever table points to a customer by a foreign key that the database holds, in whichever app.

    Histories and figures remember a customer without one; the records of merges tell what was, and a list shows who was
    merged as the survivor.
    """
    found = [relation.field for relation in Customer._meta.get_fields(include_hidden=True) if _points_here(relation)]
    return tuple((field.model, field.name) for field in found)


def _points_here(relation: Any) -> bool:
    if not (relation.auto_created and relation.one_to_many and relation.related_model._meta.managed):
        return False
    return relation.field.db_constraint and relation.related_model not in (CustomerMerge, ListedCustomer)


def label_of(model: type[Model], field: str) -> str:
    return f"{model._meta.label_lower}.{field}"


def relation_of(label: str) -> tuple[type[Model], str]:
    model, _dot, field = label.rpartition(".")
    return apps.get_model(model), field


def rows_of(keys: Keys) -> dict[str, QuerySet]:
    return {label: relation_of(label)[0]._default_manager.filter(pk__in=found) for label, found in keys.items()}


@dataclass(frozen=True)
class End:
    """One of the two records that a tie holds together, and the column of `Tie.links` that names it."""

    model: type[Model]
    owner: str
    column: str

    @property
    def label(self) -> str:
        return label_of(self.model, self.owner)


@dataclass(frozen=True)
class Tie:
    """How records of one customer hang together: an order's cart, a lead's opportunity, the orders of an opportunity.

    `links` is the table that says so. Where it is one of links alone, both ends have the same customer, always.
    """

    links: type[Model]
    ends: tuple[End, End]

    @property
    def is_of_one_customer(self) -> bool:
        return bool(self.links._meta.auto_created)

    def beyond(self, near: End, far: End, keys: Collection[int]) -> QuerySet:
        """The rows at one end that hang on some at the other."""
        named = self.links._default_manager.filter(**{f"{near.column}__in": keys}).values(far.column)
        return far.model._default_manager.filter(pk__in=named)


@cache
def ties() -> tuple[Tie, ...]:
    """Every reference between records that are a customer's, in whichever app."""
    owned = {model: field for model, field in relations() if issubclass(model, Record) and model is not Customer}
    found = [
        Tie(model, (End(model, owner, "pk"), End(field.related_model, owned[field.related_model], field.name)))
        for model, owner in owned.items()
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model in owned
    ]
    for links in apps.get_models(include_auto_created=True):
        fields = [field for field in links._meta.concrete_fields if isinstance(field, ForeignKey)]
        if links._meta.auto_created and all(field.related_model in owned for field in fields):
            one, other = (End(field.related_model, owned[field.related_model], field.name) for field in fields)
            found.append(Tie(links, (one, other)))
    return tuple(found)


def what_goes_back(merge: CustomerMerge) -> dict[str, set[int]]:
    """What a merge moved, and what came since and hangs on it: the order of a deal goes where the deal goes."""
    going: dict[str, set[int]] = defaultdict(set)
    fresh = {label: set(keys) for label, keys in merge.moved.items()}
    while fresh:
        for label, keys in fresh.items():
            going[label] |= keys
        found: dict[str, set[int]] = defaultdict(set)
        for tie, near, far in _both_ways():
            if near.label in fresh:
                rows = tie.beyond(near, far, fresh[near.label])
                came = rows.filter(_came_since(far, merge), **{far.owner: merge.survivor_id})
                found[far.label] |= set(came.values_list("pk", flat=True))
        fresh = {label: new for label, keys in found.items() if (new := keys - going[label])}
    return dict(going)


def _came_since(end: End, merge: CustomerMerge) -> Q:
    """Rows that are the survivor's since a merge: new ones, and those whose first change since says that they were not."""
    changes = end.model.history.rel.related_model._default_manager.filter(pgh_created_at__gt=merge.recorded_at)
    first = changes.filter(pgh_obj=OuterRef(OuterRef("pk"))).order_by("pgh_id").values("pgh_id")[:1]
    were_others = changes.filter(pgh_id=Subquery(first)).exclude(**{end.owner: merge.survivor_id})
    return Q(recorded_at__gt=merge.recorded_at) | Q(Exists(were_others))


def require_whole(going: Keys, survivor: Customer) -> None:
    """What was there before a merge, and not the other one's, but was linked to something of theirs since, cannot be of both."""
    for tie, near, far in _both_ways():
        if tie.is_of_one_customer and near.label in going:
            rows = tie.beyond(near, far, going[near.label]).filter(**{far.owner: survivor})
            if left := rows.exclude(pk__in=going.get(far.label, ())).order_by("pk").first():
                text = _(
                    "%(kind)s %(row)s did not come with the merged record but was linked to something of it since:"
                    " take it from there first."
                )
                raise ValidationError(text % {"kind": capfirst(far.model._meta.verbose_name), "row": left}, code="conflict")


def _both_ways() -> Iterator[tuple[Tie, End, End]]:
    for tie in ties():
        one, other = tie.ends
        yield tie, one, other
        yield tie, other, one

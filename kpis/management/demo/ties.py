"""Real rows that refer to demo rows: named, and unlinked; what they cannot do without stays with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _

from crm.models import Organization, Record
from kpis.models.scope import Scoped

Rows = Mapping[type[Model], Q]
NAMED = 5


@dataclass(frozen=True)
class Tie:
    """One foreign key by which real rows refer to demo rows."""

    field: models.ForeignKey
    demo: Rows

    @property
    def model(self) -> type[Model]:
        return self.field.model

    @property
    def target(self) -> type[Model]:
        return self.field.related_model

    def rows(self) -> QuerySet:
        found = self.model.objects.filter(**{f"{self.field.name}__in": self.target.objects.filter(self.demo[self.target])})
        if self.model in self.demo:
            found = found.exclude(pk__in=self.model.objects.filter(self.demo[self.model]))
        return found

    def described(self) -> list[str]:
        """The real rows in words, a few of them by name; nothing where there are none."""
        rows = self.rows()
        if not rows.exists():
            return []
        words = {"rows": named(rows), "field": self.field.verbose_name, "target": self.target._meta.verbose_name}
        return [_("%(rows)s: %(field)s is %(target)s of the demo company") % words]

    @property
    def takes_along(self) -> bool:
        """A figure about somebody would without them be one about everybody: it goes with them."""
        return issubclass(self.model, Scoped)

    def cut(self) -> list[str]:
        """Take the references out, and say what became of the rows.

        A row that cannot do without one keeps it, and is found by `described` and `kept` again.
        """
        told, before = self.described(), self.rows().count()
        if not before:
            return []
        if self.model._meta.auto_created or self.takes_along:
            self.rows().delete()
        elif self.field.null:
            keep_names(self)
            for key in list(self.rows().values_list("pk", flat=True)):
                clear(self.model.objects.filter(pk=key), self.field)
        done = _("Deleted %(rows)s") if self.takes_along else _("Unlinked %(rows)s")
        return [done % {"rows": text} for text in told] if self.rows().count() < before else []

    def kept(self) -> list[str]:
        """Make demo rows that real ones refer to still into real ones, and say which."""
        held = self.target.objects.filter(pk__in=list(self.rows().values_list(self.field.name, flat=True)))
        if not (held.exists() and issubclass(self.target, Record)):
            return []
        told = f"Kept {named(held)}, of the demo company no longer: {named(self.rows())} cannot be without"
        held.update(source=None, external_id=None)
        return [told]


def unlink_all(ties: list[Tie]) -> list[str]:
    """Part real rows from demo rows, and say how. A demo row that stays is a real row then, and parts from others itself.

    What is nearest to a row stays with it, of a quote its opportunity rather than its customer.
    """
    told = []
    while True:
        told += [text for tie in reversed(ties) for text in tie.cut()]
        kept = next(filter(None, (tie.kept() for tie in ties)), [])
        if not kept:
            return told
        told += kept


def ties_to(demo: Rows) -> Iterator[Tie]:
    """Every way in which a row of ours can refer to a demo row."""
    for target in demo:
        for relation in target._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ManyToOneRel) and holds(relation, demo):
                yield Tie(relation.field, demo)


def holds(relation: models.ManyToOneRel, demo: Rows) -> bool:
    """Histories and derived facts follow the rows they are about; log-in data of an account goes with it.

    What names nobody any more by itself does so unsaid, but not a setting.
    """
    model, on_delete = relation.related_model, relation.on_delete
    if not (relation.field.db_constraint and model._meta.managed):
        return False
    if on_delete is models.SET_NULL:
        return model is Organization
    return model in demo or issubclass(model, Record) or on_delete is models.PROTECT


def clear(row: QuerySet, field: models.ForeignKey) -> None:
    try:
        with transaction.atomic():
            row.update(**{field.name: None})
    except IntegrityError:  # a call must be about somebody
        pass


def keep_names(tie: Tie) -> None:
    """A line that loses its product keeps the product's name."""
    columns = {field.name for field in tie.model._meta.concrete_fields}
    if tie.field.name == "product" and "name" in columns:
        product = tie.target.objects.filter(pk=OuterRef("product"))
        called = Subquery(product.values(called=Coalesce(NullIf("name", Value("")), "sku")))
        tie.rows().filter(name="").update(name=called)


def named(rows: QuerySet) -> str:
    """A few of them by name, and how many more there are."""
    names, more = _(", ").join(name_of(row) for row in rows.order_by("pk")[:NAMED]), rows.count() - NAMED
    return _("%(names)s and %(count)s more") % {"names": names, "count": more} if more > 0 else names


def name_of(row: Any) -> str:
    """A record by its kind and name; a part of one with the record it is a part of."""
    kind = row._meta.verbose_name
    owner = owner_of(row)
    if owner is None:
        return f"{kind} {row}"
    told = f"{owner._meta.verbose_name} {owner}"
    return told if row._meta.auto_created else _("%(part)s of %(whole)s") % {"part": kind, "whole": told}


def owner_of(row: Any) -> Any:
    """The record that a line, an event or a link goes with."""
    if isinstance(row, Record):
        return None
    whole = row._meta.auto_created
    for field in row._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and issubclass(field.related_model, Record):
            goes_along = field.remote_field.on_delete is models.CASCADE
            if field.related_model is whole if whole else goes_along:
                return getattr(row, field.name)
    return None

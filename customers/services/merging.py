"""Two records of one customer become one, and two again where that was a mistake."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Field, Model, QuerySet
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm import slips
from crm.models import Record, User
from crm.money import format_number
from customers.models import Answer, Customer, CustomerMerge
from customers.models.merge import UNDO_DAYS
from customers.services.belongings import label_of, relation_of, relations, require_whole, rows_of, what_goes_back

TOUCH = ("channel", "lead_source", "campaign", "landing_page", "social_network")
# What the survivor takes over where it has nothing of its own, or where the one who merges says so.
JOINED = ("name", "company", "phone", "email", "national_id", "owner")
CHOSEN = ("name", "company", "kind", "phone", "email", "national_id", "owner")
SAME_ANSWER = ("survey_id", "order_id", "product_id", "ticket_id", "answered_on")


@transaction.atomic
def merge_customers(customer: Customer, *, into: Customer, by: User | None, at: datetime, take: Collection[str] = ()) -> Customer:
    """`customer` disappears into `into`, which has been there since the earlier day and gets all that hangs on either.

    `take` names what the survivor takes from it although it has a value of its own.
    """
    unknown = set(take) - set(CHOSEN)
    if unknown:
        raise TypeError(f"merge_customers() cannot take {', '.join(sorted(unknown))}")
    hold_rows(_rows_of(customer, into))
    customer, into = _lock(customer, into)
    if customer.merged_into_id == into.pk:
        return into
    _require_mergeable(customer, into)
    dropped = _drop_double_answers(customer, into)
    moved = move_rows(customer, into)
    changed = _join_facts(customer, into, take)
    customer.merged_into = into
    customer.save(update_fields=["merged_into", "updated_at"])
    CustomerMerge.objects.create(customer=customer, survivor=into, at=at, by=by, moved=moved, changed=changed, dropped=dropped)
    return into


@transaction.atomic
def undo_merge(customer: Customer, *, by: User | None, at: datetime) -> Customer:
    """The merged record stands for itself again, with what it brought and what came of that since.

    What else came since stays with the survivor.
    """
    customer = Customer.objects.select_related("merged_into").get(pk=customer.pk)
    if customer.merged_into is None:
        return customer
    current = CustomerMerge.objects.filter(customer=customer, survivor=customer.merged_into, undone_at=None).first()
    hold_rows(rows_of(what_goes_back(current)) if current else {})
    customer, survivor = _lock(customer, customer.merged_into)
    merge = CustomerMerge.objects.select_for_update().filter(customer=customer, survivor=survivor, undone_at=None).first()
    if customer.merged_into_id is None:
        return customer
    if merge is None:
        raise ValidationError(_("The other record was merged on: undo that merge first."), code="conflict")
    if not merge.may_be_undone(at):
        days = format_number(UNDO_DAYS, get_language() or "")
        raise ValidationError(_("A merge can be undone for %(days)s days.") % {"days": days}, code="conflict")
    _require_last(merge)
    going = what_goes_back(merge)
    require_whole(going, survivor)
    customer.merged_into = None
    customer.save(update_fields=["merged_into", "updated_at"])
    for label, rows in rows_of(going).items():
        _give(rows, relation_of(label)[1], survivor, customer)
    _restore_facts(survivor, merge.changed)
    Answer.objects.bulk_create(_answers(merge.dropped), ignore_conflicts=True)
    merge.undone_at = at
    merge.save(update_fields=["undone_at"])
    return customer


def _require_last(merge: CustomerMerge) -> None:
    """What a later merge changed or dropped of the same, it took from what this one had made of it."""
    later = CustomerMerge.objects.filter(survivor=merge.survivor, undone_at=None, pk__gt=merge.pk).order_by("-pk")
    for other in later.select_related("customer"):
        if other.dropped or other.changed.keys() & merge.changed.keys():
            text = _("%(customer)s was merged into the same record later: undo that merge first.")
            raise ValidationError(text % {"customer": other.customer}, code="conflict")


def follow_unmerge(row: Model, field: str) -> None:
    """A row that was removed while two customers were one belongs, now that they are two again, to whom it came from."""
    removed = slips.history_of(type(row)).objects.get(pgh_id=slips.last_change(type(row), row.pk))
    for merge in CustomerMerge.objects.filter(undone_at__gt=removed.pgh_created_at).order_by("undone_at"):
        if merge.survivor_id == getattr(row, f"{field}_id") and row.pk in merge.moved.get(label_of(type(row), field), ()):
            setattr(row, f"{field}_id", merge.customer_id)


def gave_way(answers: Collection[int]) -> bool:
    """Whether a merge that holds keeps one of these answers, to bring it back should it be undone."""
    kept = CustomerMerge.objects.filter(undone_at=None).exclude(dropped=[]).values_list("dropped", flat=True)
    return any(row["id"] in answers for dropped in kept for row in dropped)


def left_behind() -> QuerySet[Customer]:
    """Merged customers of whom something was being written at that moment."""
    return Customer.objects.filter(pk__in=_of_merged()).select_related("merged_into").order_by("pk")


@transaction.atomic
def follow_merge(customer: Customer) -> int:
    """What was being written for a customer while they were merged follows them; the number of rows.

    It is as if it had been there at the merge: it comes back where that is undone.
    """
    hold_rows(_rows_of(customer, customer.merged_into))
    customer, survivor = _lock(customer, customer.merged_into)
    if customer.merged_into_id != survivor.pk:
        return 0  # undone or merged on meanwhile
    dropped = _drop_double_answers(customer, survivor)
    moved = move_rows(customer, survivor)
    passed = _merges_between(customer, survivor)
    for merge in passed:
        for label, keys in moved.items():
            merge.moved[label] = [*merge.moved.get(label, ()), *keys]
        merge.dropped += dropped if merge is passed[-1] else []
        merge.save(update_fields=["moved", "dropped"])
    return sum(len(keys) for keys in moved.values())


def _merges_between(customer: Customer, survivor: Customer) -> list[CustomerMerge]:
    """By which merges, one after another, a record became the one that is left."""
    found: list[CustomerMerge] = []
    key: int | None = customer.pk
    while key != survivor.pk:
        merge = CustomerMerge.objects.select_for_update().filter(customer=key, undone_at=None).order_by("-pk").first()
        if merge is None:
            break
        found.append(merge)
        key = merge.survivor_id
    return found


def hold_rows(rows: dict[str, QuerySet]) -> None:
    """Rows of several tables, before their customers: as whoever changes an order, a lead or a deal holds them.

    The tables come in one order too, that of their names: orders, leads, opportunities, quotes.
    """
    for label in sorted(rows):
        list(rows[label].select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


def _rows_of(customer: Customer, into: Customer) -> dict[str, QuerySet]:
    """What a merge will change: all that is the one's, and of the other one answers, as doubles go."""
    rows = {label_of(model, field): model._default_manager.filter(**{field: customer}) for model, field in relations()}
    return rows | {label_of(Answer, "customer"): Answer.objects.filter(customer__in=[customer, into])}


def move_rows(customer: Customer, into: Customer) -> dict[str, list[int]]:
    """All of one customer's rows to another one; their keys."""
    moved = {}
    for model, field in relations():
        rows = model._default_manager.filter(**{field: customer})
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        if keys:
            _give(rows, field, customer, into)
            moved[label_of(model, field)] = keys
    return moved


def _give(rows: QuerySet, field: str, giver: Customer, taker: Customer) -> None:
    stamp = {"updated_at": Now()} if issubclass(rows.model, Record) else {}
    rows.filter(**{field: giver}).update(**{field: taker}, **stamp)


def _of_merged() -> set[int]:
    found: set[int] = set()
    for model, field in relations():
        rows = model._default_manager.filter(**{f"{field}__merged_into__isnull": False})
        found |= set(rows.order_by().values_list(field, flat=True).distinct())
    return found


def _lock(customer: Customer, other: Customer) -> tuple[Customer, Customer]:
    """Both as they are now, in one order whoever merges whom."""
    keys = {customer.pk, other.pk}
    rows = {row.pk: row for row in Customer.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    if keys - rows.keys():
        raise Customer.DoesNotExist
    return rows[customer.pk], rows[other.pk]


def _require_mergeable(customer: Customer, into: Customer) -> None:
    if customer.pk == into.pk:
        raise ValidationError(_("A customer cannot be merged into itself."), code="conflict")
    if customer.merged_into_id or into.merged_into_id:
        raise ValidationError(_("This customer was merged into another one."), code="conflict")
    if (customer.is_test, customer.is_spam) != (into.is_test, into.is_spam):
        raise ValidationError(
            _("Only one of the two is a test or spam: their orders would begin or cease to count. Mark both alike first."),
            code="conflict",
        )


def _join_facts(customer: Customer, into: Customer, take: Collection[str]) -> dict[str, list[Any]]:
    """The survivor's new values; those it had are returned with them, by column."""
    values = {name: getattr(customer, name) for name in CHOSEN if name in take}
    values |= {name: getattr(customer, name) for name in JOINED if not getattr(into, name)}
    values["created_at"] = min(customer.created_at, into.created_at)
    first, later = sorted((customer, into), key=lambda each: (each.created_at, each.pk))
    touched = next((each for each in (first, later) if _has_touch(each)), into)
    values |= {name: getattr(touched, name) for name in TOUCH}
    changed = {}
    for name, value in values.items():
        column = _column(name)
        before = getattr(into, column.attname)
        setattr(into, name, value)
        if getattr(into, column.attname) != before:
            changed[column.attname] = [_kept(before), _kept(getattr(into, column.attname))]
    into.save(update_fields=[*values, "updated_at"])
    return changed


def _has_touch(customer: Customer) -> bool:
    return any(getattr(customer, f"{name}_id") for name in TOUCH)


def _column(name: str) -> Field:
    return Customer._meta.get_field(name)


def _kept(value: Any) -> Any:
    """As JSON that says the same again: its encoder would round moments."""
    return value.isoformat() if isinstance(value, datetime) else value


def _still(column: Field, value: Any) -> Any:
    """A value that was kept as JSON; nothing, where it names a row that is gone."""
    value = column.to_python(value)
    if column.is_relation and value is not None and not column.related_model._default_manager.filter(pk=value).exists():
        return None
    return value


def _restore_facts(survivor: Customer, changed: dict[str, list[Any]]) -> None:
    """What nobody has changed since becomes what it was."""
    restored = []
    for attname, (before, after) in changed.items():
        column = _column(attname)
        if getattr(survivor, attname) == column.to_python(after):
            setattr(survivor, attname, _still(column, before))
            restored.append(column.name)
    if restored:
        survivor.save(update_fields=[*restored, "updated_at"])


def _drop_double_answers(customer: Customer, into: Customer) -> list[dict[str, Any]]:
    """One person answers once a day: of two answers to one question the later one stays."""
    kept = {_key(answer): answer for answer in _own_answers(into)}
    doubles = [(answer, kept[_key(answer)]) for answer in _own_answers(customer) if _key(answer) in kept]
    earlier = [min(pair, key=lambda each: (each.answered_at, each.pk)) for pair in doubles]
    Answer.objects.filter(pk__in=[answer.pk for answer in earlier]).delete()
    return [{field.attname: _kept(getattr(answer, field.attname)) for field in _stored()} for answer in earlier]


def _own_answers(customer: Customer) -> QuerySet[Answer]:
    return Answer.objects.filter(customer=customer, external_id=None)


def _key(answer: Answer) -> tuple[Any, ...]:
    return tuple(getattr(answer, name) for name in SAME_ANSWER)


def _stored() -> list[Field]:
    return [field for field in Answer._meta.concrete_fields if not field.generated]


def _answers(rows: list[dict[str, Any]]) -> Iterator[Answer]:
    """What was kept of them; of a survey that is gone there is nothing to answer."""
    for row in rows:
        values = {field.attname: _still(field, row[field.attname]) for field in _stored()}
        if values["survey_id"] is not None:
            yield Answer(**values)

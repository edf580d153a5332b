"""A slip of the hand: whoever made a change takes it back for an hour, to the image that the history kept from before it.

A signed way, which is given to whoever made the change, proves that it was theirs.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from crm.models import Record, User

SLIP = timedelta(hours=1)


class Removal(NamedTuple):
    """The key of the image that a removed row left, and who had it made, which no image tells."""

    image: int
    author: dict[str, Any] | None


Change = int | Removal


def history_of(model: type[Model]) -> type[Model]:
    return model.history.rel.related_model


def last_change(model: type[Model], pk: int) -> int | None:
    """The key of the newest image that the history keeps of a row."""
    images = history_of(model).objects.filter(pgh_obj_id=pk)
    return images.order_by("-pgh_id").values_list("pgh_id", flat=True).first()


def removed_row(model: type[Model], pk: int) -> Model | None:
    """One that is gone, as it was last."""
    image = history_of(model).objects.filter(pgh_id=last_change(model, pk), pgh_label="delete").first()
    return row_in(model, image) if image else None


def remove(row: Model) -> Removal:
    pk, author = row.pk, getattr(row, "recorded_by", None)
    row.delete()
    return Removal(last_change(type(row), pk), author)


def row_in(model: type[Model], image: Model) -> Model:
    """As it was, but for who had it made, which is in no image."""
    kept = [field for field in model._meta.concrete_fields if not field.generated]
    return model(**{field.attname: getattr(image, field.attname, None) for field in kept})


def way_back(model: type[Model], change: Change, *, by: User, at: datetime) -> str:
    """What proves that a change was somebody's own, and when it was."""
    return signing.dumps([change, at.timestamp()], salt=f"{model._meta.label_lower}.{by.pk}")


def way_back_of_new(model: type[Model], keys: Collection[int], *, by: User, at: datetime) -> str:
    """The same of rows that were entered together."""
    return signing.dumps([list(keys), at.timestamp()], salt=f"{model._meta.label_lower}.new.{by.pk}", compress=True)


def new_rows(rows: QuerySet, way: str, *, by: User, at: datetime) -> QuerySet | None:
    """What is left of the rows that somebody entered together just now, locked; None where more has come since.

    `rows` are those that may be seen. What is gone was taken back already.
    """
    left, touched = left_of_new(rows.model, way, by=by, at=at)
    found = rows.filter(pk__in=left)
    return found if not touched and found.count() == len(left) else None


def left_of_new(model: type[Model], way: str, *, by: User, at: datetime) -> tuple[list[int], set[int]]:
    """The keys of such rows, locked, and those that somebody has touched since."""
    entered = model.objects.filter(pk__in=new_keys(model, way, by=by, at=at))
    # First held, then looked at: whoever was changing one of them has ended by then.
    left = list(entered.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    images = history_of(model).objects.filter(pgh_obj_id__in=left)
    return left, set(images.values_list("pgh_obj_id", flat=True))


def new_keys(model: type[Model], way: str, *, by: User, at: datetime) -> list[int]:
    return _read_way(way, f"{model._meta.label_lower}.new.{by.pk}", at)


def row_before(rows: QuerySet, way: str, *, by: User, at: datetime) -> Model | None:
    """The row, locked where it is still there, as it was before a change of one's own; None where more has come since, or what
    it named is gone.

    `rows` are those that may be seen. Saved, the row is as it was, or there again.
    """
    image, author = _image_behind(rows.model, way, by, at)
    if image is None or last_change(rows.model, image.pgh_obj_id) != image.pgh_id:
        return None
    current = rows.select_for_update(of=("self",)).filter(pk=image.pgh_obj_id).first()
    if (current is None) != (image.pgh_label == "delete"):
        return None
    row = row_in(rows.model, image)
    if isinstance(row, Record):
        row.recorded_by = current.recorded_by if current else author
        if _is_sent_again(row):
            return None
    return row if _names_what_is_there(row) else None


def _is_sent_again(row: Record) -> bool:
    """Then it is another row now."""
    namesakes = type(row).objects.filter(source=row.source, external_id=row.external_id).exclude(pk=row.pk)
    return row.external_id is not None and namesakes.exists()


def _names_what_is_there(row: Model) -> bool:
    named = [field for field in row._meta.concrete_fields if field.is_relation and getattr(row, field.attname)]
    return all(field.related_model._default_manager.filter(pk=getattr(row, field.attname)).exists() for field in named)


def _image_behind(model: type[Model], way: str, by: User, at: datetime) -> tuple[Model | None, dict[str, Any] | None]:
    """The image that a change of one's own left just now, and of a removed row who had it made."""
    change = _read_way(way, f"{model._meta.label_lower}.{by.pk}", at)
    key, author = change if isinstance(change, list) else (change, None)
    return history_of(model).objects.filter(pgh_id=key).first(), author


def _read_way(way: str, salt: str, at: datetime) -> Any:
    try:
        what, made_at = signing.loads(way, salt=salt)
    except signing.BadSignature:
        raise ValidationError(_("Only your own change can be taken back."), code="not-allowed") from None
    if made_at < (at - SLIP).timestamp():
        raise ValidationError(_("A change can be taken back for an hour."), code="conflict")
    return what

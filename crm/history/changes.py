"""What was changed of a record, and by whom: its history in the reader's words, with no more than they may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.db import models
from django.db.models import Case, F, Func, Model, Q, QuerySet, Subquery, TextField, When, Window
from django.db.models.functions import Cast, Coalesce, Lag, Lead
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.ago import full
from crm.history.lines import LineChanges, Lines
from crm.models import ApiToken, User
from crm.preferences import Preferences
from crm.settings_pages import READ_BY_PEOPLE, Shown, Text, called
from crm.slips import history_of
from crm.templatetags.crm_format import format_day, format_moment, phone

Author = dict[str, Any]  # the keys of a person and of a token of theirs
# Where a row came from and when it was written: the keeping of it, and no change to whoever reads.
UNTOLD = frozenset({"id", "external_id", "source", "recorded_at", "updated_at"})


def seen_by(user: User, model: type[Model]) -> QuerySet:
    """The rows that somebody may see; tables that say nothing about it are of words that everybody reads."""
    rows = model._default_manager.all()
    return rows.visible_to(user) if hasattr(rows, "visible_to") else rows


@dataclass(frozen=True)
class Telling:
    """How the history of one kind of record is told: columns that are left out, amounts in a currency of their row, and what
    the value of a column alone does not say; and the lines that are told with it."""

    left_out: Collection[str] = ()
    currencies: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, Text] = field(default_factory=dict)
    lines: Lines | None = None


@dataclass(frozen=True)
class History:
    """The changes of one row. The history keeps what a row was before each: what it was after stands in the next image, and
    in the row itself after the last."""

    row: Model
    user: User
    prefs: Preferences
    telling: Telling

    @cached_property
    def columns(self) -> list[models.Field]:
        model = type(self.row)
        kept = {column.name for column in history_of(model)._meta.concrete_fields} - UNTOLD - {*self.telling.left_out}
        return [column for column in model._meta.concrete_fields if column.name in kept]

    @cached_property
    def images(self) -> QuerySet:
        """Those from before a request that changed something told, and those of deletions."""
        model, names = type(self.row), [column.name for column in self.columns]
        told = Cast(Func(*names, function="ROW", output_field=TextField()), TextField())
        now = model._default_manager.filter(pk=self.row.pk).values(told=told)
        following = Coalesce(Window(Lead("told"), order_by="pgh_id"), Subquery(now))
        kept = history_of(model).objects
        images = kept.filter(pk__in=self._before_requests()).annotate(told=told).annotate(following=following)
        of_lines = self.telling.lines.changed_with(self.row) if self.telling.lines else Q()
        changed = images.filter(Q(pgh_label="delete") | ~Q(told=F("following")) | of_lines)
        return kept.filter(pk__in=changed.values("pk")).select_related("pgh_context")

    def _before_requests(self) -> QuerySet:
        """A request may write a row several times: what stood in between was not for anybody. What has no author stands alone."""
        request = Case(When(pgh_label="update", then="pgh_context"))
        images = history_of(type(self.row)).objects.filter(pgh_obj_id=self.row.pk).annotate(request=request)
        images = images.annotate(preceding=Window(Lag("request"), order_by="pgh_id"))
        return images.filter(Q(request=None) | Q(preceding=None) | ~Q(request=F("preceding"))).values("pk")

    def entries(self, images: list[Model], newer: Model | None = None) -> list[dict[str, Any]]:
        """Some images that follow one another, newest first, as a timeline shows them; `newer` is the one they follow."""
        steps = [Step(before, after, self.columns) for after, before in pairwise([newer or self.row, *images])]
        authors, names = Authors(author_of(image) for image in images), Names(steps, self.user)
        entries = [self._entry(step, authors, names) for step in steps]
        self._add_lines(entries, images, newer)
        return [entry for entry in entries if entry.get("changes", True)]

    def _add_lines(self, entries: list[dict[str, Any]], images: list[Model], newer: Model | None) -> None:
        """Once for each transaction, with the last thing that it did to the record."""
        if self.telling.lines is None or not images:
            return
        lines = LineChanges(self.telling.lines, self.row, images[-1].pgh_created_at, self.prefs)
        told = {newer.pgh_created_at} if newer else set()
        for entry, image in zip(entries, images, strict=True):
            if image.pgh_created_at not in told and "changes" in entry:
                entry["changes"] += lines.at(image.pgh_created_at)
                told.add(image.pgh_created_at)

    def beginning(self) -> Iterator[dict[str, Any]]:
        """When the row came to be, and who had it made where that is known."""
        begun = (getattr(self.row, name, None) for name in ("recorded_at", "created_at", "date_joined"))
        if at := next(filter(None, begun), None):
            author = getattr(self.row, "recorded_by", None)
            by = Authors([author]).of(author) if author else ""
            yield {"icon": "plus", "title": _("First saved"), "by": by, **time_of(at, self.prefs)}

    def _entry(self, step: Step, authors: Authors, names: Names) -> dict[str, Any]:
        event = {"by": authors.of(author_of(step.before)), **time_of(step.before.pgh_created_at, self.prefs)}
        if step.is_deletion:
            return {"icon": "trash-2", "title": _("Deleted"), **event}
        changes = [
            {
                "label": capfirst(column.verbose_name),
                "old": self._text(column, step.before, names),
                "new": self._text(column, step.after, names),
            }
            for column in step.changed
        ]
        return {"icon": "pencil", "title": _("Changed"), "changes": changes, **event}

    def _text(self, column: models.Field, image: Model, names: Names) -> str:
        value = getattr(image, column.attname)
        if value in (None, ""):
            return ""
        if column.name in self.telling.texts:
            return self.telling.texts[column.name](image, self.prefs)
        if column.is_relation:
            return names.of(column, value, self.prefs)
        if column.choices:
            return str(dict(column.flatchoices).get(value, value))
        if isinstance(column, models.BooleanField):
            return _("Yes") if value else _("No")
        if isinstance(column, models.DateField):
            return (format_moment if isinstance(value, datetime) else format_day)(value, self.prefs)
        if isinstance(column, READ_BY_PEOPLE):
            return Shown(column, self.prefs, self.telling.currencies.get(column.name, ""))(image)
        return phone(value) if column.name == "phone" else str(value)


def time_of(at: datetime, prefs: Preferences) -> dict[str, Any]:
    """When something was, as a timeline shows it."""
    texts = {"when_text": format_moment(at, prefs), "when_full": full(at, prefs)}
    return {"at": at, "when_iso": at.astimezone(prefs.zone).isoformat(timespec="seconds"), **texts}


class Step:
    """One change: a row before and after it."""

    def __init__(self, before: Model, after: Model, columns: Iterable[models.Field]) -> None:
        self.before, self.after = before, after
        self.is_deletion = before.pgh_label == "delete"
        changed = (column for column in columns if getattr(before, column.attname) != getattr(after, column.attname))
        self.changed = [] if self.is_deletion else list(changed)


def author_of(image: Model) -> Author | None:
    return image.pgh_context.metadata if image.pgh_context else None


class Authors:
    """Who changed something: a person, an integration by its key, or nobody who is known."""

    def __init__(self, authors: Iterable[Author | None]) -> None:
        told = [author for author in authors if author]
        self.users = User.objects.in_bulk({author["user"] for author in told})
        self.tokens = ApiToken.objects.in_bulk({author["token"] for author in told if author["token"]})

    def of(self, author: Author | None) -> str:
        known = author or {"user": None, "token": None}
        if token := self.tokens.get(known["token"]):
            return _("API token %(name)s") % {"name": token}
        return str(self.users.get(known["user"]) or _("automatic"))


class Names:
    """What the rows are called that others refer to: each table is asked once, and only for what the reader may see."""

    def __init__(self, steps: Iterable[Step], user: User) -> None:
        wanted: dict[type[Model], set[Any]] = defaultdict(set)
        for step in steps:
            for column in filter(lambda column: column.is_relation, step.changed):
                wanted[column.related_model] |= {getattr(step.before, column.attname), getattr(step.after, column.attname)}
        self.rows = {model: seen_by(user, model).in_bulk(keys - {None}) for model, keys in wanted.items()}

    def of(self, column: models.Field, key: Any, prefs: Preferences) -> str:
        row = self.rows[column.related_model].get(key)
        return called(row, prefs) if row else _("not shown to you")

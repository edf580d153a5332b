"""Lines of a record that came, changed and went: each stands in its history with the change of the record it was part of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from crm.money import format_number
from crm.preferences import Preferences
from crm.slips import history_of


@dataclass(frozen=True)
class Lines:
    """The lines of one kind of record, which `parent` names; `text` says all that a line holds, in its currency."""

    model: type[Model]
    parent: str
    related: tuple[str, ...]
    text: Callable[[Any, Any, Preferences], str]

    def of(self, row: Model, *, images: bool) -> QuerySet:
        model = history_of(self.model) if images else self.model
        return model._default_manager.filter(**{self.parent: row.pk})

    def changed_with(self, row: Model) -> Q:
        """Of the images of a record those whose transaction wrote lines of it, but for the one in which it began."""
        moment, begun = OuterRef("pgh_created_at"), row.recorded_at
        gone = self.of(row, images=True).filter(pgh_created_at=moment)
        come = (self.of(row, images=images).filter(recorded_at=moment, recorded_at__gt=begun) for images in (True, False))
        return Q(Exists(gone)) | Q(*(Exists(rows) for rows in come), _connector=Q.OR)


class LineChanges:
    """What became of the lines of one record in each of the transactions since some moment."""

    def __init__(self, lines: Lines, row: Model, since: datetime, prefs: Preferences) -> None:
        self.lines, self.row, self.prefs = lines, row, prefs
        self.states: dict[int, list[Any]] = defaultdict(list)
        images = lines.of(row, images=True).filter(pgh_created_at__gte=since).order_by("pgh_id")
        for image in images.select_related(*lines.related):
            self.states[image.pgh_obj_id].append(image)
        for line in lines.of(row, images=False).select_related(*lines.related):
            self.states[line.pk].append(line)

    def at(self, moment: datetime) -> list[dict[str, str]]:
        """Line by line, by the place they have: a quote's are written anew with each change."""
        before, after = dict(self._before(moment)), dict(self._after(moment))
        return [
            {"label": _("Line %(number)s") % {"number": self._number(place + 1)}, "old": old, "new": new}
            for place in sorted({*before, *after})
            if (old := before.get(place, "")) != (new := after.get(place, ""))
        ]

    def _before(self, moment: datetime) -> Iterator[tuple[int, str]]:
        for states in self.states.values():
            touched = [state for state in states if when(state) == moment]
            if touched and not self._begins(touched[0], moment):
                yield self._told(touched[0])

    def _after(self, moment: datetime) -> Iterator[tuple[int, str]]:
        """What was touched then, or came then, as it was when that was over; nothing of what was gone."""
        for states in self.states.values():
            touched = [state for state in states if when(state) == moment]
            if touched and touched[-1].pgh_label == "delete":
                continue
            following = next((state for state in states if when(state) is None or when(state) > moment), None)
            if following is not None and (touched or self._begins(following, moment)):
                yield self._told(following)

    def _begins(self, state: Any, moment: datetime) -> bool:
        return state.recorded_at == moment > self.row.recorded_at

    def _told(self, state: Any) -> tuple[int, str]:
        return state.position, self.lines.text(state, self.row, self.prefs)

    def _number(self, value: int) -> str:
        return format_number(value, self.prefs.language, latin_digits=self.prefs.latin_digits)


def when(state: Any) -> datetime | None:
    """The moment an image is from before; a line that is there has none."""
    return getattr(state, "pgh_created_at", None)

"""Forms whose rows can be arranged: each button works without scripts, by sending the form and showing it again unsaved."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import QueryDict

BUTTON = "arrange"
UP, DOWN, REMOVE, ADD = "up", "down", "remove", "add"


def arranged(data: QueryDict, columns: Mapping[str, str]) -> QueryDict:
    """The form after its button: `up-2`, `down-2` and `remove-2` are of the third row, `add` makes a new one.

    `columns` are the parameters of which every row has one, each with that of the row to be added.
    """
    verb, _dash, place = data.get(BUTTON, "").partition("-")
    rows = list(zip(*(data.getlist(name) for name in columns), strict=False))
    index = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else len(rows)
    match verb:
        case _ if verb == ADD:
            new = tuple(data.get(name, "") for name in columns.values())
            rows += [new] if new[0] else []
        case _ if verb == REMOVE:
            del rows[index : index + 1]
        case _ if verb in (UP, DOWN) and index < len(rows):
            other = max(index - 1, 0) if verb == UP else index + 1
            rows.insert(other, rows.pop(index))
    changed = data.copy()
    for number, name in enumerate(columns):
        changed.setlist(name, [row[number] for row in rows])
    return changed

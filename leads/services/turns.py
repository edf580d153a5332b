"""Who is given the leads that arrive without an owner."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from crm.inputs.items import Item
from crm.models import Team, User


def give_in_turn(items: Sequence[Item], team: Team | None) -> None:
    """Give each lead to the next sales rep of a team: with three of them everybody has every third.

    The turn is a sequence of the database, so that two calls at once do not give their leads to the same one. A team without
    reps is given nothing.
    """
    if not items or team is None:
        return
    reps = User.objects.filter(team=team, role=User.Role.REP, is_active=True)
    people = list(reps.order_by("pk").values("pk", "email"))
    if not people:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('leads_turn') FROM generate_series(1, %s)", [len(items)])
        turns = [turn for (turn,) in cursor.fetchall()]
    for item, turn in zip(items, turns, strict=True):
        person = people[turn % len(people)]
        item.values["owner_id"] = person["pk"]
        item.names["owner"] = (User, person)

"""Users and teams, to be read only: accounts are made by administrators."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from crm.api.output import Output
from crm.api.resource import EMAIL, Resource, equals
from crm.inputs.caller import Caller
from crm.inputs.references import people_of, teams_of
from crm.models import Team, User


class People(Resource):
    """Colleagues: those whose records one may see."""

    def visible(self, caller: Caller) -> QuerySet[Any]:
        if self.model is User:
            return people_of(caller.user).select_related("team")
        return teams_of(caller.user)


USERS = People(
    name="users",
    model=User,
    output=Output(User, ["email", "name", "role", "team"]),
    filters={"email": EMAIL, "role": equals("role", User.Role.values)},
)
TEAMS = People(name="teams", model=Team, output=Output(Team, ["name"]))
RESOURCES = [USERS, TEAMS]

"""Who may open what: one predicate per rule. Which rows they then see is `visible_to` of each QuerySet."""

from __future__ import annotations

from django.db.models import QuerySet

from crm.models import User

DELETERS = {User.Role.MANAGER, User.Role.INTEGRATION, User.Role.ADMIN}
LEADERS = {User.Role.MANAGER, User.Role.ADMIN}
KEEPERS = {User.Role.MANAGER, User.Role.MARKETER, User.Role.INTEGRATION, User.Role.ADMIN}


def may_enter(user: User) -> bool:
    return user.is_active


def may_sell(user: User) -> bool:
    return user.is_active and user.may_sell


def may_see_costs(user: User) -> bool:
    return user.is_active and user.may_see_costs


def may_see_traffic(user: User) -> bool:
    return user.is_active and user.may_see_traffic


def may_set_targets(user: User) -> bool:
    return user.is_active and user.may_set_targets


def may_keep_reference_data(user: User) -> bool:
    """Reps and support choose among campaigns, channels and products; others keep them."""
    return user.is_active and (user.is_superuser or user.role in KEEPERS)


def may_delete(user: User) -> bool:
    """Whoever is measured by a figure does not delete what it counts: reps archive instead."""
    return user.is_active and (user.is_superuser or user.role in DELETERS)


def may_open_screens(user: User) -> bool:
    """Figures that are shown without signing in are let out by those who lead."""
    return user.is_active and (user.is_superuser or user.role in LEADERS)


def may_manage_people(user: User) -> bool:
    return user.is_active and user.is_superuser


def owners_for(user: User) -> QuerySet[User]:
    """Those whose records a user may see."""
    if user.sees_all:
        return colleagues()
    return colleagues().filter(team=user.team_id) if user.sees_team else colleagues().filter(pk=user.pk)


def colleagues() -> QuerySet[User]:
    """Those a record can be given to: people, not programs."""
    return User.objects.filter(is_active=True).exclude(role=User.Role.INTEGRATION).order_by("name", "email")

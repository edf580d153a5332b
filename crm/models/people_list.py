"""A list of people with a name: whom somebody wants to come back to. Its members are kept by the apps whose records they are."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models.user import User


class PeopleListQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own, the team's and everybody's; whoever may not see leads sees no lists of leads either."""
        if not user.is_active:
            return self.none()
        shared = Q(owner=user) | Q(scope=PeopleList.Scope.EVERYONE)
        if user.team_id is not None:
            shared |= Q(scope=PeopleList.Scope.TEAM, owner__team=user.team_id)
        seen = self.filter(shared, is_removed=False)
        return seen if user.may_sell else seen.exclude(kind=PeopleList.Kind.LEADS)

    def kept_by(self, user: User) -> Self:
        """Those a user may rename, share and remove: their own; an administrator everybody's."""
        return self if user.is_active and user.is_superuser else self.filter(owner=user)

    def of_customers(self) -> Self:
        return self.filter(kind=PeopleList.Kind.CUSTOMERS)

    def of_leads(self) -> Self:
        return self.filter(kind=PeopleList.Kind.LEADS)


class PeopleList(models.Model):
    class Kind(models.TextChoices):
        CUSTOMERS = "customers", _("Customers")
        LEADS = "leads", _("Leads")

    class Scope(models.TextChoices):
        PRIVATE = "private", _("Only me")
        TEAM = "team", _("My team")
        EVERYONE = "everyone", _("Everyone")

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="people_lists")
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    scope = models.CharField(_("who sees it"), max_length=8, choices=Scope.choices, default=Scope.PRIVATE)
    # Where its people come from, as the facts of `crm.origins`, and the address of that page.
    origin = models.JSONField(default=list, blank=True)
    origin_url = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    is_removed = models.BooleanField(default=False)

    objects = PeopleListQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("list of people")
        verbose_name_plural = _("lists of people")
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], condition=Q(is_removed=False), name="crm_peoplelist_name"),
        ]

    def __str__(self) -> str:
        return self.name

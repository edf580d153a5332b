"""People who sign in, and their teams."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext_lazy as _

from crm.database import AskingAuthor, FoldText
from crm.history.keeping import keeps_history, keeps_history_without
from crm.jalali import language_key


@keeps_history
class Team(models.Model):
    """A group of people whose records its manager sees."""

    name = models.CharField(_("name"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet):
    def search(self, text: str) -> Self:
        """Every word stands in the name or in the address."""
        found = self.alias(folded=FoldText(Concat("name", Value("|"), "email", output_field=models.TextField())))
        for word in text.split()[:8]:
            found = found.filter(folded__contains=FoldText(Value(word)))
        return found


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        fields |= {"is_staff": True, "is_superuser": True, "role": User.Role.ADMIN, "visibility": User.Visibility.ALL}
        return self.create_user(email, password, **fields)


@keeps_history_without("password", "last_login")
class User(AbstractUser):
    """A person or an integration; the e-mail address is the name they sign in with."""

    class Role(models.TextChoices):
        REP = "rep", _("Sales rep")
        MANAGER = "manager", _("Manager")
        MARKETER = "marketer", _("Marketer")
        SUPPORT = "support", _("Support")
        INTEGRATION = "integration", _("Integration")
        ADMIN = "admin", _("Administrator")

    class Visibility(models.TextChoices):
        OWN = "own", _("Own records")
        TEAM = "team", _("The team's records")
        ALL = "all", _("All records")

    class Language(models.TextChoices):
        PERSIAN = "fa", "فارسی"
        ENGLISH = "en", "English"

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    username = None
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.REP)
    visibility = models.CharField(_("sees"), max_length=4, choices=Visibility.choices, default=Visibility.OWN)
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.PROTECT, related_name="members"
    )
    # Empty until somebody chooses one: pages are then in the language that the browser asks for.
    language = models.CharField(max_length=2, choices=Language.choices, blank=True, default="")
    calendar = models.CharField(max_length=10, choices=[("jalali", _("Jalali")), ("gregorian", _("Gregorian"))], default="jalali")
    money_unit = models.CharField(max_length=20, default="toman")
    latin_digits = models.BooleanField(default=False)
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    columns = models.JSONField(default=dict, blank=True, help_text="the chosen columns of each list, by its name")

    # The author of the transaction that made it; written by the database alone.
    recorded_by = models.JSONField(null=True, editable=False, db_default=AskingAuthor())

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = UserManager()

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="crm_user_email_folded")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        """What Django's own pages call somebody."""
        return str(self)

    @property
    def invited_by(self) -> User | None:
        """Who added them, where that was somebody on the pages."""
        return User.objects.filter(pk=(self.recorded_by or {}).get("user")).first()

    @property
    def is_program(self) -> bool:
        """It has tokens, and comes by the API."""
        return self.role == self.Role.INTEGRATION

    @property
    def may_choose_password(self) -> bool:
        """By a link: programs are handed none, and whoever was switched off comes in no more."""
        return self.is_active and not self.is_program

    @property
    def last_barred(self) -> int | None:
        """The newest image that the history keeps of the account as one that might choose no password."""
        barred = self.history.filter(Q(is_active=False) | Q(role=self.Role.INTEGRATION))
        return barred.order_by("-pgh_id").values_list("pgh_id", flat=True).first()

    @property
    def language_without_browser(self) -> str:
        """That of mails, and of whatever else reaches somebody without their browser."""
        return self.language or language_key(settings.LANGUAGE_CODE)

    @property
    def sees_all(self) -> bool:
        return self.is_superuser or self.visibility == self.Visibility.ALL

    @property
    def sees_team(self) -> bool:
        return self.visibility == self.Visibility.TEAM and self.team_id is not None

    @property
    def is_without_team(self) -> bool:
        """Whether a team's records are for this account, but there is no team: then it sees its own alone."""
        return self.visibility == self.Visibility.TEAM and self.team_id is None and not self.is_superuser

    @cached_property
    def teammates(self) -> frozenset[int]:
        """The keys of the team's members; asked once, as this object lives no longer than a request."""
        return frozenset(User.objects.filter(team=self.team_id).values_list("pk", flat=True))

    @property
    def may_sell(self) -> bool:
        """Leads and opportunities are not for support."""
        return self.is_superuser or self.role != self.Role.SUPPORT

    @property
    def may_see_costs(self) -> bool:
        """Expenses and unit costs are not for reps and support."""
        return self.is_superuser or self.role in {self.Role.MANAGER, self.Role.MARKETER, self.Role.INTEGRATION, self.Role.ADMIN}

    @property
    def may_see_traffic(self) -> bool:
        """Sessions and posts belong to nobody: they are for those who look at the whole."""
        return self.may_see_costs

    @property
    def may_set_targets(self) -> bool:
        """Targets are set by those who lead; those who are measured by them read them."""
        return self.is_superuser or self.role in {self.Role.MANAGER, self.Role.MARKETER, self.Role.INTEGRATION, self.Role.ADMIN}

    @property
    def may_give_history(self) -> bool:
        """Who may state business dates: history must be loadable, but not by a rep's own session."""
        return self.is_superuser or self.role in {self.Role.INTEGRATION, self.Role.ADMIN}

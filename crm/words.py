"""What columns and tables are called where their model does not say it: one word for one column, in every table.

Each app says its own words in its module of this name, and takes those of the apps beneath it. Forms, messages and the
settings pages read them where Django keeps them, in `verbose_name`. They are no part of a table: a new word needs no
migration, and the tables of the history have it, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.periods import Calendar, Grain

Words = Mapping[str, Promise]
Tables = Mapping[str, tuple[Promise, Promise]]

CALENDARS: Mapping[Calendar, Promise] = MappingProxyType({Calendar.JALALI: _("Jalali"), Calendar.GREGORIAN: _("Gregorian")})
GRAINS: Mapping[Grain, Promise] = MappingProxyType(
    {
        Grain.DAY: _("Day"),
        Grain.WEEK: _("Week"),
        Grain.MONTH: _("Month"),
        Grain.QUARTER: _("Quarter"),
        Grain.YEAR: _("Year"),
    }
)
FISCAL_GRAINS: Mapping[Grain, Promise] = MappingProxyType(
    {Grain.FISCAL_QUARTER: _("Fiscal quarter"), Grain.FISCAL_YEAR: _("Fiscal year")}
)
COLUMNS: Words = MappingProxyType(
    {
        "id": _("ID"),
        "external_id": _("external ID"),
        "source": _("source"),
        "created_at": _("created at"),
        "recorded_at": _("recorded at"),
        "recorded_by": _("recorded by"),
        "updated_at": _("updated at"),
        "at": _("time"),
        "by": _("done by"),
        "name": _("name"),
        "kind": _("kind"),
        "type": _("kind"),
        "data": _("secret"),
        "key": _("key"),
        "day": _("day"),
        "user": _("user"),
        "owner": _("owner"),
        "currency": _("currency"),
        "rate": _("exchange rate"),
        "is_removed": _("removed"),
        "expires_at": _("expires at"),
        "revoked_at": _("revoked at"),
        "last_used_at": _("last used at"),
        "scopes": _("scopes"),
        "digest": _("digest"),
        "language": _("language"),
        "calendar": _("calendar"),
        "money_unit": _("unit of money"),
        "latin_digits": _("Latin digits"),
        "theme": _("theme"),
        "columns": _("columns"),
        "default_calendar": _("usual calendar"),
        "fiscal_calendar": _("calendar of the fiscal year"),
        "fiscal_month": _("first month of the fiscal year"),
        "attribution_model": _("attribution model"),
        "touch_days": _("days before an order in which touches are credited"),
        "path": _("path"),
        "body_digest": _("digest of the body"),
        "status": _("status"),
        "answer": _("answer"),
        "origin": _("came from"),
        "origin_url": _("address it came from"),
        "people_list": _("list of people"),
        "mail": _("e-mail"),
        "mail_tries": _("attempts to send"),
        "mail_at": _("time of the e-mail"),
        "mail_error": _("reason it was refused"),
    }
)
# The name of the class: one row, several rows.
TABLES: Tables = MappingProxyType(
    {
        "Authenticator": (_("second step of sign-in"), _("second steps of sign-in")),
        "IdempotencyKey": (_("kept answer"), _("kept answers")),
    }
)
# What Django says to people without having Persian words for it.
BORROWED = (
    _("Breadcrumbs"),
    _("Model name"),
    _("Conflicting form data submitted. Please try again."),
    _("Disabled"),
    _("Enabled"),
    _("Enable password-based authentication for this user by setting a password."),
    _("Enter a valid domain name."),
    _("Password-based authentication"),
    _("Password-based authentication was disabled."),
    _("Raw passwords are not stored, so there is no way to see the user’s password."),
    _("Reset password"),
    _("Set password"),
    _("Set password: %s"),
    _("This action will <strong>enable</strong> password-based authentication for this user."),
    _(
        "Whether the user will be able to authenticate using a password or not. If disabled, they may still be able to"
        " authenticate using other backends, such as Single Sign-On or LDAP."
    ),
    _("This password is too common."),
    _("Your password can’t be a commonly used password."),
    _("Your password can’t be too similar to your other personal information."),
    ngettext_lazy("Please correct the error below.", "Please correct the errors below."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
    ),
)


def choices(words: Mapping[Any, Promise], among: Iterable[Any] | None = None) -> list[tuple[str, Promise]]:
    """The choices of a column: all of what has words, or some."""
    return [(key.value, words[key]) for key in among or words]


def call_by(models: Iterable[type[Model]], columns: Words, tables: Tables) -> None:
    """What already has words, of the model or of Django, keeps them: those are translated when they are read."""
    for model in models:
        meta = model._meta
        if meta.object_name in tables:
            meta.verbose_name, meta.verbose_name_plural = tables[meta.object_name]
        for field in (*meta.local_fields, *meta.local_many_to_many):
            if field.name in columns and not isinstance(field.verbose_name, Promise):
                field.verbose_name = columns[field.name]

"""Accounts, tokens and the settings of the organisation: what is done with them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, GeneratedField, Model, OuterRef, QuerySet
from django.utils.translation import gettext as _

from crm.currencies import CURRENCIES
from crm.database import local_day_sql, money_unit_sql
from crm.fields import MoneyField
from crm.inputs.failures import DETAILS
from crm.inputs.fields import DEMO_SOURCE
from crm.models import ApiToken, ExchangeRate, Holiday, IdempotencyKey, Organization, Team, User
from crm.models.holiday import fixed_holidays
from crm.scopes import SCOPES
from crm.text import TextError, clean_email, clean_line

SEES = {
    User.Role.REP: User.Visibility.OWN,
    User.Role.MANAGER: User.Visibility.TEAM,
    User.Role.MARKETER: User.Visibility.ALL,
    User.Role.SUPPORT: User.Visibility.ALL,
    User.Role.INTEGRATION: User.Visibility.ALL,
    User.Role.ADMIN: User.Visibility.ALL,
}
IDEMPOTENCY_KEPT = timedelta(hours=72)


@transaction.atomic
def create_user(
    email: str,
    *,
    role: str,
    password: str | None = None,
    name: str = "",
    team: str | None = None,
    visibility: str | None = None,
    **preferences: str,
) -> User:
    """A new account, which sees what its role usually sees unless said. An administrator may do everything.

    A team that does not exist yet is made.
    """
    if role not in User.Role.values:
        raise ValidationError(_("This role is not known."), code="invalid-choice")
    address = free_address(email)
    return User.objects.create_user(
        address,
        password,
        name=in_one_line(name),
        role=role,
        visibility=visibility or SEES[User.Role(role)],
        team=Team.objects.get_or_create(name=in_one_line(team))[0] if team else None,
        **rights_of(role),
        **preferences,
    )


def in_one_line(name: str) -> str:
    try:
        return clean_line(name)
    except TextError as error:
        raise ValidationError(str(error), code=error.code) from None


def free_address(email: str, owner: User | None = None) -> str:
    """The address as it is kept; but for its owner's nobody signs in with it yet."""
    try:
        address = clean_email(email)
    except TextError as error:
        raise ValidationError(str(error), code=error.code) from None
    if User.objects.filter(email__iexact=address).exclude(pk=owner and owner.pk).exists():
        raise ValidationError(_("There is an account with this e-mail address already."), code="duplicate")
    return address


def rights_of(role: str) -> dict[str, bool]:
    """An administrator may do everything, here and in Django's own pages."""
    return dict.fromkeys(("is_staff", "is_superuser"), role == User.Role.ADMIN)


def lock_administrators(by: User) -> None:
    """One administrator after the other changes accounts; whoever is none any more by then changes nothing.

    As nobody takes their own rights away, one is left at any time.
    """
    rows = User.objects.select_for_update(no_key=True).filter(is_active=True, is_superuser=True).order_by("pk")
    if by.pk not in list(rows.values_list("pk", flat=True)):
        raise PermissionDenied


@transaction.atomic
def add_person(email: str, *, by: User, team: Team | None = None, **facts: Any) -> User:
    """An account without a password: a link to choose one is handed to whoever it is for."""
    lock_administrators(by)
    person = create_user(email, team=team and team.name, **facts)
    ask_for_team(person)
    return person


@transaction.atomic
def edit_person(person: User, *, by: User, **facts: Any) -> User:
    lock_administrators(by)
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if facts.get("role", person.role) != person.role:
        if person.pk == by.pk:
            raise ValidationError({"role": _("Your own role is changed by another administrator.")})
        facts |= rights_of(facts["role"])
    # Whoever sees what their role usually sees goes on so with another one; what was chosen by hand stays.
    chosen = facts.pop("visibility", "" if person.visibility == SEES[person.role] else person.visibility)
    visibility = chosen or SEES[facts.get("role", person.role)]
    if visibility != person.visibility:
        facts["visibility"] = visibility
    if facts.get("email", person.email) != person.email:
        facts["email"] = free_address(facts["email"], person)
        # The address before would go on signing in, and being sent links to choose a password.
        EmailAddress.objects.filter(user=person).delete()
    for name, value in facts.items():
        setattr(person, name, value)
    if {"role", "visibility", "team"} & facts.keys():
        ask_for_team(person)
    person.save(update_fields=list(facts))
    return person


def ask_for_team(person: User) -> None:
    if person.is_without_team:
        text = _("Choose a team: whoever sees a team's records, but is in none, sees only their own.")
        raise ValidationError({"team": text})


@transaction.atomic
def switch_off_person(person: User, *, by: User, at: datetime) -> User:
    lock_administrators(by)
    if person.pk == by.pk:
        raise ValidationError(_("Nobody switches themselves off: another administrator does."), code="conflict")
    return deactivate_user(person, at=at)


@transaction.atomic
def switch_on_person(person: User, *, by: User) -> User:
    """They sign in with the password they had, if any; tokens that were revoked stay so."""
    lock_administrators(by)
    person.is_active = True
    person.save(update_fields=["is_active"])
    return person


@transaction.atomic
def save_team(team: Team, *, name: str, by: User) -> Team:
    """A new team, or another name for one that is there."""
    lock_administrators(by)
    if Team.objects.filter(name__iexact=name).exclude(pk=team.pk).exists():
        raise ValidationError({"name": _("There is a team with this name already.")})
    team.name = name
    team.save()
    return team


@transaction.atomic
def create_token(
    user: User, *, scopes: list[str], at: datetime, name: str = "", expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A token and its secret, which is known to nobody afterwards."""
    unknown = sorted(set(scopes) - SCOPES)
    if unknown or not scopes:
        raise ValidationError(
            _("These scopes are not known: %(scopes)s.") % {"scopes": ", ".join(unknown) or "–"}, code="invalid-choice"
        )
    if not user.is_active:
        raise ValidationError(_("This account is closed."), code="conflict")
    if name == DEMO_SOURCE:
        raise ValidationError({"name": DETAILS["reserved"]}, code="reserved")
    if expires_at is not None and expires_at <= at:
        raise ValidationError(_("The token would have expired already."), code="out-of-range")
    secret = ApiToken.PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=(name or user.email)[:100],
        digest=ApiToken.digest_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    return token, secret


@transaction.atomic
def add_token(user: User, *, by: User, **facts: Any) -> tuple[ApiToken, str]:
    """The same by an administrator, on the pages; whoever was switched off meanwhile gets none."""
    lock_administrators(by)
    return create_token(User.objects.get(pk=user.pk), **facts)


def revoke_token(token: ApiToken, *, at: datetime) -> ApiToken:
    """The token stops working at once; the first time counts."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)
    token.refresh_from_db()
    return token


def change_time_zone(organization: Organization, *, zone: str) -> Organization:
    """Every stored local day is written anew: the whole history is read on other clocks from now on.

    Set once more to what it is, it mends what was written by other clocks meanwhile.
    """
    if zone not in available_timezones():
        raise ValidationError(_("This time zone is not known."), code="invalid-choice")
    try:
        organization = _set_clocks(organization, zone)
        for model in apps.get_models():
            if local_days(model):
                _settle_days(model)
    except IntegrityError as error:
        text = _(
            "By these clocks two records that stand for one day each fall on the same day: %(found)s Remove one of them first."
        )
        raise ValidationError(text % {"found": detail_of(error)}, code="conflict") from error
    return organization


@transaction.atomic
def _set_clocks(organization: Organization, zone: str) -> Organization:
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    if organization.time_zone == zone:
        return organization
    organization.time_zone = zone
    organization.save(update_fields=["time_zone"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(local_day_sql(zone))
    for model in apps.get_models():
        moments = moments_behind_days(model)
        if moments:
            # A generated column is computed again only where the columns it reads are written.
            model.objects.update(**{name: F(name) for name in moments})
    return organization


@transaction.atomic
def _settle_days(model: type[Model]) -> None:
    """What others were writing when the clocks changed has its days by the old ones; the lock waits until they are done."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(f"LOCK TABLE {connection.ops.quote_name(model._meta.db_table)} IN EXCLUSIVE MODE")
    moments = moments_behind_days(model)
    for field in local_days(model):
        rows = model.objects.annotate(day_now=field.expression).filter(day_now__isnull=False)
        rows.exclude(**{field.name: F("day_now")}).update(**{name: F(name) for name in moments})


def detail_of(error: IntegrityError) -> str:
    """What the database says of the rows that collided."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return (diagnosis.message_detail if diagnosis else None) or str(error)


@transaction.atomic
def change_currency(organization: Organization, *, currency: str, figures: Iterable[QuerySet] = ()) -> Organization:
    """While no money is stored, nor any of the `figures` that are in it: they would not be converted, but called by another
    name. What is spread is cut into the new currency's smallest unit.
    """
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    if currency not in CURRENCIES and currency != organization.currency:
        raise ValidationError(_("This currency is not known."), code="invalid-choice")
    if currency != organization.currency and (holds_money() or any(rows.exists() for rows in figures)):
        text = _(
            "Amounts, targets or exchange rates are stored in %(currency)s, and another base currency would not convert them."
            " If they are those of the demo company, remove it with manage.py remove_demo. Else keep %(currency)s, and enter"
            " amounts of other currencies at their exchange rates."
        )
        raise ValidationError(text, "money-stored", {"currency": organization.currency})
    organization.currency = currency
    organization.save(update_fields=["currency"])
    with connection.cursor() as cursor:
        cursor.execute(money_unit_sql(organization.money_unit))
    return organization


def holds_money() -> bool:
    """Whether any record has an amount or had one, or a currency a rate; the history of what is gone is read by nobody."""
    fields = [field for model in apps.get_models() for field in model._meta.local_fields if isinstance(field, MoneyField)]
    return ExchangeRate.objects.exists() or any(_amounts_of(field).exists() for field in fields)


def _amounts_of(field: MoneyField) -> QuerySet:
    rows = QuerySet(field.model).filter(**{f"{field.name}__isnull": False}).exclude(**{field.name: 0})
    record = getattr(field.model, "pgh_tracked_model", None)
    return rows.filter(Exists(QuerySet(record).filter(pk=OuterRef("pgh_obj_id")))) if record else rows


def local_days(model: type[Model]) -> list[GeneratedField]:
    """The local days of a table."""
    fields = (field for field in model._meta.local_fields if isinstance(field, GeneratedField))
    return [field for field in fields if "local_day" in str(field.generated_sql(connection)[0])]


def moments_behind_days(model: type[Model]) -> set[str]:
    """The columns that local days of a table are generated from."""
    return {part.name for field in local_days(model) for part in field.expression.flatten() if isinstance(part, F)}


@transaction.atomic
def deactivate_user(user: User, *, at: datetime) -> User:
    """Close an account: its sessions and tokens end with it, also for the day that it is opened again."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    user.tokens.filter(revoked_at=None).update(revoked_at=at)
    rows = Session.objects.filter(expire_date__gt=at).iterator()
    own = [session.pk for session in rows if session.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=own).delete()
    return user


def forget_idempotency_keys(*, at: datetime) -> int:
    """Delete the answers that need not be repeated any more."""
    return IdempotencyKey.objects.filter(created_at__lt=at - IDEMPOTENCY_KEPT).delete()[0]


@transaction.atomic
def change_rules(**rules: Any) -> Organization:
    """Settings that no past figure stands on; those that one does have services of their own, above."""
    organization = Organization.objects.select_for_update().get(pk=1)
    for name, value in rules.items():
        setattr(organization, name, value)
    organization.full_clean()
    organization.save(update_fields=list(rules))
    return organization


def add_holidays(days: Iterable[tuple[date, str]]) -> list[Holiday]:
    """Those that are not there yet; what is there stays as it is."""
    wanted = dict(days)
    known = set(Holiday.objects.filter(day__in=wanted).values_list("day", flat=True))
    new = [Holiday(day=day, name=name) for day, name in wanted.items() if day not in known]
    Holiday.objects.bulk_create(new, ignore_conflicts=True)
    return list(Holiday.objects.filter(day__in=[holiday.day for holiday in new]))


def add_fixed_holidays(year: int) -> list[Holiday]:
    """Those of a Jalali year that have their place in it."""
    return add_holidays(fixed_holidays(year))


def remove_holidays(keys: Iterable[int]) -> int:
    return Holiday.objects.filter(pk__in=keys).delete()[0]

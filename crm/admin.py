"""Settings of the installation, for superusers. What a service guards is only shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import Field
from django.forms import CheckboxSelectMultiple, ChoiceField, ModelForm, TypedMultipleChoiceField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.jalali import WEEKDAYS, language_key
from crm.models import ExchangeRate, Organization, Team, User
from crm.money import DISPLAY_UNITS, NOTHING
from crm.preferences import MONEY_UNITS
from crm.services import deactivate_user
from crm.settings_pages import CALENDAR_TEXTS, KeptForever, ReaderAdmin, ShownOnly
from crm.templatetags.crm_format import format_day

admin.site.site_header = admin.site.site_title = _("Sanjeh: settings")
admin.site.index_title = _("Settings")
admin.site.empty_value_display = NOTHING


class UserCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email",)


@admin.register(User)
class UserAdmin(ReaderAdmin, DjangoUserAdmin):
    """People; whoever leaves is switched off, as their records keep their name."""

    add_form = UserCreationForm
    history_page = "person-history"
    ordering = ("email",)
    list_display = ("email", "name", "role", "visibility", "team", "is_active")
    list_filter = ("role", "visibility", "team", "is_active")
    list_select_related = ("team",)
    search_fields = ("email", "name")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password", "name")}),
        (_("What they may see"), {"fields": ("role", "visibility", "team", "is_active", "is_staff", "is_superuser")}),
        (_("How they see it"), {"fields": ("language", "calendar", "money_unit", "latin_digits", "theme", "shortcuts")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "role", "visibility", "team", "usable_password", "password1", "password2")}),
    )
    filter_horizontal = ()

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name != "money_unit":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        units = [(key, DISPLAY_UNITS[key].name(request.prefs.language)) for key in MONEY_UNITS]
        help_text = ""
        if not request.prefs.chooses_unit:
            help_text = _("Amounts are in %(currency)s, whatever is chosen here.") % {"currency": request.prefs.unit.key}
        return ChoiceField(label=capfirst(db_field.verbose_name), choices=units, help_text=help_text)

    def fixed(self, request: HttpRequest, obj: User | None = None) -> Iterable[str]:
        """Nobody switches themselves off, or out of here: one administrator is left at least."""
        own = ("is_active", "is_staff", "is_superuser") if obj == request.user else ()
        return (*self.readonly_fields, *own)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """Whoever is switched off loses sessions and tokens too."""
        super().save_model(request, obj, form, change)
        if not obj.is_active and "is_active" in form.changed_data:
            deactivate_user(obj, at=timezone.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Team)
class TeamAdmin(KeptForever):
    history_page = "team-history"
    list_display = ("name",)
    search_fields = ("name",)


@admin.register(Organization)
class OrganizationAdmin(KeptForever):
    """One row. What changes every figure (zone, currency, week, fiscal year, attribution) is set by
    `manage.py set_organization`: writers have to be waited for, and sums begun anew."""

    readonly_fields = (
        "time_zone",
        "currency",
        "week_start",
        "fiscal_calendar",
        "fiscal_month",
        "attribution_model",
        "touch_days",
    )
    texts = CALENDAR_TEXTS

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """The days of the week by their names, as the organisation's week begins."""
        if db_field.name != "business_days":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        names, first = WEEKDAYS[language_key(request.prefs.language)], request.prefs.organization.week_start
        days = [(day % 7, names[day % 7]) for day in range(first, first + 7)]
        label = capfirst(db_field.verbose_name)
        return TypedMultipleChoiceField(label=label, choices=days, coerce=int, widget=CheckboxSelectMultiple)

    def save_model(self, request: HttpRequest, obj: Organization, form: ModelForm, change: bool) -> None:
        """Nothing but what was changed: the command may be setting the rest of the row at the same moment."""
        obj.save(update_fields=form.changed_data)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ReaderAdmin):
    list_display = ("currency", "day", "rate")
    list_filter = ("currency",)
    texts = {"__str__": lambda row, prefs: f"{row.currency} · {format_day(row.day, prefs)}"}


@admin.register(Authenticator)
class AuthenticatorAdmin(ShownOnly):
    """Whoever has lost their telephone signs in again once its row is deleted."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    exclude = ("data",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

"""What the pages of the settings have in common: days, amounts and digits are those of their reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from operator import attrgetter
from types import MappingProxyType
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.fields import MoneyField
from crm.forms.fields import AmountField, ClockField, DayField, NumberField, ReaderField, ReadField, TextField, WholeNumberField
from crm.jalali import GREGORIAN_MONTHS, MONTHS, WEEKDAYS, language_key
from crm.money import NOTHING, format_number
from crm.pages import key_in
from crm.periods import Calendar
from crm.preferences import Preferences
from crm.slugs import free_slug
from crm.templatetags import crm_format

# Types whose values the admin would write for everybody alike.
READ_BY_PEOPLE = (models.DateField, models.TimeField, models.DecimalField, models.IntegerField, models.FloatField)
Name = Any  # of a column, or the function that stands for it
Text = Callable[[Any, Preferences], str]

MONTHS_OF = {Calendar.JALALI: MONTHS, Calendar.GREGORIAN: GREGORIAN_MONTHS}
# What the numbers of the organisation's calendar stand for.
CALENDAR_TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        "week_start": lambda row, prefs: WEEKDAYS[language_key(prefs.language)][row.week_start],
        "fiscal_month": lambda row, prefs: MONTHS_OF[row.fiscal_calendar][language_key(prefs.language)][row.fiscal_month - 1],
    }
)


@dataclass(frozen=True)
class Shown:
    """A column as its reader reads it. The admin takes it for a function of a row, called and sorted as the column is.

    `currency` is where a row names the currency of this amount; without one it is in the base currency. `text` says what
    the value alone does not.
    """

    column: models.Field
    prefs: Preferences
    currency: str = ""
    text: Text | None = None

    do_not_call_in_templates: ClassVar[bool] = True

    @property
    def __name__(self) -> str:
        return self.column.name

    @property
    def short_description(self) -> str | Promise:
        return self.column.verbose_name

    @property
    def admin_order_field(self) -> str:
        return self.column.name

    def __str__(self) -> str:
        return self.column.name

    def __call__(self, row: models.Model) -> str:
        return self.text(row, self.prefs) if self.text else self._value(row)

    def _value(self, row: models.Model) -> str:
        value, context = getattr(row, self.column.name), {"prefs": self.prefs}
        match value:
            case None:
                return NOTHING
            case datetime():
                return crm_format.moment(context, value, "short")
            case date():
                return crm_format.day(context, value, "short")
            case time():
                return crm_format.reader_digits(f"{value:%H:%M}", self.prefs)
            case models.Model():
                return called(value, self.prefs)
        if isinstance(self.column, MoneyField):
            return crm_format.money(context, value, self._foreign(row))
        return self._number(value)

    def _foreign(self, row: models.Model) -> str | None:
        code = attrgetter(self.currency)(row) if self.currency else ""
        return code if code and code != self.prefs.organization.currency else None

    def _number(self, value: Decimal | float) -> str:
        if self.column.primary_key:
            return crm_format.reader_digits(str(value), self.prefs)
        most = getattr(self.column, "decimal_places", 0)
        text = format_number(value, self.prefs.language, latin_digits=self.prefs.latin_digits, most=most)
        return crm_format.data_element(value, text)


def called(row: models.Model, prefs: Preferences) -> str:
    """A row without a name is called by its key."""
    name = str(row)
    return crm_format.reader_digits(name, prefs) if name.startswith("#") else name


class ReaderPages:
    """What a page shows is written as everywhere else in the product, and what it asks for may be typed so."""

    model: type[models.Model]
    # Amounts that are not in the base currency, and where their row names the one they are in.
    currencies: Mapping[str, str] = MappingProxyType({})
    # Columns whose value alone says too little.
    texts: Mapping[str, Text] = MappingProxyType({})
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def fixed(self, request: HttpRequest, obj: Any = None) -> Iterable[str]:
        """The columns that cannot be changed here."""
        return super().get_readonly_fields(request, obj)

    def shown(self, name: Name, request: HttpRequest, types: tuple[type[models.Field], ...] = READ_BY_PEOPLE) -> Name:
        try:
            column = self.model._meta.get_field(name)
        except FieldDoesNotExist:
            return name
        if name not in self.texts and (column.choices or not isinstance(column, types)):
            return name
        return Shown(column, request.prefs, self.currencies.get(name, ""), self.texts.get(name))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Name]:
        """By their names, so that no form asks for them, and as they are shown."""
        names = self.fixed(request, obj)
        return list(dict.fromkeys([*names, *(self.shown(name, request) for name in names)]))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, dict[str, Any]]]:
        fixed, found = set(self.fixed(request, obj)), []
        for title, options in super().get_fieldsets(request, obj):
            names = [self.shown(name, request) if name in fixed else name for name in options["fields"]]
            found.append((title, options | {"fields": list(dict.fromkeys(names))}))
        return found

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        if type(db_field) is models.CharField and not (db_field.choices or db_field.null):
            return super().formfield_for_dbfield(db_field, request, form_class=TextField, **kwargs)
        if db_field.choices or (field := typed_field(db_field)) is None:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, ReaderField):
            field.prefs, field.today = request.prefs, request.prefs.today(timezone.now())
        if isinstance(field, AmountField):
            field.label = f"{field.label} ({field.unit})"
        return field


def typed_field(column: models.Field) -> ReadField | None:
    """The field of the product's own forms that asks for a column of this type."""
    facts = {"label": capfirst(column.verbose_name), "required": not column.blank, "help_text": column.help_text}
    if column.has_default():
        facts["initial"] = column.get_default()
    match column:
        case models.DateTimeField():
            return None
        case models.DateField():
            return DayField(**facts)
        case models.TimeField():
            return ClockField(**facts)
        case MoneyField():
            return AmountField(**facts)
        case models.DecimalField():
            return NumberField(decimals=column.decimal_places, **facts)
        case models.PositiveIntegerField() | models.PositiveSmallIntegerField() | models.PositiveBigIntegerField():
            return WholeNumberField(**bounds_of(column), **facts)
    return None


def bounds_of(column: models.Field) -> dict[str, int]:
    """Those of its type, and what the model says besides."""
    least = [each.limit_value for each in column.validators if isinstance(each, MinValueValidator)]
    most = [each.limit_value for each in column.validators if isinstance(each, MaxValueValidator)]
    return {"least": max(least), "most": min(most)}


class ReaderList(ChangeList):
    """A list that counts in its reader's digits."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.prefs = request.prefs
        super().__init__(request, *args, **kwargs)

    @property
    def pages(self) -> list[tuple[str, str]]:
        """The numbers of the pages that can be gone to, and their addresses; the page itself and a gap have none."""
        if not self.multi_page or (self.show_all and self.can_show_all):
            return []
        numbers = self.paginator.get_elided_page_range(self.page_num)
        return [(crm_format.reader_digits(str(number), self.prefs), self._address(number)) for number in numbers]

    def _address(self, number: int | str) -> str:
        is_elsewhere = number not in (self.page_num, self.paginator.ELLIPSIS)
        return self.get_query_string({PAGE_VAR: number}) if is_elsewhere else ""


class ReaderAdmin(ReaderPages, admin.ModelAdmin):
    show_full_result_count = False  # a search would count the whole table beside what it found
    actions = None  # what may be deleted at all is deleted one by one
    history_page = ""  # the route of the product's own, which says what was there before and after

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[forms.ModelForm]:
        """A help text that nobody translates is a note for programmers; one about a value is none about its own words."""
        untold = {
            column.name: ""
            for column in self.model._meta.concrete_fields
            if column.help_text and (column.name in self.texts or not isinstance(column.help_text, Promise))
        }
        return super().get_form(request, obj, change=change, **({"help_texts": untold} if untold else {}), **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.history_page and (key := key_in(object_id)):
            return redirect(self.history_page, key)
        return super().history_view(request, object_id, extra_context)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ReaderList

    def get_list_display(self, request: HttpRequest) -> list[Name]:
        return [self.shown(name, request, (*READ_BY_PEOPLE, models.ForeignKey)) for name in super().get_list_display(request)]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if row := context.get("original"):
            context["subtitle"] = self.title_of(row, request.prefs)
        return super().render_change_form(request, context, *args, **kwargs)

    def title_of(self, row: models.Model, prefs: Preferences) -> str:
        return self.texts.get("__str__", called)(row, prefs)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """By the columns' own words, which are translated for whoever reads the history; a label begins with a capital."""
        for one in (form, *(formset.forms[0] for formset in formsets or () if formset.forms)):
            if isinstance(one, forms.ModelForm):
                call_by_columns(one)
        return super().construct_change_message(request, form, formsets, add)


def call_by_columns(form: forms.ModelForm) -> None:
    for column in form._meta.model._meta.concrete_fields:
        if column.name in form.fields:
            form.fields[column.name].label = column.verbose_name


class ShownOnly(ReaderAdmin):
    """Rows that are written elsewhere: by a service, an import or the API."""

    def fixed(self, request: HttpRequest, obj: Any = None) -> Iterable[str]:
        return columns_of(self)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ShownInline(ReaderPages, admin.TabularInline):
    """The rows that hang on one that is only shown."""

    extra = 0

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        relations = [name for name in columns_of(self) if self.model._meta.get_field(name).many_to_one]
        return super().get_queryset(request).select_related(*relations)

    def fixed(self, request: HttpRequest, obj: Any = None) -> Iterable[str]:
        return columns_of(self)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def columns_of(pages: Any) -> list[str]:
    """What a form would ask for."""
    meta, left_out = pages.model._meta, pages.exclude or ()
    columns = (*meta.concrete_fields, *meta.many_to_many)
    return [column.name for column in columns if column.editable and not column.auto_created and column.name not in left_out]


class SlugForm(forms.ModelForm):
    """A slug that is not typed is made from the name, as the API does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("slug"):
            field.required = False
            field.help_text = _("What the API calls it. Left empty, it is made from the name.")

    def clean_slug(self) -> str:
        return self.cleaned_data["slug"] or self.instance.slug or free_slug(self._meta.model, self.cleaned_data.get("name", ""))


class KeptForever(ReaderAdmin):
    """Rows that past figures refer to: they are renamed, not deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SluggedForever(KeptForever):
    """Such rows with a slug, which is suggested while the name is typed."""

    form = SlugForm

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, tuple[str, ...]]:
        return {} if obj else {"slug": ("name",)}

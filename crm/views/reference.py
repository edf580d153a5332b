"""The pages of reference data that an administrator keeps: a list with what uses each row, a form for one, and the views that
delete one and take back what was done.

A route names the rest: `channel` has `channel-list`, `channel-create`, `channel-edit`, `channel-history`, `channel-remove`
and `channel-restore`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.database import AlphabetKey, CountUpTo
from crm.dependents import holding
from crm.forms.edits import EditForm
from crm.forms.reader import ReaderForm
from crm.pages import MOST_COUNTED, FormPage, ListPage, action, counted, row_or_gone, say
from crm.permissions import may_manage_people
from crm.preferences import Preferences


def with_uses(rows: QuerySet) -> QuerySet:
    """Each with how many records of which kind name it."""
    counts = {}
    for relation in holding(rows.model):
        naming = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
        counts[named(relation.related_model)] = CountUpTo(naming, MOST_COUNTED)
    return rows.annotate(**counts)


def named(model: type[Model]) -> str:
    return f"used_by_{model._meta.model_name}"


def uses_of(row: Model, prefs: Preferences) -> list[str]:
    """“Leads: 12”."""
    models = [relation.related_model for relation in holding(type(row))]
    found = [(model._meta.verbose_name_plural, getattr(row, named(model))) for model in models]
    return [f"{capfirst(name)}: {counted(count, prefs)}" for name, count in found if count]


class ReferenceListView(ListPage):
    permits = staticmethod(may_manage_people)
    template_name = "crm/reference_list.html"
    order_by = "alphabet"
    is_newest_first = False
    page_size = 100
    model: type[Model]
    route: str
    heading: Promise
    new: Promise
    nothing: Promise  # what stands there while there is none
    hint: Promise
    icon: str

    def get_queryset(self) -> QuerySet:
        return with_uses(self.model._default_manager.visible_to(self.request.user)).annotate(alphabet=AlphabetKey("name"))

    def value_in(self, stamp: str) -> Any:
        """Where a name stands in the alphabet."""
        return stamp

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        for row in context["rows"]:
            row.uses = uses_of(row, self.request.prefs)
        return context


class ReferenceFormPage(FormPage):
    permits = staticmethod(may_manage_people)
    template_name = "crm/reference_form.html"
    model: type[Model]
    route: str

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cancel_url=reverse(f"{self.route}-list"), **kwargs)


class ReferenceCreateView(ReferenceFormPage):
    heading: Promise

    def add(self, **facts: Any) -> Model:
        raise NotImplementedError

    def save(self, form: ReaderForm) -> HttpResponse:
        row = self.add(by=self.request.user, at=self.at, **form.cleaned_data)
        say(self.request, _("%(name)s was added.") % {"name": row}, undo=reverse(f"{self.route}-remove", args=[row.pk]))
        return redirect(f"{self.route}-list")


class ReferenceEditView(ReferenceFormPage):
    def edit(self, row: Model, **changes: Any) -> str:
        raise NotImplementedError

    @cached_property
    def row(self) -> Model:
        rows = with_uses(self.model._default_manager.visible_to(self.request.user))
        return row_of_list(rows, self.kwargs["pk"], self.route)

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.row, name) for name in self.form_class.base_fields if name != "seen"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(row=self.row, uses=uses_of(self.row, self.request.prefs), **kwargs)

    def save(self, form: EditForm) -> HttpResponse:
        way = self.edit(self.row, by=self.request.user, at=self.at, **form.cleaned_data)
        say(self.request, _("Saved."), undo=reverse(f"{self.route}-restore", args=[way]) if way else "")
        return redirect(f"{self.route}-list")


def row_of_list(rows: QuerySet, pk: int, route: str) -> Model:
    return row_or_gone(rows, pk, lambda _row: reverse(f"{route}-list"))


def removing_and_restoring(
    model: type[Model], route: str, *, remove: Callable[..., str], restore: Callable[..., Model]
) -> tuple[Callable, Callable]:
    """The two views that delete a row of a list, and that take back what was deleted or changed; each then shows the list."""

    @action(may_manage_people)
    def remove_view(request: HttpRequest, pk: int) -> str:
        row = row_of_list(model._default_manager.visible_to(request.user), pk, route)
        way = remove(row, by=request.user, at=timezone.now())
        say(request, _("%(name)s was deleted.") % {"name": row}, undo=reverse(f"{route}-restore", args=[way]))
        return reverse(f"{route}-list")

    @action(may_manage_people)
    def restore_view(request: HttpRequest, way: str) -> str:
        restore(way, by=request.user, at=timezone.now())
        say(request, _("Taken back."))
        return reverse(f"{route}-list")

    return remove_view, restore_view

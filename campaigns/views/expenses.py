"""Expenses: listed, entered, corrected, removed and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db.models import Model, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.exports import table_of_expenses
from campaigns.forms.expenses import ExpenseForm
from campaigns.models import Campaign, Channel, Expense, ExpenseDay
from campaigns.services import spending as services
from crm.exports import KINDS, file_response
from crm.models import Organization
from crm.pages import Chip, FormPage, ListPage, action, count_of, form_key, key_in, next_url, not_offered, say
from crm.permissions import may_keep_reference_data, may_see_costs
from crm.spans import choices_of, span_of

NO_ONE = "none"


class ExpenseListView(ListPage):
    """What was spent, the last entered first."""

    template_name = "campaigns/expense_list.html"
    permits = staticmethod(may_see_costs)

    def get_queryset(self) -> QuerySet[Expense]:
        asked, user = self.request.GET, self.request.user
        offered = {
            "kind": [(str(value), label) for value, label in Expense.Kind.choices],
            "campaign": [*named(Campaign.objects.visible_to(user)), (NO_ONE, _("Without a campaign"))],
            "channel": [*named(Channel.objects.visible_to(user)), (NO_ONE, _("Without a channel"))],
        }
        self.offered = offered
        self.chosen = {name: asked[name] if asked.get(name) in dict(options) else "" for name, options in offered.items()}
        token = asked.get("days", "").strip()
        self.span = span_of(token, self.request.prefs, self.request.prefs.today(self.at)) if token else None
        self.missing = not_offered(asked, self.chosen | {"days": self.span})
        rows = Expense.objects.visible_to(user)
        rows = rows.touching(self.span.start, self.span.end) if self.span else rows
        self.found = rows.none() if self.missing else rows.filter(**conditions(self.chosen))
        return self.found.select_related("campaign", "channel")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "selects": self._selects(),
            "chips": list(self._chips()),
            "total": self.found.aggregate(total=Sum("amount"))["total"],
            "span": self.span,
            "within": self._within(),
            "new_query": self._new_query(),
            "way_back": urlencode({"next": self.request.get_full_path()}),
            "pager": replace(context["pager"], text=self.count_text(len(context["rows"]), count_of(self.found))),
            "files": {kind: self.url_with(export=kind, after=None, before=None) for kind in KINDS},
        }

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if (kind := self.request.GET.get("export")) in KINDS:
            return file_response(self.request, kind, table_of_expenses(self.found, self.request.prefs))
        return super().render_to_response(context, **kwargs)

    def _selects(self) -> list[dict[str, Any]]:
        labels = labels_of_filters()
        anything = {"kind": _("Any kind"), "campaign": _("Any campaign"), "channel": _("Any channel")}
        return [
            {"name": name, "label": labels[name], "options": [("", anything[name]), *options], "chosen": self.chosen[name]}
            for name, options in self.offered.items()
        ] + [
            {
                "name": "days",
                "label": labels["days"],
                "options": [("", _("Any time")), *choices_of(self.span)],
                "chosen": self.span.token if self.span else "",
            }
        ]

    def _within(self) -> Decimal | None:
        """What of the expenses falls on the days asked for, where they last longer."""
        if self.span is None:
            return None
        days = ExpenseDay.objects.visible_to(self.request.user).filter(expense__in=self.found.values("pk"))
        return days.filter(day__range=(self.span.start, self.span.end)).aggregate(total=Sum("amount"))["total"]

    def _chips(self) -> Iterator[Chip]:
        labels = labels_of_filters()
        for name, value in self.chosen.items():
            if value:
                yield Chip(f"{labels[name]}: {dict(self.offered[name])[value]}", self._without(name))
        if self.span:
            yield Chip(f"{labels['days']}: {self.span.label}", self._without("days"))
        yield from (Chip.not_offered(labels[name], self._without(name)) for name in self.missing)

    def _without(self, name: str) -> str:
        return self.url_with(**{name: None}, after=None, before=None)

    def _new_query(self) -> str:
        """A new expense begins with what the list is filtered by."""
        known = {name: value for name, value in self.chosen.items() if value and value != NO_ONE}
        return urlencode(known | {"next": self.request.get_full_path()})


def named(rows: QuerySet) -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in rows.values_list("pk", "name")]


def labels_of_filters() -> dict[str, Any]:
    return {name: ExpenseForm.base_fields[name].label for name in ("kind", "campaign", "channel")} | {"days": _("Days")}


def conditions(chosen: dict[str, str]) -> dict[str, Any]:
    return {
        f"{name}__isnull" if value == NO_ONE else name: True if value == NO_ONE else value
        for name, value in chosen.items()
        if value
    }


def expense_asked(request: HttpRequest, pk: int) -> Expense:
    """What is sent to one that was removed is answered by the service, nothing typed lost."""
    expense = Expense.objects.visible_to(request.user).filter(pk=pk).first()
    if expense is None and request.method == "POST":
        expense = services.removed_expense(pk, request.user)
    if expense is None:
        raise Http404
    return expense


def page_of(request: HttpRequest) -> str:
    """Where somebody came from: the list, or the page of a campaign."""
    return next_url(request, default=reverse("campaigns:expense-list"))


def undoing(request: HttpRequest, name: str, key: int | str) -> str:
    return reverse(f"campaigns:{name}", args=[key]) + "?" + urlencode({"next": page_of(request)})


class ExpenseFormPage(FormPage):
    template_name = "campaigns/expense_form.html"
    form_class = ExpenseForm
    permits = staticmethod(may_see_costs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_keep = may_keep_reference_data(self.request.user)
        return super().get_context_data(cancel_url=page_of(self.request), may_keep=may_keep, **kwargs)


class ExpenseCreateView(ExpenseFormPage):
    def get_initial(self) -> dict[str, Any]:
        asked, user = self.request.GET, self.request.user
        return {
            "token": uuid4(),
            "kind": asked.get("kind", ""),
            "valid_from": self.request.prefs.today(self.at),
            "campaign": row_asked(Campaign.objects.visible_to(user), asked.get("campaign")),
            "channel": row_asked(Channel.objects.visible_to(user), asked.get("channel")),
        }

    def save(self, form: ExpenseForm) -> HttpResponse:
        key = key_of(form.cleaned_data["token"], form.facts)
        expense = services.enter_expense(by=self.request.user, at=self.at, **form.facts, **key)
        say(self.request, _("The expense was saved."), undo=undoing(self.request, "expense-remove", expense.pk))
        return redirect(page_of(self.request))


def key_of(token: UUID | None, facts: dict[str, Any], beside: dict[str, Any] | None = None) -> dict[str, str]:
    """What was typed is compared with what was typed before: its own amount, in its own currency."""
    own = {"currency_amount": facts["amount"], "currency": facts.get("currency") or Organization.current().currency}
    typed = {name: value for name, value in facts.items() if name not in {"amount", "currency"}}
    return form_key(Expense, token, typed | own, beside)


def row_asked(rows: QuerySet, key: str | None) -> Model | None:
    return rows.filter(pk=key_in(key)).first()


class ExpenseEditView(ExpenseFormPage):
    @property
    def expense(self) -> Expense:
        if not hasattr(self, "_expense"):
            self._expense = expense_asked(self.request, self.kwargs["pk"])
        return self._expense

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"currency": self.expense.currency or None}

    def get_initial(self) -> dict[str, Any]:
        known = {name: getattr(self.expense, name) for name in services.EDITABLE}
        return known | {"amount": self.expense.own_amount, "seen": self.expense.updated_at.isoformat()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(expense=self.expense, **kwargs)

    def save(self, form: ExpenseForm) -> HttpResponse:
        user, pk = self.request.user, self.expense.pk
        before = services.last_change(pk)
        services.edit_expense(self.expense, by=user, at=self.at, seen=form.cleaned_data["seen"], **form.facts)
        change = services.last_change(pk)
        way = services.way_back(change, by=user, at=self.at) if change != before else ""
        say(self.request, _("Saved."), undo=undoing(self.request, "expense-undo", way) if way else "")
        return redirect(page_of(self.request))


@action(may_see_costs)
def remove(request: HttpRequest, pk: int) -> str:
    expense, at = expense_asked(request, pk), timezone.now()
    change = services.remove_expense(expense, by=request.user, at=at)
    way = services.way_back(change, by=request.user, at=at)
    say(request, _("The expense was removed."), undo=undoing(request, "expense-undo", way))
    return page_of(request)


@action(may_see_costs)
def take_back(request: HttpRequest, way: str) -> str:
    services.take_back_change(way, by=request.user, at=timezone.now())
    say(request, _("Taken back."))
    return page_of(request)

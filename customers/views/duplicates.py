"""Who is known already, while somebody writes them down: one warning for customers and leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.views.generic import TemplateView

from crm.forms.reader import ReaderForm
from crm.models import User
from crm.pages import FormPage, Page
from crm.permissions import may_enter
from crm.phones import PhoneError, normalise_phone
from crm.text import TextError, clean_email
from customers.models import Customer
from customers.models.customer import PersonQuerySet

SHOWN_DUPLICATES = 3
LONGEST_KEY = 19
NO_KEY: Mapping[str, str] = MappingProxyType({})
RESEMBLE_BY = ("phone", "email", "name", "company")


@dataclass(frozen=True)
class Duplicates:
    """Of those a reader may not see only the owner is told, to whom they can talk."""

    visible: list[Any]
    hidden: list[Any]

    def __bool__(self) -> bool:
        return bool(self.visible or self.hidden)


def duplicates_of(rows: PersonQuerySet, user: User, facts: Mapping[str, Any], *, record: Any = None) -> Duplicates:
    """Those who resemble the typed one; of a stored `record` only what is written anew is asked about."""
    wish = {name: facts.get(name) or "" for name in RESEMBLE_BY}
    if record is not None:
        rows, wish = rows.exclude(pk=record.pk), news_about(record, wish)
    visible = list(rows.visible_to(user).resembling(**wish).select_related("owner")[:SHOWN_DUPLICATES])
    hidden: list[Any] = []
    if (wish.get("phone") or wish.get("email")) and not visible:
        exact = rows.resembling(phone=wish["phone"], email=wish["email"])
        hidden = list(exact.select_related("owner")[:1])
    return Duplicates(visible, hidden)


def news_about(record: Any, wish: Mapping[str, str]) -> dict[str, str]:
    """Without the numbers it has; a name tells only of somebody without one."""
    new = {name: "" if wish[name] == getattr(record, name) else wish[name] for name in ("phone", "email")}
    is_called_anew = any(wish[name] != getattr(record, name) for name in ("name", "company"))
    if wish["phone"] or wish["email"] or not is_called_anew:
        return new
    return {**wish, **new}


def is_sent_again(model: type[Model], key: Mapping[str, str]) -> bool:
    """The form's own row is no duplicate of it."""
    return bool(key) and model._default_manager.filter(**key).exists()


class DuplicatesView(Page, TemplateView):
    """A fragment for the form while it is being typed into; half a number is not an error."""

    rows: PersonQuerySet

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        typed = self.request.GET
        facts = {name: typed.get(name, "").strip()[:100] for name in ("name", "company")}
        for name, read in (("phone", normalise_phone), ("email", clean_email)):
            try:
                facts[name] = read(typed.get(name, ""))
            except (PhoneError, TextError):
                facts[name] = ""
        found = duplicates_of(self.rows.all(), self.request.user, facts, record=self.record())
        return super().get_context_data(duplicates=found, **kwargs)

    def record(self) -> Any:
        """The stored one that is being edited, if one is."""
        key = self.request.GET.get("record", "")
        is_key = key.isascii() and key.isdigit() and len(key) < LONGEST_KEY
        return self.rows.all().visible_to(self.request.user).filter(pk=key).first() if is_key else None


class PersonFormPage(FormPage):
    """A likely duplicate is shown once, with everything typed kept; the second try is taken at its word."""

    rows: PersonQuerySet

    def asks_first(
        self, form: ReaderForm, facts: Mapping[str, Any], key: Mapping[str, str] = NO_KEY, *, record: Any = None
    ) -> HttpResponse | None:
        if form.cleaned_data["anyway"] or is_sent_again(self.rows.model, key):
            return None
        found = duplicates_of(self.rows.all(), self.request.user, facts, record=record)
        return self.render_to_response(self.get_context_data(form=form, duplicates=found)) if found else None


class CustomerDuplicatesView(DuplicatesView):
    template_name = "customers/_duplicates.html"
    permits = staticmethod(may_enter)
    rows = Customer.objects.all()

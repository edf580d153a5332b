"""Expenses pasted from a spreadsheet: looked at first, then entered all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.pasting import ExpenseRowsForm
from campaigns.services import spending as services
from campaigns.views.expenses import key_of, undoing
from crm.pages import FormPage, action, counted, say
from crm.permissions import may_see_costs

# What the button sends that saves what is there already, too.
ANYWAY = "anyway"


class ExpensePasteView(FormPage):
    """Sent with “save” it is entered; else, or where a row cannot be read, it is shown as it was understood.

    Rows that say the same as an expense that is there already are shown once; the second try is taken at its word.
    """

    template_name = "campaigns/expense_paste.html"
    form_class = ExpenseRowsForm
    permits = staticmethod(may_see_costs)

    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cancel_url=reverse("campaigns:expense-list"), **kwargs)

    def save(self, form: ExpenseRowsForm) -> HttpResponse:
        entries = list(self.entries(form))
        known = form.find_known([key["external_id"] for _facts, key in entries if key])
        asked = self.request.POST.get("save")
        if not asked or (known and asked != ANYWAY):
            known_text = counted(known, self.request.prefs) if known else ""
            return self.render_to_response(self.get_context_data(form=form, is_ready=True, known_text=known_text))
        user = self.request.user
        made = [services.enter_expense(by=user, at=self.at, **facts, **key) for facts, key in entries]
        way = services.way_back_of_entered(made, by=user, at=self.at)
        text = _("Expenses saved: %(count)s.") % {"count": counted(len(made), self.request.prefs)}
        say(self.request, text, undo=undoing(self.request, "expense-paste-undo", way))
        return redirect("campaigns:expense-list")

    def entries(self, form: ExpenseRowsForm) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
        """The facts and the key of each row."""
        alike: Counter[str] = Counter()
        for row in form.rows:
            facts = form.facts_of(row)
            # Two rows of the same words are two expenses; the same rows sent again are the same ones.
            alike[words := repr(sorted(map(str, facts.items())))] += 1
            yield facts, key_of(form.cleaned_data["token"], facts, {"alike": alike[words]})


@action(may_see_costs)
def take_back(request: HttpRequest, way: str) -> str:
    gone, kept = services.take_back_entered(way, by=request.user, at=timezone.now())
    counts = {"gone": counted(gone, request.prefs), "kept": counted(kept, request.prefs)}
    text = _("Taken back: %(gone)s. Changed in the meantime and kept: %(kept)s.") if kept else _("Taken back: %(gone)s.")
    say(request, text % counts)
    return reverse("campaigns:expense-list")

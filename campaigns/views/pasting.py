"""Expenses pasted from a spreadsheet: looked at first, then entered all together."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.pasting import ExpenseRowsForm
from campaigns.services import spending as services
from campaigns.views.expenses import key_of
from crm.pages import FormPage, counted, say
from crm.permissions import may_see_costs


class ExpensePasteView(FormPage):
    """Sent with “save” it is entered; else, or where a row cannot be read, it is shown as it was understood."""

    template_name = "campaigns/expense_paste.html"
    form_class = ExpenseRowsForm
    permits = staticmethod(may_see_costs)

    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cancel_url=reverse("campaigns:expense-list"), **kwargs)

    def save(self, form: ExpenseRowsForm) -> HttpResponse:
        if "save" not in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form, is_ready=True))
        alike: Counter[str] = Counter()
        for row in form.rows:
            facts = form.facts_of(row)
            # Two rows of the same words are two expenses; the same rows sent again are the same ones.
            alike[words := repr(sorted(map(str, facts.items())))] += 1
            key = key_of(form.cleaned_data["token"], facts, {"alike": alike[words]})
            services.enter_expense(by=self.request.user, at=self.at, **facts, **key)
        say(self.request, _("Expenses saved: %(count)s.") % {"count": counted(len(form.rows), self.request.prefs)})
        return redirect("campaigns:expense-list")

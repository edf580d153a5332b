"""What the address of the leads list means: a saved view, filters and a search, each one a chip that can be taken off."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, LeadSource
from crm.columns import PARAMETER, as_parameter, named_in
from crm.database import CountUpTo
from crm.models import PeopleList, User
from crm.pages import LONGEST_SEARCH, MOST_COUNTED, MOST_FOUND, Chip, counted, not_offered, query_with
from crm.permissions import colleagues, owners_for
from crm.spans import choices_of, span_of
from leads.columns import COLUMNS
from leads.models import Lead
from leads.models.lead import OPEN
from leads.models.planning import has_next_step

NOBODY = "none"

# saved views of everybody: the tabs above the list
VIEWS: dict[str, Promise] = {
    "all": _("All"),
    "mine": _("Mine"),
    "no-follow-up": _("No follow-up"),
    "new-today": _("New today"),
    "unassigned": _("Unassigned"),
}
STAGES: dict[str, Q] = {
    Lead.Stage.NEW: OPEN & Q(mql_at__isnull=True, sql_at__isnull=True),
    Lead.Stage.MQL: OPEN & Q(mql_at__isnull=False, sql_at__isnull=True),
    Lead.Stage.SQL: OPEN & Q(sql_at__isnull=False),
    Lead.Stage.CONVERTED: Q(converted_at__isnull=False, disqualified_at__isnull=True),
    Lead.Stage.DISQUALIFIED: Q(disqualified_at__isnull=False),
}


def rows_of_view(key: str, user: User, today: date) -> Q:
    return {
        "all": Q(),
        "mine": Q(owner=user),
        "no-follow-up": OPEN & ~Q(has_next_step("lead")),
        "new-today": Q(created_on=today),
        "unassigned": Q(owner__isnull=True),
    }[key]


class LeadFilterForm(forms.Form):
    """The filters as controls."""

    q = forms.CharField(label=_("Search"), required=False, max_length=LONGEST_SEARCH)
    source = forms.ChoiceField(label=_("Source"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    campaign = forms.ChoiceField(label=_("Campaign"), required=False)
    list = forms.ChoiceField(label=_("List"), required=False)
    created = forms.CharField(label=_("Created"), required=False, widget=forms.Select, max_length=40)

    def __init__(self, *args: Any, user: User, created_choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unknown = [(NOBODY, _("Unknown"))]
        self._offer("source", _("Any source"), [*names_of(LeadSource), *unknown])
        self._offer("stage", _("Any stage"), list(Lead.Stage.choices))
        self._offer("campaign", _("Any campaign"), [*names_of(Campaign), *unknown])
        if user.sees_all or user.sees_team:
            self._offer("owner", _("Any owner"), [*people(owners_for(user)), (NOBODY, _("Nobody"))])
        else:
            del self.fields["owner"]
        lists = PeopleList.objects.visible_to(user).of_leads().values_list("pk", "name")
        self._offer("list", _("Any list"), [(str(key), name) for key, name in lists])
        self.fields["created"].widget.choices = [("", _("Any time")), *created_choices]
        self.fields["q"].widget.attrs |= {"dir": "auto", "placeholder": _("Name, phone, company"), "type": "search"}

    def _offer(self, name: str, anything: Promise, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = [("", anything), *choices]

    def value(self, name: str) -> str:
        return self.cleaned_data.get(name) or "" if name in self.fields else ""


def names_of(model: type[Model]) -> list[tuple[str, str]]:
    """Rows as choices, without making an object of each."""
    return [(str(key), name) for key, name in model.objects.values_list("pk", "name")]


def people(users: QuerySet[User]) -> list[tuple[str, str]]:
    return [(str(key), name or email) for key, name, email in users.values_list("pk", "name", "email")]


class LeadFilters:
    """The reader's wish for the list, as rows, chips and tabs."""

    def __init__(self, request: HttpRequest, today: date) -> None:
        self.request, self.user, self.prefs, self.today = request, request.user, request.prefs, today
        self.visible = Lead.objects.visible_to(self.user).listed()
        self.view = request.GET.get("view") if request.GET.get("view") in VIEWS else "all"
        self.span = span_of(request.GET.get("created", ""), self.prefs, today) if request.GET.get("created") else None
        self.form = LeadFilterForm(request.GET, user=self.user, created_choices=choices_of(self.span))
        self.form.is_valid()
        chosen = {name: self._chosen(name) for name in LeadFilterForm.base_fields}
        self.missing = not_offered(request.GET, chosen | {"view": request.GET.get("view") in VIEWS})

    def rows(self) -> QuerySet[Lead]:
        if self.missing:
            return self.visible.none()
        found = self.visible.filter(rows_of_view(self.view, self.user, self.today))
        for name, column in (("source", "lead_source"), ("owner", "owner"), ("campaign", "campaign")):
            if wish := self.form.value(name):
                found = found.filter(**({f"{column}__isnull": True} if wish == NOBODY else {column: wish}))
        if stage := self.form.value("stage"):
            found = found.filter(STAGES[stage])
        if people_list := self.form.value("list"):
            found = found.in_list(people_list)
        if self.span:
            found = found.filter(created_on__range=(self.span.start, self.span.end))
        return found.search(self.form.value("q"))

    @property
    def sources(self) -> list[tuple[str, Any]]:
        """Those that a new lead can have."""
        return self.form.fields["source"].choices[1:-1]

    @property
    def colleagues(self) -> list[tuple[str, Any]]:
        """Those that a lead can be given to; who sees everybody's leads filters by the same."""
        return self.form.fields["owner"].choices[1:-1] if self.user.sees_all else people(colleagues())

    @property
    def campaigns(self) -> list[tuple[str, Any]]:
        """Those that a lead can be given to."""
        return self.form.fields["campaign"].choices[1:-1]

    @property
    def selects(self) -> list[dict[str, Any]]:
        """The filters as the page draws them."""
        names = [name for name in self.form.fields if name != "q"]
        return [self._select(name) for name in names if name != "list" or len(self.form.fields[name].choices) > 1]

    def _select(self, name: str) -> dict[str, Any]:
        options = self.form.fields[name].widget.choices
        return {"html_name": name, "label": self.form[name].label, "options": options, "chosen": self._chosen(name)}

    def _chosen(self, name: str) -> str:
        return (self.span.token if self.span else "") if name == "created" else self.form.value(name)

    def chips(self) -> list[Chip]:
        path, chips = self.request.path, []
        for name in ("source", "stage", "owner", "campaign", "list"):
            if wish := self.form.value(name):
                label = dict(self.form.fields[name].choices)[wish]
                chips.append(Chip(f"{self.form.fields[name].label}: {label}", path + self._query(**{name: None})))
        if self.span:
            chips.append(Chip(f"{self.form.fields['created'].label}: {self.span.label}", path + self._query(created=None)))
        if text := self.form.value("q"):
            chips.append(Chip(f"{self.form.fields['q'].label}: {text}", path + self._query(q=None)))
        labels = {name: field.label for name, field in LeadFilterForm.base_fields.items()} | {"view": _("Saved view")}
        return chips + [Chip.not_offered(labels[name], path + self._query(**{name: None})) for name in self.missing]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows each saved view and the list itself have, from one statement."""
        sees_others = self.user.sees_all or self.user.sees_team
        offered = [key for key in VIEWS if sees_others or key not in ("mine", "unassigned")]
        rows = {key: self.visible.filter(rows_of_view(key, self.user, self.today)) for key in offered}
        counts = {key: CountUpTo(found, MOST_COUNTED) for key, found in rows.items()}
        if not self.missing and (self.is_narrowed or self.view not in offered):
            counts["found"] = CountUpTo(self.rows(), self.most)
        (found,) = User.objects.filter(pk=self.user.pk).values_list(*counts.values())
        return dict(zip(counts, found, strict=True))

    @cached_property
    def is_narrowed(self) -> bool:
        """A filter or a search is on, so that rows have to be looked into to be counted."""
        return bool(self.chips())

    @property
    def most(self) -> int:
        """Up to where the rows of the list are counted."""
        return MOST_FOUND if self.is_narrowed else MOST_COUNTED

    @property
    def total(self) -> int:
        return 0 if self.missing else self.counts.get("found", self.counts.get(self.view, 0))

    def tabs(self) -> list[dict[str, Any]]:
        """The saved views with their counts."""
        return [
            {
                "key": key,
                "label": label,
                "count": counted(self.counts[key], self.prefs),
                "url": f"{self.request.path}?view={key}",
                "is_current": key == self.view
                and "view" not in self.missing
                and not any(tab["is_current"] for tab in self.saved),
            }
            for key, label in VIEWS.items()
            if key in self.counts
        ]

    @cached_property
    def saved(self) -> list[dict[str, Any]]:
        """The reader's own views as tabs."""
        views = self.user.lead_views.all()
        return [
            {"view": view, "url": f"{self.request.path}?{view.query}", "is_current": view.query == self.state} for view in views
        ]

    @property
    def named_view(self) -> str:
        """The view as addresses name it: the usual one has no name there."""
        return self.view if self.view != "all" else ""

    @property
    def columns(self) -> str:
        """The columns that the address names."""
        return as_parameter(named_in(COLUMNS, self.request))

    @property
    def state(self) -> str:
        """The filters in one order, without the page that is shown: what a saved view keeps."""
        named = {name: self._chosen(name) for name in self.form.fields}
        named |= {"view": self.named_view, PARAMETER: self.columns} | self.missing
        return urlencode(sorted((name, value) for name, value in named.items() if value))

    @property
    def is_savable(self) -> bool:
        """There is something to keep, and no tab shows it yet."""
        return not self.missing and (self.is_narrowed or bool(self.columns)) and not any(tab["is_current"] for tab in self.saved)

    def _query(self, **changes: str | None) -> str:
        return query_with(self.request.GET, after=None, before=None, **changes)

"""Who works with the product: people with their roles and teams, for those who manage them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import services
from crm.accounts import days_of_links, mail_link, password_link
from crm.forms.people import EditPersonForm, PersonForm, TeamForm, sight_of
from crm.mails import has_mail_server
from crm.models import Team, User
from crm.pages import LONGEST_SEARCH, Chip, FormPage, ListPage, action, count_of, not_offered, posted, say
from crm.permissions import may_manage_people
from crm.text import left_to_right

STATES = {"active": gettext_lazy("Active"), "off": gettext_lazy("Switched off")}


class PersonListView(ListPage):
    template_name = "crm/people.html"
    permits = staticmethod(may_manage_people)

    def get_queryset(self) -> QuerySet[User]:
        asked = self.request.GET
        text = asked.get("q", "").strip()
        self.teams = list(Team.objects.order_by("name"))
        self.chosen = {
            "q": text if len(text) <= LONGEST_SEARCH else "",
            "role": asked.get("role", "") if asked.get("role") in User.Role.values else "",
            "team": next((team for team in self.teams if str(team.pk) == asked.get("team")), None),
            "state": asked.get("state", "") if asked.get("state") in STATES else "",
        }
        self.missing = not_offered(asked, self.chosen)
        conditions = {"role": self.chosen["role"], "team": self.chosen["team"]}
        rows = User.objects.filter(**{name: value for name, value in conditions.items() if value})
        rows = rows.filter(is_active=self.chosen["state"] == "active") if self.chosen["state"] else rows
        self.found = rows.none() if self.missing else rows.search(self.chosen["q"])
        return self.found.select_related("team")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "chosen": self.chosen,
            "roles": [("", _("Any role")), *User.Role.choices],
            "team_choices": [("", _("Any team")), *((str(team.pk), str(team)) for team in self.teams)],
            "states": [("", _("Active or not")), *STATES.items()],
            "chips": list(self._chips()),
            "pager": replace(context["pager"], text=self.count_text(len(context["rows"]), count_of(self.found))),
        }

    def _chips(self) -> Iterator[Chip]:
        labels = {"q": _("Search"), "role": _("Role"), "team": _("Team"), "state": _("State")}
        words = self.chosen | {
            "role": dict(User.Role.choices).get(self.chosen["role"], ""),
            "state": STATES.get(self.chosen["state"], ""),
        }
        urls = {name: self.url_with(**{name: None}, after=None, before=None) for name in labels}
        yield from (Chip(f"{labels[name]}: {value}", urls[name]) for name, value in words.items() if value)
        yield from (Chip.not_offered(labels[name], urls[name]) for name in self.missing)


class PersonCreateView(FormPage):
    template_name = "crm/person_form.html"
    form_class = PersonForm
    permits = staticmethod(may_manage_people)

    def get_initial(self) -> dict[str, Any]:
        return {"calendar": self.request.user.calendar}

    def save(self, form: PersonForm) -> HttpResponse:
        self.person = services.add_person(by=self.request.user, **form.cleaned_data)
        return redirect("people")

    def form_valid(self, form: PersonForm) -> HttpResponse:
        """The link goes out once the account stands: the work before is tried again where others came in between."""
        answer = super().form_valid(form)
        if not form.is_valid():
            return answer
        say(self.request, sight_of(self.person))
        return hand_over(self.request, self.person)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cancel_url=reverse("people"), **kwargs)


class PersonEditView(FormPage):
    template_name = "crm/person_form.html"
    form_class = EditPersonForm
    permits = staticmethod(may_manage_people)

    @cached_property
    def person(self) -> User:
        return get_object_or_404(User.objects.select_related("team"), pk=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"person": self.person}

    def get_initial(self) -> dict[str, Any]:
        initial = {name: getattr(self.person, name) for name in PersonForm.base_fields}
        return initial | ({"visibility": ""} if self.person.visibility == services.SEES[self.person.role] else {})

    def save(self, form: EditPersonForm) -> HttpResponse:
        changed = {name: form.cleaned_data[name] for name in PersonForm.base_fields if name in form.cleaned_data}
        before, person = self.person, services.edit_person(self.person, by=self.request.user, **changed)
        before.name, before.email = person.name, person.email
        sight = sight_of(person)
        say(self.request, _("Saved.") if sight == sight_of(before) else _("Saved. From now on: %(sight)s") % {"sight": sight})
        return redirect("people")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(person=self.person, sight=sight_of(self.person), cancel_url=reverse("people"), **kwargs)


def hand_over(request: HttpRequest, person: User) -> HttpResponse:
    """The link to choose a password, by mail; where none goes out, the administrator hands it over."""
    if person.is_program:
        say(request, _("A program signs in with a token: make one here."))
        return redirect(f"{reverse('token-create')}?user={person.pk}")
    link = password_link(request, person)
    if not mail_link(request, person, link):
        facts = {"person": person, "link": link, "days": days_of_links(request.prefs), "is_mail_set_up": has_mail_server()}
        return render(request, "crm/person_link.html", facts)
    say(request, _("A link to choose a password was sent to %(email)s.") % {"email": left_to_right(person.email)})
    return redirect("people")


@posted(may_manage_people)
def give_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Once more, for whom the first one did not reach in time."""
    return hand_over(request, get_object_or_404(User, pk=pk, is_active=True))


@action(may_manage_people)
def switch_off(request: HttpRequest, pk: int) -> str:
    person = services.switch_off_person(get_object_or_404(User, pk=pk), by=request.user, at=timezone.now())
    text = _("%(person)s was switched off: signed out everywhere, API tokens revoked.")
    say(request, text % {"person": person}, undo=reverse("person-switch-on", args=[pk]))
    return reverse("people")


@action(may_manage_people)
def switch_on(request: HttpRequest, pk: int) -> str:
    person = services.switch_on_person(get_object_or_404(User, pk=pk), by=request.user)
    if person.has_usable_password() or person.is_program:
        text = _("%(person)s can sign in again.")
    else:
        text = _("%(person)s is on again, and needs a new link to choose a password.")
    say(request, text % {"person": person}, undo=reverse("person-switch-off", args=[pk]))
    return reverse("people")


class TeamListView(FormPage):
    template_name = "crm/teams.html"
    form_class = TeamForm
    permits = staticmethod(may_manage_people)

    def save(self, form: TeamForm) -> HttpResponse:
        team = services.save_team(Team(), by=self.request.user, **form.cleaned_data)
        say(self.request, _("%(team)s was added.") % {"team": team})
        return redirect("teams")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        people = Count("members", filter=Q(members__is_active=True))
        return super().get_context_data(rows=Team.objects.annotate(people=people).order_by("name"), **kwargs)


class TeamEditView(FormPage):
    template_name = "crm/team_form.html"
    form_class = TeamForm
    permits = staticmethod(may_manage_people)

    @cached_property
    def team(self) -> Team:
        return get_object_or_404(Team, pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.team.name}

    def save(self, form: TeamForm) -> HttpResponse:
        services.save_team(self.team, by=self.request.user, **form.cleaned_data)
        say(self.request, _("Saved."))
        return redirect("teams")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cancel_url=reverse("teams"), **kwargs)

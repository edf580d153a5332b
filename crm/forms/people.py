"""What an administrator types about people and teams."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.forms.edits import EditForm
from crm.forms.fields import EmailField, TextField
from crm.forms.reader import ReaderForm
from crm.models import Team, User
from crm.services import free_address

CALENDARS = User._meta.get_field("calendar").choices


class PersonForm(ReaderForm):
    name = TextField(label=_("Name"), max_length=100)
    email = EmailField(label=_("E-mail"), help_text=_("The name they sign in with."))
    role = forms.ChoiceField(label=_("Role"), choices=User.Role.choices)
    visibility = forms.ChoiceField(
        label=_("Sees"),
        choices=[("", _("What the role usually sees")), *User.Visibility.choices],
        required=False,
        help_text=_("Usually sales reps see their own records, managers their team's, everybody else all."),
    )
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.order_by("name"), required=False, empty_label=_("No team")
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As the browser asks")), *User.Language.choices], required=False
    )
    calendar = forms.ChoiceField(label=_("Calendar"), choices=CALENDARS)

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)
        if person == self.user:
            self.fields["role"].disabled = True
            self.fields["role"].help_text = _("Your own role is changed by another administrator.")

    def clean_email(self) -> str:
        return free_address(self.cleaned_data["email"], self.person)


class EditPersonForm(EditForm, PersonForm):
    """An account that was made on the server may have no name."""

    name = TextField(label=_("Name"), max_length=100, required=False)


class TeamForm(ReaderForm):
    name = TextField(label=_("Name"), max_length=100)


def sight_of(person: User) -> str:
    """What somebody sees, in one sentence."""
    if person.is_superuser:
        return gettext("%(person)s sees and may do everything, also the settings.") % {"person": person}
    if person.visibility == User.Visibility.ALL:
        records = gettext("%(person)s sees all records")
    elif person.sees_team:
        records = gettext("%(person)s sees the records of everybody in the team %(team)s")
    else:
        records = gettext("%(person)s sees only their own records")
    if not person.may_sell:
        limits = gettext("%(records)s, but no leads, opportunities, quotes, costs and visits.")
    elif not person.may_see_costs:
        limits = gettext("%(records)s, but no costs and visits.")
    else:
        limits = "%(records)s."
    return limits % {"records": records % {"person": person, "team": person.team}}

"""What an administrator types about a row of a list that has but a name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.forms.edits import EditForm
from crm.forms.fields import TextField
from crm.forms.reader import ReaderForm


class NameForm(ReaderForm):
    name = TextField(label=_("Name"), max_length=100)


class EditNameForm(EditForm, NameForm):
    """Of one that others may be changing."""

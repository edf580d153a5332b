"""What an administrator types about a channel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.models import Channel, SocialNetwork
from crm.forms.edits import EditForm
from crm.forms.reference import NameForm


class ChannelForm(NameForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=Channel.Kind.choices, initial=Channel.Kind.OTHER)
    social_network = forms.ModelChoiceField(
        label=_("Social network"), queryset=SocialNetwork.objects.none(), required=False, empty_label=_("None")
    )
    is_marketing = forms.BooleanField(
        label=_("Marketing channel"),
        required=False,
        initial=True,
        help_text=_("What comes by it counts as won by marketing. A change counts past figures anew, as one of the kind does."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["social_network"].queryset = SocialNetwork.objects.visible_to(self.user)


class EditChannelForm(EditForm, ChannelForm):
    """Of one that others may be changing."""

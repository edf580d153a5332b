"""What is typed about leads, and why one is given up, converted or merged."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Channel, LeadSource
from crm.forms.edits import EditForm
from crm.forms.fields import AmountField, EmailField, PhoneField, TextField
from crm.forms.reader import ReaderForm
from crm.phones import format_phone
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day
from leads.models import Lead

DISQUALIFY_REASONS = (_("Wrong number"), _("Not interested"), _("No budget"), _("Not our customer"), _("Duplicate"))


class LeadForm(ReaderForm):
    """The first three fields are the quick add; the rest waits behind “more”."""

    QUICK = ("name", "phone", "lead_source")

    name = TextField(label=_("Name"), max_length=100, required=False)
    phone = PhoneField(label=_("Mobile"), required=False)
    lead_source = forms.ModelChoiceField(
        label=_("Source"), queryset=LeadSource.objects.none(), required=False, empty_label=_("Unknown")
    )
    company = TextField(label=_("Company"), max_length=100, required=False)
    email = EmailField(label=_("E-mail"), required=False)
    channel = forms.ModelChoiceField(
        label=_("Channel"), queryset=Channel.objects.none(), required=False, empty_label=_("Unknown")
    )
    campaign = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.none(), required=False, empty_label=_("None")
    )
    notes = TextField(label=_("Notes"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead_source"].queryset = LeadSource.objects.all()
        self.fields["channel"].queryset = Channel.objects.all()
        self.fields["campaign"].queryset = Campaign.objects.all()

    @property
    def quick_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.QUICK]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.QUICK and not self[name].is_hidden]

    @property
    def has_more(self) -> bool:
        return any(field.value() or field.errors for field in self.more_fields)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if not self.errors and not any(facts.get(name) for name in ("name", "company", "phone", "email", "lead_source")):
            raise ValidationError(_("Give at least a name, a company, a phone, an e-mail address or a source."), code="required")
        return facts


class EditLeadForm(EditForm, LeadForm):
    """Of a lead that others may be changing; `anyway` says that a likely duplicate was seen."""

    anyway = forms.BooleanField(widget=forms.HiddenInput, required=False)


class NewLeadForm(LeadForm):
    """`token` makes a form that was sent twice one lead; `anyway` says that a likely duplicate was seen."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    anyway = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """A source that only stands there from the last lead is not somebody's wish to write down another one."""
        facts = super().clean()
        is_named = any(facts.get(name) for name in ("name", "company", "phone", "email"))
        if not self.errors and not is_named and "lead_source" not in self.changed_data:
            raise ValidationError(_("Give at least a name, a company, a phone, an e-mail address or a source."), code="required")
        return facts


class ReasonForm(ReaderForm):
    reason = TextField(label=_("Reason"), max_length=200)


class ConvertForm(ReaderForm):
    opportunity_name = TextField(label=_("Name of the opportunity"), max_length=200)
    amount = AmountField(label=_("Amount"), required=False)


class LeadChoiceField(forms.ModelChoiceField):
    """Leads that are alike are told apart by number, day and owner."""

    prefs: Preferences

    def label_from_instance(self, lead: Lead) -> str:
        phone = format_html('<bdi dir="ltr">{}</bdi>', format_phone(lead.phone)) if lead.phone else ""
        known = [str(lead), phone, format_day(lead.created_on, self.prefs), str(lead.owner or "")]
        return format_html("<span>{}</span>", format_html_join(" · ", "<bdi>{}</bdi>", ((part,) for part in known if part)))


class MergeForm(ReaderForm):
    into = LeadChoiceField(label=_("Merge into"), queryset=Lead.objects.none(), widget=forms.RadioSelect, empty_label=None)

    def __init__(self, *args: Any, candidates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].prefs = self.prefs
        self.fields["into"].queryset = candidates.select_related("owner")
        if len(candidates) == 1:
            self.initial.setdefault("into", candidates[0])

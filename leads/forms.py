"""What people type about leads, opportunities and activities."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Channel, LeadSource
from crm.edits import EditForm
from crm.forms import AmountField, ClockField, DayField, EmailField, PhoneField, ReaderForm, TextField
from crm.models import User
from crm.permissions import colleagues
from crm.phones import format_phone
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day
from customers.forms import CustomerField
from customers.order_forms import SaleForm
from leads.follow_up import ASKED_OF_WHAT_WAS_DONE
from leads.models import OUTCOMES, Activity, Lead, Stage
from leads.timeline import outcomes_of, says_nothing

DISQUALIFY_REASONS = (_("Wrong number"), _("Not interested"), _("No budget"), _("Not our customer"), _("Duplicate"))
LOSS_REASONS = (_("Price"), _("Chose a competitor"), _("No answer"), _("Bad timing"), _("Missing feature"))


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


class OpportunityForm(ReaderForm):
    name = TextField(label=_("Name"), max_length=200)
    amount = AmountField(label=_("Amount"), required=False)
    expected_close_on = DayField(label=_("Expected close"), required=False)
    customer = CustomerField(required=False)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("Nobody"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues()


class EditOpportunityForm(EditForm, OpportunityForm):
    """Of an opportunity that others may be changing."""

    def clean(self) -> dict[str, Any]:
        """Nothing typed is an amount of nothing."""
        facts = super().clean()
        return facts | {"amount": facts["amount"] or 0} if "amount" in facts else facts


class NewOpportunityForm(OpportunityForm):
    stage = forms.ModelChoiceField(label=_("Stage"), queryset=Stage.objects.open(), empty_label=None)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)


class WonForm(ReaderForm):
    """A win that brings nothing is asked about: mostly its amount was forgotten."""

    amount = AmountField(label=_("Final amount"), required=True)
    without_amount = forms.BooleanField(label=_("Won without an amount"), required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if facts.get("amount") == 0 and not facts.get("without_amount"):
            self.fields["without_amount"].widget = forms.CheckboxInput(attrs={"data-answers": "amount"})
            text = _("Give the amount, or say below that it was won without one.")
            self.add_error("amount", ValidationError(text, code="required"))
        return facts


class QuoteForm(SaleForm):
    """What is offered, and until when."""

    valid_until = DayField(label=_("Valid until"), required=False)

    def clean_valid_until(self) -> date | None:
        day = self.cleaned_data["valid_until"]
        if day and day < self.prefs.today(self.at):
            raise ValidationError(_("This day has passed already."), code="out-of-range")
        return day

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("number", "valid_until")}


class ActivityForm(ReaderForm):
    """What was done, or with a day what is planned; with a result and a day what was done, and the next step after it.

    `token` makes a form that was sent twice one activity.
    """

    kind = forms.ChoiceField(label=_("Kind"), choices=Activity.Kind.choices, widget=forms.Select(attrs={"aria-label": _("Kind")}))
    body = TextField(
        label=_("Text"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "aria-label": _("Text"), "placeholder": _("What was said, what was agreed")}),
    )
    outcome = forms.ChoiceField(
        label=_("Result"),
        choices=[("", _("Result?")), *OUTCOMES.items()],
        required=False,
        widget=forms.Select(attrs={"aria-label": _("Result")}),
    )
    due_on = DayField(label=_("Planned for"), required=False)
    due_time = ClockField(label=_("At"), required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if not self.errors and not facts["due_on"] and says_nothing(facts["kind"], facts["outcome"], facts["body"]):
            self.ask_for_words(facts["kind"])
        if not self.errors and facts.get("outcome") and (fault := self.fault_of_outcome(facts)):
            self.add_error("outcome", ValidationError(fault, code="invalid"))
        return facts

    def ask_for_words(self, kind: str) -> None:
        if outcomes_of(kind):
            self.add_error("outcome", ValidationError(ASKED_OF_WHAT_WAS_DONE, code="required"))
        else:
            self.add_error("body", ValidationError(_("Write something, or choose a day."), code="required"))

    def fault_of_outcome(self, facts: dict[str, Any]) -> str:
        """Why this cannot have come of it."""
        fitting = dict(outcomes_of(facts["kind"]))
        if facts["outcome"] in fitting:
            return ""
        words = {"kind": Activity.Kind(facts["kind"]).label, "outcome": OUTCOMES[facts["outcome"]]}
        if not fitting:
            return _("“%(outcome)s” does not fit “%(kind)s”, of which no result is noted.") % words
        return _("“%(outcome)s” does not fit “%(kind)s”. What fits: %(fitting)s.") % (
            words | {"fitting": " · ".join(fitting.values())}
        )

    @property
    def due_at(self) -> datetime | None:
        day = self.cleaned_data.get("due_on")
        return self.moment(day, self.cleaned_data.get("due_time")) if day else None


class EditActivityForm(EditForm):
    """What was noted of something done."""

    outcome = forms.ChoiceField(label=_("Result"), required=False)
    body = TextField(label=_("Text"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    done_on = DayField(label=_("Day"))
    done_time = ClockField(label=_("At"))

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Other programs send other words than the usual ones: such a one may stay.
        fitting = dict(outcomes_of(activity.kind)) | ({activity.outcome: activity.outcome_label} if activity.outcome else {})
        self.fields["outcome"].choices = [("", _("Not said")), *fitting.items()]
        if not fitting:
            del self.fields["outcome"], self.stored["outcome"]

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if not self.errors and "done_at" in self.facts and self.facts["done_at"] > self.at:
            self.add_error("done_on", ValidationError(_("The moment lies in the future."), code="future-date"))
        return facts

    @property
    def facts(self) -> dict[str, Any]:
        """What was changed; the moment only where it was, as the form leaves its seconds out."""
        facts = {name: value for name, value in self.cleaned_data.items() if name in ("outcome", "body")}
        when = {name: self.cleaned_data.get(name, self.initial[name]) for name in ("done_on", "done_time")}
        if self.cleaned_data.keys() & when.keys():
            facts["done_at"] = self.moment(when["done_on"], when["done_time"])
        return facts

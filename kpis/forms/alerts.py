"""The form of an alert."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.forms.fields import CodeField, in_words
from crm.forms.reader import ReaderForm
from crm.models import User
from crm.money import AmountError, parse_amount
from crm.permissions import owners_for
from crm.preferences import Preferences
from kpis import grids
from kpis.catalogue import CATALOGUE
from kpis.definitions import Kpi, Unit, is_hidden
from kpis.forms.readers import readers_among, words_of_blind
from kpis.models import ALARMING, ALERT_GRAINS, AlertRule, Condition, Scope
from kpis.models.scope import COLUMNS, MEMBERS
from kpis.options import GRAINS, SCOPES, members_for
from kpis.readings.bells import BUSY_PAGE
from kpis.readings.words import number_text, unit_text
from kpis.services.scopes import fits, may_read

# Chosen as what to watch, in the place of a KPI: it has no condition and no bound of its own.
BUSY = "busy_page"
CHANGES = (Condition.RISES, Condition.FALLS)
SENSES = [choice for choice in Condition.choices if choice[0] != Condition.ALARM]


def name_with_unit(kpi: Kpi, prefs: Preferences) -> str:
    """What the bound of this KPI is typed in stands with its name, whichever of them is chosen."""
    unit = unit_text(kpi, prefs)
    return f"{kpi.name} ({unit})" if unit else str(kpi.name)


def change_text(kpi: Kpi, bound: Decimal, prefs: Preferences) -> str:
    return number_text(bound if kpi.unit is Unit.SCORE else bound * 100, prefs, most=grids.MOST_DECIMALS)


def read_change(kpi: Kpi, text: str) -> Decimal:
    """Per cent of the value before; points of a rate or a score."""
    try:
        size = parse_amount(text.strip().strip(grids.PERCENT_SIGNS), form=True, decimals=grids.MOST_DECIMALS)
    except AmountError as error:
        raise in_words(error) from None
    if size <= 0:
        raise ValidationError(_("A change is larger than nothing; the condition says which way."), code="out-of-range")
    return size if kpi.unit is Unit.SCORE else size / 100


class AlertForm(ReaderForm):
    """`token` makes a form that was sent twice one alert."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kpi = forms.ChoiceField(label=gettext_lazy("KPI"))
    of = forms.ChoiceField(label=gettext_lazy("Only for"), required=False)
    condition = forms.ChoiceField(label=gettext_lazy("Condition"), choices=SENSES)
    bound = CodeField(
        label=gettext_lazy("Bound"),
        max_length=40,
        input_mode="decimal",
        help_text=gettext_lazy(
            "In the KPI's unit: rates in per cent, money in your unit. A change: in per cent, of rates in points."
        ),
    )
    grain = forms.ChoiceField(
        label=gettext_lazy("Look at each"), choices=[(grain.value, GRAINS[grain]) for grain in ALERT_GRAINS]
    )
    by_email = forms.BooleanField(label=gettext_lazy("Also by e-mail"), required=False)
    readers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Also told"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Each by their own figures, as they may see them themselves, and can switch it off for themselves."
        ),
    )

    def __init__(self, *args: Any, user: User, prefs: Preferences, **kwargs: Any) -> None:
        super().__init__(*args, user=user, prefs=prefs, **kwargs)
        self.fields["kpi"].choices = [
            (kpi.key, name_with_unit(kpi, prefs)) for kpi in CATALOGUE.values() if not is_hidden(kpi, user)
        ]
        if not is_hidden(CATALOGUE[ALARMING], user):
            self.fields["kpi"].choices += [(BUSY, BUSY_PAGE)]
        if self.is_bound and self.data.get("kpi") == BUSY:
            self.fields["condition"].required = self.fields["bound"].required = False
        self.fields["of"].choices = [("", _("All that I see")), *self.scopes()]
        self.fields["readers"].queryset = owners_for(user).exclude(pk=user.pk)
        if not self.fields["readers"].queryset.exists():
            del self.fields["readers"]

    def scopes(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        for scope, name in SCOPES.items():
            if found := members_for(scope, self.user):
                yield str(name), [(f"{scope.value}:{pk}", label) for pk, label in found]

    def clean_readers(self) -> list[User]:
        return readers_among(self.cleaned_data["readers"])

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("kpi") == BUSY:
            found |= {"kpi": ALARMING, "condition": Condition.ALARM.value, "bound": "", "figure": None}
        kpi = CATALOGUE.get(found.get("kpi", ""))
        if kpi is None:
            return found
        scope, member = self.about
        if not fits(kpi, scope):
            self.add_error("of", _("This KPI cannot be narrowed to one of these."))
        if blind := [str(reader) for reader in found.get("readers", ()) if not may_read(reader, kpi, scope, member)]:
            self.add_error("readers", words_of_blind(blind))
        if found.get("bound") and found.get("condition"):
            try:
                found["figure"] = self.figure(kpi, found["condition"], found["bound"])
            except ValidationError as error:
                self.add_error("bound", error)
        return found

    def figure(self, kpi: Kpi, condition: str, text: str) -> Decimal | None:
        return read_change(kpi, text) if condition in CHANGES else grids.read_figure(kpi, text, self.prefs)

    @property
    def about(self) -> tuple[Scope, int | None]:
        """Whom it is narrowed to."""
        scope, _colon, member = self.cleaned_data.get("of", "").partition(":")
        return (Scope(scope), int(member)) if scope else (Scope.COMPANY, None)

    @property
    def told(self) -> list[User]:
        """Who else: the chosen, and those who are told already and cannot be chosen any more, as nobody has taken them off."""
        kpi = CATALOGUE[self.cleaned_data["kpi"]]
        others = User.objects.filter(pk__in=self.initial.get("readers", ())).exclude(pk__in=owners_for(self.user).values("pk"))
        return [*self.cleaned_data.get("readers", ()), *(one for one in others if may_read(one, kpi, *self.about))]

    @property
    def facts(self) -> dict[str, Any]:
        """The rule's columns."""
        found, (scope, member) = self.cleaned_data, self.about
        members: dict[str, int | None] = dict.fromkeys(MEMBERS)
        if scope is not Scope.COMPANY:
            members[f"{COLUMNS[scope]}_id"] = member
        kept = {name: found[name] for name in ("kpi", "condition", "grain", "by_email")}
        return kept | members | {"bound": found["figure"], "calendar": self.prefs.calendar}


def initial_of(rule: AlertRule, prefs: Preferences) -> dict[str, Any]:
    of = "" if rule.scope is Scope.COMPANY else f"{rule.scope.value}:{rule.member}"
    return asked(rule, prefs) | {
        "of": of,
        "grain": rule.grain,
        "by_email": rule.by_email,
        "readers": rule.reader_keys,
    }


def asked(rule: AlertRule, prefs: Preferences) -> dict[str, Any]:
    """What is watched, and against which bound."""
    if rule.is_of_pages:
        return {"kpi": BUSY}
    kpi = CATALOGUE[rule.kpi]
    text = change_text(kpi, rule.bound, prefs) if rule.is_change else grids.figure_text(kpi, rule.bound, prefs)
    return {"kpi": rule.kpi, "condition": rule.condition, "bound": text}

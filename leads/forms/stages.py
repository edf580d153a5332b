"""What an administrator types about a stage of the pipeline."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.forms.edits import EditForm
from crm.forms.fields import TextField, WholeNumberField
from crm.forms.reader import ReaderForm


class StageForm(ReaderForm):
    """`fixed` are the columns that a stage keeps."""

    name = TextField(label=_("Name in English"), max_length=50)
    name_fa = TextField(label=_("Name in Persian"), max_length=50)
    probability = WholeNumberField(
        label=_("Probability, in per cent"),
        least=0,
        most=100,
        help_text=_("How many of a hundred opportunities in this stage are won. It stays once something has stood in it."),
    )
    stale_days = WholeNumberField(label=_("Days without activity before a card is stale"), least=1, most=365)

    def __init__(self, *args: Any, fixed: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in fixed:
            del self.fields[name]

    @property
    def facts(self) -> dict[str, Any]:
        """As they are stored."""
        facts = {name: self.cleaned_data[name] for name in StageForm.base_fields if name in self.cleaned_data}
        return facts | ({"probability": Decimal(facts["probability"]) / 100} if "probability" in facts else {})


class EditStageForm(EditForm, StageForm):
    """Of a stage that others may be changing."""

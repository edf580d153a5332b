"""The people somebody chooses to be told besides themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.models import User
from kpis.services.inputs import MOST_READERS


def readers_among(chosen: Iterable[User]) -> list[User]:
    readers = list(chosen)
    if len(readers) > MOST_READERS:
        raise ValidationError(_("Choose at most 50 people."), code="too-many")
    return readers


def words_of_blind(names: Sequence[str]) -> str:
    return _("May not see this KPI: %(names)s") % {"names": " · ".join(names)}

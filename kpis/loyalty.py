"""Loyalty in word and in deed. Definitions only."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# An answer from here on says that the customer would buy again.
LEAST_SCORE = 4
# A second order day so many days after the first, at most, is what repeat_purchase_rate counts.
RETURN_DAYS = 365


class Loyalty(TextChoices):
    """The public names: (would buy again, came back)."""

    TRUE = "true", _("True loyalty")
    LATENT = "latent", _("Latent loyalty")
    SPURIOUS = "spurious", _("Spurious loyalty")
    NONE = "none", _("No loyalty")


CELLS: Mapping[tuple[bool, bool], Loyalty] = {
    (True, True): Loyalty.TRUE,
    (True, False): Loyalty.LATENT,
    (False, True): Loyalty.SPURIOUS,
    (False, False): Loyalty.NONE,
}
SIDES: Mapping[Loyalty, tuple[bool, bool]] = {loyalty: sides for sides, loyalty in CELLS.items()}
MEANINGS: Mapping[Loyalty, Promise] = {
    Loyalty.TRUE: _("would buy again, and did: keep them, and ask them to recommend you"),
    Loyalty.LATENT: _("would buy again, but did not: find out what is in the way"),
    Loyalty.SPURIOUS: _("came back without liking it: gone as soon as there is another shop"),
    Loyalty.NONE: _("neither likes it nor came back"),
}

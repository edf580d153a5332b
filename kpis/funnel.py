"""The sales funnel: the steps from a lead to a customer. Definitions only."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# How long leads still advance: until then the figures of a cohort are maturing.
MATURING_DAYS = 90


class Step(TextChoices):
    """The public names, in the order in which they follow one another."""

    LEAD = "lead", _("Lead")
    PROSPECT = "prospect", _("Prospect")
    OPPORTUNITY = "opportunity", _("Opportunity")
    QUOTE = "quote", _("Quote")
    INVOICE = "invoice", _("Invoice")
    CUSTOMER = "customer", _("Customer")


STEPS: tuple[Step, ...] = tuple(Step)
LAST = len(STEPS) - 1
MEANINGS: Mapping[Step, Promise] = {
    Step.LEAD: _("created in the period"),
    Step.PROSPECT: _("became an MQL, or was reached by a call, a meeting or a message"),
    Step.OPPORTUNITY: _("was converted to an opportunity"),
    Step.QUOTE: _("was sent a quote"),
    Step.INVOICE: _("has an invoice by a quote or an opportunity; without one, by its customer"),
    Step.CUSTOMER: _("its customer has a paid order, on or after the lead's day"),
}

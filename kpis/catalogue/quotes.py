"""Quotes: how many are sent, what becomes of them, and whether what they offer beside and above is taken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kpis.catalogue.cubes.quotes import OFFERS, OFFERS_BY_CATEGORY, QUOTES_ISSUED
from kpis.definitions import Dimension, Direction, Group, Interval, Kind, Kpi, Term, Timing, Unit

D = Dimension
SIDES = (D.OWNER, D.TEAM, D.CHANNEL)
OFFERED_TO = (D.OWNER, D.TEAM, D.CATEGORY)
ISSUED = Term(QUOTES_ISSUED["count"])


def of_offers(fold: str) -> Term:
    return Term(OFFERS[fold], instead={D.CATEGORY: OFFERS_BY_CATEGORY[fold]})


QUOTES = Kpi(
    key="quotes_issued",
    name=_("Quotes issued"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.FLOW,
    formula=_("quotes first issued in the period; all revisions of one are one"),
    why=_("Who asks for a price is close to buying: next month's invoices are among these."),
    numerator=(ISSUED,),
    unit=Unit.COUNT,
    direction=Direction.UP,
    timing=Timing.LEADING,
    dimensions=SIDES,
    interval=Interval.POISSON,
    drivers=("sqls", "demos_held"),
    needs=("quotes",),
    enter_at="leads:opportunity-board",
)
QUOTE_TO_INVOICE_RATE = Kpi(
    key="quote_to_invoice_rate",
    name=_("Quote to invoice rate"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.COHORT,
    formula=_("quotes first issued in the period of which a version became an invoice ÷ quotes first issued in it"),
    why=_("Of the prices you named, how many were accepted; the rest says where price or follow-up fails."),
    numerator=(Term(QUOTES_ISSUED["invoiced"]),),
    denominator=(ISSUED,),
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.LEADING,
    dimensions=SIDES,
    minimum_sample=30,
    interval=Interval.WILSON,
    drivers=("quotes_issued", "sales_cycle_days"),
    needs=("quotes", "orders"),
    enter_at="leads:opportunity-board",
    maturing_days=90,
)
QUOTE_TO_INVOICE_VALUE_RATE = Kpi(
    key="quote_to_invoice_value_rate",
    name=_("Quote to invoice rate, by amount"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.COHORT,
    formula=_("last amounts of the period's quotes that became an invoice ÷ last amounts of all quotes first issued in it"),
    why=_("Beside the rate by number: lower means that the large ones are lost."),
    numerator=(Term(QUOTES_ISSUED["invoiced_amount"]),),
    denominator=(Term(QUOTES_ISSUED["amount"]),),
    sample=(ISSUED,),
    unit=Unit.PERCENT,
    is_share=True,
    direction=Direction.UP,
    timing=Timing.LEADING,
    dimensions=SIDES,
    minimum_sample=30,
    drivers=("quote_to_invoice_rate",),
    needs=("quotes", "orders"),
    enter_at="leads:opportunity-board",
    maturing_days=90,
)
UPSELL_OFFER_RATE = Kpi(
    key="upsell_offer_rate",
    name=_("Up-sell offers accepted"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.COHORT,
    formula=_("quotes whose accepted version has an up-sell line ÷ quotes in which up-sell was first offered in the period"),
    why=_("Whether the better thing, once it is offered, is taken; if so, offer it more often."),
    numerator=(of_offers("upsell_accepted"),),
    denominator=(of_offers("upsell"),),
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=OFFERED_TO,
    not_additive=frozenset({D.CATEGORY}),
    minimum_sample=30,
    interval=Interval.WILSON,
    requires=(QUOTES_ISSUED,),
    drivers=("quotes_issued",),
    needs=("quotes with up-sell lines",),
    enter_at="leads:opportunity-board",
    maturing_days=90,
)
CROSS_SELL_OFFER_RATE = Kpi(
    key="cross_sell_offer_rate",
    name=_("Cross-sell offers accepted"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.COHORT,
    formula=_("quotes whose accepted version has a cross-sell line ÷ quotes in which cross-sell was first offered in the period"),
    why=_("Whether what goes with it, once it is offered, is taken along."),
    numerator=(of_offers("cross_sell_accepted"),),
    denominator=(of_offers("cross_sell"),),
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=OFFERED_TO,
    not_additive=frozenset({D.CATEGORY}),
    minimum_sample=30,
    interval=Interval.WILSON,
    requires=(QUOTES_ISSUED,),
    drivers=("quotes_issued",),
    needs=("quotes with cross-sell lines",),
    enter_at="leads:opportunity-board",
    maturing_days=90,
)

KPIS = (QUOTES, QUOTE_TO_INVOICE_RATE, QUOTE_TO_INVOICE_VALUE_RATE, UPSELL_OFFER_RATE, CROSS_SELL_OFFER_RATE)

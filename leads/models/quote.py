"""Quotes: what was offered, in which revisions, and the order one of them became."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Self

from django.contrib.postgres.functions import TransactionNow
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from crm.database import FoldText, RoundMoney, local_day_field
from crm.fields import MoneyField
from crm.history.keeping import keeps_history, keeps_history_by
from crm.models import Record, User
from crm.reasons import Reasons, left_out
from crm.text import our_number
from customers.models import Customer, Order, OrderLine, Product
from customers.models.customer import SearchQuerySet, search_key
from leads.models.lead import Lead
from leads.models.opportunity import Opportunity, of_left_out_opportunity

# Fewer letters are in most names, and no index finds them.
SHORTEST_NAME = 3
PEOPLE = ("lead", "customer", "opportunity__lead", "opportunity__customer")


def of_counted_quote(path: str = "") -> Q:
    """Not for a lead or customer that figures leave out; `path` leads to the quote."""
    real = Q()
    for person in PEOPLE:
        to = f"{path}{person}"
        real &= Q(**{f"{to}__isnull": True}) | Q(**{f"{to}__is_test": False, f"{to}__is_spam": False})
    return real


def of_left_out_quote(path: str = "") -> Reasons:
    """Why a quote is not `of_counted_quote`."""
    of_opportunity = of_left_out_opportunity(f"{path}opportunity__")
    return {reason: holds | of_opportunity[reason] for reason, holds in of_left_out_opportunity(path).items()}


class QuoteQuerySet(SearchQuerySet):
    owner_paths = ("owner", "opportunity__owner", "lead__owner", "customer__owner", "opportunity__customer__owner")
    is_for_sellers = True

    def counted(self) -> Self:
        return self.filter(of_counted_quote())

    def left_out(self) -> Self:
        return left_out(self, of_left_out_quote())

    def found_by(self, text: str, user: User) -> Self:
        """By its number, or by whom it is for where the user sees them; each by an index of its own."""
        numbered = Quote.objects.filter(search_text__contains=FoldText(Value(text))).exclude(number="", source="page")
        ways = [numbered, *(self._of_people(text, user) if len(text) >= SHORTEST_NAME else ())]
        if (key := our_number(text)) is not None:
            ways.append(Quote.objects.filter(pk=key))
        found = (rows.order_by().values("pk") for rows in ways)
        return self.filter(pk__in=next(found).union(*found))

    def _of_people(self, text: str, user: User) -> Iterator[QuerySet[Quote]]:
        customers = Customer.objects.visible_to(user).search(text).values("pk")
        leads = Lead.objects.visible_to(user).search(text).values("pk")
        sold = Opportunity.objects.visible_to(user)
        yield Quote.objects.filter(customer__in=customers)
        yield Quote.objects.filter(lead__in=leads)
        for deals in (sold.search(text), sold.filter(customer__in=customers), sold.filter(lead__in=leads)):
            yield Quote.objects.filter(opportunity__in=deals.values("pk"))

    def for_lead(self, lead: Lead) -> Self:
        """What they were offered, as a lead and in the opportunities they became."""
        return self.filter(Q(lead=lead) | Q(opportunity__lead=lead))

    def for_customer(self, customer: Customer) -> Self:
        return self.filter(Q(customer=customer) | Q(opportunity__customer=customer))

    def family_of(self, quote: Quote) -> Self:
        """A quote's first version and all its revisions."""
        first = quote.original_id or quote.pk
        return self.filter(Q(pk=first) | Q(original=first))


@keeps_history
class Quote(Record):
    """One version of an offer. Revisions name the one they replace, and the first of them all as their original."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")
        EXPIRED = "expired", _("Expired")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    number = models.CharField(_("number"), max_length=100, blank=True)
    opportunity = models.ForeignKey(Opportunity, null=True, blank=True, on_delete=models.PROTECT, related_name="quotes")
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.PROTECT, related_name="quotes")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT, related_name="quotes"
    )
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    issued_on = local_day_field("issued_at")
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    revision_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.RESTRICT, related_name="replaced_by")
    original = models.ForeignKey("self", null=True, blank=True, on_delete=models.RESTRICT, related_name="revisions")
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=8, default=Decimal(1))
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_on = local_day_field("accepted_at")
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_reason = models.CharField(_("reason"), max_length=200, blank=True)
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # The sum of the lines in the base currency, kept true by a trigger (leads/triggers.py).
    amount = MoneyField(_("amount"), default=0)
    search_text = search_key("number", "external_id")

    objects = QuoteQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(lead__isnull=False) | Q(opportunity__isnull=False) | Q(customer__isnull=False),
                name="leads_quote_is_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(declined_at__isnull=True), name="leads_quote_one_answer"
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="leads_quote_rate_positive"),
            models.CheckConstraint(
                condition=Q(revision_of__isnull=True, original__isnull=True)
                | Q(revision_of__isnull=False, original__isnull=False),
                name="leads_quote_revision_has_original",
            ),
            models.CheckConstraint(condition=~Q(original=F("pk")), name="leads_quote_not_its_own_original"),
        ]
        indexes = [
            models.Index(fields=["issued_on"], condition=Q(issued_on__isnull=False), name="leads_quote_issued"),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="leads_quote_search"),
        ]

    def __str__(self) -> str:
        """Its number; a key that a form made up says nothing to a reader."""
        return (self.number or self.external_id or "") if self.is_named else f"#{self.pk}"

    @property
    def is_named(self) -> bool:
        """Whether it goes by a number of its own, and not by ours."""
        return bool(self.number or (self.external_id and self.source != "page"))

    @property
    def whom(self) -> Opportunity | Customer | Lead | None:
        """The sale it belongs to, else whom it is for."""
        return self.opportunity or self.customer or self.lead

    @property
    def is_accepted(self) -> bool:
        return self.accepted_at is not None or self.order_id is not None

    def status_on(self, day: date) -> str:
        """Where it stands on a day; figures read the dated columns, never this."""
        if self.is_accepted:
            return self.Status.ACCEPTED
        if self.declined_at:
            return self.Status.DECLINED
        if self.issued_at is None:
            return self.Status.DRAFT
        return self.Status.EXPIRED if self.valid_until and self.valid_until < day else self.Status.SENT


class QuoteLineQuerySet(models.QuerySet):
    def counted(self) -> Self:
        return self.filter(of_counted_quote("quote__"))

    def left_out(self) -> Self:
        return left_out(self, of_left_out_quote("quote__"))


@keeps_history_by("quote")
class QuoteLine(models.Model):
    """One offered position; its class is what the order's line will have."""

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    quantity = models.PositiveIntegerField()
    unit_price = MoneyField(help_text=_("in the quote's currency, before tax"))
    discount = MoneyField(default=0, help_text=_("of the whole line, in the quote's currency"))
    tax = MoneyField(default=0)
    rate = models.DecimalField(max_digits=20, decimal_places=8, default=Decimal(1))
    line_class = models.CharField(max_length=10, choices=OrderLine.Class.choices, blank=True)
    # When the transaction began that its record was written in, as in the histories; of those of old nobody knows it.
    recorded_at = models.DateTimeField(null=True, editable=False, db_default=TransactionNow())
    net_amount = models.GeneratedField(
        expression=RoundMoney((F("quantity") * F("unit_price") - F("discount")) * F("rate")),
        output_field=models.DecimalField(max_digits=20, decimal_places=2),
        db_persist=True,
    )

    objects = QuoteLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("quote line")
        verbose_name_plural = _("quote lines")
        constraints = [
            models.UniqueConstraint(fields=["quote", "position"], name="leads_quoteline_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="leads_quoteline_quantity_positive"),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, discount__gte=0, tax__gte=0), name="leads_quoteline_amounts_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.product_id)

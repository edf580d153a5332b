"""Surveys and their answers."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.channel import ReferenceQuerySet
from crm.database import local_day_field
from crm.history.keeping import keeps_history
from crm.models import Record, RecordQuerySet
from crm.reasons import left_out
from customers.models.customer import Customer, of_left_out_customer
from customers.models.order import Order
from customers.models.product import Product
from customers.models.ticket import Ticket


@keeps_history
class Survey(Record):
    class Kind(models.TextChoices):
        NPS = "nps", "NPS"
        CSAT = "csat", "CSAT"
        CSAT_WORDS = "csat-words", _("CSAT in four words")
        LOYALTY = "loyalty", _("Loyalty")

    DETRACTORS = (0, 6)
    # Those who give a score from the first number to the second; together they are the scale, from its top.
    GROUPS = {
        Kind.NPS: {(9, 10): _("Promoters"), (7, 8): _("Passives"), DETRACTORS: _("Detractors")},
        Kind.CSAT: {(4, 5): _("Satisfied"), (1, 3): _("Not satisfied")},
        Kind.CSAT_WORDS: {(3, 4): _("Satisfied"), (1, 2): _("Not satisfied")},
        Kind.LOYALTY: {(4, 5): _("Would buy again"), (1, 3): _("Would not, or is not sure")},
    }

    # Scores of the survey in four words.
    WORDS = {4: _("Excellent"), 3: _("Good"), 2: _("Fair"), 1: _("Poor")}
    # What those that every installation starts with are called in its tables.
    FIRST_NAMES = frozenset({"NPS", "CSAT", "Loyalty"})

    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    question = models.TextField(_("question"), blank=True)
    is_right_to_left = models.BooleanField(_("scale runs right to left"), default=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """One of those that were there at the start goes by its kind, in the reader's language, until it is renamed."""
        is_first = self.slug == self.kind and self.name in self.FIRST_NAMES
        return str(self.get_kind_display()) if is_first else self.name

    @property
    def scale(self) -> tuple[int, int]:
        """The lowest and the highest score."""
        return min(lowest for lowest, _highest in self.groups), max(highest for _lowest, highest in self.groups)

    @property
    def groups(self) -> dict[tuple[int, int], Any]:
        return self.GROUPS[self.Kind(self.kind)]


class AnswerQuerySet(RecordQuerySet):
    owner_paths = ("customer__owner",)

    def counted(self) -> Self:
        return self.filter(Q(customer__isnull=True) | Q(customer__is_test=False, customer__is_spam=False))

    def left_out(self) -> Self:
        return left_out(self, of_left_out_customer())

    def unhappy(self, csat_low: int) -> Self:
        """Detractors, and whoever gave a satisfaction survey this score or a lower one."""
        is_csat = Q(survey__kind__in=(Survey.Kind.CSAT, Survey.Kind.CSAT_WORDS), score__lte=csat_low)
        return self.filter(is_csat | Q(survey__kind=Survey.Kind.NPS, score__range=Survey.DETRACTORS))


@keeps_history
class Answer(Record):
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="answers")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="answers")
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.SET_NULL, related_name="answers")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="answers")
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="answers")
    invitation = models.OneToOneField(
        "customers.Invitation", null=True, blank=True, on_delete=models.SET_NULL, related_name="answer"
    )
    score = models.PositiveSmallIntegerField()
    answered_at = models.DateTimeField()
    answered_on = local_day_field("answered_at")
    comment = models.TextField(blank=True)

    objects = AnswerQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                fields=["survey", "customer", "order", "product", "ticket", "answered_on"],
                condition=Q(external_id__isnull=True, invitation__isnull=True, customer__isnull=False),
                nulls_distinct=False,
                name="customers_answer_one_a_day",
            ),
            models.CheckConstraint(condition=Q(score__lte=10), name="customers_answer_score_in_scale"),
        ]
        indexes = [
            models.Index(fields=["answered_on"], name="customers_answer_day"),
            models.Index(F("survey"), F("answered_at").desc(), F("id").desc(), name="customers_answer_list"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.score}"

    @property
    def title(self) -> str:
        """Who answered what; a survey without names has no customer."""
        return f"{self.customer} · {self.survey}" if self.customer else str(self.survey)

    @property
    def word(self) -> str:
        """The score in the words of its survey, where it has some."""
        return str(Survey.WORDS[self.score]) if self.survey.kind == Survey.Kind.CSAT_WORDS else ""

    @property
    def subject(self) -> Order | Product | Ticket | None:
        """What was asked about; nothing where it was the whole of the customer's time."""
        return self.order or self.product or self.ticket

"""What is done with leads, opportunities and customers."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.database import local_day_field
from crm.history.keeping import keeps_history
from crm.models import Record, RecordQuerySet, User
from crm.reasons import left_out
from customers.models import Customer
from leads.models.lead import Lead
from leads.models.opportunity import Opportunity, of_counted_opportunity, of_left_out_opportunity

# How the doors name what came of an activity; the API takes any other word, too.
OUTCOMES: dict[str, Promise] = {
    "talked": _("Talked"),
    "no_answer": _("No answer"),
    "wrong_number": _("Wrong number"),
    "replied": _("Replied"),
    "clicked": _("Followed a link"),
    "held": _("Took place"),
    "no_show": _("Did not turn up"),
}


class ActivityQuerySet(RecordQuerySet):
    owner_paths = ("owner", "lead__owner", "opportunity__owner", "customer__owner")
    is_for_sellers = True

    def counted(self) -> Self:
        """Activities that figures count: with nobody they leave out."""
        real = of_counted_opportunity("opportunity__")
        for person in ("lead", "customer"):
            real &= Q(**{f"{person}__isnull": True}) | Q(**{f"{person}__is_test": False, f"{person}__is_spam": False})
        return self.filter(real)

    def left_out(self) -> Self:
        of_opportunity = of_left_out_opportunity("opportunity__")
        return left_out(self, {reason: holds | of_opportunity[reason] for reason, holds in of_left_out_opportunity().items()})

    def demonstrations(self) -> Self:
        """Demos and consultations: what shows somebody the product."""
        return self.filter(kind__in=Activity.DEMONSTRATIONS)

    def contacts(self) -> Self:
        """What reached somebody: done, not only noted, and answered."""
        return self.filter(kind__in=Activity.CONTACTS, done_at__isnull=False).exclude(outcome__in=Activity.UNANSWERED)

    def replies(self) -> Self:
        """E-mails and messages that got an answer, or whose link was followed."""
        return self.filter(kind__in=Activity.WRITTEN, outcome__in=Activity.REPLIES, done_at__isnull=False)

    def planned(self) -> Self:
        return self.filter(done_at__isnull=True, due_at__isnull=False)


@keeps_history
class Activity(Record):
    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        MEETING = "meeting", _("Meeting")
        DEMO = "demo", _("Demo")
        CONSULTATION = "consultation", _("Consultation")
        EMAIL = "e-mail", _("E-mail")
        MESSAGE = "message", _("Message")
        TASK = "task", _("Task")
        NOTE = "note", _("Note")

    DEMONSTRATIONS = (Kind.DEMO, Kind.CONSULTATION)
    CONTACTS = (Kind.CALL, Kind.MEETING, Kind.EMAIL, Kind.MESSAGE, *DEMONSTRATIONS)
    NO_SHOW = "no_show"
    UNANSWERED = ("no_answer", "wrong_number", NO_SHOW)
    WRITTEN = (Kind.EMAIL, Kind.MESSAGE)
    # The API takes any outcome: who talked over messages replied, too.
    REPLIES = ("replied", "clicked", "talked")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.CASCADE, related_name="activities")
    opportunity = models.ForeignKey(Opportunity, null=True, blank=True, on_delete=models.CASCADE, related_name="activities")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="activities")
    booked_at = models.DateTimeField(null=True, blank=True)
    booked_on = local_day_field("booked_at")
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    due_on = local_day_field("due_at")
    done_at = models.DateTimeField(null=True, blank=True)
    done_on = local_day_field("done_at")
    outcome = models.CharField(_("outcome"), max_length=50, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(lead__isnull=False) | Q(opportunity__isnull=False) | Q(customer__isnull=False),
                name="leads_activity_has_subject",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "due_at"], condition=Q(done_at__isnull=True), name="leads_activity_due"),
            *(
                models.Index(fields=[day], condition=Q(kind__in=["demo", "consultation"]), name=f"leads_activity_demo_{day}")
                for day in ("booked_on", "due_on", "done_on")
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.get_kind_display()

    @property
    def outcome_label(self) -> str:
        """In the reader's words where it is one of the usual ones, else as it was sent."""
        return str(OUTCOMES.get(self.outcome, self.outcome))

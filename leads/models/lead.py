"""People who may become customers, and what happened to them."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Channel, LandingPage, LeadSource, SocialNetwork
from crm.database import TextNumber, local_day_field
from crm.history.keeping import keeps_history
from crm.models import PeopleList, Record, User
from crm.phones import phone_as_name
from customers.models import Customer
from customers.models.customer import PersonQuerySet, search_key

LISTED = Q(is_archived=False, merged_into__isnull=True)
OPEN = Q(converted_at__isnull=True, disqualified_at__isnull=True)


class LeadQuerySet(PersonQuerySet):
    is_for_sellers = True

    def listed(self) -> Self:
        """Leads a list shows: the rest is archived or merged away."""
        return self.filter(LISTED)

    def open(self) -> Self:
        return self.filter(OPEN)

    def in_list(self, people_list: PeopleList) -> Self:
        """The members of a list; who was merged is in it as the survivor."""
        members = Lead.objects.filter(listed__people_list=people_list)
        return self.filter(pk__in=members.values_list(Coalesce("merged_into", "pk")))


@keeps_history
class Lead(Record):
    class Stage(models.TextChoices):
        NEW = "new", _("New")
        MQL = "mql", "MQL"
        SQL = "sql", "SQL"
        CONVERTED = "converted", _("Converted")
        DISQUALIFIED = "disqualified", _("Disqualified")

    name = models.CharField(_("name"), max_length=100, blank=True)
    company = models.CharField(_("company"), max_length=100, blank=True)
    phone = models.CharField(_("mobile"), max_length=16, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="leads")
    lead_source = models.ForeignKey(
        LeadSource, verbose_name=_("source"), null=True, blank=True, on_delete=models.PROTECT, related_name="leads"
    )
    campaign = models.ForeignKey(
        Campaign, verbose_name=_("campaign"), null=True, blank=True, on_delete=models.PROTECT, related_name="leads"
    )
    landing_page = models.ForeignKey(LandingPage, null=True, blank=True, on_delete=models.PROTECT, related_name="leads")
    social_network = models.ForeignKey(SocialNetwork, null=True, blank=True, on_delete=models.PROTECT, related_name="leads")
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT, related_name="leads"
    )
    created_on = local_day_field("created_at")
    mql_at = models.DateTimeField(null=True, blank=True)
    mql_on = local_day_field("mql_at")
    sql_at = models.DateTimeField(null=True, blank=True)
    sql_on = local_day_field("sql_at")
    converted_at = models.DateTimeField(null=True, blank=True)
    converted_on = local_day_field("converted_at")
    disqualified_at = models.DateTimeField(null=True, blank=True)
    disqualified_reason = models.CharField(_("reason"), max_length=200, blank=True)
    utm = models.JSONField(null=True, blank=True)
    # Who they were on the site: their later sessions are touches (leads/touchpoints.py).
    visitor = models.CharField(_("visitor"), max_length=100, blank=True)
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_test = models.BooleanField(_("test"), default=False)
    is_spam = models.BooleanField(_("spam"), default=False)
    is_archived = models.BooleanField(_("archived"), default=False)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    notes = models.TextField(_("notes"), blank=True)
    search_text = search_key("name", "company", "phone", "email", "external_id")

    objects = LeadQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = [
            models.Index(fields=["created_on"], name="leads_lead_created"),
            models.Index(fields=["mql_on"], condition=Q(mql_on__isnull=False), name="leads_lead_mql"),
            models.Index(fields=["sql_on"], condition=Q(sql_on__isnull=False), name="leads_lead_sql"),
            models.Index(fields=["converted_on"], condition=Q(converted_on__isnull=False), name="leads_lead_converted"),
            models.Index(fields=["customer"], condition=Q(customer__isnull=False), name="leads_lead_customer"),
            # The list of leads, everybody's and one owner's: its pages, and its counts without a look at the rows.
            models.Index(fields=["-created_at", "-id"], condition=LISTED, name="leads_lead_list"),
            models.Index(fields=["owner", "-created_at", "-id"], condition=LISTED, name="leads_lead_owner_list"),
            # The count of open leads without a next step.
            models.Index(fields=["owner", "id"], condition=LISTED & OPEN, name="leads_lead_open"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="leads_lead_phone"),
            models.Index(fields=["email"], condition=~Q(email=""), name="leads_lead_email"),
            models.Index(fields=["visitor"], condition=~Q(visitor=""), name="leads_lead_visitor"),
            models.Index(TextNumber("visitor"), condition=~Q(visitor=""), name="leads_lead_visitor_number"),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="leads_lead_search"),
        ]

    def __str__(self) -> str:
        return self.name or self.company or phone_as_name(self.phone) or self.email or f"#{self.pk}"

    @property
    def stage(self) -> str:
        """Where the lead stands now; past figures read the dated columns, never this."""
        if self.disqualified_at:
            return self.Stage.DISQUALIFIED
        if self.converted_at:
            return self.Stage.CONVERTED
        if self.sql_at:
            return self.Stage.SQL
        return self.Stage.MQL if self.mql_at else self.Stage.NEW

    @property
    def stage_label(self) -> str:
        return self.Stage(self.stage).label

    @property
    def is_open(self) -> bool:
        return self.converted_at is None and self.disqualified_at is None

    @property
    def has_dates_out_of_order(self) -> bool:
        """Real histories have them: stored as given, and marked."""
        known = [at for at in (self.created_at, self.mql_at, self.sql_at, self.converted_at) if at]
        return known != sorted(known)


class LeadEvent(models.Model):
    """One dated change of a lead's state."""

    class Kind(models.TextChoices):
        CREATED = "created", _("Created")
        MQL = "mql", "MQL"
        SQL = "sql", "SQL"
        CONVERTED = "converted", _("Converted")
        UNCONVERTED = "unconverted", _("Conversion undone")
        DISQUALIFIED = "disqualified", _("Disqualified")
        REOPENED = "reopened", _("Reopened")
        ASSIGNED = "assigned", _("Owner changed")
        MERGED = "merged", _("Merged")
        ARCHIVED = "archived", _("Archived")

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    detail = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("event of a lead")
        verbose_name_plural = _("events of leads")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class Touch(models.Model):
    """A later contact of a lead with a channel or campaign; the first one is the lead's own columns."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="touches")
    at = models.DateTimeField()
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lead_source = models.ForeignKey(LeadSource, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    landing_page = models.ForeignKey(LandingPage, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    social_network = models.ForeignKey(SocialNetwork, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.at:%Y-%m-%d}"

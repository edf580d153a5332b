"""A person or company that buys, or may buy."""

from __future__ import annotations

import re
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Concat, Replace
from django.db.models.lookups import Regex
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Channel, LandingPage, LeadSource, SocialNetwork
from crm.database import FoldText
from crm.history.keeping import keeps_history
from crm.models import PeopleList, Record, RecordQuerySet, User
from crm.phones import format_phone, phone_as_name
from crm.reasons import Reason, Reasons, left_out
from crm.text import LTR_END, fold, left_to_right, our_number, to_latin_digits

NUMBER_MARKS = re.compile(r"[\s\-()+./\u200c\u200e]")
SHORTEST_NUMBER = 4
BOUNDARY = "~"  # between words: a mark that folding keeps


def of_left_out_customer(path: str = "") -> Reasons:
    """Why figures leave out what is a customer's: `path` leads to what is theirs."""
    return {
        Reason.TEST_CUSTOMER: Q(**{f"{path}customer__is_test": True}),
        Reason.SPAM_CUSTOMER: Q(**{f"{path}customer__is_spam": True}),
    }


class SearchQuerySet(RecordQuerySet):
    """Search over the folded column: every word must be found, in any order."""

    def search(self, text: str) -> Self:
        found = self
        for word in search_words(text)[:8]:
            found = found.filter(search_text__contains=FoldText(Value(word)))
            if not word.isdigit():
                found = found.filter(self._holds_together(word))
        return found

    def _holds_together(self, word: str) -> Case:
        """Found inside of a word, or over words from where one begins: «علیرضا» is «علی رضا», «امیر» not «سینا میرزایی».

        The folded column, which the index is of, has no spaces; this looks at what that has found. As a case, of which the
        planner believes that it is true of every other row: it would take a pattern to find next to nothing.
        """
        letters = [re.escape(letter) for letter in fold(word)]
        pattern = f"{''.join(letters)}|(^|{BOUNDARY}){f'{BOUNDARY}*'.join(letters)}"
        columns = self.model._meta.get_field("search_text").searched
        parts = [part for column in columns for part in (Coalesce(F(column), Value("")), Value(BOUNDARY))]
        apart = FoldText(Replace(Concat(*parts), Value(" "), Value(BOUNDARY)))
        return Case(When(Regex(apart, pattern), then=True), default=False, output_field=models.BooleanField())


def search_words(text: str) -> list[str]:
    """The words of a search. A number is one word however it is spaced, and stands in the index without its leading 0."""
    digits = NUMBER_MARKS.sub("", to_latin_digits(text))
    if len(digits) >= SHORTEST_NUMBER and digits.isascii() and digits.isdigit():
        return [digits.lstrip("0") or digits]
    return text.split()


def search_key(*columns: str) -> models.GeneratedField:
    """A stored, folded text of some columns, parted by `|` so that no match spans two of them."""
    parts: list = []
    for column in columns:
        parts += [FoldText(Coalesce(F(column), Value(""))), Value("|", models.TextField())]
    field = models.GeneratedField(expression=Concat(*parts), output_field=models.TextField(), db_persist=True)
    field.searched = columns
    return field


class PersonQuerySet(SearchQuerySet):
    """Leads and customers: people whom somebody may be about to write down once more."""

    def listed(self) -> Self:
        raise NotImplementedError

    def counted(self) -> Self:
        """Those that figures count: not a test, not spam, not merged into another."""
        return self.filter(is_test=False, is_spam=False, merged_into__isnull=True)

    def left_out(self) -> Self:
        return left_out(
            self,
            {
                Reason.TEST: Q(is_test=True),
                Reason.SPAM: Q(is_spam=True),
                Reason.MERGED: Q(merged_into__isnull=False),
            },
        )

    def standing(self) -> Self:
        """Those that are not merged away: listed or archived."""
        return self.filter(merged_into__isnull=True)

    def resembling(self, *, phone: str = "", email: str = "", name: str = "", company: str = "") -> Self:
        """Likely duplicates: the same phone or e-mail, also by a record merged into them, or the same name and company folded.

        Whoever has the same number or address is the same one in the archive, too.
        """
        same = Q(pk__in=[])
        if phone:
            same |= Q(phone=phone)
        if email:
            same |= Q(email=email)
        found = self.standing().filter(pk__in=self.model.objects.filter(same).values_list(Coalesce("merged_into", "pk")))
        if not (phone or email) and len(name) + len(company) >= 3:
            found = self.listed().search(f"{name} {company}")
        return found


class CustomerQuerySet(PersonQuerySet):
    def listed(self) -> Self:
        """Customers a list shows: the rest is archived or merged away."""
        return self.filter(is_archived=False, merged_into__isnull=True)

    def meant_by(self, text: str) -> Self:
        """Whom a form offers for a text, the newest first: the one of this title or #number, else those it is found in."""
        about, mark, number = text.rpartition("#")
        key = our_number(number.rstrip(LTR_END)) if mark else None
        named = self.standing().filter(pk=key)
        if key is not None and any(not about or row.title == text for row in named):
            return named
        return self.standing().search(text).order_by("-pk")

    def separable_by(self, user: User) -> Self:
        """Whom a user may part from the record they were merged into: it changes that one, too."""
        seen = Customer.objects.visible_to(user).values("pk")
        return self.visible_to(user).filter(Q(merged_into__isnull=True) | Q(merged_into__in=seen))

    def in_list(self, people_list: PeopleList) -> Self:
        """The members of a list; who was merged is in it as the survivor."""
        members = Customer.objects.filter(listed__people_list=people_list)
        return self.filter(pk__in=members.values_list(Coalesce("merged_into", "pk")))


@keeps_history
class Customer(Record):
    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        COMPANY = "company", _("Company")

    name = models.CharField(_("name"), max_length=100, blank=True)
    # Of a person: whom they buy for. A company's own name is its name.
    company = models.CharField(_("company"), max_length=100, blank=True, default="", db_default="")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices, default=Kind.PERSON)
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    national_id = models.CharField(_("national ID"), max_length=11, blank=True)
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT, related_name="customers"
    )
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="customers")
    lead_source = models.ForeignKey(LeadSource, null=True, blank=True, on_delete=models.PROTECT, related_name="customers")
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="customers")
    landing_page = models.ForeignKey(LandingPage, null=True, blank=True, on_delete=models.PROTECT, related_name="customers")
    social_network = models.ForeignKey(SocialNetwork, null=True, blank=True, on_delete=models.PROTECT, related_name="customers")
    is_test = models.BooleanField(_("test"), default=False)
    is_spam = models.BooleanField(_("spam"), default=False)
    is_archived = models.BooleanField(_("archived"), default=False)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    search_text = search_key("name", "company", "phone", "email", "external_id")

    objects = CustomerQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [
            models.Index(fields=["phone"], condition=~Q(phone=""), name="customers_customer_phone"),
            models.Index(fields=["email"], condition=~Q(email=""), name="customers_customer_email"),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="customers_customer_search"),
            models.Index(fields=["owner", "-id"], name="customers_customer_owner_list"),
        ]

    def __str__(self) -> str:
        return self.name or phone_as_name(self.phone) or self.email or f"#{self.pk}"

    @property
    def mark(self) -> str:
        """What tells them from another of the same name."""
        phone = left_to_right(format_phone(self.phone)) if self.phone else ""
        marks = (mark for mark in (self.company, phone, self.email) if mark and mark != self.name)
        return next(marks, "")

    @property
    def title(self) -> str:
        """As a form shows them when chosen; the number is theirs alone."""
        return " · ".join(filter(None, (self.name, self.mark, left_to_right(f"#{self.pk}"))))

    @property
    def is_counted(self) -> bool:
        return not (self.is_test or self.is_spam or self.merged_into_id)

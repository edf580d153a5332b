"""Why figures leave a record out. Each model says beside its `counted()` which of these hold for what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TypeVar

from django.db.models import Case, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _


class Reason(TextChoices):
    DRAFT = "draft", _("Draft order")
    PENDING = "pending", _("Pending order")
    CANCELLED = "cancelled", _("Cancelled order")
    TEST = "test", _("Marked as a test")
    SPAM = "spam", _("Marked as spam")
    MERGED = "merged", _("Duplicate, merged into another")
    TEST_LEAD = "test_lead", _("Test lead")
    SPAM_LEAD = "spam_lead", _("Spam lead")
    TEST_CUSTOMER = "test_customer", _("Test customer")
    SPAM_CUSTOMER = "spam_customer", _("Spam customer")
    ROBOT = "robot", _("Robot")


Reasons = Mapping[Reason, Q]
Rows = TypeVar("Rows", bound=QuerySet)


def left_out(rows: Rows, reasons: Reasons) -> Rows:
    """The rows for which a reason holds; `left_out_for` is the first that does."""
    first = Case(*(When(holds, then=Value(reason.value)) for reason, holds in reasons.items()))
    return rows.filter(reduce(or_, reasons.values())).alias(left_out_for=first)

"""Answers that people enter by hand, through the door of a survey tool; who may do what is said there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm import slips
from crm.inputs.items import CREATED, STALE, Item
from crm.inputs.reading import read_struct
from crm.models import User
from customers.models import Answer, Customer, Survey
from customers.services.merging import gave_way
from customers.services.sales import SOURCE, caller_of, refusal
from customers.services.support import AnswerIn, write_answers


@transaction.atomic
def enter_answer(
    survey: Survey,
    *,
    by: User,
    at: datetime,
    customer: Customer,
    score: int,
    comment: str = "",
    answered_at: datetime | None = None,
) -> tuple[Answer, bool]:
    """The answer, and whether it is a new one: of two that people enter for one day the second takes the place of the first."""
    sent: dict[str, Any] = {"survey": survey.pk, "customer": customer.pk, "score": score, "comment": comment}
    sent |= {"answered_at": answered_at.isoformat()} if answered_at else {}
    caller = caller_of(by, at, SOURCE)
    data, failures = read_struct(AnswerIn, sent, caller)
    item = Item(0, data, failures=failures)
    if not failures:
        write_answers([item], caller)
    if item.failures:
        raise refusal(item.failures, _("The answer was not saved."))
    if item.status == STALE:
        raise ValidationError(
            _("There is a later answer of this customer and day: it stays. State a later day."), code="conflict"
        )
    if item.before.get("source", SOURCE) != SOURCE:
        raise ValidationError(_("This customer has answered that day themselves: their own answer stays."), code="conflict")
    return Answer.objects.get(pk=item.pk), item.status == CREATED


def way_back(answer: Answer, *, by: User, at: datetime) -> str:
    return slips.way_back_of_new(Answer, [answer.pk], by=by, at=at)


@transaction.atomic
def take_back_answer(way: str, *, by: User, at: datetime) -> None:
    """Removes one that somebody has just entered, unless it was touched since."""
    if gave_way(slips.new_keys(Answer, way, by=by, at=at)):
        raise ValidationError(
            _("Its customer was merged, and another answer took its place: undo that merge first."), code="conflict"
        )
    rows = slips.new_rows(Answer.objects.visible_to(by), way, by=by, at=at)
    if rows is None:
        raise ValidationError(_("Somebody changed this answer in the meantime."), code="conflict")
    rows.delete()

"""Surveys, as an administrator keeps them one at a time. Each keeps its kind and direction: answers must stay comparable."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm import reference
from crm.models import User
from customers.models import Survey


def add_survey(*, by: User, at: datetime, name: str, kind: str, question: str = "", is_right_to_left: bool = True) -> Survey:
    survey = Survey(name=name, kind=kind, question=question, is_right_to_left=is_right_to_left)
    return reference.add_row(survey, at=at)


def edit_survey(survey: Survey, *, by: User, at: datetime, **changes: Any) -> str:
    """Another name, or the question in other words."""
    if unknown := changes.keys() - {"name", "question"}:
        raise TypeError(f"a survey keeps its {', '.join(sorted(unknown))}")
    return reference.edit_row(survey, by=by, at=at, **changes)


def remove_survey(survey: Survey, *, by: User, at: datetime) -> str:
    """One that nobody was asked yet; the way that brings it back."""
    return reference.remove_row(survey, by=by, at=at)


def restore_survey(way: str, *, by: User, at: datetime) -> Survey:
    return reference.take_back(Survey.objects.visible_to(by), way, by=by, at=at)

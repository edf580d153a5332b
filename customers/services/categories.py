"""Categories of products, as an administrator keeps them one at a time; those that a product is given are made with it."""

from __future__ import annotations

from datetime import datetime

from crm import reference
from crm.models import User
from customers.models import Category


def add_category(*, by: User, at: datetime, name: str) -> Category:
    return reference.add_row(Category(name=name), at=at)


def edit_category(category: Category, *, by: User, at: datetime, name: str | None = None) -> str:
    """Another name, by which figures of the past go, too; the way that takes it back."""
    return reference.edit_row(category, by=by, at=at, **({} if name is None else {"name": name}))


def remove_category(category: Category, *, by: User, at: datetime) -> str:
    """One that no product is of; the way that brings it back."""
    return reference.remove_row(category, by=by, at=at)


def restore_category(way: str, *, by: User, at: datetime) -> Category:
    """As it was before it was changed or removed."""
    return reference.take_back(Category.objects.visible_to(by), way, by=by, at=at)

"""Views of the list of leads that somebody keeps."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from leads.models import SavedView

MOST_VIEWS = 20


@transaction.atomic
def save_view(*, by: User, name: str, query: str) -> SavedView:
    """A name that is taken gets the new filters."""
    name = name.strip()[:50]
    if not name:
        raise ValidationError(_("Give the view a name."), code="required")
    if not query or len(query) > SavedView._meta.get_field("query").max_length:
        raise ValidationError(_("Choose some filters first: a view is a list with filters."), code="required")
    is_new = not by.lead_views.filter(name=name).exists()
    if is_new and by.lead_views.count() >= MOST_VIEWS:
        raise ValidationError(_("You have many views already: remove one first."), code="too-many")
    view, _is_new = SavedView.objects.update_or_create(owner=by, name=name, defaults={"query": query})
    return view


def remove_view(view: SavedView, *, by: User) -> None:
    by.lead_views.filter(pk=view.pk).delete()

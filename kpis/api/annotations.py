"""Notes on the days of trends: one's own, and those for everybody."""

from __future__ import annotations

from typing import Any

from crm.api.output import Output
from crm.api.resource import Resource, equals, flag
from crm.models import User
from kpis.api.targets import email_of
from kpis.models import Annotation
from kpis.services import write_annotations
from kpis.services.inputs import AnnotationIn


def decides(user: User, row: Any) -> bool:
    return row.user_id == user.pk


ANNOTATIONS = Resource(
    name="annotations",
    model=Annotation,
    struct=AnnotationIn,
    write=write_annotations,
    required=("day", "text"),
    may_delete=lambda _user: True,
    decides=decides,
    rows=lambda rows: rows.select_related("user"),
    output=Output(Annotation, ["day", "text", "kpi", "is_shared"], [email_of("user")]),
    filters={"kpi": equals("kpi"), "is_shared": flag("is_shared")},
)

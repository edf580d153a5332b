"""The stages of the pipeline, as an administrator keeps them.

None is ever deleted: dated moves, and the figures made of them, stand on it. For the same reason one that anything has stood in
keeps its probability, and the kind of each is what it began with.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crm.models import User
from crm.slugs import free_slug
from crm.text import fold
from leads.models import Stage, StageChange

NAMES = ("name", "name_fa")
EDITABLE = frozenset({*NAMES, "probability", "stale_days", "is_archived"})
MOST_STAGES = 50
STEP = 10  # between two positions


@transaction.atomic
def add_stage(*, by: User, at: datetime, name: str, name_fa: str, probability: Decimal, stale_days: int) -> Stage:
    """A new open stage, after the last open one."""
    stages = _locked()
    if len(stages) >= MOST_STAGES:
        raise ValidationError(_("There are many stages already: rename one that is not used any more."), code="too-many")
    facts = {"name": name, "name_fa": name_fa, "probability": probability, "stale_days": stale_days}
    stage = Stage(slug=free_slug(Stage, name), position=1 + max(each.position for each in stages), **facts)
    _require_own_names(stage, stages)
    stage.save()
    open_ones = [place for place, each in enumerate(stages, start=1) if each.kind == Stage.Kind.OPEN]
    stages.insert(max(open_ones, default=0), stage)
    _put_in_order(stages)
    return stage


@transaction.atomic
def edit_stage(stage: Stage, *, by: User, at: datetime, **changes: Any) -> Stage:
    """Other names, days or, while nothing has stood in it, another probability."""
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"edit_stage() cannot change {', '.join(sorted(unknown))}")
    stages = _locked()
    stage = next(each for each in stages if each.pk == stage.pk)
    changed = [column for column, value in changes.items() if getattr(stage, column) != value]
    if "probability" in changed and keeps_probability(stage):
        text = _("Opportunities were weighted with this probability: add a new stage, and archive this one.")
        raise ValidationError({"probability": ValidationError(text, code="conflict")})
    for column in changed:
        setattr(stage, column, changes[column])
    _require_own_names(stage, stages)
    if not any(each.is_open for each in stages):
        raise ValidationError(_("The last open stage stays: new opportunities begin in it."), code="conflict")
    if changed:
        stage.save(update_fields=changed)
    return stage


def archive_stage(stage: Stage, *, by: User, at: datetime) -> Stage:
    """Move nothing to it any more; what stands in it stays until it is moved on."""
    if stage.kind != Stage.Kind.OPEN:
        raise ValidationError(_("Opportunities are closed in this stage: it cannot be archived."), code="conflict")
    return edit_stage(stage, by=by, at=at, is_archived=True)


def restore_stage(stage: Stage, *, by: User, at: datetime) -> Stage:
    return edit_stage(stage, by=by, at=at, is_archived=False)


@transaction.atomic
def order_stages(keys: Sequence[int], *, by: User, at: datetime) -> list[int]:
    """All of them in another order; the one that was, which leads back."""
    stages = _locked()
    before = [stage.pk for stage in stages]
    if sorted(keys) != sorted(before):
        text = _("Somebody changed the stages in the meantime: look at them again, and repeat your change.")
        raise ValidationError(text, code="conflict")
    _put_in_order(sorted(stages, key=lambda stage: keys.index(stage.pk)))
    return before


def keeps_probability(stage: Stage) -> bool:
    """Whether anything was weighted with it: those of the stages that close are what they are."""
    moves = StageChange.objects.filter(Q(from_stage=stage) | Q(to_stage=stage))
    return stage.kind != Stage.Kind.OPEN or stage.opportunities.exists() or moves.exists()


def _locked() -> list[Stage]:
    """In their order; whoever moves an opportunity meanwhile does not wait."""
    return list(Stage.objects.select_for_update(no_key=True).order_by("position"))


def _put_in_order(stages: Sequence[Stage]) -> None:
    moved = []
    for place, stage in enumerate(stages, start=1):
        if stage.position != place * STEP:
            stage.position = place * STEP
            moved.append(stage)
    Stage.objects.bulk_update(moved, ["position"])


def _require_own_names(stage: Stage, stages: Sequence[Stage]) -> None:
    for column in NAMES:
        name = fold(getattr(stage, column))
        if any(fold(getattr(each, column)) == name for each in stages if each.pk != stage.pk):
            raise ValidationError({column: ValidationError(_("There is a stage of this name already."), code="duplicate")})

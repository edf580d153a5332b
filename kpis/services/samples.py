"""Sample data from the pages: somebody asks, and a worker does it as the commands do. What is asked stands in the database."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from redis.exceptions import RedisError

from campaigns.models import Campaign
from crm.models import User
from crm.transactions import hold
from customers.models import Customer, Order
from kpis.management import demo
from kpis.models import SampleJob
from leads.models import Lead

PROGRESS, KEPT_FOR = "samples:progress", 600
Kind, State = SampleJob.Kind, SampleJob.State


def has_no_records() -> bool:
    """Whether nobody has entered anything yet that samples would stand among."""
    return not any(model.objects.exists() for model in (Lead, Customer, Order, Campaign))


@transaction.atomic
def ask_samples(kind: str, *, by: User, at: datetime) -> SampleJob:
    """One thing at a time, and nothing that cannot be done."""
    hold("sample data")
    if SampleJob.objects.open().exists():
        raise ValidationError(_("The sample data are being loaded or removed already."), code="conflict")
    if kind == Kind.LOAD and demo.is_loaded():
        raise ValidationError(_("The sample data are here already."), code="conflict")
    if kind == Kind.LOAD and not has_no_records():
        raise ValidationError(_("There are records already: samples are loaded into an empty installation."), code="not-empty")
    if kind != Kind.LOAD and not demo.is_loaded():
        raise ValidationError(_("There are no sample data."), code="gone")
    return SampleJob.objects.create(kind=kind, user=by, asked_at=at)


def do_sample_job(*, at: datetime) -> SampleJob | None:
    """Do what is due; what a worker died of is begun again, as rows are written and removed as a whole or not at all."""
    job = SampleJob.objects.open().select_related("user").first()
    if job is None:
        return None
    with override(job.user.language_without_browser if job.user else None):
        try:
            facts = done_by(job, at)
        except demo.BusyError:  # a worker is at it, or a command
            return None
        except demo.RealRowsError as error:
            facts = {"state": State.REFUSED, "told": error.rows}
        except Exception:
            end(job, {"state": State.FAILED})
            raise
    end(job, facts)
    return job


def end(job: SampleJob, facts: dict[str, Any]) -> None:
    """Once: who comes to it at the last moment finds nothing to do, and does not say so in its place."""
    keep_progress(None)
    SampleJob.objects.open().filter(pk=job.pk).update(ended_at=timezone.now(), **facts)
    job.refresh_from_db()


def done_by(job: SampleJob, at: datetime) -> dict[str, Any]:
    """What becomes of the job."""
    if job.kind == Kind.LOAD:
        with suppress(demo.AlreadyLoadedError):  # whoever began it died after the rows, or the command was faster
            demo.bring(at=at, report=keep_progress)
        return {"state": State.DONE}
    done = demo.take_away(at=at, unlink=job.kind == Kind.UNLINK, report=keep_progress)
    return {"state": State.DONE, "removed": done.removed, "told": done.told}


def keep_progress(step: demo.Step | None) -> None:
    """For whoever looks on. The rows are one transaction, so that nothing of this is seen in the database until its end."""
    facts = step and {"stage": step.stage.value, "done": step.done, "total": step.total, "text": step.text}
    with suppress(RedisError, OSError):
        caches["valkey"].set(PROGRESS, facts, timeout=KEPT_FOR)


def sample_progress() -> dict[str, Any] | None:
    try:
        return caches["valkey"].get(PROGRESS)
    except (RedisError, OSError):
        return None

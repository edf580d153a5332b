"""Names every fault of an installation; exits 1 when there is one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from crm.models import Organization
from customers.models import OrderMail
from kpis.catalogue.marks import MARKS
from kpis.engine import find_drift
from kpis.engine.drain import oldest_mark
from kpis.models import Alert, Delivery, Failure
from kpis.tracking import trigger_names
from leads.models import QuoteMail

DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
MOST_CLOCK_SKEW = timedelta(seconds=2)
OLDEST_MARK = timedelta(minutes=5)
REFUSED_SINCE = timedelta(days=7)


class Command(BaseCommand):
    help = "Check durability, triggers, migrations, clock, time zones, stuck cells, refused mails and a sample of the figures."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--no-drift", action="store_true", help="leave out the comparison of figures, which reads every row")

    def handle(self, **options: Any) -> None:
        now = datetime.now(UTC)
        faults = [*durability(), *triggers(), *migrations(), *clock(), *zones(), *stuck(now), *mails(now), *search()]
        if not options["no_drift"] and not faults:
            faults += find_drift()
        for fault in faults:
            self.stderr.write(f"✗ {fault}")
        if faults:
            raise CommandError("1 fault" if len(faults) == 1 else f"{len(faults)} faults")
        self.stdout.write("✓ No fault found.")


def durability() -> Iterator[str]:
    with connection.cursor() as cursor:
        for name, wanted in DURABLE.items():
            cursor.execute("SELECT current_setting(%s)", [name])
            found = cursor.fetchone()[0]
            if found != wanted:
                yield f"unsafe-durability: {name} is {found}; set it to {wanted}, or a power cut may lose orders"


def triggers() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname, tgenabled FROM pg_trigger WHERE tgname = ANY(%s)", [trigger_names(MARKS)])
        found = dict(cursor.fetchall())
    for name in trigger_names(MARKS):
        if name[:63] not in found:
            yield f"trigger {name} is missing: run migrate"
        elif found[name[:63]] not in {"A", b"A"}:
            yield f"trigger {name} is not enabled always: ALTER TABLE … ENABLE ALWAYS TRIGGER {name}"


def migrations() -> Iterator[str]:
    executor = MigrationExecutor(connection)
    for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield f"migration {migration} is not applied: run migrate"


def clock() -> Iterator[str]:
    """The database's clock is read between two readings of this machine's, so that a slow answer is no fault."""
    with connection.cursor() as cursor:
        before = datetime.now(UTC)
        cursor.execute("SELECT clock_timestamp()")
        theirs, after = cursor.fetchone()[0], datetime.now(UTC)
    skew = max(before - theirs, theirs - after)
    if skew > MOST_CLOCK_SKEW:
        yield f"the database's clock and this machine's differ by {skew.total_seconds():.1f} s"


def zones() -> Iterator[str]:
    name = Organization.current().time_zone
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        yield f"this machine does not know the time zone {name}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'local_day'")
        if f"'{name}'" not in cursor.fetchone()[0]:
            yield f"the function local_day does not cut days in {name}: change the time zone through the settings"
        cursor.execute("SELECT count(*) FROM pg_timezone_names WHERE name = %s", [name])
        if not cursor.fetchone()[0]:
            yield f"the database does not know the time zone {name}"


def stuck(now: datetime) -> Iterator[str]:
    for failure in Failure.objects.all():
        yield f"cell {failure.cube}/{failure.bucket} failed {failure.attempts} times: {failure.error}"
    oldest = oldest_mark()
    if oldest and now - oldest > OLDEST_MARK:
        yield f"the oldest dirty mark is of {oldest:%Y-%m-%d %H:%M}: is a worker running?"


def mails(now: datetime) -> Iterator[str]:
    """Those of the last days: what was refused long ago is no fault of today."""
    for model, name in ((Alert, "alerts"), (Delivery, "reports"), (OrderMail, "orders"), (QuoteMail, "quotes")):
        refused = model.objects.filter(mail=model.Mail.FAILED, mail_at__gte=now - REFUSED_SINCE)
        if last := refused.order_by("-mail_at").first():
            said = f"the last one on {last.mail_at:%Y-%m-%d %H:%M}: {last.mail_error}"
            yield f"mails of {name} that were refused in the last week: {refused.count()}, {said}"


def search() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT similarity('سلام', 'سلام')")
        if cursor.fetchone()[0] != 1:
            yield "search cannot read Persian: the database's LC_CTYPE must not be C (C.UTF-8 is right)"

"""What people wait for: pages of figures, lists, searches and one form, as a manager and as a rep see them.

Every page is asked through the whole of the product but its web server. Pages of figures want the sums drained
(rebuild.py); lists, searches and forms stand on none of them.

    python benchmarks/pages.py 100000 figures [--only revenue] [--profile]
    python benchmarks/pages.py 100000 lists
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from ground import NOW, Session, median, open_database, quantile, stopwatch, table, write_result

RUNS, WARMING = 30, 3
NO_QUESTION = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET TRANSACTION", "BEGIN", "COMMIT")
CHANNEL, OWNER, CAMPAIGN, CATEGORY, DEEP = 1, 3, 9, 2, 0.9
FINISHED, YEAR, RANGE = "1405-06", "1404", "1405-05-10..1405-06-23"


@dataclass(frozen=True)
class Task:
    """One thing somebody does; `ask` sends the request."""

    name: str
    who: str
    ask: Callable[[int], Any]


class Processor:
    """Milliseconds of processor time of this process and of its database sessions, which other work does not change."""

    def __init__(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
            )
            self.sessions = [f"/proc/{pid}/stat" for (pid,) in cursor.fetchall()]

    def now(self) -> float:
        ticks = 0
        for name in self.sessions:
            fields = Path(name).read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return (time.process_time() + ticks / os.sysconf("SC_CLK_TCK")) * 1000


class Meter:
    """Counts the questions put to the database, and the milliseconds they take."""

    def __init__(self) -> None:
        self.count, self.ms = 0, 0.0

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        with stopwatch() as seconds:
            result = execute(sql, params, many, context)
        self.count += not str(sql).lstrip().upper().startswith(NO_QUESTION)
        self.ms += seconds[0] * 1000
        return result


def people() -> dict[str, Any]:
    """Browsers in which a manager and a rep are signed in."""
    from django.test import Client  # noqa: PLC0415  Django is set up by now

    from crm.models import User  # noqa: PLC0415

    facts = {"role": User.Role.MANAGER, "visibility": "all", "language": "fa", "calendar": "jalali"}
    manager, _is_new = User.objects.get_or_create(email="manager@example.com", defaults={"name": "Manager"} | facts)
    rep = User.objects.get(email=f"rep{OWNER}@example.com")
    User.objects.filter(pk=rep.pk).update(language="fa", calendar="jalali")
    clients = {"manager": Client(headers={"host": "localhost"}), "rep": Client(headers={"host": "localhost"})}
    clients["manager"].force_login(manager)
    clients["rep"].force_login(rep)
    return clients


def page_of(clients: dict[str, Any]) -> Callable[..., Task]:
    """Makes tasks that open a page."""

    def page(title: str, address: str, who: str = "manager", **query: object) -> Task:
        target = f"{address}?{urlencode(query)}" if query else address

        def ask(_run: int) -> Any:
            return clients[who].get(target)

        return Task(title, who, ask)

    return page


def figures(clients: dict[str, Any]) -> Iterator[Task]:
    page = page_of(clients)
    one, two = {"channel": CHANNEL}, {"channel": CHANNEL, "owner": OWNER}
    for who in clients:
        yield page("KPI overview, running month", "/kpis/", who)
        yield page("KPI overview, finished month", "/kpis/", who, period=FINISHED)
        yield page("KPI overview, running month, one filter", "/kpis/", who, **one)
        yield page("the other KPIs, running month", "/kpis/more/", who)
    yield page("KPI overview, running month, two filters", "/kpis/", **two)
    yield page("KPI overview, finished month, two filters", "/kpis/", period=FINISHED, **two)
    yield page("KPI page: revenue", "/kpis/revenue/")
    yield page("KPI page: revenue, finished month", "/kpis/revenue/", period=FINISHED)
    yield page("KPI page: churn rate", "/kpis/churn_rate/")
    yield page("KPI page: revenue, two filters, by product", "/kpis/revenue/", by="product", **two)
    yield page("KPI page: revenue", "/kpis/revenue/", "rep")
    for key in ("marketing_revenue", "romi_short"):
        yield page(f"KPI page: {key}, a year", f"/kpis/{key}/", period=YEAR)
    yield page("KPI page: revenue of a category, a year", "/kpis/revenue/", period=YEAR, category=CATEGORY)
    for who in clients:
        yield page("KPI overview, 45 days", "/kpis/", who, period=RANGE)
    for key in ("revenue", "churn_rate", "repeat_purchase_rate"):
        yield page(f"KPI page: {key}, 45 days", f"/kpis/{key}/", period=RANGE)
    yield page("RFM groups", "/kpis/rfm/")
    yield page("RFM groups, a segment by amount", "/kpis/rfm/", segment="loyal", sort="amount")
    yield page("RFM movement since the season before", "/kpis/rfm/", view="movement")


def lists(clients: dict[str, Any]) -> Iterator[Task]:
    page, deep = page_of(clients), place_of(DEEP)
    for who in clients:
        yield page("lead list, first page", "/leads/", who)
        yield page(f"lead list, {DEEP:.0%} down", "/leads/", who, after=deep)
    yield page("lead list, by source and stage", "/leads/", source=1, stage="mql")
    yield page("lead list, by owner and campaign", "/leads/", owner=OWNER, campaign=CAMPAIGN)
    yield page("lead list, without a next step", "/leads/", view="no-follow-up")
    for who in clients:
        yield page("lead search, Persian word", "/leads/", who, q="پاییز")
        yield page("lead search, Latin word", "/leads/", who, q="harbor")
        yield page("lead search, piece of a phone", "/leads/", who, q="0912 001 23")
        yield page("lead search, nothing found", "/leads/", who, q="zzzqqq")
    yield page("global search, Persian word", "/search/", q="پاییز")
    yield page("global search, piece of a phone", "/search/", q="0912 001 23")
    yield page("global search, nothing found", "/search/", "rep", q="zzzqqq")
    yield page("customer list", "/customers/")
    yield page("customer list", "/customers/", "rep")
    yield page("customer list, Latin word", "/customers/", q="harbor")
    yield page("orders by API, 50", "/api/v1/orders/")
    yield page("orders by API, 50", "/api/v1/orders/", "rep")
    yield page("leads by API, 50", "/api/v1/leads/")
    for number, (who, client) in enumerate(clients.items()):
        yield Task("lead created, with its duplicate check", who, creation(client, number))
        yield page("duplicate check while typing a name", "/leads/duplicates/", who, name="پاییز", company="Harbor")


PARTS = {"figures": figures, "lists": lists}
RESULT_OF = {"figures": "pages", "lists": "lists"}


def creation(client: Any, number: int) -> Callable[[int], Any]:
    """Posts the form of a new lead with a phone that nobody has."""

    def ask(run: int) -> Any:
        return client.post("/leads/new/", {"name": f"Bench {run}", "phone": f"099{number}{run:07d}", "lead_source": 1})

    return ask


def place_of(share: float) -> str:
    """The cursor of a page this far down the list of leads."""
    from leads.models import Lead  # noqa: PLC0415

    listed = Lead.objects.listed().order_by("-created_at", "-pk")
    lead = listed[int(listed.count() * share)]
    return f"{lead.created_at.isoformat()}_{lead.pk}"


@dataclass(frozen=True)
class Found:
    """Milliseconds of some runs at the server, in the database and, on average, of processor time; statements of one run."""

    server: list[float]
    database: list[float]
    processor: float
    statements: int

    def cells(self) -> list[str]:
        times = (median(self.database), median(self.server), quantile(self.server, 0.95), self.processor)
        return [str(self.statements), *(f"{ms:,.1f}" for ms in times)]


def measure(task: Task, *, runs: int) -> Found:
    from django.db import connection  # noqa: PLC0415

    server, database, count, begin = [], [], 0, 0.0
    processor = Processor(connection)
    for run in range(WARMING + runs):
        begin = processor.now() if run == WARMING else begin
        meter = Meter()
        with connection.execute_wrapper(meter), stopwatch() as seconds:
            response = task.ask(run)
        if response.status_code >= 400 or (task.name.startswith("lead created") and response.status_code != 302):
            raise SystemExit(f"{task.name}: {response.status_code}")
        if run >= WARMING:
            server.append(seconds[0] * 1000)
            database.append(meter.ms)
            count = max(count, meter.count)
    return Found(server, database, (processor.now() - begin) / runs, count)


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Pages read the clock at their door: there it is the last evening of the data."""
    with patch("django.utils.timezone.now", return_value=moment):
        yield


def tidy() -> None:
    """Take the created leads out again."""
    from leads.models import Lead, LeadEvent  # noqa: PLC0415

    made = Lead.objects.filter(name__startswith="Bench ", created_at__gte=NOW - timedelta(days=1))
    LeadEvent.objects.filter(lead__in=made).delete()
    made.delete()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orders", type=int)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--only", default="", help="only what has this in its name; writes no result")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--profile", action="store_true", help="print what each statement of one more run cost")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    open_database(options.orders)
    from django.core.management import call_command  # noqa: PLC0415  Django is set up by now
    from django.db import connection  # noqa: PLC0415

    from kpis.engine import drain, is_clean  # noqa: PLC0415
    from leads.models import Lead  # noqa: PLC0415

    was_clean = is_clean()
    if options.part == "figures" and not was_clean:
        raise SystemExit("Drain first: python benchmarks/rebuild.py")
    call_command("collectstatic", interactive=False, verbosity=0)
    rows, leads = [], Lead.objects.count()
    with clock_at(NOW):
        for task in PARTS[options.part](people()):
            if options.only not in task.name:
                continue
            rows.append([task.name, task.who, *measure(task, runs=options.runs).cells()])
            print(*rows[-1], sep=" | ", flush=True)
            with Session(connection).profile() if options.profile else nullcontext():
                task.ask(WARMING + options.runs)
    load = os.getloadavg()[1]
    tidy()
    if was_clean:
        drain(at=NOW)
    if options.only:
        return
    head = ["page", "who", "statements", "in the database, ms", "at the server, ms", "95 % at most, ms", "processor, ms"]
    write_result(
        f"{RESULT_OF[options.part]}-{options.orders}",
        f"Pages of {options.part} at {options.orders:,} orders and {leads:,} leads",
        table(head, rows),
        f"Medians of {options.runs} requests after {WARMING} others, caches warm, one client at a time; the server's time is that of"
        " Django with everything it does for a request, without the network and without granian. Processor time is that of Python and of the database sessions together, on average. Statements without those that open"
        f" and close a transaction. The running month is the ninth day of Aban 1405, the finished one {FINISHED}; a rep owns a twentieth"
        f" of the records. The load of the machine's two cores over the last five minutes was {load:.1f}.",
    )


if __name__ == "__main__":
    main()

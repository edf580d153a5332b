"""Kill -9 the worker, the web server and the database in mid-load, ten times each; then look for a lost order or a wrong KPI.

    python benchmarks/kills.py [--kills 10]

Everything runs as `manage.py up` runs it, with its own database under BENCH_DIR and fsync on. The client keeps a journal:
an order is written there with its idempotency key before it is sent, and marked when it is acknowledged; whatever is
not acknowledged is sent again under the same key. Exits 1 when an order is missing, doubled or altered, or a KPI is wrong.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg
from ground import ROOT, table, write_result

HOME = Path(os.environ["DATA_DIR"]) / "kills"
FIRST = datetime(2024, 1, 1, 9, tzinfo=UTC)
CLIENTS, IN_BULK, CUSTOMERS = 3, 20, 200
VICTIMS = ("worker", "web", "database")
SETTING = (
    "2 cores, 24 GiB, Debian 12, PostgreSQL 18.6 as `manage.py up` starts it with fsync = on, one granian worker process, one"
    " Celery worker of two processes. Other work may have shared the cores; nothing here is a figure of speed."
)
PATIENCE = 180.0  # seconds for a killed part to come back


def an_order(number: int) -> dict:
    random = Random(number)  # noqa: S311  not a secret
    lines = [
        {
            "sku": f"SKU-{random.randint(1, 50)}",
            "name": "Thing",
            "quantity": random.randint(1, 3),
            "unit_price": str(random.randint(1, 99) * 1000),
        }
        for _ in range(2)
    ]
    buyer = random.randint(1, CUSTOMERS)
    return {
        "external_id": f"order-{number}",
        "placed_at": (FIRST + timedelta(minutes=random.randint(0, 900_000))).isoformat(),
        "status": "paid",
        "customer": {"external_id": f"customer-{buyer}", "name": f"Customer {buyer}"},
        "lines": lines,
    }


def net(order: dict) -> int:
    return sum(line["quantity"] * int(line["unit_price"]) for line in order["lines"])


@dataclass
class Journal:
    """What was sent and what was acknowledged, on disk."""

    path: Path
    sent: dict[str, list[dict]] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**9)))
    failures: int = 0

    def note(self, **facts: object) -> None:
        with open(self.path, "a") as file:
            file.write(json.dumps(facts) + "\n")

    def draw(self, count: int) -> str:
        """The key of some new orders, written down before they are sent."""
        with self.lock:
            orders = [an_order(next(self.numbers)) for _ in range(count)]
            key = f"key-{orders[0]['external_id']}".ljust(36, "-")
            self.sent[key] = orders
            self.note(key=key, orders=orders)
        return key

    def acknowledge(self, key: str) -> None:
        with self.lock:
            self.acknowledged.add(key)
            self.note(key=key, acknowledged=True)

    @property
    def orders(self) -> int:
        return sum(len(self.sent[key]) for key in list(self.acknowledged))


class Client(threading.Thread):
    """Sends orders, one by one or in bulk, until told to stop; sends again what got no answer."""

    def __init__(self, journal: Journal, port: int, token: str, turn: int) -> None:
        super().__init__(daemon=True)
        self.journal, self.port, self.token, self.count = journal, port, token, 1 if turn else IN_BULK
        self.enough = threading.Event()
        self.refused: str | None = None

    def run(self) -> None:
        while not self.enough.is_set() and not self.refused:
            key = self.journal.draw(self.count)
            while not self.send(key) and not self.refused:
                self.journal.failures += 1
                time.sleep(0.2)

    def send(self, key: str) -> bool:
        orders = self.journal.sent[key]
        path, body = ("/api/v1/orders/", orders[0]) if len(orders) == 1 else ("/api/v1/orders/bulk/", {"items": orders})
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": key}
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            connection.close()
        except (OSError, http.client.HTTPException):
            return False
        if answer.status < 300 and not (
            len(orders) > 1 and any(row["status"] == "failed" for row in json.loads(text)["results"])
        ):
            self.journal.acknowledge(key)
            return True
        if answer.status < 500 and answer.status not in {409, 429}:
            self.refused = f"{answer.status}: {text[:500]!r}"
        return False


@dataclass
class Site:
    """A running `manage.py up`."""

    port: int
    process: subprocess.Popen
    env: dict[str, str]

    @classmethod
    def start(cls, port: int) -> Site:
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(parents=True)
        HOME.chmod(0o711)
        ours = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PG_OPTIONS", "STATEMENT_TIMEOUT"}
        env = {name: value for name, value in os.environ.items() if name not in ours}
        env |= {"DATA_DIR": str(HOME), "API_RATE_LIMIT": "0", "PG_OPTIONS": "-c fsync=on -c synchronous_commit=on"}
        command = [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(port), "--no-demo"]
        with open(HOME / "up.log", "w") as log:
            site = cls(port, subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log), env)
        site.wait_for_answer(600)
        return site

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=1800)

    def wait_for_answer(self, patience: float = PATIENCE) -> None:
        end = time.monotonic() + patience
        while time.monotonic() < end and self.process.poll() is None:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("GET", "/healthz/ready")
                if connection.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.2)
        raise SystemExit(f"The site does not answer. See {HOME / 'up.log'}")

    def children(self) -> dict[str, int]:
        """Process numbers of web server and worker: children of our own `up`, told apart by what they run."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        found = {}
        for pid in listed:
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            if "granian" in words:
                found["web"] = int(pid)
            elif "worker" in words:
                found["worker"] = int(pid)
        return found

    def kill(self, victim: str) -> bool:
        """False while it is not (yet) there."""
        if victim == "database":
            pid_file = HOME / "postgres" / "postmaster.pid"
            if not pid_file.exists():
                return False
            os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
            return True
        pid = self.children().get(victim)
        if pid is None:
            return False
        os.killpg(pid, signal.SIGKILL)
        return True

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.manage("down")


def database() -> psycopg.Connection:
    os.environ["DATA_DIR"] = str(HOME)
    from crm.launch import embedded  # noqa: PLC0415  its data directory is the environment's

    return psycopg.connect(embedded.ensure_postgres())


def wait_for_orders(journal: Journal, more: int, clients: list[Client]) -> None:
    goal, end = journal.orders + more, time.monotonic() + PATIENCE
    while journal.orders < goal:
        refused = [client.refused for client in clients if client.refused]
        if refused:
            raise SystemExit(f"An order was refused: {refused[0]}")
        if time.monotonic() > end:
            raise SystemExit(f"No orders are taken any more. See {HOME / 'logs'}")
        time.sleep(0.05)


def shoot(site: Site, journal: Journal, clients: list[Client], kills: int) -> dict[str, int]:
    """Each victim in turn, each at another moment of the load."""
    random = Random(9)  # noqa: S311
    shot = dict.fromkeys(VICTIMS, 0)
    for turn in range(kills * len(VICTIMS)):
        victim = VICTIMS[turn % len(VICTIMS)]
        wait_for_orders(journal, random.randint(20, 120), clients)
        while not site.kill(victim):
            time.sleep(0.05)
        shot[victim] += 1
        print(f"{turn + 1}: {victim} killed after {journal.orders} acknowledged orders", flush=True)
        site.wait_for_answer()
    wait_for_orders(journal, 50, clients)
    return shot


def verdict(site: Site, journal: Journal) -> list[str]:
    """What is wrong; empty when nothing is."""
    wanted = {order["external_id"]: net(order) for orders in journal.sent.values() for order in orders}
    with database() as connection:
        stored = connection.execute("SELECT external_id, count(*), min(net_amount) FROM customers_order GROUP BY 1").fetchall()
        lines = connection.execute("SELECT count(*), sum(net_amount) FROM customers_orderline").fetchone()
        sums = connection.execute(
            "SELECT sum(m1), sum(m2) FROM kpis_rollup WHERE cube = 5 AND grain = 0 AND dimension = 0"
        ).fetchone()
    found = {external: (count, amount) for external, count, amount in stored}
    wrong = [f"order {external} is missing" for external in wanted.keys() - found.keys()]
    wrong += [f"order {external} was never sent" for external in found.keys() - wanted.keys()]
    wrong += [
        f"order {external}: {found[external]} instead of (1, {amount})"
        for external, amount in wanted.items()
        if external in found and found[external] != (1, amount)
    ]
    total = sum(wanted.values())
    if lines != (2 * len(wanted), total):
        wrong.append(f"lines: {lines} instead of {(2 * len(wanted), total)}")
    if sums != (len(wanted), total):
        wrong.append(f"KPIs: {sums} instead of {(len(wanted), total)}")
    check = site.manage("refresh_kpis", "--check")
    if check.returncode or "a full recompute." not in check.stdout:
        wrong.append(f"refresh_kpis --check: {check.stdout} {check.stderr[-2000:]}")
    return wrong


def settle(journal: Journal, clients: list[Client]) -> None:
    """Everything that was ever sent is acknowledged in the end."""
    for client in clients:
        client.enough.set()
    for client in clients:
        client.join(PATIENCE)
    unanswered = journal.sent.keys() - journal.acknowledged
    if unanswered:
        raise SystemExit(f"{len(unanswered)} requests got no answer to the end")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10, help="of each victim")
    parser.add_argument("--port", type=int, default=8977)
    options = parser.parse_args()
    site = Site.start(options.port)
    try:
        site.manage("create_user", "bench@example.com", "--role", "integration")
        token = site.manage("create_token", "bench@example.com", "--scopes", "*", "--name", "kills").stdout.strip()
        journal = Journal(HOME / "journal.jsonl")
        clients = [Client(journal, options.port, token, turn) for turn in range(CLIENTS)]
        for client in clients:
            client.start()
        begin = time.monotonic()
        shot = shoot(site, journal, clients, options.kills)
        settle(journal, clients)
        seconds = time.monotonic() - begin
        drained = site.manage("refresh_kpis")
        wrong = verdict(site, journal)
    finally:
        site.stop()
    rows = [
        *([f"kill -9 of the {victim}", count] for victim, count in shot.items()),
        ["orders sent and acknowledged", f"{journal.orders:,}"],
        ["requests without an answer, sent again under their key", f"{journal.failures:,}"],
        ["seconds of load", f"{seconds:.0f}"],
        ["last drain", " ".join(drained.stdout.split())],
        ["orders lost, doubled or altered; KPIs wrong", len(wrong)],
    ]
    write_result("kills", "Kill -9 in mid-load", table(["what", "count"], rows), *wrong[:20], machine=SETTING)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

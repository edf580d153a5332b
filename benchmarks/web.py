"""A web process of its own on a new database, a client that costs next to nothing, and the bill of what both servers spent."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from ground import ROOT
from psycopg import sql

DATABASE, PORT = "bench_web", 8765
TICKS = os.sysconf("SC_CLK_TCK")
SESSIONS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@dataclass
class Cost:
    """Seconds by the clock, and of the processor in both servers; the machine's load average meanwhile."""

    wall: float = 0.0
    web: float = 0.0
    database: float = 0.0
    load: float = 0.0


@dataclass(frozen=True)
class Site:
    """The running product: where it answers, with which token, and its database."""

    port: int
    token: str
    url: str
    worker: int

    @contextmanager
    def spent(self) -> Iterator[Cost]:
        """What the block costs. Sessions of the database live as long as the web process."""
        cost = Cost()
        with psycopg.connect(self.url, autocommit=True) as watch:
            begin = time.perf_counter(), processor([self.worker]), processor(sessions(watch))
            yield cost
            cost.wall = time.perf_counter() - begin[0]
            cost.web = processor([self.worker]) - begin[1]
            cost.database = processor(sessions(watch)) - begin[2]
            cost.load = os.getloadavg()[0]

    def analyze(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def sessions(watch: psycopg.Connection) -> list[int]:
    return [pid for (pid,) in watch.execute(SESSIONS).fetchall()]


def processor(pids: list[int]) -> float:
    """Seconds of processor time that these processes have taken."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


class Client:
    """One keep-alive connection, by hand: a library's client would take longer than some answers do."""

    def __init__(self, site: Site) -> None:
        self.socket = socket.create_connection(("127.0.0.1", site.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.head = f"Host: localhost\r\nAuthorization: Bearer {site.token}\r\n".encode()

    def get(self, path: str) -> bytes:
        return self.exchange(b"GET " + path.encode() + b" HTTP/1.1\r\n" + self.head + b"\r\n")

    def post(self, path: str, body: bytes, key: str = "") -> bytes:
        lines = f"POST {path} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        lines += f"Idempotency-Key: {key}\r\n" if key else ""
        return self.exchange(lines.encode() + self.head + b"\r\n" + body)

    def exchange(self, request: bytes) -> bytes:
        self.socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.receive()
        head, _, body = received.partition(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        parts, missing = [body], length - len(body)
        while missing:
            parts.append(self.receive())
            missing -= len(parts[-1])
        if head[9:10] != b"2":
            raise SystemExit(f"{head.decode()}\n{b''.join(parts)[:500].decode()}")
        return b"".join(parts)

    def receive(self) -> bytes:
        got = self.socket.recv(1 << 18)
        if not got:
            raise SystemExit("The server closed the connection.")
        return got


@contextmanager
def open_site(*settings: str) -> Iterator[Site]:
    """A new database, migrated, and one worker process in front of it, with further settings as NAME=value."""
    url = new_database()
    env = os.environ | {"DATABASE_URL": url, "API_RATE_LIMIT": "0", "LOG_LEVEL": "WARNING"}
    env |= dict(setting.split("=", 1) for setting in settings)
    token = prepare(env)
    command = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT), "--workers", "1", "--no-ws"]
    command += ["--blocking-threads", "8", "--log-level", "error", "crm.wsgi:application"]
    server = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=env)
    try:
        wait_for_answer()
        (worker,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()[-1:]
        yield Site(PORT, token, url, int(worker))
    finally:
        server.terminate()
        server.wait()


def new_database() -> str:
    from crm.launch import embedded  # noqa: PLC0415  DATA_DIR must be set first

    os.environ["REDIS_URL"] = embedded.ensure_valkey()
    server = embedded.ensure_postgres().rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        name = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    return f"{server}/{DATABASE}"


def prepare(env: dict[str, str]) -> str:
    """The tables, and a token of an integration."""

    def manage(*words: str) -> str:
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout.strip()

    manage("migrate", "--verbosity", "0")
    manage("create_user", "bench@example.com", "--role", "integration")
    return manage("create_token", "bench@example.com", "--scopes", "*", "--name", "shop")


def wait_for_answer() -> None:
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", PORT), timeout=5) as probe:
                probe.sendall(b"GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
                if b" 200 " in probe.recv(1000):
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("The server did not start.")

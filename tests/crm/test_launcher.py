"""`manage.py up` as its user meets it, and the parts that can be asked alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from django.core.management import CommandError

from crm.launch import launcher
from crm.launch.supervisor import Child, Supervisor
from tests.servers import environment, make_home

CHECKOUT = Path(__file__).resolve().parents[2]
DIES = [sys.executable, "-c", "raise SystemExit(3)"]
LIVES = [sys.executable, "-c", "import signal; signal.pause()"]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def make_child(tmp_path: Path, command: list[str]) -> Child:
    return Child(name="child", command=command, env={}, log=tmp_path / "child.log")


def living(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one may end between two questions."""
    found = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    """Ask again and again; the limit only ends a broken run."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.05)


class TestPort:
    def test_asked_for_and_taken_is_refused(self, taken_port):
        with pytest.raises(CommandError, match=f"Port {taken_port} is taken"):
            launcher.find_port("127.0.0.1", taken_port)

    def test_unasked_and_taken_the_next_free_one_serves(self, taken_port, monkeypatch, capsys):
        monkeypatch.setattr(launcher, "USUAL_PORT", taken_port)

        found = launcher.find_port("127.0.0.1", None)

        assert taken_port < found < taken_port + 100
        assert capsys.readouterr().out == f"Port {taken_port} is taken; using {found}.\n"


class TestDemo:
    @pytest.mark.parametrize(
        ("given", "is_new", "loads"),
        [(True, True, True), (True, False, True), (False, True, False), (None, False, False), (None, True, False)],
    )
    def test_nobody_is_asked_where_nobody_can_answer(self, given, is_new, loads):
        # pytest's standard input is no terminal
        assert launcher.wants_demo(given, is_new=is_new) is loads


class TestSupervisor:
    def test_a_child_that_keeps_dying_is_started_ever_more_rarely(self, tmp_path):
        child = make_child(tmp_path, DIES)
        said: list[str] = []
        supervisor = Supervisor([child], say=said.append)
        pauses = []
        now = 100.0
        child.start(now)
        for _ in range(7):
            child.process.wait()
            supervisor.check(now)
            pauses.append(child.restart_at - now)
            now = child.restart_at
            supervisor.check(now)

        supervisor.stop()

        assert pauses == [1, 2, 4, 8, 16, 30, 30]
        assert said[0] == f"child ended (code 3); next start in 1 s. Log: {tmp_path / 'child.log'}"
        assert len(said) == 7

    def test_a_pause_is_waited_out(self, tmp_path):
        child = make_child(tmp_path, DIES)
        supervisor = Supervisor([child], say=print)
        child.start(100.0)
        first = child.process
        first.wait()
        supervisor.check(100.0)

        supervisor.check(100.9)

        assert child.process is first

    def test_a_steady_life_earns_a_short_pause_again(self, tmp_path):
        child = make_child(tmp_path, DIES)
        supervisor = Supervisor([child], say=print)
        child.pause = 16.0
        child.start(100.0)
        child.process.wait()

        supervisor.check(161.0)

        assert child.restart_at == 162.0

    def test_stopping_ends_children_and_grandchildren(self, tmp_path):
        program = "import signal, subprocess, sys; print(subprocess.Popen(sys.argv[1:]).pid, flush=True); signal.pause()"
        child = make_child(tmp_path, [sys.executable, "-c", program, *LIVES])
        supervisor = Supervisor([child], say=print)
        supervisor.start()
        wait_for(lambda: child.log.exists() and child.log.read_text().endswith("\n"))
        grandchild = int(child.log.read_text())

        supervisor.stop()

        assert child.process.returncode == -signal.SIGTERM
        wait_for(lambda: not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == psutil.STATUS_ZOMBIE)

    def test_a_large_log_is_set_aside_at_the_next_start(self, tmp_path):
        child = make_child(tmp_path, DIES)
        with open(child.log, "wb") as log:
            log.truncate(21 * 1024 * 1024)

        child.start(100.0)
        child.process.wait()

        assert (tmp_path / "child.log.1").stat().st_size == 21 * 1024 * 1024
        assert child.log.stat().st_size == 0


class Product:
    """One running `manage.py up`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.said = home / "said"
        with open(self.said, "wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--no-demo"],
                cwd=CHECKOUT,
                env=environment(home, SECRET_KEY="", BASE_URL=""),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    def serving(self) -> Product:
        wait_for(lambda: "Ctrl-C" in self.text or self.process.poll() is not None, seconds=120)
        assert self.process.poll() is None, self.text
        self.address = re.search(r"http://localhost:\d+", self.text)[0]
        return self

    @property
    def text(self) -> str:
        return self.said.read_text(errors="replace")

    def pid_of(self, name: str) -> int | None:
        for process in living(psutil.Process(self.process.pid).children()):
            with suppress(psutil.NoSuchProcess):
                if name in process.cmdline():
                    return process.pid
        return None

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz/ready", timeout=5) as answer:
                return b'"status": "ok"' in answer.read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def ask(self, path: str, token: str, body: dict | None = None) -> dict:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": path}
        data = json.dumps(body).encode() if body else None
        with urllib.request.urlopen(urllib.request.Request(f"{self.address}{path}", data, headers), timeout=20) as answer:
            return json.load(answer)

    def stop(self) -> float:
        start = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - start


@contextmanager
def new_home() -> Iterator[Path]:
    home = make_home()
    yield home
    subprocess.run([sys.executable, "manage.py", "down"], cwd=CHECKOUT, env=environment(home), capture_output=True, check=True)
    shutil.rmtree(home)


@pytest.fixture
def home() -> Iterator[Path]:
    with new_home() as home:
        yield home


@pytest.fixture(scope="module")
def home_before_the_first_start() -> Iterator[Path]:
    """The first command makes a cluster there, which takes seconds; the next one finds it."""
    with new_home() as home:
        yield home


@pytest.fixture
def start(home) -> Iterator[Callable[[], Product]]:
    products: list[Product] = []

    def start() -> Product:
        products.append(Product(home))
        return products[-1].serving()

    yield start
    for product in products:  # a failed test leaves one running
        product.stop()


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=CHECKOUT, env=environment(home), capture_output=True, text=True, timeout=120)


@pytest.mark.slow
def test_a_command_before_the_first_start_says_so_and_leaves_no_server(home_before_the_first_start):
    home = home_before_the_first_start
    result = run(home, "create_user", "mina@example.com", "--role", "rep")

    assert result.returncode == 1
    assert result.stderr == (
        f"The database is not set up, or older than this version (data directory: {home}). "
        "Run python3 manage.py up first, or set DATA_DIR if the data is elsewhere.\n"
    )
    assert not (home / "postgres" / "postmaster.pid").exists()
    assert not (home / "run" / "valkey.sock").exists()


@pytest.mark.slow
def test_a_command_that_asks_where_nobody_answers_says_so(home_before_the_first_start):
    question = [sys.executable, "manage.py", "shell", "-c", "input()"]

    result = subprocess.run(
        question,
        cwd=CHECKOUT,
        env=environment(home_before_the_first_start),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )

    assert result.returncode == 1
    assert result.stderr == "The input ended before every question was answered. Run this command in a terminal.\n"


def test_help_and_a_mistyped_word_are_answered_without_any_package():
    # -I -S: no packages can be imported
    command = [sys.executable, "-I", "-S", str(CHECKOUT / "manage.py"), "up"]

    helped = subprocess.run([*command, "--help"], capture_output=True, text=True)
    mistyped = subprocess.run([*command, "--prot", "1"], capture_output=True, text=True)

    assert (helped.returncode, helped.stderr) == (0, "")
    assert "--data-dir" in helped.stdout
    assert mistyped.returncode == 2
    assert mistyped.stderr.endswith("error: unrecognized arguments: --prot 1\n")


def kill_the_worker(product):
    worker = product.pid_of("worker")
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: product.pid_of("worker") not in {worker, None})


def kill_the_database(product, pid_file):
    killed = pid_file.read_text().split()[0]
    os.kill(int(killed), signal.SIGKILL)
    wait_for(lambda: pid_file.exists() and pid_file.read_text().split()[:1] not in ([killed], []))
    wait_for(product.is_ready)


@pytest.mark.worker
@pytest.mark.slow
def test_one_command_serves_survives_kills_and_leaves_nothing_behind(home, start):
    product = start()
    assert product.is_ready()
    # once when it is made, for whoever interrupts what follows, and once at the end
    passwords = re.findall(r"Password +(\S{16})", product.text)
    assert len(passwords) == 2
    assert len(set(passwords)) == 1
    assert f"Other commands need this directory too:  DATA_DIR={home} python3 manage.py COMMAND\n" in product.text
    database = f"postgres://sanjeh@{str(home / 'run').replace('/', '%2F')}:5432/sanjeh"
    with psycopg.connect(database) as connection:
        people = connection.execute("SELECT email, role, is_active, password LIKE 'argon2%' FROM crm_user").fetchall()
    assert people == [("admin@example.com", "admin", True, True)]

    second = subprocess.run(
        [sys.executable, "manage.py", "up"], cwd=CHECKOUT, env=environment(home), capture_output=True, text=True, timeout=60
    )
    assert second.returncode == 1
    assert f"already runs from {home}: {product.address}" in second.stdout.replace("\n", " ").replace("  ", " ")

    pid_file = home / "postgres" / "postmaster.pid"
    kill_the_worker(product)
    kill_the_database(product, pid_file)

    # what was killed came back whole: the worker computes what the web was told
    token = run(home, "create_token", "admin@example.com", "--scopes", "orders:write,kpis:read").stdout.strip()
    lines = [{"name": "Tea", "quantity": 2, "unit_price": "150000"}]
    sold = {"external_id": "1", "placed_at": "2026-01-15T12:00:00", "status": "paid", "customer": {"external_id": "1"}}
    product.ask("/api/v1/orders/", token, {**sold, "lines": lines})
    revenue = "/api/v1/kpis/revenue/values/?from=2026-01-01&to=2026-01-31&grain=month&calendar=gregorian"
    wait_for(lambda: [each["value"] for each in product.ask(revenue, token)["results"]] == ["300000"], seconds=60)

    family = psutil.Process(product.process.pid).children(recursive=True)
    seconds = product.stop()
    assert product.process.returncode == 0, product.text
    assert seconds < 10
    assert product.text.endswith("Stopping …\nStopped.\n")  # nobody had to be killed
    assert living(family) == []
    assert not pid_file.exists()

    again = start()
    assert again.is_ready()
    assert "Password" not in again.text
    command = f"DATA_DIR={home} python3 manage.py changepassword admin@example.com"
    assert f"Nobody has signed in yet as admin@example.com. For a new password:  {command}\n" in again.text

    # Linux tells children that their parent died; elsewhere they would live on
    family = psutil.Process(again.process.pid).children(recursive=True)
    again.process.kill()
    again.process.wait()
    wait_for(lambda: sys.platform != "linux" or not living(family))

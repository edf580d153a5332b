"""`manage.py up`, `down` and `test`: what runs before Django's settings can load."""

import argparse
import contextlib
import fcntl
import os
import secrets
import shlex
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NoReturn

import django
from django.contrib.auth import get_user_model
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command, get_commands
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string
from rich.console import Console
from rich.panel import Panel

from crm.launch import embedded, up_to_date
from crm.launch.supervisor import Child, Supervisor

BASE_DIR = Path(__file__).resolve().parent.parent.parent
FIRST_ADMINISTRATOR = "admin@example.com"
USUAL_PORT = 8000
SERVER_CHECK_SECONDS = 5.0
NICE = 5

console = Console(highlight=False, soft_wrap=True)


def main(options: argparse.Namespace) -> None:
    if options.data_dir:
        os.environ["DATA_DIR"] = str(Path(options.data_dir).expanduser().absolute())
    try:
        if options.command == "down":
            down()
        else:
            up(options)
    except (embedded.EmbeddedError, CommandError) as error:
        console.print(f"[bold red]{type(error).__name__}[/]: {error}", markup=True)
        sys.exit(1)
    except OSError as error:
        sys.exit(f"{error}\nChoose a writable place with --data-dir, or free the disk.")


# ── test ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def run_tests(arguments: list[str]) -> NoReturn:
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        console.print("No Chromium found: browser tests are skipped. Debian and Ubuntu: apt-get install chromium")
    os.chdir(BASE_DIR)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])


# ── up ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def up(options: argparse.Namespace) -> None:
    with only_one() as note:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, interrupt)
        supervisor = None
        try:
            port = find_port(options.host, options.port)
            address = os.environ["BASE_URL"] = os.environ.get("BASE_URL") or f"http://localhost:{port}"
            note(address)
            found = start_servers()
            sign_in = prepare(demo=options.demo)
            supervisor = Supervisor(children(options.host, port), say=console.print)
            supervisor.start()
            wait_for_the_page(supervisor, options.host, port)
            announce(address, sign_in, found)
            watch(supervisor)
        except KeyboardInterrupt:
            console.print("\nStopping …")
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient second Ctrl-C would leave something running
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            if supervisor:
                supervisor.stop()
            embedded.stop(list(embedded.started))
    console.print("Stopped.")


def interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


@contextlib.contextmanager
def only_one() -> Iterator[Callable[[str], None]]:
    """One `up` per data directory; its file tells the others the process and the address."""
    home = embedded.make_data_dir()
    with open(home / "up", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid, _, address = file.read().partition(" ")
            raise CommandError(f"Sanjeh already runs from {home}: {address.strip()} (process {pid})") from None

        def note(address: str) -> None:
            file.truncate(0)
            file.write(f"{os.getpid()} {address}")
            file.flush()

        yield note
        file.truncate(0)


def is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def find_port(host: str, wanted: int | None) -> int:
    """The asked port or none; unasked, the usual one or the next that is free."""
    if wanted is not None:
        if not is_free(host, wanted):
            raise CommandError(f"Port {wanted} is taken. Choose another with --port.")
        return wanted
    for port in range(USUAL_PORT, USUAL_PORT + 100):
        if is_free(host, port):
            if port != USUAL_PORT:
                console.print(f"Port {USUAL_PORT} is taken; using {port}.")
            return port
    raise CommandError(f"No free port from {USUAL_PORT} on. Choose one with --port.")


def start_servers() -> list[str]:
    """Before the settings load, so that a first start says what it is waiting for. Names those that ran already."""
    found: list[str] = []
    if os.environ.get("EMBEDDED", "1").lower() in {"0", "false", "no", "off"}:
        return found
    starters = {"DATABASE_URL": ("PostgreSQL", embedded.ensure_postgres), "REDIS_URL": ("Valkey", embedded.ensure_valkey)}
    for name, (title, start) in starters.items():
        if not os.environ.get(name):
            own = len(embedded.started)
            with step(f"Starting {title} …"):
                os.environ[name] = start()
            if len(embedded.started) == own:
                found.append(title)
    return found


def step(text: str) -> AbstractContextManager[object]:
    """What is being waited for: a moving line on a terminal, a plain one in a file."""
    if console.is_terminal:
        return console.status(text)
    console.print(text)
    return contextlib.nullcontext()


def prepare(*, demo: bool | None) -> list[str]:
    """Make everything ready, without loading anything where it is; return what to say about signing in."""
    try:
        return [] if not demo and up_to_date.is_noted() else bring_up_to_date(demo=demo)
    finally:
        connection.close()


def bring_up_to_date(*, demo: bool | None) -> list[str]:
    files = up_to_date.files()
    with step("Loading …"):
        django.setup()
        if faults := run_checks(tags=[Tags.database], databases=[DEFAULT_DB_ALIAS]):
            raise CommandError("\n".join(map(str, faults)))
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        with step(f"Bringing the database up to date: {len(waiting)} migrations …"):
            call_command("migrate", interactive=False, verbosity=0)
    with step("Preparing the static files …"):
        collect_static_files()
    is_new = not get_user_model().objects.exists()
    sign_in = create_first_administrator() if is_new else remind_of_the_password()
    if is_new:
        console.print(*sign_in, sep="\n")  # at once: whoever interrupts what follows would never see it
    if wants_demo(demo, is_new=is_new):
        load_demo()
    if not sign_in:
        up_to_date.note(files)
    return sign_in


def collect_static_files() -> None:
    """Hashing and compressing takes seconds, so it is done again only when a file or a package changed, or a result is lost."""
    files = up_to_date.static_files()
    if up_to_date.are_collected(files):
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    up_to_date.note_collected(files)


def create_first_administrator() -> list[str]:
    password = secrets.token_urlsafe(12)
    # by its name: models can be imported only now, after the set-up
    create_user = import_string("crm.services.create_user")
    create_user(email=FIRST_ADMINISTRATOR, password=password, role="admin")
    return [
        f"Sign in as  [bold]{FIRST_ADMINISTRATOR}[/]",
        f"Password    [bold]{password}[/]",
        "It is shown at this start only; change it after signing in.",
    ]


def remind_of_the_password() -> list[str]:
    """Until somebody has signed in with it, the password of the first start may never have been seen."""
    users = get_user_model().objects
    if users.filter(last_login__isnull=False).exists() or not users.filter(email=FIRST_ADMINISTRATOR).exists():
        return []
    command = command_line(f"changepassword {FIRST_ADMINISTRATOR}")
    return [f"Nobody has signed in yet as {FIRST_ADMINISTRATOR}. For a new password:  {command}"]


def command_line(words: str) -> str:
    """A command as it must be typed for this data directory."""
    home, usual = embedded.data_dir(), embedded.usual_dir()
    return f"{'' if home == usual else f'DATA_DIR={shlex.quote(str(home))} '}python3 manage.py {words}"


def wants_demo(given: bool | None, *, is_new: bool) -> bool:
    if given is not None or not is_new or not sys.stdin.isatty():
        return bool(given)
    return console.input("Load a demo company to look around in? It can be removed later. \\[y/N] ").strip().lower() in {
        "y",
        "yes",
    }


def load_demo() -> None:
    if "load_demo" not in get_commands():
        raise CommandError("There is no demo company in this version.")
    console.print("Loading the demo company; it takes some minutes …")
    call_command("load_demo")


def children(host: str, port: int) -> list[Child]:
    data = embedded.data_dir()
    logs, counts = data / "logs", data / "metrics"
    logs.mkdir(exist_ok=True)
    shutil.rmtree(counts, ignore_errors=True)
    counts.mkdir()
    python = [sys.executable, "-m"]
    web = ["granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws", "--blocking-threads", "8"]
    worker = ["celery", "-A", "crm", "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    # Celery's processes check the project as they start, which takes a second of the processor: one of them is enough.
    beat = ["celery", "-A", "crm", "--skip-checks", "beat", "--schedule", str(data / "beat-schedule"), "--pidfile="]
    commands = {"web": [*web, "crm.wsgi:application"], "worker": worker, "beat": beat}
    common = {"PROMETHEUS_MULTIPROC_DIR": str(counts), "PYTHONUNBUFFERED": "1"}
    return [
        # Pages come first, also at the start.
        Child(
            name=name,
            command=[*python, *command],
            env=common | {"PROCESS": name},
            log=logs / f"{name}.log",
            niceness=0 if name == "web" else NICE,
        )
        for name, command in commands.items()
    ]


def wait_for_the_page(supervisor: Supervisor, host: str, port: int) -> None:
    """Until the first answer; a child that dies meanwhile shows its last words."""
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  compared, not bound
    with step("Starting the web server, the worker and the clock …"):
        for _ in range(300):
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(f"http://{here}:{port}/healthz/live", timeout=2).close()
                return
            dead = [child for child in supervisor.children if not child.is_running]
            if dead:
                raise CommandError(f"{dead[0].name} does not start:\n{dead[0].last_words()}")
            time.sleep(0.1)
    raise CommandError(f"The web server does not answer. Log: {embedded.data_dir() / 'logs' / 'web.log'}")


def announce(address: str, sign_in: list[str], found: list[str]) -> None:
    console.print(Panel(f"Sanjeh runs at [bold]{address}[/]", expand=False, padding=(1, 3)))
    console.print(*sign_in, sep="\n")  # not in the box, which would cut a long line
    console.print(f"Data and logs: {embedded.data_dir()}. Ctrl-C stops everything{' it started' if found else ''}.")
    if found:
        console.print(f"Already running, and left so: {', '.join(found)}. They stop with:  {command_line('down')}")
    if embedded.data_dir() != embedded.usual_dir():
        console.print(f"Other commands need this directory too:  {command_line('COMMAND')}")


def watch(supervisor: Supervisor) -> NoReturn:
    """Until interrupted: revive children at once and, less often, the servers we run ourselves."""
    next_look = time.monotonic() + SERVER_CHECK_SECONDS
    while True:
        time.sleep(0.5)
        now = time.monotonic()
        supervisor.check(now)
        if now >= next_look:
            for name, ensure in (("postgres", embedded.ensure_postgres), ("valkey", embedded.ensure_valkey)):
                if name in embedded.started:
                    ensure()
            next_look = now + SERVER_CHECK_SECONDS


# ── down ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def down() -> None:
    """Stop a running `up`, or servers that another command started and left."""
    home = embedded.data_dir()
    if not home.exists():
        raise CommandError(f"There is nothing at {home}.")
    with open(home / "up", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            os.kill(int(file.read().split()[0]), signal.SIGTERM)
            fcntl.flock(file, fcntl.LOCK_EX)
    embedded.stop(["valkey", "postgres"])
    console.print("Stopped.")

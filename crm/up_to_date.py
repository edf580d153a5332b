"""Whether a start would find nothing to do, told from a stamp: looking for it takes Django seconds to load."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from crm import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
LOCK = BASE_DIR / "requirements.lock"


def static_files() -> str:
    """Differs as soon as one of them, or a package that brings some, has changed."""
    files = [LOCK, *sorted(path for path in (BASE_DIR / "static").rglob("*") if path.is_file())]
    return _sum(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files)


def collected() -> Path:
    """Where what was collected is noted: beside it, so that it goes with it."""
    return settings.STATIC_ROOT / ".collected"


def is_noted() -> bool:
    """Since the note no package, migration or static file came or went, here or in the database."""
    return _stamp().exists() and _stamp().read_text() == _everything()


def note() -> None:
    _stamp().write_text(_everything())


def _stamp() -> Path:
    return embedded.data_dir() / "up-to-date"


def _everything() -> str:
    migrations = sorted(str(path) for path in BASE_DIR.glob("*/migrations/*.py"))
    is_collected = collected().exists() and collected().read_text()
    return _sum([LOCK.read_text(), *migrations, static_files(), is_collected, *_database()])


def _database() -> list[str]:
    """The migrations it has had; and whether anybody has signed in: until then a start reminds of the password."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id")
            applied = [name for (name,) in cursor.fetchall()]
            cursor.execute("SELECT EXISTS (SELECT FROM crm_user WHERE last_login IS NOT NULL)")
            return [*applied, str(cursor.fetchone())]
    except DatabaseError:
        return ["empty"]  # its tables are not there yet


def _sum(lines: Iterable[object]) -> str:
    return sha256("\n".join(str(line) for line in lines).encode()).hexdigest()

"""Whether a start would find nothing to do, told from a stamp: looking for it takes Django seconds to load."""

import warnings
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from crm.launch import embedded

BASE_DIR = Path(__file__).resolve().parent.parent.parent
LOCK = BASE_DIR / "requirements.lock"


def static_files() -> str:
    """Differs as soon as one of them, or a package that brings some, has changed."""
    files = [LOCK, *sorted(path for path in (BASE_DIR / "static").rglob("*") if path.is_file())]
    return _sum(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files)


def are_collected(files: str) -> bool:
    """These static files, and none of what came of them is lost. For debugging they are served as they lie."""
    return settings.DEBUG or (_collected().exists() and _collected().read_text() == _sum([files, *_results()]))


def note_collected(files: str) -> None:
    _collected().write_text(_sum([files, *_results()]))


def files() -> str:
    """What lies here: packages, migrations, static files."""
    return _sum([LOCK.read_text(), *sorted(str(path) for path in BASE_DIR.glob("*/migrations/*.py")), static_files()])


def is_noted() -> bool:
    """Since the note no package, migration or static file came or went, here or in the database."""
    return _stamp().exists() and are_collected(static_files()) and _stamp().read_text() == _sum([files(), *_database()])


def note(files: str) -> None:
    """`files` is what lay here when the start began to look: what came since has not been seen to."""
    _stamp().write_text(_sum([files, *_database()]))


def _stamp() -> Path:
    return embedded.data_dir() / "up-to-date"


def _collected() -> Path:
    """Where what was collected is noted: beside it, so that it goes with it."""
    return settings.STATIC_ROOT / ".collected"


def _results() -> list[str]:
    return sorted(str(path) for path in settings.STATIC_ROOT.rglob("*") if path != _collected())


def _database() -> list[str]:
    """The migrations it has had; and whether anybody has signed in: until then a start reminds of the password."""
    try:
        with warnings.catch_warnings(), connection.cursor() as cursor:
            warnings.simplefilter("ignore", RuntimeWarning)  # Django warns who asks before its models are there: none is needed
            cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id")
            applied = [name for (name,) in cursor.fetchall()]
            cursor.execute("SELECT EXISTS (SELECT FROM crm_user WHERE last_login IS NOT NULL)")
            return [*applied, str(cursor.fetchone())]
    except DatabaseError:
        return ["empty"]  # its tables are not there yet


def _sum(lines: Iterable[object]) -> str:
    return sha256("\n".join(str(line) for line in lines).encode()).hexdigest()

"""What a start may take for granted: nothing came or went since the last one."""

import pytest
from django.db import connection

from crm.launch import up_to_date
from crm.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def noted(tmp_path, monkeypatch, settings, sara):
    """A checkout with one migration and one static file, collected; somebody has signed in."""
    (tmp_path / "crm" / "migrations").mkdir(parents=True)
    (tmp_path / "crm" / "migrations" / "0001_initial.py").touch()
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "base.css").write_text("a {}")
    (tmp_path / "requirements.lock").write_text("django==5.2")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(up_to_date, "BASE_DIR", tmp_path)
    monkeypatch.setattr(up_to_date, "LOCK", tmp_path / "requirements.lock")
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "base.5f3a.css").write_text("a {}")
    up_to_date.note_collected(up_to_date.static_files())
    User.objects.update(last_login="2026-11-01T08:00Z")
    up_to_date.note(up_to_date.files())
    return tmp_path


def test_nothing_changed(noted):
    assert up_to_date.is_noted()


def test_without_a_note_everything_is_looked_for(noted):
    (noted / "up-to-date").unlink()

    assert not up_to_date.is_noted()


@pytest.mark.parametrize("name", ["requirements.lock", "crm/migrations/0002_more.py", "static/base.css", "collected/.collected"])
def test_a_file_that_was_changed(noted, name):
    (noted / name).write_text("another")

    assert not up_to_date.is_noted()


def test_a_result_that_was_lost(noted):
    (noted / "collected" / "base.5f3a.css").unlink()

    assert not up_to_date.is_noted()


def test_what_came_while_the_start_was_at_work(noted):
    seen = up_to_date.files()
    (noted / "crm" / "migrations" / "0002_late.py").touch()
    up_to_date.note(seen)

    assert not up_to_date.is_noted()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)",  # an older backup was restored
        "UPDATE crm_user SET last_login = NULL",  # or an empty one
    ],
)
def test_a_database_that_was_changed(noted, change):
    with connection.cursor() as cursor:
        cursor.execute(change)

    assert not up_to_date.is_noted()

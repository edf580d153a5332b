"""The files around the product: lock files, image, compose file, timetable."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from django.test import Client

from crm.celery import app

CHECKOUT = Path(__file__).resolve().parents[1]
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-predict.lock"]
COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
# in pieces, so that this file does not name them either
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com"]


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    return [CHECKOUT / name for name in listed.split("\0") if name]


def locked(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;]+)", (CHECKOUT / name).read_text(), re.MULTILINE))


def test_lock_files_pin_and_hash_everything_and_name_no_host():
    for name in LOCKS:
        text = (CHECKOUT / name).read_text()
        entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]

        assert len(entries) == len(locked(name)), name
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
        assert "://" not in text


def test_development_has_the_versions_that_are_shipped():
    shipped, development = locked(LOCKS[0]) | locked(LOCKS[2]), locked(LOCKS[1])

    assert {name: development.get(name) for name in shipped} == shipped


def test_what_is_asked_for_is_locked():
    for source, lock in zip(("requirements.in", "requirements-dev.in", "requirements-predict.in"), LOCKS, strict=True):
        asked = re.findall(r"^([A-Za-z][A-Za-z0-9_.-]*)", (CHECKOUT / source).read_text(), re.MULTILINE)

        assert {name.lower().replace("_", "-") for name in asked} - set(locked(lock)) == set()


def test_no_tracked_file_names_a_registry():
    found = [
        f"{path.relative_to(CHECKOUT)}: {host}"
        for path in tracked_files()
        if path.is_file()
        for host in REGISTRIES
        if host.encode() in path.read_bytes()
    ]

    assert found == []


def test_the_compose_file_asks_for_what_the_example_explains():
    used = set(re.findall(r"\$\{(\w+)", (CHECKOUT / "docker-compose.yml").read_text()))
    explained = set(re.findall(r"^(?:# )?([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE))

    assert used == explained


@pytest.mark.parametrize("name", ["migrate", "web", "worker", "beat"])
def test_our_containers_hold_no_rights_they_do_not_use(name):
    service = COMPOSE["services"][name]

    assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    assert service["environment"]["EMBEDDED"] == "0"
    # each process knows itself; a command run in the container would take itself for the server, with its patience
    assert "PROCESS" not in service["environment"]


def test_one_service_builds_the_image_that_all_of_ours_run():
    services = {name: (service.get("build"), service["image"]) for name, service in COMPOSE["services"].items()}

    assert {name: found for name, found in services.items() if name not in {"db", "cache"}} == {
        "migrate": (".", "sanjeh:latest"),
        "web": (None, "sanjeh:latest"),
        "worker": (None, "sanjeh:latest"),
        "beat": (None, "sanjeh:latest"),
    }


def test_nothing_starts_before_the_migration_went_through():
    waits = {name: service.get("depends_on", {}).get("migrate") for name, service in COMPOSE["services"].items()}

    done = {"condition": "service_completed_successfully"}
    assert waits == {"db": None, "cache": None, "migrate": None, "web": done, "worker": done, "beat": done}


def test_the_database_of_the_first_set_up_is_not_taken_for_the_real_one():
    # the image sets up a new cluster through a server that listens at the socket alone, and then stops it
    asked = COMPOSE["services"]["db"]["healthcheck"]["test"]

    assert asked == ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "sanjeh", "-d", "sanjeh"]


def test_whatever_keeps_running_says_whether_it_is_well():
    checks = {name: service.get("healthcheck", {}).get("test") for name, service in COMPOSE["services"].items()}

    assert [name for name, test in checks.items() if test is None] == ["migrate"]
    # the container's shell is to read these two, not Compose
    assert checks["worker"][1].count("$$") == checks["worker"][1].count("$") / 2 == 2
    written = Path(COMPOSE["services"]["beat"]["command"][-2])
    assert f"find {written.parent} -name '{written.name}*'" in checks["beat"][1]


def test_no_log_fills_the_disk():
    assert {service["logging"]["driver"] for service in COMPOSE["services"].values()} == {"local"}


def test_every_folder_the_product_runs_from_is_in_the_image():
    copied = set(re.findall(r"^COPY (\w+) ", (CHECKOUT / "Dockerfile").read_text(), re.MULTILINE))
    folders = {path.relative_to(CHECKOUT).parts[0] for path in tracked_files() if len(path.relative_to(CHECKOUT).parts) > 1}

    assert copied == {name for name in folders if not name.startswith(".")} - {"tests", "tools", "benchmarks", "docs"}


def test_the_image_does_not_run_as_root():
    lines = (CHECKOUT / "Dockerfile").read_text().splitlines()

    assert [line for line in lines if line.startswith("USER")] == ["USER 10001:10001"]
    last_stage = max(i for i, line in enumerate(lines) if line.startswith("FROM"))
    assert last_stage < lines.index("USER 10001:10001") < next(i for i, line in enumerate(lines) if line.startswith("CMD"))


def test_every_task_of_the_timetable_exists():
    app.loader.import_default_modules()

    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert scheduled - set(app.tasks) == set()


def test_a_late_tick_is_dropped_not_heaped_up():
    for name, entry in app.conf.beat_schedule.items():
        assert entry["options"]["expires"] <= entry["schedule"], name


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz/live", "/account/login/", "/no/such/page", "/admin/login/"])
def test_every_answer_carries_the_security_headers(path):
    headers = Client().get(path).headers

    policy = {part.split()[0]: part.split()[1:] for part in headers["Content-Security-Policy"].split(";")}
    script = [source for source in policy.pop("script-src") if not source.startswith("'nonce-")]
    assert script == ["'self'"]
    assert policy == {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
    expected = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    assert {name: headers.get(name) for name in expected} == expected

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.checks import Tags, run_checks
from django.db import OperationalError, ProgrammingError, connection
from redis.exceptions import ConnectionError as CacheError

from crm import health
from crm.views import errors

DEAD_CACHE = {"valkey": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:9/0"}}


def test_alive_without_asking_the_database(client):
    # a test without the django_db mark may not touch the database at all
    response = client.get("/healthz/live")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_when_database_cache_and_disk_are(client):
    response = client.get("/healthz/ready")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": {"database": "ok", "cache": "ok", "disk": "ok"}}


@pytest.mark.django_db
def test_a_dead_cache_degrades_but_serves(client, settings):
    settings.CACHES = settings.CACHES | DEAD_CACHE

    response = client.get("/healthz/ready")

    assert response.status_code == 200
    assert response.json() == {"status": "degraded", "checks": {"database": "ok", "cache": "degraded", "disk": "ok"}}


@pytest.fixture
def no_database(monkeypatch, django_db_blocker):
    """Every connection is refused, as while the server is away."""
    away = connection.get_connection_params() | {"host": "127.0.0.1", "port": 9}
    with django_db_blocker.unblock():
        connection.close()
        monkeypatch.setattr(connection, "get_connection_params", lambda: dict(away))
        yield


def test_without_a_database_it_is_not_ready_and_says_when_to_ask_again(client, no_database):
    response = client.get("/healthz/ready")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.json()["checks"]["database"] == "failed"


AWAY, BROKEN = (503, "5"), (500, None)


@pytest.mark.parametrize(
    ("error", "answer"),
    [(OperationalError, AWAY), (CacheError, AWAY), (ProgrammingError, BROKEN), (ZeroDivisionError, BROKEN)],
)
def test_without_a_database_or_a_cache_a_page_is_away_and_not_broken(rf, error, answer):
    try:
        raise error  # noqa: TRY301  the handler looks at what is being handled
    except error:
        response = errors.server_error(rf.get("/kpis/"))

    assert (response.status_code, response.headers.get("Retry-After")) == answer
    assert "Something went wrong on the server" in response.content.decode()


@pytest.mark.django_db
def test_a_migration_that_waits_stops_the_serving(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")

    response = client.get("/healthz/ready")

    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"
    assert response.json()["checks"]["database"] == "migrations-pending"


@pytest.mark.django_db
def test_a_database_between_early_migrations_is_not_migrated():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'kpis' AND name = '0053_first_periods_whole'")

    (fault,) = run_checks(tags=[Tags.database], databases=["default"])

    assert fault.msg == "This database is older than kpis.0001_tables, which took the place of 0053_first_periods_whole."


@pytest.mark.django_db
def test_a_full_disk_stops_the_serving(client, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE_DISK", 1.0)

    response = client.get("/healthz/ready")

    assert (response.status_code, response.json()["checks"]["disk"]) == (503, "failed")


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready"])
@pytest.mark.django_db
def test_strangers_learn_no_names_and_versions(client, path):
    text = client.get(path).content.decode()

    assert not {"postgres", "18", "django", settings.DATABASES["default"]["HOST"]} & set(text.lower().replace('"', " ").split())


@pytest.mark.django_db
class TestMetrics:
    def test_this_machine_may_read(self, client):
        client.get("/healthz/live")

        response = client.get("/metrics")

        assert response.headers["Content-Type"].startswith("text/plain; version=")
        assert 'sanjeh_http_requests_total{method="GET",route="healthz/live",status="200"}' in response.content.decode()

    @pytest.mark.parametrize("source", [{"REMOTE_ADDR": "10.1.2.3"}, {"HTTP_X_FORWARDED_FOR": "10.1.2.3"}])
    def test_others_may_not_nor_through_a_proxy_on_this_machine(self, client, source):
        response = client.get("/metrics", **source)

        assert (response.status_code, response.content) == (404, b"")

    @pytest.mark.parametrize(("header", "status"), [("Bearer right", 200), ("Bearer wrong", 404), ("right", 404), ("", 404)])
    def test_with_a_token_set_only_the_token_counts(self, client, settings, header, status):
        settings.METRICS_TOKEN = "right"

        assert client.get("/metrics", headers={"Authorization": header}).status_code == status

    def test_unknown_paths_share_one_name(self, client):
        client.get("/no/such/page/1")
        client.get("/no/such/page/2")

        assert "/no/such/page" not in client.get("/metrics").content.decode()

    def test_containers_that_share_the_directory_add_up(self, tmp_path):
        """Two hosts, one process number: 1 and 2 answers are 3."""
        program = (
            "import os, socket, sys; host, count, os.getpid = sys.argv[1], int(sys.argv[2]), lambda: 7\n"
            "socket.gethostname = lambda: host\n"
            "from crm.metrics import REQUESTS, render\n"
            "REQUESTS.labels('GET', 'x', '200').inc(count)\n"
            "print([line for line in render().decode().splitlines() if line.startswith('sanjeh_http_requests_total')])"
        )
        said = [
            subprocess.run(
                [sys.executable, "-c", program, host, count],
                cwd=settings.BASE_DIR,
                env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for host, count in (("web", "1"), ("worker", "2"))
        ]

        line = 'sanjeh_http_requests_total{{method="GET",route="x",status="200"}} {}'
        assert said == [str([line.format("1.0")]), str([line.format("3.0")])]

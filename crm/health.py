"""Is it alive, can it serve, and what does it count: three answers for machines, without names or versions."""

import secrets
import shutil

import psycopg
from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from prometheus_client import CONTENT_TYPE_LATEST
from redis.exceptions import RedisError

from crm import metrics

LEAST_FREE_DISK = 0.05
RETRY_AFTER = "5"
PATIENCE = 2  # seconds; libpq takes no fewer


def _database_state() -> str:
    try:
        # Not from the pool, which waits much longer for a server to come back.
        with psycopg.connect(**connection.get_connection_params() | {"connect_timeout": PATIENCE}) as direct:
            direct.execute("SELECT pg_current_xact_id()")  # needs a primary that accepts writes
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, psycopg.Error):
        return "failed"
    return "migrations-pending" if waiting else "ok"


def _cache_state() -> str:
    try:
        caches["valkey"].set("health", 1, timeout=5)
    except (RedisError, OSError):
        return "degraded"
    return "ok"


def _disk_state() -> str:
    usage = shutil.disk_usage(settings.BASE_DIR if not settings.EMBEDDED else settings.DATA_DIR)
    return "ok" if usage.free / usage.total > LEAST_FREE_DISK else "failed"


def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """503 when pages cannot be served; without the cache they can, only slower."""
    states = {"database": _database_state(), "cache": _cache_state(), "disk": _disk_state()}
    serves = states["database"] == "ok" and states["disk"] == "ok"
    status = ("ok" if states["cache"] == "ok" else "degraded") if serves else "unavailable"
    response = JsonResponse({"status": status, "checks": states}, status=200 if serves else 503)
    if not serves:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _may_read_metrics(request: HttpRequest) -> bool:
    """By token where one is set; else only from this machine itself, not through a proxy on it."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return secrets.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    return request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and "X-Forwarded-For" not in request.headers


def metrics_page(request: HttpRequest) -> HttpResponse:
    if not _may_read_metrics(request):
        return HttpResponse(status=404)
    return HttpResponse(metrics.render(), content_type=CONTENT_TYPE_LATEST)


urlpatterns = [
    path("healthz/live", live, name="health_live"),
    path("healthz/ready", ready, name="health_ready"),
    path("metrics", metrics_page, name="metrics"),
]

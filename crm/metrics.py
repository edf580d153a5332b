"""What is counted for Prometheus. With PROMETHEUS_MULTIPROC_DIR set, web and worker add up in one answer."""

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("sanjeh_http_requests_total", "Answered requests", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("sanjeh_http_request_seconds", "Time to answer a request", ["route"])
TASKS = Counter("sanjeh_tasks_total", "Finished tasks", ["task", "state"])
TASK_SECONDS = Histogram("sanjeh_task_seconds", "Run time of a task", ["task"])


def render() -> bytes:
    """All figures in the text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return generate_latest(together)

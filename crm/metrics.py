"""What is counted for Prometheus. With PROMETHEUS_MULTIPROC_DIR set, web and worker add up in one answer."""

import os
import socket

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

HOST = socket.gethostname()


def process_name() -> str:
    """Whose count it is: in containers that share the directory, processes have the same numbers."""
    return f"{HOST}-{os.getpid()}"


if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    values.ValueClass = values.MultiProcessValue(process_name)

REQUESTS = Counter("sanjeh_http_requests_total", "Answered requests", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("sanjeh_http_request_seconds", "Time to answer a request", ["route"])
TASKS = Counter("sanjeh_tasks_total", "Finished tasks", ["task", "state"])
TASK_SECONDS = Histogram("sanjeh_task_seconds", "Run time of a task", ["task"])
# What is true of the whole installation, whichever process is asked; apps add what they know of themselves.
STATES = CollectorRegistry()


def render() -> bytes:
    """All figures in the text format."""
    return generate_latest(counts()) + generate_latest(STATES)


def counts() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return together

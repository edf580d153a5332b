"""Orders over HTTP, a thousand a call, into one web process: how many a second.

    DATA_DIR=/tmp/bench .venv/bin/python benchmarks/orders_bulk.py [--orders 20000] [--port 8765]

Starts its own database under DATA_DIR and one granian worker, loads orders of three lines each for returning and
new customers, sends the first call once more (nothing may be rewritten), and prints one line of JSON per phase.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PER_CALL, LINES, PRODUCTS = 1_000, 3, 500
FIRST = datetime(2024, 1, 1, 9, tzinfo=UTC)


def an_order(number: int, customers: int) -> dict:
    buyer = number * 7919 % customers
    return {
        "external_id": f"order-{number}",
        "number": f"N{number}",
        "placed_at": (FIRST + timedelta(minutes=17 * number)).isoformat(),
        "status": "paid",
        "customer": {"external_id": f"customer-{buyer}", "name": f"خریدار {buyer}", "phone": f"0912{buyer:07}"},
        "lines": [
            {
                "sku": f"SKU-{(number * LINES + line) % PRODUCTS}",
                "name": f"Product {(number * LINES + line) % PRODUCTS}",
                "quantity": 1 + line,
                "unit_price": str(100_000 + 5_000 * line),
            }
            for line in range(LINES)
        ],
    }


def prepare() -> str:
    """A migrated database and a token."""
    manage = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], check=True)
    subprocess.run([*manage, "create_user", "bench@example.com", "--role", "integration"], check=False, capture_output=True)
    made = subprocess.run(
        [*manage, "create_token", "bench@example.com", "--scopes", "*", "--name", f"bench-{time.time_ns()}"],
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout.strip()


def serve(port: int) -> subprocess.Popen:
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    command += ["--no-ws", "--blocking-threads", "2", "--log-level", "error", "crm.wsgi:application"]
    env = os.environ | {"API_RATE_LIMIT": "0", "LOG_LEVEL": "WARNING"}
    server = subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz/live")
            if connection.getresponse().status == 200:
                return server
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def send(connection: http.client.HTTPConnection, token: str, body: bytes) -> dict[str, int]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/orders/bulk/", body, headers)
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise SystemExit(f"{response.status}: {answer[:500]!r}")
    counts: dict[str, int] = {}
    for result in json.loads(answer)["results"]:
        counts[result["status"]] = counts.get(result["status"], 0) + 1
    return counts


def measure(name: str, port: int, token: str, bodies: list[bytes]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    counts: dict[str, int] = {}
    calls = []
    start = time.perf_counter()
    for body in bodies:
        before = time.perf_counter()
        for status, count in send(connection, token, body).items():
            counts[status] = counts.get(status, 0) + count
        calls.append(time.perf_counter() - before)
    seconds = time.perf_counter() - start
    orders = sum(counts.values())
    figures = {"phase": name, "orders": orders, "seconds": round(seconds, 3), "orders_per_second": round(orders / seconds)}
    print(json.dumps(figures | {"median_call_ms": round(1000 * sorted(calls)[len(calls) // 2]), "statuses": counts}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--customers", type=int, default=5_000)
    parser.add_argument("--port", type=int, default=8765)
    given = parser.parse_args()
    token = prepare()
    calls = [
        json.dumps({"items": [an_order(number, given.customers) for number in range(first, first + PER_CALL)]}).encode()
        for first in range(0, given.orders, PER_CALL)
    ]
    server = serve(given.port)
    try:
        warm_up = [{**an_order(number, given.customers), "external_id": f"warm-{number}"} for number in range(PER_CALL)]
        measure("warm-up", given.port, token, [json.dumps({"items": warm_up}).encode()])
        measure("new orders", given.port, token, calls)
        measure("sent again, unchanged", given.port, token, calls[:5])
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()

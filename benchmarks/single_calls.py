"""One order and one lead a call over keep-alive connections, beside an empty view on the same server.

    python benchmarks/single_calls.py [--calls 300] [--leads 20000]

Rounds of the kinds of calls take turns, so that what else the machine does meets all of them alike; a call that waits for
the database meets it more often, so the fastest tenth and the processor time stand beside the median. The empty view goes
through the same middleware as every call of the API. The leads' duplicate check looks through so many stored leads.
How many calls a second the one worker process answers is then measured with as many connections as keep it busy.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ground import median, quantile, stopwatch, table, write_result
from orders_bulk import PER_CALL, a_customer, an_order
from web import Client, Cost, Site, open_site

ROUNDS, CROWD = 6, 4


def a_lead(number: int) -> dict:
    person = a_customer(number)
    return {"name": person["name"], "phone": person["phone"], "email": person["email"], "lead_source": "form"}


class Kind:
    """One kind of call, and what its rounds cost."""

    def __init__(self, name: str, call: Callable[[Client, int], bytes]) -> None:
        self.name, self.call = name, call
        self.walls: list[float] = []
        self.cost = Cost()

    def round(self, site: Site, client: Client, first: int, calls: int) -> None:
        with site.spent() as cost:
            for number in range(first, first + calls):
                begin = time.perf_counter()
                self.call(client, number)
                self.walls.append(time.perf_counter() - begin)
        self.cost.web += cost.web
        self.cost.database += cost.database
        self.cost.load = cost.load

    @property
    def processor(self) -> float:
        return (self.cost.web + self.cost.database) / len(self.walls)

    def row(self, empty: Kind) -> list[str]:
        typical, fast, own = median(self.walls), quantile(self.walls, 0.1), len(self.walls)
        parts = [each / own * 1_000 for each in (self.cost.web, self.cost.database)]
        shares = (median(empty.walls) / typical, quantile(empty.walls, 0.1) / fast, empty.processor / self.processor)
        times = (typical * 1_000, fast * 1_000, quantile(self.walls, 0.95) * 1_000, *parts)
        return [self.name, *(f"{each:.2f}" for each in times), *(f"{share:.2f}" for share in shares), f"{self.cost.load:.1f}"]


def post_order(client: Client, number: int) -> bytes:
    """Every other one is from somebody who has ordered before."""
    body = json.dumps(an_order(number, number if number % 2 else number // 2)).encode()
    return client.post("/api/v1/orders/", body, key=f"key-{number}")


def post_lead(client: Client, number: int) -> bytes:
    """Every fourth one is somebody who is there already."""
    return client.post("/api/v1/leads/", json.dumps(a_lead(number if number % 4 else number // 1_000)).encode())


def kinds() -> list[Kind]:
    return [
        Kind("empty view, `/healthz/live`", lambda client, _: client.get("/healthz/live")),
        Kind("one row, `GET /channels/1/`", lambda client, _: client.get("/api/v1/channels/1/")),
        Kind("`POST /orders/`, two lines", post_order),
        Kind("`POST /leads/`, with its duplicate check", post_lead),
    ]


def run(site: Site, calls: int, leads: int) -> list[Kind]:
    client = Client(site)
    for first in range(0, leads, PER_CALL):
        client.post("/api/v1/leads/bulk/", json.dumps({"items": [a_lead(n) for n in range(first, first + PER_CALL)]}).encode())
    client.post("/api/v1/channels/", json.dumps({"slug": "shop", "name": "Shop", "kind": "store"}).encode())
    site.analyze()
    measured = kinds()
    for kind in kinds():  # the first calls of a process load what they need
        kind.round(site, client, 1_000_000, 20)
    for turn in range(ROUNDS):
        for kind in measured:
            kind.round(site, client, 2_000_000 + turn * calls, calls // ROUNDS)
    return measured


def rates(site: Site, calls: int) -> list[tuple[str, float]]:
    """Calls a second of each kind, the connections of a crowd asking at once."""
    clients, share = [Client(site) for _ in range(CROWD)], calls // CROWD

    def rate(kind: Kind, first: int) -> float:
        def ask(place: int) -> None:
            for number in range(first + place * share, first + (place + 1) * share):
                kind.call(clients[place], number)

        with stopwatch() as seconds, ThreadPoolExecutor(CROWD) as pool:
            list(pool.map(ask, range(CROWD)))
        return CROWD * share / seconds[0]

    return [(kind.name, rate(kind, 4_000_000 + turn * calls)) for turn, kind in enumerate(kinds())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--leads", type=int, default=20_000)
    parser.add_argument("--keep", action="store_true", help="leave the results file alone")
    given = parser.parse_args()
    with open_site() as site:
        measured = run(site, given.calls, given.leads)
        crowd = rates(site, given.calls * CROWD)
    head = ["call", "median, ms", "10 %, ms", "95 %, ms", "Python CPU, ms", "PostgreSQL CPU, ms"]
    head += ["rate / empty view", "of the fastest tenth", "by CPU", "load average"]
    rows = table(head, [kind.row(measured[0]) for kind in measured])
    empty = crowd[0][1]
    busy = table(
        [f"{CROWD} connections at once", "calls/s", "rate / empty view"],
        [[name, f"{rate:,.0f}", f"{rate / empty:.2f}"] for name, rate in crowd],
    )
    print(rows, busy, sep="\n\n")
    if not given.keep:
        note = (
            f"{given.calls} calls of each kind in {ROUNDS} rounds over one keep-alive connection; half of the orders are from"
            f" customers who are known, a quarter of the leads are among {given.leads:,} that are there. Asked for: an order at"
            " 0.10 of the empty view's rate or more, a lead in 25 ms or less."
        )
        write_result("single-calls", "Single calls over HTTP", rows, busy, note)


if __name__ == "__main__":
    main()

"""Orders over HTTP, a thousand a call, into one web process: how many a second, and what they cost in processor time.

    python benchmarks/orders_bulk.py [--orders 20000] [--customers 10000]

Every order has two lines; half of the orders are from customers who have ordered before. One granian worker process and a
new database under BENCH_DIR, with all indexes, constraints, history and marks. The same calls are then sent once more:
nothing may be rewritten. Processor time is the web process's and the database sessions', which other work changes least.
"""

from __future__ import annotations

import argparse
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from ground import table, write_result
from web import Client, Cost, Site, open_site

PER_CALL, LINES, PRODUCTS = 1_000, 2, 500
FIRST = datetime(2024, 1, 1, 9, tzinfo=UTC)


def an_order(number: int, buyer: int) -> dict:
    """Two lines of common goods, with a price, a discount now and then, and all that identifies the buyer."""
    random = Random(number)  # noqa: S311  not a secret
    lines = [
        {
            "sku": f"SKU-{random.randrange(PRODUCTS)}",
            "name": f"کالای {number % 97}",
            "quantity": random.randint(1, 4),
            "unit_price": str(random.randint(50, 900) * 1_000),
            "discount": "5000" if random.random() < 0.2 else "0",
        }
        for _ in range(LINES)
    ]
    return {
        "external_id": f"order-{number}",
        "number": f"N{number}",
        "placed_at": (FIRST + timedelta(minutes=17 * (number % 60_000))).isoformat(),
        "status": random.choice(("pending", "paid", "paid", "fulfilled")),
        "currency": "IRR",
        "customer": a_customer(buyer),
        "shipping": "250000",
        "lines": lines,
        "source_version": number,
    }


def a_customer(number: int) -> dict:
    phone = f"09{100_000_000 + number % 899_999_999:09}"
    return {"external_id": f"customer-{number}", "name": f"خریدار {number}", "phone": phone, "email": f"c{number}@example.com"}


def calls(first: int, count: int, known: int) -> list[bytes]:
    """The bodies of so many orders; every other one is from one of the `known` first customers, the rest from new ones."""
    random = Random(first)  # noqa: S311
    orders = [
        an_order(number, random.randrange(known) if number % 2 and known else known + number)
        for number in range(first, first + count)
    ]
    return [json.dumps({"items": orders[at : at + PER_CALL]}).encode() for at in range(0, count, PER_CALL)]


@dataclass(frozen=True)
class Phase:
    """One row of the result."""

    name: str
    orders: int
    cost: Cost

    @property
    def row(self) -> list[str]:
        thousands = self.orders / 1_000
        spent = (self.cost.web, self.cost.database)
        return [
            self.name,
            f"{self.orders / self.cost.wall:,.0f}",
            *(f"{1_000 * each / thousands:,.0f}" for each in spent),
            f"{self.orders / sum(spent):,.0f}",
            f"{self.cost.load:.1f}",
        ]


def measure(site: Site, name: str, bodies: list[bytes], expected: str, connections: int = 1) -> Phase:
    """Send all bodies over so many connections; every order must end as expected."""
    with ThreadPoolExecutor(connections) as pool, site.spent() as cost:
        clients = [Client(site) for _ in range(connections)]
        shares = [bodies[n::connections] for n in range(connections)]
        answers = [answer for part in pool.map(send_all, clients, shares) for answer in part]
    statuses = [result["status"] for answer in answers for result in json.loads(answer)["results"]]
    if set(statuses) != {expected}:
        raise SystemExit(f"{name}: { ({status: statuses.count(status) for status in set(statuses)}) }")
    phase = Phase(name, len(statuses), cost)
    print(" | ".join(phase.row), flush=True)
    return phase


def send_all(client: Client, bodies: list[bytes]) -> list[bytes]:
    return [client.post("/api/v1/orders/bulk/", body) for body in bodies]


def run(site: Site, orders: int, customers: int) -> list[Phase]:
    """Customers first, so that half of what follows is from somebody known; then the orders, and the same again."""
    known = [{"items": [a_customer(n) for n in range(first, first + PER_CALL)]} for first in range(0, customers, PER_CALL)]
    for body in known:
        Client(site).post("/api/v1/customers/bulk/", json.dumps(body).encode())
    measure(site, "warm-up", calls(0, 3_000, customers), "created")
    site.analyze()
    one, two = calls(10_000, orders, customers), calls(10_000 + orders, orders, customers)
    return [
        measure(site, "new orders, one connection", one, "created"),
        measure(site, "new orders, two connections", two, "created", connections=2),
        measure(site, "the same again: unchanged", one[: len(one) // 2], "unchanged"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--keep", action="store_true", help="leave the results file alone")
    given = parser.parse_args()
    with open_site() as site:
        phases = run(site, given.orders, given.customers)
    if given.keep:
        return
    head = [
        "phase",
        "orders/s",
        "Python CPU, ms per 1,000",
        "PostgreSQL CPU, ms per 1,000",
        "orders per CPU second",
        "load average",
    ]
    write_result(
        "orders-bulk",
        "Orders in bulk over HTTP",
        table(head, [phase.row for phase in phases]),
        f"{given.orders:,} orders a phase, 1,000 a call, two lines an order; half of the orders are from customers who are known"
        f" already. One granian worker process on a new database; the client runs on the same {os.cpu_count()} cores. Asked for:"
        " 4,000 orders a second.",
    )


if __name__ == "__main__":
    main()

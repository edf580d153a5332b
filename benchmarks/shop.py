"""The skeleton of a shop: who came when and from where, who bought when, as rows that COPY reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

FIRST = date(2023, 11, 1)
DAYS = 1096
MINUTES = DAYS * 1440
REPS, TEAMS, CHANNELS, CAMPAIGNS, PRODUCTS, CATEGORIES = 20, 4, 8, 200, 500, 12
LANDING_PAGES = 20
REPEATS = 3.0  # orders of a customer after the first, on average
HIGHEST_SCORES = (10, 5, 4, 5)  # of the surveys: NPS, CSAT, CSAT in words, loyalty
UNEVENNESS = 0.5  # shape of the gamma distribution of the customers' rates
WORDS = [
    "بهار",
    "پاییز",
    "آسمان",
    "دریا",
    "باران",
    "سپید",
    "زرین",
    "نگین",
    "مهتاب",
    "خورشید",
    "North",
    "South",
    "River",
    "Stone",
    "Cedar",
    "Maple",
    "Harbor",
    "Silver",
    "Amber",
    "Coral",
]
NULL = "\\N"
START = datetime(2023, 10, 31, 20, 30)  # noqa: DTZ001  midnight of FIRST in Tehran, as UTC text


@dataclass(frozen=True)
class Touch:
    """Where a customer or lead came from; landing page, source and network follow from campaign and channel."""

    channel: int
    campaign: int | None

    def columns(self) -> str:
        page = NULL if self.campaign is None else self.campaign % LANDING_PAGES + 1
        network = self.channel - 4 if 5 <= self.channel <= 7 else NULL
        return f"{self.channel}\t{self.campaign or NULL}\t{self.channel}\t{page}\t{network}"


TOUCH_COLUMNS = "channel_id, campaign_id, lead_source_id, landing_page_id, social_network_id"


def moment(minute: int) -> str:
    return f"{START + timedelta(minutes=minute)}+00"


def touch(random: Random, minute: int) -> Touch:
    """A channel, and a campaign of that channel running about then."""
    channel = min(int(random.random() ** 1.4 * CHANNELS), CHANNELS - 1) + 1
    if random.random() < 0.15:
        return Touch(channel, None)
    round_ = min(max(int(minute / MINUTES * 25) + random.randint(-2, 2), 0), 24)
    return Touch(channel, round_ * CHANNELS + channel)


class Shop:
    """The skeleton of the data: who came when, who bought when."""

    def __init__(self, orders: int, seed: int = 1404) -> None:
        self.orders = orders
        self.customers = orders // 4
        self.random = Random(seed)  # noqa: S311  not a secret
        self.arrivals = sorted(int(self.random.random() ** 0.8 * MINUTES) for _ in range(self.customers))
        self.touches = [touch(self.random, minute) for minute in self.arrivals]
        self.owners = [self.random.randint(1, REPS) for _ in range(self.customers)]
        self.placed = self.place_orders()

    def place_orders(self) -> list[int]:
        """Every order as minute * customers + customer, in order of time."""
        found = [minute * self.customers + n for n, minute in enumerate(self.arrivals)]
        draw, wait = self.random.gammavariate, self.random.expovariate
        while len(found) < self.orders:
            for n, minute in enumerate(self.arrivals):
                rate, passed = draw(UNEVENNESS, REPEATS / UNEVENNESS), wait(1)
                while passed < rate:
                    later = minute + int(self.random.random() * (MINUTES - minute))
                    found.append(later * self.customers + n)
                    passed += wait(1)
        del found[self.orders :]
        return sorted(found)

    def customer_rows(self) -> Iterator[str]:
        for n, minute in enumerate(self.arrivals):
            name = f"{WORDS[n % 20]} {WORDS[n // 20 % 20]} {n + 1}"
            yield f"{n + 1}\t{moment(minute)}\t{name}\tperson\t+98912{n:07d}\t\t\tf\tf\tf\t{self.owners[n]}\t{self.touches[n].columns()}\n"

    def order_rows(self) -> Iterator[tuple[str, str, str]]:
        """(order, its lines, its refund or nothing)."""
        random = Random(self.orders)  # noqa: S311
        for number, code in enumerate(self.placed, start=1):
            minute, n = divmod(code, self.customers)
            lines, net, cost, unknown = "", 0, 0, 0
            for position in (1, 2):
                product = int(random.random() ** 2 * PRODUCTS) + 1
                quantity, price = int(random.random() * 3) + 1, (product % 90 + 10) * 10_000
                known = product % 10 != 0
                lines += (
                    f"{number * 2 - 2 + position}\t{number}\t{position}\t{product}\t\t{quantity}\t{price}\t0\t0\t0\t"
                    f"{price * 6 // 10 if known else NULL}\t1\t\n"
                )
                net, cost, unknown = net + quantity * price, cost + known * quantity * price * 6 // 10, unknown + (not known)
            owner = self.owners[n] if random.random() < 0.8 else random.randint(1, REPS)
            state = random.random()
            status = "paid" if state < 0.7 else "fulfilled" if state < 0.95 else "cancelled" if state < 0.98 else "pending"
            order = (
                f"{number}\tS{number}\tbench\t{number}\t{n + 1}\t{moment(minute)}\t{moment(minute)}\t{status}\tIRR\t1\t0\t0\t0\t"
                f"{owner}\t{net}\t{cost}\t{unknown}\n"
            )
            refund = ""
            if random.random() < 0.03:
                at = moment(min(minute + random.randint(1_440, 14_400), MINUTES - 1))
                refund = f"{number}\t{number}\t{net // 2}\t0\t0\t{at}\t{cost // 2}\n"
            yield order, lines, refund

    def lead_rows(self) -> Iterator[str]:
        """Three leads a customer: one that became the customer, two that did not."""
        random = Random(self.customers)  # noqa: S311
        for n, minute in enumerate(self.arrivals):
            for turn in range(3):
                number = n * 3 + turn + 1
                own = turn == 0
                at = max(minute - random.randint(0, 40_000), 0) if own else int(random.random() * MINUTES)
                came = self.touches[n] if own else touch(random, at)
                mql = at + random.randint(60, 10_000) if own or random.random() < 0.4 else MINUTES
                sql_at = mql + random.randint(60, 10_000) if own or random.random() < 0.4 else MINUTES
                dates = "\t".join(moment(when) if when < MINUTES else NULL for when in (mql, sql_at))
                converted = f"{moment(minute)}\t{n + 1}" if own else f"{NULL}\t{NULL}"
                name = f"{WORDS[number % 20]} {WORDS[number // 20 % 20]} {number}"
                phone = f"+98912{n:07d}" if own else f"+98935{number:07d}"
                yield (
                    f"{number}\t{moment(at)}\t{name}\t\t{phone}\t\t{dates}\t{converted}\t\t\tf\tf\tf\t\t"
                    f"{self.owners[n] if own else random.randint(1, REPS)}\t{came.columns()}\n"
                )

    def opportunity_rows(self) -> Iterator[str]:
        random = Random(8)  # noqa: S311
        for number in range(1, self.orders // 8 + 1):
            n = (number * 2 - 1) % self.customers
            opened = self.arrivals[n] * 9 // 10
            closed = min(opened + random.randint(1_440, 90_000), MINUTES - 1)
            won = random.random()
            ends = (moment(closed), NULL) if won < 0.4 else (NULL, moment(closed)) if won < 0.9 else (NULL, NULL)
            stage = "won" if won < 0.4 else "lost" if won < 0.9 else "open"
            yield (
                f"{number}\t{moment(opened)}\tO{number}\t{n * 3 + 1}\t{n + 1}\t{self.owners[n]}\t{random.randint(1, 90)}000000\tIRR\t"
                f"{{{stage}}}\t{ends[0]}\t{ends[1]}\t\n"
            )

    def ticket_rows(self) -> Iterator[str]:
        random = Random(20)  # noqa: S311
        for number in range(1, self.orders // 20 + 1):
            opened = int(random.random() * (MINUTES - 10_000))
            n = random.randrange(self.customers)
            solved = moment(opened + int(random.expovariate(1 / 1_500)) % 9_000) if random.random() < 0.95 else NULL
            priority = ("urgent", "high", "normal", "normal", "low")[number % 5]
            yield f"{number}\t{moment(opened)}\t{priority}\tT{number}\t{n + 1}\t{self.owners[n]}\t{random.randint(1, PRODUCTS)}\t{solved}\n"

    def answer_rows(self) -> Iterator[str]:
        random = Random(10)  # noqa: S311
        for number in range(1, self.orders // 10 + 1):
            survey = number % len(HIGHEST_SCORES) + 1
            highest = HIGHEST_SCORES[survey - 1]
            score = int(random.random() ** 0.5 * 11) if survey == 1 else int(random.random() ** 0.6 * highest) + 1
            n = random.randrange(self.customers)
            at = moment(int(random.random() * MINUTES))
            yield f"{number}\tS{number}\tbench\t{100 + survey}\t{n + 1}\t{random.randint(1, PRODUCTS)}\t{score}\t{at}\t\n"

    def session_rows(self) -> Iterator[str]:
        """Visits to the site; a third of the visitors come again, one in thirty converts within the hour."""
        random = Random(30)  # noqa: S311
        visits = self.orders // 4
        for number in range(1, visits + 1):
            minute = int(random.random() * MINUTES)
            visitor = random.randint(1, visits) if random.random() < 0.33 else number
            came = touch(random, minute)
            page = random.randint(1, LANDING_PAGES) if came.campaign is None else came.campaign % LANDING_PAGES + 1
            views = int(random.expovariate(0.5)) + 1
            converted = moment(minute + random.randint(1, 60)) if random.random() < 1 / 30 else NULL
            yield (
                f"{number}\tV{number}\tbench\tv{visitor}\t{moment(minute)}\t{moment(minute + views)}\t{came.channel}\t{page}\t"
                f"{came.campaign or NULL}\t\t{converted}\tf\t{views}\n"
            )

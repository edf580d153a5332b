"""One organisation under test: founded with its settings, filled and read through the public API alone."""

import json
import random
from collections import Counter
from decimal import Decimal

from django.db import connection
from django.test import Client
from django.utils import timezone

from crm.models import Organization
from crm.services import change_time_zone, create_token, create_user
from kpis.engine import drain, find_drift, is_clean
from kpis.services import change_calendar
from tests.api_client import Api
from tests.factories.kpis import analyze

MOST_ITEMS = 1_000
# As date.weekday() counts.
MONDAY, SATURDAY = 0, 5


class Company:
    """What a shop's own scripts could do, and nothing else; only the settings and the worker's share are done here."""

    def __init__(self, oracle, *, zone, currency, shuffled=None, week_start=SATURDAY):
        self.oracle = oracle
        organization = change_time_zone(Organization.current(), zone=zone)
        organization.currency, organization.inactivity_days = currency, 180
        organization.save(update_fields=["currency", "inactivity_days"])
        if week_start != organization.week_start:
            organization.week_start = week_start
            change_calendar(organization, fields=["week_start"])
        user = create_user("history@example.com", role="integration")
        token, token.secret = create_token(user, scopes=["*"], at=timezone.now(), name="history")
        self.api = Api(Client(headers={"host": "localhost"}), token)
        self.shuffled = random.Random(shuffled) if shuffled else None

    def load(self, resource, items, calendar="gregorian"):
        """Send everything in bulk calls of a thousand; how many items came to which state, refused ones by their codes."""
        items = list(items)
        if self.shuffled:
            self.shuffled.shuffle(items)
        states = Counter()
        for start in range(0, len(items), MOST_ITEMS):
            body = {"items": items[start : start + MOST_ITEMS]}
            answer = self.api.post(f"/{resource}/bulk/?calendar={calendar}", body)
            assert answer.status_code == 200, answer.content
            for result in answer.json()["results"]:
                codes = [f"{error['pointer']} {error['code']}" for error in result["errors"]]
                states[", ".join(codes) or result["status"]] += 1
        return states

    def refresh(self):
        """What the worker does; afterwards nothing waits."""
        analyze()
        drain(at=timezone.now())
        assert is_clean()

    def settle(self):
        """Refresh; then no reference hangs in the air, and every stored sum equals a full recompute."""
        self.refresh()
        connection.check_constraints()
        analyze()
        assert find_drift() == []

    def get(self, path, **parameters):
        answer = self.api.get(path, **parameters)
        assert answer.status_code == 200, answer.content
        return json.loads(answer.content, parse_float=Decimal)

    def figures(self, kpi, first, last, grain="month", calendar="gregorian", **filters):
        """A KPI's totals: by the key of the period."""
        span = {"from": first, "to": last, "grain": grain, "calendar": calendar}
        results = self.get(f"/kpis/{kpi}/values/", **span, **filters)["results"]
        return {each["period"]["key"]: Figure(each) for each in results if each["dimension"] is None}

    def members(self, kpi, dimension, first, last, grain="month", **filters):
        """A KPI's parts: by the label of the member and the key of the period."""
        span = {"from": first, "to": last, "grain": grain, "by": dimension}
        results = [each for each in self.get(f"/kpis/{kpi}/values/", **span, **filters)["results"] if each["dimension"]]
        return {(each["dimension"]["label"], each["period"]["key"]): Figure(each) for each in results}

    def rows(self, kpi, period, side="numerator"):
        """All rows behind one number, page by page."""
        found, cursor = [], {}
        while True:
            page = self.get(f"/kpis/{kpi}/rows/", period=period, side=side, limit=200, **cursor)
            found += page["results"]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert len(found) == page["total"]
        assert sum(Decimal(row["amount"]) for row in found) == Decimal(page["amount"])
        return found

    def records(self, resource, **filters):
        """All records of a list, page by page."""
        found, cursor = [], {}
        while True:
            page = self.get(f"/{resource}/", limit=200, **filters, **cursor)
            found += page["results"]
            if page["next"] is None:
                return found
            cursor = {"cursor": page["next"].split("cursor=")[1].split("&")[0]}


class Figure:
    """One answered number, exact."""

    def __init__(self, answered):
        self.answered = answered

    def __getattr__(self, name):
        return None if self.answered[name] is None else Decimal(self.answered[name])

    @property
    def start(self):
        return self.answered["period"]["start"]

    @property
    def end(self):
        return self.answered["period"]["end"]

    @property
    def state(self):
        return self.answered["state"], self.answered["quality"], self.answered["stale"]

    def __repr__(self):
        return f"{self.answered}"

"""Loading the demo company: one transaction of rows, one drain of figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.models import Organization
from kpis.management.demo.names import DEMO
from kpis.management.demo.offers import make_contracts, make_quotes
from kpis.management.demo.people import make_leads, save_people, settle
from kpis.management.demo.plans import make_plans
from kpis.management.demo.reference import make_frame
from kpis.management.demo.sales import make_opportunities, make_orders
from kpis.management.demo.service import make_activities, make_answers, make_tickets
from kpis.management.demo.story import Story
from kpis.management.demo.traffic import make_carts, make_posts, make_rush, make_sessions
from leads.models import Lead

Note = Callable[[str], None]
LOADING_STEPS = 7


def is_loaded() -> bool:
    return Lead.objects.filter(source=DEMO).exists()


@transaction.atomic
def load(*, at: datetime, seed: int, note: Note) -> dict[str, int]:
    """Write the demo company as of a moment; the same seed and day give the same figures. Returns how much of what."""
    organization = Organization.current()
    rng = Random(seed)  # noqa: S311  figures, not secrets
    story = Story(rng, organization.zone, at, organization.day_of(at))
    note(_("people, campaigns and products"))
    frame = make_frame(story)
    crowd = make_leads(story, frame)
    settle(story, crowd.buyers)
    note(_("leads and customers"))
    save_people(crowd)
    note(_("orders"))
    orders, firsts = make_orders(story, frame, crowd.buyers)
    note(_("opportunities"))
    opportunities = make_opportunities(story, frame, crowd, firsts)
    note(_("tickets, answers and activities"))
    tickets = make_tickets(story, frame, crowd.buyers)
    answers = make_answers(story, crowd.buyers, orders)
    activities = make_activities(story, crowd, opportunities)
    note(_("quotes and contracts"))
    quotes = make_quotes(story, frame, opportunities, firsts)
    contracts = make_contracts(story, crowd.buyers)
    note(_("visits, carts and posts"))
    sessions = make_sessions(story, frame, crowd)
    carts = make_carts(story, orders, sessions)
    posts = make_posts(story, frame)
    targets = make_plans(story, frame)
    sessions += make_rush(story, frame)
    with connection.cursor() as cursor:
        # Plans made before the next autovacuum would believe that these tables are empty.
        cursor.execute("ANALYZE")
    made = {"leads": crowd.leads, "customers": crowd.buyers, "orders": orders, "opportunities": opportunities}
    made |= {"quotes": quotes, "contracts": contracts, "tickets": tickets, "answers": answers, "activities": activities}
    made |= {"sessions": sessions, "carts": carts, "posts": posts, "targets": targets}
    return {name: len(rows) for name, rows in made.items()}

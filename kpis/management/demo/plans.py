"""What the demo company set out to reach, what rings when it does not, and what happened on some days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from crm.models import Team, User
from crm.periods import Calendar, Grain, Period, local_day, period_of, periods_between
from customers.models import Order
from kpis.management.demo.names import DEMO, TAG
from kpis.management.demo.reference import Frame
from kpis.management.demo.story import Story
from kpis.models import ALARMING, AlertRule, Annotation, Condition, Dashboard, Target
from leads.models import Lead

# A little more than what came of it, in whole fives, as people plan.
AMBITION, STEP, LATEST = Decimal("1.08"), 5, 3
RATES = {"lead_conversion_rate": "0.28", "churn_rate": "0.05", "win_rate": "0.45", "nps": "30", "csat": "0.8"}
OF_A_TEAM = {"leads": 60, "orders": 85}
ALERTS = (
    ("churn_rate", "above", "0.05", Grain.MONTH),
    ("leads", "falls", "0.3", Grain.MONTH),
    ("nps", "below", "30", Grain.MONTH),
    (ALARMING, Condition.ALARM.value, None, Grain.MONTH),
)
TILES = (
    ("revenue", "card", ""),
    ("leads", "card", ""),
    ("win_rate", "card", ""),
    ("average_order_value", "card", ""),
    ("revenue", "line", ""),
    ("leads", "bar", "channel"),
    ("new_customers", "funnel", ""),
    ("revenue", "table", "campaign"),
)
NOTES = ((40, "تغییر قیمت قهوه"), (150, "نمایشگاه بهاره"))


def make_plans(story: Story, frame: Frame) -> list[Target]:
    """Targets of the months, quarters and years, of the company, its teams and reps; alerts of the administrator; two notes."""
    months = periods_between(story.first_day, year_of(story.months[-1]).end, Calendar.JALALI, Grain.MONTH)
    orders = Order.objects.filter(source=DEMO, status__in=("paid", "fulfilled"))
    counts = {
        "leads": by_month(story, Lead.objects.filter(source=DEMO).values_list("created_at", flat=True)),
        "orders": by_month(story, orders.values_list("placed_at", flat=True)),
    }
    targets = [target for key, found in counts.items() for target in planned(story, key, months, found)]
    targets += [target_of(key, month, Decimal(rate)) for key, rate in RATES.items() for month in months]
    this_month = story.months[-1]
    for rep in frame.reps:
        targets.append(target_of("leads", this_month, Decimal(30), person=rep))
    for team in frame.teams:
        targets += [target_of(key, this_month, Decimal(value), team=team) for key, value in OF_A_TEAM.items()]
    for number, target in enumerate(targets):
        target.external_id = f"target-{number}"
    make_alerts()
    make_notes(story, frame.reps[0])
    make_dashboard(frame.reps[0])
    return Target.objects.bulk_create(targets)


def make_dashboard(maker: User) -> None:
    """One for everyone, with a tile of each form; it goes with its maker."""
    tiles = [{"kpi": kpi, "shape": shape, "by": by} for kpi, shape, by in TILES]
    view = {"grain": Grain.MONTH.value, "compare": "previous"}
    facts = {"name": f"نگاه هفتگی فروش ({TAG})", "visibility": Dashboard.Visibility.EVERYONE}
    Dashboard.objects.create(user=maker, tiles=tiles, view=view, **facts)


def year_of(month: Period) -> Period:
    return period_of(month.start, Calendar.JALALI, Grain.YEAR)


def by_month(story: Story, moments: Iterable) -> Counter:
    days = (local_day(moment, story.zone) for moment in moments)
    return Counter(period_of(day, Calendar.JALALI, Grain.MONTH).start for day in days)


def planned(story: Story, kpi: str, months: list[Period], counts: Mapping) -> Iterator[Target]:
    """Each month, and the quarters and years whose months are all planned."""
    complete = [counts[month.start] for month in story.months[:-1]]
    usual = sum(complete[-LATEST:]) // LATEST
    figures = {month.start: rounded(counts[month.start] if month in story.months[:-1] else usual) for month in months}
    for month in months:
        yield target_of(kpi, month, figures[month.start])
    for grain, length in ((Grain.QUARTER, 3), (Grain.YEAR, 12)):
        for whole in periods_between(months[0].start, months[-1].end, Calendar.JALALI, grain):
            parts = [figures[month.start] for month in months if month.start in whole]
            if len(parts) == length:
                yield target_of(kpi, whole, sum(parts, Decimal(0)))


def rounded(count: int) -> Decimal:
    return Decimal(-(-int(count * AMBITION) // STEP) * STEP)


def target_of(kpi: str, period: Period, value: Decimal, **of: User | Team) -> Target:
    facts = {"calendar": period.calendar.value, "grain": period.grain.value, "start": period.start}
    return Target(kpi=kpi, value=value, source=DEMO, **facts, **of)


def make_alerts() -> None:
    """Of whoever looks after the installation; where nobody does yet, of nobody."""
    administrator = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if administrator is None:
        return
    AlertRule.objects.bulk_create(
        AlertRule(
            user=administrator,
            kpi=kpi,
            condition=condition,
            bound=bound and Decimal(bound),
            calendar=Calendar.JALALI.value,
            grain=grain.value,
            by_email=False,
            source=DEMO,
            external_id=f"alert-{kpi}",
        )
        for kpi, condition, bound, grain in ALERTS
    )


def make_notes(story: Story, author: User) -> None:
    Annotation.objects.bulk_create(
        Annotation(
            user=author,
            day=story.today - timedelta(days=days),
            text=text,
            is_shared=True,
            source=DEMO,
            external_id=f"note-{days}",
        )
        for days, text in NOTES
    )

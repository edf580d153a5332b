"""What the demo company does for its customers and plans to do: tickets, surveys, activities."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import F

from crm.inputs.columns import insert_rows
from customers.models import Answer, Customer, Invitation, InvitationSkip, Order, OrderLine, Survey, Ticket, TicketEvent
from kpis.management.demo.names import COMMENTS, DEMO, SUBJECTS
from kpis.management.demo.people import Buyer, Crowd
from kpis.management.demo.reference import Frame
from kpis.management.demo.story import Story
from leads.models import Activity, Lead, Opportunity

TICKETS = 320
# priority: (share, hours to resolution in the middle)
PRIORITIES = {"urgent": (1, 5), "high": (3, 12), "normal": (8, 26), "low": (3, 55)}
# who answers the requests: most of them support, a few each rep
SHARE_OF_SUPPORT, SHARE_OF_REP = 60, 10
# months before the last one: how the answers fall, as promoters, passives and detractors
WAVES = {13: (56, 26, 18), 7: (50, 27, 23), 1: (44, 28, 28)}
WAVE_SIZE, TRICKLE = 120, 10
# after which share of the orders we asked, and how the scores from 1 to 5 fall
AFTER_ORDERS = {Survey.Kind.CSAT: (0.16, (4, 6, 12, 33, 45)), Survey.Kind.LOYALTY: (0.08, (6, 8, 18, 36, 32))}
PROMOTERS, PASSIVES, DETRACTORS = (9, 10), (7, 8), (0, 2, 3, 4, 5, 6)
RECENT = timedelta(days=30)
UNANSWERED, DELIVERED = 0.66, 0.95
SKIPS = (InvitationSkip.Reason.OPEN_TICKET, InvitationSkip.Reason.ASKED_LATELY, InvitationSkip.Reason.TOO_EARLY)


def make_tickets(story: Story, frame: Frame, buyers: list[Buyer]) -> list[Ticket]:
    tickets = []
    for number, day in enumerate(story.busy_days(TICKETS)):
        known = [buyer for buyer in buyers if buyer.first_order_at.date() < day]
        if not known:
            continue
        tickets.append(new_ticket(story, frame, number, story.moment(day), story.one_of(known)))
    insert_rows(tickets)
    kinds = TicketEvent.Kind
    insert_rows(
        [
            TicketEvent(ticket=ticket, kind=kind, at=at, by=ticket.owner)
            for ticket in tickets
            for kind, at in (
                (kinds.OPENED, ticket.created_at),
                (kinds.RESPONDED, ticket.first_response_at),
                (kinds.RESOLVED, ticket.resolved_at),
            )
            if at
        ]
    )
    return tickets


def new_ticket(story: Story, frame: Frame, number: int, opened_at: datetime, buyer: Buyer) -> Ticket:
    priority = story.one_of(list(PRIORITIES), [share for share, _ in PRIORITIES.values()])
    hours = PRIORITIES[priority][1] * story.rng.lognormvariate(0, 0.8)
    answered_at = opened_at + timedelta(hours=min(hours * 0.3, 8))
    resolved_at = opened_at + timedelta(hours=hours)
    owner = story.one_of([frame.support, *frame.reps], [SHARE_OF_SUPPORT, *[SHARE_OF_REP] * len(frame.reps)])
    return Ticket(
        customer=buyer.customer, owner=owner, priority=priority, product=story.one_of(frame.products),
        subject=story.one_of(SUBJECTS), created_at=opened_at, source=DEMO, external_id=f"ticket-{number}",
        first_response_at=answered_at if story.is_past(answered_at) else None,
        resolved_at=resolved_at if story.is_past(resolved_at) else None,
    )  # fmt: skip


def make_answers(story: Story, buyers: list[Buyer], orders: list[Order]) -> list[Answer]:
    """Three NPS waves, a few answers between them, and satisfaction or loyalty after some orders."""
    answers = nps_answers(story, survey_of(Survey.Kind.NPS), buyers)
    for kind, (share, scores) in AFTER_ORDERS.items():
        answers += answers_after_orders(story, survey_of(kind), orders, share, scores)
    name_products([answer for answer in answers if answer.survey.kind == Survey.Kind.CSAT])
    make_invitations(story, buyers, answers)
    for number, answer in enumerate(answers):
        answer.source, answer.external_id = DEMO, f"answer-{number}"
    insert_rows(answers)
    return answers


def make_invitations(story: Story, buyers: list[Buyer], answers: list[Answer]) -> list[Invitation]:
    """The questions behind the answers, those that got none, and those that were not asked."""
    rows = []
    for answer in answers:
        sent_at = answer.answered_at - timedelta(hours=story.rng.randint(1, 60))
        answer.invitation = invitation(story, answer.survey, answer.customer, sent_at, answer)
        rows.append(answer.invitation)
        if story.happens(UNANSWERED):
            asked = askable(buyers, sent_at.date()) or buyers[:1]
            rows.append(invitation(story, answer.survey, story.one_of(asked).customer, sent_at))
    for number, row in enumerate(rows):
        row.source, row.external_id = DEMO, f"invitation-{number}"
    insert_rows(rows)
    nps = [row for row in rows if row.survey.kind == Survey.Kind.NPS]
    insert_rows(
        [
            InvitationSkip(survey=row.survey, customer=row.customer, at=row.sent_at, reason=story.one_of(SKIPS))
            for row in nps[::12]
        ]
    )
    return rows


def invitation(story: Story, survey: Survey, customer: Customer, sent_at: datetime, answer: Answer | None = None) -> Invitation:
    """Nearly all arrive within minutes; one that was answered has arrived."""
    arrived = answer is not None or story.happens(DELIVERED)
    return Invitation(
        survey=survey, customer=customer, order=answer.order if answer else None, sent_at=sent_at, created_at=sent_at,
        delivered_at=sent_at + timedelta(minutes=story.rng.randint(0, 20)) if arrived else None,
        answered_at=answer.answered_at if answer else None,
    )  # fmt: skip


def survey_of(kind: str) -> Survey:
    """The survey a new installation has, or one of our own where it was removed."""
    found = Survey.objects.filter(kind=kind).order_by("pk").first()
    return found or Survey.objects.create(
        slug=f"{DEMO}-{kind}", name=kind.upper(), kind=kind, source=DEMO, external_id=f"survey-{kind}"
    )


def nps_answers(story: Story, survey: Survey, buyers: list[Buyer]) -> list[Answer]:
    answers, months = [], story.months
    for number, month in enumerate(months):
        mix = WAVES.get(len(months) - 1 - number)
        last = min(month.end, story.today)
        asked = askable(buyers, month.start)
        elapsed = ((last - month.start).days + 1) / month.days
        size = min(len(asked), round(elapsed * (WAVE_SIZE if mix else TRICKLE)))
        for buyer in story.rng.sample(asked, k=size):
            day = month.start + timedelta(days=story.rng.randint(0, (last - month.start).days))
            scores = story.one_of((PROMOTERS, PASSIVES, DETRACTORS), mix or (50, 27, 23))
            score = story.rng.choice(scores)
            answers.append(nps_answer(story, survey, buyer, story.moment(day), score))
    return answers


def askable(buyers: list[Buyer], day: date) -> list[Buyer]:
    """Those who have been customers long enough to have an opinion."""
    return [buyer for buyer in buyers if buyer.first_order_at.date() + RECENT <= day]


def answers_after_orders(
    story: Story, survey: Survey, orders: list[Order], share: float, scores: tuple[int, ...]
) -> list[Answer]:
    answers = []
    for order in orders:
        at = story.after(order.placed_at, 2, 6)
        if order.status not in Order.COUNTED or not story.is_past(at) or not story.happens(share):
            continue
        score = story.one_of(range(1, 6), scores)
        answer = Answer(survey=survey, customer=order.customer, order=order, score=score, answered_at=at, created_at=at)
        answer.comment = story.one_of(COMMENTS[mood_of(score, 4, 3)])
        answers.append(answer)
    return answers


def name_products(answers: list[Answer]) -> None:
    """Satisfaction is with what most of the order's money went to; of equal lines the first."""
    lines = OrderLine.objects.filter(order__in=[answer.order for answer in answers], product__isnull=False)
    dearest = lines.order_by("order", (F("unit_price") * F("quantity")).desc(), "position").distinct("order")
    products = dict(dearest.values_list("order", "product"))
    for answer in answers:
        answer.product_id = products.get(answer.order_id)


def nps_answer(story: Story, survey: Survey, buyer: Buyer, at: datetime, score: int) -> Answer:
    comment = story.one_of(COMMENTS[mood_of(score, 9, 7)])
    return Answer(survey=survey, customer=buyer.customer, score=score, answered_at=at, created_at=at, comment=comment)


def mood_of(score: int, good: int, fair: int) -> str:
    if score >= good:
        return "good"
    return "fair" if score >= fair else "bad"


def make_activities(story: Story, crowd: Crowd, opportunities: list[Opportunity]) -> list[Activity]:
    """Calls and demos that were held, and what is planned next: some overdue, some today, some later."""
    rows = []
    for lead in crowd.leads:
        if lead.mql_at:
            rows.append(held(story, Activity.Kind.CALL, "تماس نخست", lead.mql_at, lead=lead))
        elif lead.is_open and story.now - lead.created_at < RECENT and story.happens(0.7):
            rows.append(planned(story, Activity.Kind.CALL, "پیگیری", lead=lead))
    for opportunity in opportunities:
        if story.happens(0.6):
            at = min(story.after(opportunity.created_at, 1, 8), story.now)
            rows.append(held(story, Activity.Kind.DEMO, "معرفی محصول", at, opportunity=opportunity))
        if opportunity.is_open and story.happens(0.75):
            rows.append(planned(story, Activity.Kind.MEETING, "جلسهٔ بعدی", opportunity=opportunity))
    for number, row in enumerate(rows):
        row.source, row.external_id = DEMO, f"activity-{number}"
    insert_rows(rows)
    return rows


def held(story: Story, kind: str, subject: str, at: datetime, **about: Lead | Opportunity) -> Activity:
    (record,) = about.values()
    return Activity(
        kind=kind, subject=subject, owner=record.owner, booked_at=record.created_at, due_at=at, done_at=at, created_at=at,
        outcome="no_show" if kind == Activity.Kind.DEMO and story.happens(0.12) else "", **about,
    )  # fmt: skip


def in_working_hours(at: datetime, story: Story) -> datetime:
    """On the same day, between nine and five."""
    local = at.astimezone(story.zone)
    return local.replace(hour=9 + local.hour % 8, minute=local.minute // 15 * 15, second=0, microsecond=0)


def planned(story: Story, kind: str, subject: str, **about: Lead | Opportunity) -> Activity:
    (record,) = about.values()
    booked_at = min(story.after(record.created_at, 0, 2), story.now)
    due_at = in_working_hours(story.after(story.now, -4, 12), story)
    while due_at < booked_at:
        due_at += timedelta(days=1)
    return Activity(
        kind=kind, subject=subject, owner=record.owner, booked_at=booked_at, due_at=due_at, created_at=booked_at, **about
    )

"""The demo company: believable, the same every time, and gone without a trace."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.db.models import F, Max, Min, Sum

from campaigns.models import Campaign, Channel, Expense, LandingPage, Session, SocialPost
from crm.jalali import to_jalali
from crm.models import Organization, Team, User
from crm.periods import Calendar, Grain, last_periods
from customers.models import Answer, Cart, Category, Contract, Customer, Invitation, Order, Product, Survey, Ticket
from kpis.catalogue import CATALOGUE
from kpis.engine import drain, find_drift
from kpis.engine.locks import CLOSING, JUDGING
from kpis.engine.predictions import fit
from kpis.management import demo
from kpis.management.demo.doors import compute
from kpis.management.demo.people import make_leads
from kpis.management.demo.reference import make_frame
from kpis.management.demo.removal import forget_what_was_told
from kpis.management.demo.story import Story
from kpis.models import Alert, AlertRule, Annotation, Dashboard, Snapshot, Target
from kpis.readings import Query, read
from kpis.readings.pages import Choice, Landings
from kpis.tiles import tiles_of
from leads.models import Activity, Lead, Opportunity, Quote
from tests.factories.campaigns import make_channel
from tests.factories.customers import make_customer, make_order, make_product
from tests.factories.leads import make_lead, make_opportunity
from tests.kpis.sessions import session
from tests.kpis.test_alerts import make_rule

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("company", "db")]
NOW = datetime(2026, 11, 10, 8, tzinfo=UTC)  # 19 Aban 1405
ROWS = (
    *(Lead, Customer, Order, Opportunity, Quote, Ticket, Invitation, Answer, Contract, Cart, Session, SocialPost),
    *(Campaign, Channel, LandingPage, Expense, Product, Target, Annotation, Dashboard),
)


def load(seed=7):
    return demo.load(at=NOW, seed=seed, note=lambda _text: None)


@pytest.fixture(scope="module")
def company(once):
    """The demo company, loaded once; each test works in a transaction inside of that one."""
    return load()


def figures():
    """What the demo company adds up to, without keys."""
    orders = Order.objects.aggregate(
        net=Sum("net_amount"), cost=Sum("cost_amount"), first=Min("placed_at"), last=Max("placed_at")
    )
    leads = list(Lead.objects.order_by("external_id").values_list("name", "created_at", "mql_at", "converted_at", "phone"))
    visits = list(Session.objects.order_by("external_id").values_list("visitor", "started_at", "view_count", "converted_at"))
    quotes = list(Quote.objects.order_by("external_id").values_list("number", "amount", "issued_at", "accepted_at"))
    return orders, leads, visits, quotes, list(Answer.objects.order_by("external_id").values_list("score", "answered_at"))


def test_the_company_has_the_size_it_promises(company):
    assert (company["leads"], company["customers"]) == (2000, 600)
    assert 2900 <= company["orders"] <= 3000
    assert Campaign.objects.count() == 8
    assert Channel.objects.count() == 8
    assert company["posts"] == SocialPost.objects.count() == 220
    assert company["contracts"] == Contract.objects.count() == 40
    assert 6000 <= company["sessions"] == Session.objects.count() <= 7000
    assert 4000 <= company["carts"] == Cart.objects.count() <= 4600
    assert 350 <= company["quotes"] == Quote.objects.count() <= 500
    assert [User.objects.filter(role=role).count() for role in User.Role.values] == [4, 1, 1, 1, 0, 0]
    assert len(tiles_of(Dashboard.objects.get().tiles)) == 8


def test_each_of_its_people_finds_their_work():
    """The manager's team has two reps, and targets of its own; campaigns and requests are for those who keep them."""
    manager, marketer, support = (User.objects.get(role=role) for role in ("manager", "marketer", "support"))
    team = Lead.objects.visible_to(manager)
    assert set(team.values_list("owner__email", flat=True)) == {"negar@demo.example", "pouya@demo.example"}
    assert 0 < team.count() < Lead.objects.visible_to(marketer).count() == 2000
    assert Lead.objects.visible_to(support).count() == 0
    assert set(Campaign.objects.values_list("owner", flat=True)) == {marketer.pk}
    assert 0.5 < Ticket.objects.filter(owner=support).count() / Ticket.objects.count() < 0.7
    assert sorted(Target.objects.filter(team=manager.team).values_list("kpi", "value")) == [("leads", 60), ("orders", 85)]


def leads_of(seed):
    """Who its leads would be, before anything else is made."""
    story = Story(Random(seed), Organization.current().zone, NOW, NOW.date())
    with transaction.atomic():
        leads = make_leads(story, make_frame(story)).leads
        transaction.set_rollback(True)
    return {(lead.name, lead.created_at, lead.mql_at, lead.converted_at, lead.phone) for lead in leads}


def test_removed_and_loaded_again_it_is_the_same_and_of_another_seed_another_one():
    first, said = figures(), []

    demo.remove(note=said.append)
    same, other = leads_of(7), leads_of(8)
    load()

    assert figures() == first
    assert (same == set(first[1]), other == set(first[1])) == (True, False)
    assert said[:2] == ["looking for real rows that refer to the demo company", "targets"]
    assert len(said) == demo.STEPS


def test_it_covers_eighteen_jalali_months_and_ends_today():
    seen = Lead.objects.aggregate(first=Min("created_on"), last=Max("created_on"))
    months = last_periods(18, NOW.date(), Calendar.JALALI, Grain.MONTH)
    assert months[0].start <= seen["first"] <= months[0].end
    assert seen["last"] == NOW.date()
    moments = ((Lead, "created_at"), (Order, "placed_at"), (Answer, "answered_at"), (Ticket, "resolved_at"))
    moments += ((Session, "ended_at"), (Cart, "completed_at"), (SocialPost, "posted_at"), (Quote, "issued_at"))
    moments += ((Order, "fulfilled_at"), (Invitation, "sent_at"), (Invitation, "answered_at"))
    assert all(model.objects.aggregate(at=Max(name))["at"] <= NOW for model, name in moments)


def test_numbers_belong_to_nobody_and_addresses_lead_nowhere():
    assert not Lead.objects.exclude(phone__startswith="+98900000").exists()
    assert not Lead.objects.exclude(email="").exclude(email__endswith="@demo.example").exists()
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_what_became_of_what_hangs_together():
    """An order out of a quote is its goods; whoever left a name had come to the site; an answer had been asked for."""
    accepted = Quote.objects.filter(order__isnull=False).select_related("order")
    assert [quote.number for quote in accepted if quote.amount != quote.order.net_amount] == []
    visitors = set(Session.objects.values_list("visitor", "converted_at"))
    came = Lead.objects.exclude(visitor="").values_list("visitor", "created_at")
    assert set(came) - visitors == set()
    assert not Answer.objects.filter(invitation__isnull=True).exists()
    assert Invitation.objects.filter(answered_at__isnull=False).count() == Answer.objects.count()
    # satisfaction is with something that was ordered, and more than one thing was
    rated = Answer.objects.filter(survey__kind=Survey.Kind.CSAT)
    assert not rated.exclude(order__lines__product=F("product")).exists()
    assert rated.values("product").distinct().count() > 5


def test_orders_follow_the_seasons():
    """The month before Nowruz is busier than the one after it, for all the growth between."""
    months = [
        to_jalali(day)
        for day in Order.objects.filter(placed_on__gte="2026-02-20", placed_on__lt="2026-04-21").values_list(
            "placed_on", flat=True
        )
    ]
    esfand, farvardin = (sum(month == number for _, month, _ in months) for number in (12, 1))
    assert esfand > 1.5 * farvardin


def test_one_landing_page_has_lost_its_visitors_and_its_alarm_rings():
    """Before the rush of 40 days 30 to 50 % of those who came to the page of the sale left their name, in it fewer than 20 %."""
    root, rush = User.objects.create_superuser("root@example.com"), NOW.date() - timedelta(days=40)
    spans = {
        "before": (date(2026, 5, 24), rush),
        "in it": (rush + timedelta(days=1), NOW.date()),
        "all": (date(2026, 5, 24), NOW.date()),
        "last month": (date(2026, 9, 23), date(2026, 10, 22)),
    }
    pages = {
        name: {one.page.external_id: one for one in Landings(Choice(first, last, root)).pages}
        for name, (first, last) in spans.items()
    }

    assert 0.3 < pages["before"]["sale"].rate < 0.5
    assert pages["in it"]["sale"].rate < 0.2
    for name in ("all", "last month"):
        assert [key for key, one in pages[name].items() if one.is_alarm] == ["sale"]


def test_every_kpi_has_figures_and_stored_sums_are_right():
    said = []
    compute(NOW, said.append)

    organization = Organization.current()
    months = last_periods(12, NOW.date(), Calendar.JALALI, Grain.MONTH, organization.calendar_rules)[:-1]
    fit(months[-1].end, at=NOW)
    tables = read(list(CATALOGUE.values()), Query(tuple(months), NOW.date()))
    assert (said[0], said[-1]) == (demo.Step("figures"), demo.Step("figures", 1, 1))
    assert {
        key: [v.reason for v in table.total] for key, table in tables.items() if all(v.value is None for v in table.total)
    } == {}
    assert find_drift() == []


def test_removal_leaves_real_rows_and_nothing_else_but_refuses_while_one_would_lose_what_it_refers_to():
    customer, lead = make_customer(name="Real"), make_lead(name="Real")
    order, product = make_order(customer=customer), make_product(name="Real")
    tied = make_order(customer=Customer.objects.filter(source="demo").order_by("pk").first(), number="R-1")
    surveys = Survey.objects.count()

    with pytest.raises(demo.RealRowsError, match=r"order R-1: customer is customer of the demo company"):
        demo.remove()
    assert Customer.objects.filter(source="demo").count() == 600
    tied.delete()
    demo.remove()
    drain(at=NOW)

    kept = {model: list(model.objects.values_list("pk", flat=True)) for model in ROWS}
    real = {Lead: [lead.pk], Customer: [customer.pk], Order: [order.pk], Product: [product.pk]}
    assert kept == {model: real.get(model, []) for model in ROWS}
    assert (Category.objects.count(), Team.objects.count(), User.objects.count()) == (0, 0, 0)
    assert Survey.objects.count() == surveys
    assert find_drift() == []


def test_what_was_told_of_the_demo_company_is_forgotten_and_what_was_before_it_stays(sara):
    """Figures that were reported, and alerts of the whole company, whose rules may ring again; not those of a channel."""
    period = {"calendar": "jalali", "grain": "month", "start": date(2024, 3, 20), "value": 7, "version": 1}
    came = Customer.objects.filter(source="demo").aggregate(at=Min("recorded_at"))["at"]
    earlier = came - timedelta(seconds=1)
    before = Snapshot.objects.create(kpi="orders", recorded_at=earlier, **period)
    Snapshot.objects.create(kpi="orders", revision=2, recorded_at=came, **period)
    narrow = {"channel": make_channel(slug="fair", name="Fair")}
    rules = [make_rule(sara, is_ringing=True, **facts) for facts in ({}, {"kpi": "orders"}, narrow)]
    kept, _gone, narrow_one = (
        Alert.objects.create(rule=rule, bound=3, raised_at=at, **period)
        for rule, at in zip(rules, (earlier, came, came), strict=True)
    )

    forget_what_was_told(came)

    assert (list(Snapshot.objects.all()), set(Alert.objects.all())) == ([before], {kept, narrow_one})
    assert [AlertRule.objects.get(pk=rule.pk).is_ringing for rule in rules] == [True, False, True]


@pytest.mark.parametrize(("take", "kind"), [("xact_lock", CLOSING), ("lock_shared", JUDGING)])
def test_what_is_reported_or_judged_just_now_is_waited_for(take, kind):
    """What has begun would else be committed after what was told is forgotten."""
    with session() as other, other.cursor() as cursor, connection.cursor() as ours:
        assert cursor.execute(f"SELECT pg_try_advisory_{take}(%s, 0)", [kind]).fetchone() == (True,)
        ours.execute("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(OperationalError, match="lock timeout"):
            demo.remove()


def test_a_real_lead_given_to_a_demo_rep_is_named_too():
    make_lead(name="Real", owner=User.objects.order_by("pk").first())

    with pytest.raises(CommandError, match=r"lead Real: owner is user of the demo company\n.*--unlink"):
        call_command("remove_demo", stdout=StringIO())


def real_rows():
    """A real row of each kind that can refer to a demo row: by an open reference, by one out of sight, by a link."""
    product = Product.objects.filter(source="demo").order_by("pk").first()
    customer = Customer.objects.filter(source="demo").order_by("pk").first()
    order = make_order([(2, 500, product)], number="R-1")
    lead = make_lead(name="Real", customer=customer, channel=Channel.objects.filter(source="demo").first())
    opportunity = make_opportunity(name="Deal", lead=lead)
    opportunity.products.add(product)
    return order, lead, opportunity, product


TIES = {
    "order line of order R-1: product is product of the demo company",
    "lead Real: customer is customer of the demo company",
    "lead Real: channel is channel of the demo company",
    "opportunity Deal: product is product of the demo company",
}


def test_lines_links_and_references_out_of_sight_are_named():
    order, *_rest, product = real_rows()
    removed = Product.objects.filter(source="demo").count()

    with pytest.raises(demo.RealRowsError) as refused:
        demo.remove()

    assert set(refused.value.rows) == TIES
    assert Product.objects.filter(source="demo").count() == removed
    assert order.lines.get().product == product


def test_unlinked_real_rows_stay_without_their_references():
    """But a target of a demo team goes, rather than become everybody's."""
    order, lead, opportunity, product = real_rows()
    target = {"kpi": "orders", "calendar": "gregorian", "grain": "year", "start": "2026-01-01", "value": 5}
    team = Team.objects.order_by("pk").first()
    Target.objects.create(team=team, **target)
    Organization.objects.update(new_leads_team=team)
    kept = Organization.current(), order.net_amount
    said = StringIO()

    call_command("remove_demo", "--unlink", stdout=said)

    lines = {line for line in said.getvalue().splitlines() if line.startswith(("Unlinked", "Deleted"))}
    deleted = "Deleted target orders 2026: team is team of the demo company"
    setting = "Unlinked organisation Sanjeh: team that new leads go to is team of the demo company"
    assert lines == {f"Unlinked {text}" for text in TIES} | {deleted, setting}
    assert "rows of the demo company." in said.getvalue()
    line = order.lines.get()
    assert (line.product, line.name) == (None, product.name)
    order.refresh_from_db()
    lead.refresh_from_db()
    assert (Organization.current(), Organization.current().new_leads_team, order.net_amount) == (kept[0], None, kept[1])
    assert (lead.customer, lead.channel, opportunity.products.count()) == (None, None, 0)
    assert ([row.pk for row in Order.objects.all()], Target.objects.count()) == ([order.pk], 0)
    assert find_drift() == []


def test_what_real_rows_cannot_be_without_stays_with_them():
    """A call about nobody is no call, and a quote is of an opportunity, rather than of its customer."""
    lead = Lead.objects.filter(source="demo", opportunities=None).order_by("pk").first()
    deal = Opportunity.objects.filter(source="demo", customer__isnull=False, products__isnull=False).order_by("pk").first()
    call = Activity.objects.create(kind="call", subject="Hello", lead=lead)
    quote = Quote.objects.create(number="Q-7", opportunity=deal, customer=deal.customer, currency="IRR")
    said = StringIO()

    call_command("remove_demo", "--unlink", stdout=said)

    lines = set(said.getvalue().splitlines())
    assert lines >= {
        f"Kept lead {lead}, of the demo company no longer: activity Hello cannot be without",
        f"Kept opportunity {deal}, of the demo company no longer: quote Q-7 cannot be without",
        "Unlinked quote Q-7: customer is customer of the demo company",
    }
    assert list(Lead.objects.values_list("pk", "source", "owner")) == [(lead.pk, None, None)]
    assert list(Opportunity.objects.values_list("pk", "source", "customer", "owner", "amount")) == [
        (deal.pk, None, None, None, deal.amount)
    ]
    assert (Activity.objects.get().pk, Quote.objects.get().pk) == (call.pk, quote.pk)
    assert (deal.products.count(), Customer.objects.count(), find_drift()) == (0, 0, [])


def test_a_second_load_changes_nothing():
    said = StringIO()

    call_command("load_demo", stdout=said)

    assert "already here" in said.getvalue()
    assert Lead.objects.count() == 2000
    assert (demo.size()[Lead], demo.size()[Customer]) == (2000, 600)


def test_what_was_planned_adds_up():
    """Twelve months of 1405 are planned, and so are its quarters and the year itself."""
    targets = Target.objects.filter(
        kpi="leads", person=None, team=None, calendar="jalali", start__range=("2026-03-21", "2027-03-20")
    )
    sums = dict(targets.values_list("grain").annotate(total=Sum("value")))

    assert sums["month"] == sums["quarter"] == sums["year"] > 0

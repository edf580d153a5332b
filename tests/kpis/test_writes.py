"""Every road by which a row can change: each must reach the figures that count it."""

from datetime import date, timedelta

import pytest
from django.db.models import F

from campaigns.models import Campaign, Channel, Expense, LeadSource, SocialNetwork
from crm.models import User
from customers.models import Answer, Customer, Order, OrderLine, Product, RefundLine, Survey, Ticket
from kpis.definitions import Dimension
from kpis.engine import drain, is_clean
from leads.models import Activity, Lead, Opportunity, Quote, Stage, StageChange
from tests.factories.customers import make_customer
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW
from tests.kpis.writing import Write, assert_reached, copy, rows, save, sql

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


MERGE_ORDERS = """
    MERGE INTO customers_order o
    USING (SELECT id, customer_id, id = (SELECT min(id) FROM customers_order) AS is_first FROM customers_order
            UNION ALL SELECT -1, max(customer_id), FALSE FROM customers_order) s ON s.id = o.id
     WHEN MATCHED AND s.is_first THEN UPDATE SET status = 'cancelled'
     WHEN MATCHED THEN UPDATE SET placed_at = o.placed_at - interval '40 days'
     WHEN NOT MATCHED THEN
          INSERT (number, customer_id, placed_at, status, currency, rate, discount, tax, shipping,
                  net_amount, cost_amount, unknown_costs)
          VALUES ('merged', s.customer_id, '2025-04-02 00:10:00+03:30', 'paid', 'IRR', 1, 0, 0, 0, 0, 0, 0)
"""
MERGE_ANSWERS = "MERGE INTO customers_answer a USING customers_survey s ON s.id = a.survey_id WHEN MATCHED THEN DELETE"
INSERT_AND_UPDATE = """
    WITH moved AS (UPDATE customers_refund SET refunded_at = refunded_at - interval '30 days' RETURNING order_id)
    UPDATE leads_lead SET mql_at = NULL WHERE (SELECT count(*) FROM moved) = 1
"""
ORDER_COLUMNS = (
    "customer_id, placed_at, status, currency, rate, discount, tax, shipping, net_amount, cost_amount, unknown_costs, number"
)
AN_ORDER = ("customer", "2025-03-20 23:59:00+03:30", "paid", "IRR", 1, 0, 0, 0, 0, 0, 0, "copied")
LINE_COLUMNS = "order_id, position, quantity, unit_price, discount, order_discount, tax, rate, name, line_class"
A_LINE = ("order", 7, 3, "99.99", 0, 0, 0, "12.5", "", "")

# name: (write, KPIs that must change, the dimension by which the change shows)
WRITES: dict[str, tuple[Write, tuple[str, ...], Dimension | None]] = {
    # orders
    "order saved": (
        lambda b: save(b.order, placed_at=tehran(2025, 8, 1)),
        ("orders", "revenue", "new_customers", "new_customer_revenue", "lifetime_sales_per_customer"),
        None,
    ),
    "orders in bulk": (
        lambda b: Order.objects.bulk_create(
            Order(customer=b.customer, placed_at=tehran(2025, 7, day), status="paid", currency="IRR") for day in (1, 2, 2)
        ),
        ("orders", "new_customers", "sales_per_customer"),
        None,
    ),
    "orders updated": (rows(Order, status="pending"), ("orders", "revenue", "gross_margin", "active_customers"), None),
    "order cancelled": (
        lambda b: save(b.order, status="cancelled"),
        ("orders", "revenue", "average_order_value"),
        Dimension.PRODUCT,
    ),
    "order deleted with all that hangs on it": (lambda b: b.order.delete(), ("orders", "revenue"), Dimension.CATEGORY),
    "order given to another customer": (
        lambda b: save(b.order, customer=make_customer(channel=b.channels[1])),
        ("orders", "new_customers", "revenue"),
        Dimension.CHANNEL,
    ),
    "order given to another owner": (lambda b: save(b.order, owner=b.users[1]), ("orders", "sales_per_customer"), Dimension.TEAM),
    "orders merged by SQL": (sql(MERGE_ORDERS), ("orders", "new_customers", "revenue"), None),
    "orders copied in": (copy("customers_order", ORDER_COLUMNS, AN_ORDER), ("orders", "new_customers"), None),
    "orders truncated": (sql("TRUNCATE customers_order CASCADE"), ("orders", "revenue", "active_customers"), None),
    "everything truncated": (
        sql("TRUNCATE customers_order, leads_lead, customers_ticket, customers_answer, campaigns_expense CASCADE"),
        ("leads", "orders", "mqls", "sqls"),
        None,
    ),
    # lines and refunds
    "line saved": (lambda b: save(b.line, quantity=5), ("revenue", "gross_margin"), Dimension.PRODUCT),
    "line of another product": (lambda b: save(b.line, product=b.products[1]), ("revenue", "orders"), Dimension.CATEGORY),
    "line deleted": (lambda b: b.line.delete(), ("revenue", "gross_margin"), Dimension.PRODUCT),
    "lines copied in": (copy("customers_orderline", LINE_COLUMNS, A_LINE), ("revenue", "gross_margin"), Dimension.PRODUCT),
    "costs become known": (rows(OrderLine, unit_cost=1), ("gross_margin",), Dimension.PRODUCT),
    "refund saved": (lambda b: save(b.refund, amount=2), ("revenue",), None),
    "refund on another day": (lambda b: save(b.refund, refunded_at=tehran(2025, 8, 30)), ("revenue",), Dimension.PRODUCT),
    "refund deleted": (lambda b: b.refund.delete(), ("revenue", "gross_margin"), Dimension.CATEGORY),
    "refund lines deleted": (lambda _: RefundLine.objects.all().delete(), ("revenue",), Dimension.PRODUCT),
    "refunds and leads in one statement": (sql(INSERT_AND_UPDATE), ("revenue", "mqls"), None),
    "refunds truncated": (sql("TRUNCATE customers_refund CASCADE"), ("revenue",), Dimension.CAMPAIGN),
    "product moves to another category": (
        lambda b: save(b.products[0], category=b.categories[1]),
        ("revenue", "orders"),
        Dimension.CATEGORY,
    ),
    "line sold beside": (rows(OrderLine, line_class="cross_sell"), ("cross_sell_rate",), Dimension.CATEGORY),
    "line sold up": (rows(OrderLine, line_class="upsell"), ("upsell_rate",), None),
    "product of a higher tier": (
        lambda b: (rows(Product, family="tea", tier=1)(b), save(b.products[1], family="tea", tier=2)),
        ("upsell_rate",),
        None,
    ),
    "order at an earlier hour": (
        lambda b: save(b.order, placed_at=tehran(2025, 9, 27, 13)),
        ("upsell_rate", "cross_sell_rate"),
        Dimension.CATEGORY,
    ),
    "order of nobody": (
        lambda _: Order.objects.update(customer=None),
        ("upsell_rate", "cross_sell_rate"),
        None,
    ),
    "line of nobody sold beside": (
        lambda b: (Order.objects.update(customer=None), drain(at=NOW), rows(OrderLine, line_class="cross_sell")(b)),
        ("cross_sell_rate",),
        Dimension.CATEGORY,
    ),
    # people
    "customer gets another channel": (
        lambda b: save(b.customer, channel=b.channels[1]),
        ("revenue", "orders", "new_customers", "active_customers", "sales_per_customer"),
        Dimension.CHANNEL,
    ),
    "customer gets another owner": (
        lambda b: save(b.customer, owner=b.users[1]),
        ("orders", "revenue", "new_customers", "nps", "mean_time_to_resolution"),
        Dimension.OWNER,
    ),
    "customer is spam": (rows(Customer, is_spam=True), ("orders", "nps", "active_customers"), None),
    "customer is merged": (
        lambda b: merge(b.customer, make_customer(channel=b.channels[1])),
        ("orders", "new_customers", "active_customers"),
        Dimension.CHANNEL,
    ),
    "seller changes the team": (
        lambda b: User.objects.filter(pk=b.users[0].pk).update(team=b.users[1].team),
        ("orders", "sales_per_customer", "leads", "new_customers"),
        Dimension.TEAM,
    ),
    "seller leaves the team": (rows(User, team=None), ("orders", "sales_per_customer"), Dimension.TEAM),
    # leads and deals
    "lead saved": (lambda b: save(b.lead, created_at=tehran(2025, 8, 1)), ("leads", "lead_conversion_rate"), None),
    "lead after the last order": (lambda b: save(b.lead, created_at=tehran(2025, 9, 28)), ("lead_to_customer_rate",), None),
    "lead qualified on another day": (rows(Lead, mql_at=tehran(2025, 8, 3), sql_at=None), ("mqls", "sqls"), None),
    "lead's conversion undone": (rows(Lead, converted_at=None), ("lead_conversion_rate", "lead_conversion_rate_cohort"), None),
    "lead is spam": (rows(Lead, is_spam=True), ("leads", "mqls", "lead_to_customer_rate", "win_rate"), None),
    "lead loses its customer": (rows(Lead, customer=None), ("lead_to_customer_rate",), None),
    "lead of another campaign": (
        lambda b: save(b.lead, campaign=b.campaigns[1]),
        ("leads", "cost_per_lead", "win_rate"),
        Dimension.CAMPAIGN,
    ),
    "lead of another channel": (lambda b: save(b.lead, channel=b.channels[1]), ("leads", "sqls", "win_rate"), Dimension.CHANNEL),
    "lead deleted": (lambda b: (b.quote.delete(), b.opportunity.delete(), b.lead.delete()), ("leads", "mqls", "win_rate"), None),
    "lead deleted by SQL": (
        sql(
            "DELETE FROM leads_activity",
            "DELETE FROM leads_opportunity_products",
            "DELETE FROM leads_stagechange",
            "DELETE FROM leads_quoteline",
            "DELETE FROM leads_quote",
            "DELETE FROM leads_opportunity",
            "DELETE FROM leads_lead",
        ),
        ("leads", "lead_to_customer_rate"),
        None,
    ),
    "campaign changes its goal": (rows(Campaign, goal="sales"), ("cost_per_lead",), None),
    "campaign changes its channel": (
        lambda b: Campaign.objects.update(channel=b.channels[1]),
        ("cost_per_lead", "customer_acquisition_cost"),
        Dimension.CHANNEL,
    ),
    "deal lost": (rows(Opportunity, won_at=None, lost_at=tehran(2025, 9, 1)), ("win_rate",), None),
    "deal reopened": (rows(Opportunity, won_at=None), ("win_rate",), None),
    "deal of another product": (lambda b: b.opportunity.products.set([b.products[1]]), ("win_rate",), Dimension.PRODUCT),
    "deal of another seller": (lambda b: save(b.opportunity, owner=b.users[1]), ("win_rate",), Dimension.TEAM),
    "deal created earlier": (
        rows(Opportunity, created_at=tehran(2025, 7, 10)),
        ("win_rate_cohort", "sales_cycle_days"),
        None,
    ),
    "deal created of another product": (
        lambda b: b.opportunity.products.set([b.products[1]]),
        ("win_rate_cohort",),
        Dimension.PRODUCT,
    ),
    "deal bigger from the start": (
        lambda b: save(b.change, amount=10_000, probability=1),
        ("pipeline_value", "weighted_pipeline_value"),
        None,
    ),
    "deal in the pipeline since July": (lambda b: save(b.change, at=tehran(2025, 7, 10)), ("pipeline_value",), None),
    "deal never in the pipeline": (lambda b: b.change.delete(), ("pipeline_value",), None),
    "deal never won in the pipeline": (
        lambda b: StageChange.objects.exclude(pk=b.change.pk).delete(),
        ("pipeline_value", "weighted_pipeline_value"),
        None,
    ),
    "stage is open after all": (
        lambda _: Stage.objects.filter(kind="won").update(kind="open"),
        ("pipeline_value", "weighted_pipeline_value"),
        None,
    ),
    "deal in the pipeline of another seller": (
        lambda b: (StageChange.objects.exclude(pk=b.change.pk).delete(), save(b.opportunity, owner=b.users[1])),
        ("pipeline_value",),
        Dimension.OWNER,
    ),
    "deal became the order": (lambda b: b.opportunity.orders.set([b.order]), ("leads_invoiced", "lead_to_invoice_rate"), None),
    "lead without a deal has its customer's invoice": (
        lambda b: (b.demo.delete(), b.quote.delete(), b.opportunity.delete()),
        ("leads_invoiced",),
        None,
    ),
    "quote became the order": (
        lambda b: Quote.objects.create(opportunity=b.opportunity, order=b.order, currency="IRR"),
        ("leads_invoiced",),
        None,
    ),
    # campaigns
    "campaign begins later": (rows(Campaign, starts_on=date(2025, 9, 26)), ("romi_short", "romi_long"), Dimension.CAMPAIGN),
    "campaign ended long ago": (rows(Campaign, ends_on=date(2025, 8, 1)), ("romi_short",), None),
    "costs of a campaign's orders": (rows(OrderLine, unit_cost=999), ("romi_short", "romi_long"), None),
    "spend is none of marketing": (rows(Expense, kind="operating"), ("romi_short", "romi_long"), None),
    "stages truncated": (sql("TRUNCATE leads_stagechange"), ("pipeline_value",), None),
    # money spent
    "expense saved": (lambda b: save(b.expense, amount=31), ("cost_per_lead", "customer_acquisition_cost"), None),
    "expense over other days": (
        lambda b: save(b.expense, valid_from=date(2020, 2, 29)),
        ("cost_per_lead", "customer_acquisition_cost"),
        None,
    ),
    "expense counts for the whole": (rows(Expense, kind="operating"), ("operating_expenses",), Dimension.KIND),
    "expense of another kind": (rows(Expense, kind="operating"), ("cost_per_lead", "customer_acquisition_cost"), None),
    "expense deleted": (lambda b: b.expense.delete(), ("cost_per_lead", "customer_acquisition_cost"), None),
    "expense of another campaign": (
        lambda b: save(b.expense, campaign=b.campaigns[1]),
        ("cost_per_lead", "customer_acquisition_cost"),
        Dimension.CAMPAIGN,
    ),
    # marketing
    "channel is no marketing": (
        rows(Channel, is_marketing=False),
        ("marketing_revenue", "marketing_revenue_share"),
        Dimension.CHANNEL,
    ),
    "expense of another source": (
        lambda b: save(b.expense, lead_source=LeadSource.objects.create(slug="stand", name="Stand")),
        ("lead_generation_cost",),
        Dimension.LEAD_SOURCE,
    ),
    "lead comes from a network": (
        lambda b: save(b.lead, social_network=SocialNetwork.objects.create(slug="net", name="Net")),
        ("social_leads",),
        Dimension.SOCIAL_NETWORK,
    ),
    "demo nobody came to": (rows(Activity, outcome="no_show"), ("demos_held", "demo_no_show_rate"), None),
    "demo booked, due and held on other days": (
        rows(Activity, booked_at=tehran(2025, 8, 1), due_at=tehran(2025, 8, 2), done_at=None),
        ("demos_scheduled", "demos_held", "demo_no_show_rate"),
        None,
    ),
    "demo of the opportunity": (
        lambda b: save(b.demo, lead=None, opportunity=b.opportunity, owner=b.users[1]),
        ("demos_scheduled", "demos_held"),
        Dimension.OWNER,
    ),
    "demo is a call": (rows(Activity, kind="call"), ("demos_scheduled", "demos_held"), None),
    "demo deleted": (lambda b: b.demo.delete(), ("demos_scheduled", "demo_no_show_rate"), None),
    "lead of a demo is spam": (rows(Lead, is_spam=True), ("demos_scheduled", "demos_held", "mql_to_sql_rate"), None),
    # support and satisfaction
    "ticket resolved later": (rows(Ticket, resolved_at=tehran(2025, 9, 30)), ("mean_time_to_resolution",), None),
    "ticket open for longer": (
        rows(Ticket, created_at=tehran(2025, 8, 10), resolved_at=None),
        ("tickets_opened", "open_tickets"),
        None,
    ),
    "ticket's customer is somebody else's": (
        lambda b: save(b.customer, owner=b.users[1]),
        ("tickets_opened", "open_tickets"),
        Dimension.OWNER,
    ),
    "survey asks about loyalty": (rows(Survey, kind="loyalty"), ("attitudinal_loyalty",), None),
    "ticket reopened": (rows(Ticket, reopened_at=tehran(2025, 9, 29)), ("mean_time_to_resolution",), None),
    "ticket asked earlier": (rows(Ticket, created_at=F("created_at") - timedelta(hours=1)), ("mean_time_to_resolution",), None),
    "ticket gets urgent": (rows(Ticket, priority="urgent"), ("mean_time_to_resolution",), Dimension.PRIORITY),
    "ticket deleted": (lambda b: b.ticket.delete(), ("mean_time_to_resolution",), None),
    "answer changed": (rows(Answer, score=9), ("nps",), None),
    "answer about a product": (lambda b: save(b.answer, product=b.products[1]), ("nps",), Dimension.PRODUCT),
    "answers merged away by SQL": (sql(MERGE_ANSWERS), ("nps",), None),
    "answer deleted": (lambda b: b.answer.delete(), ("nps",), Dimension.SURVEY),
    "ticket of an idle buyer written earlier": (
        lambda b: (idle(b.answer), rows(Ticket, created_at=tehran(2025, 8, 25), resolved_at=None)(b)),
        ("customer_engagement_rate",),
        None,
    ),
    "answer of an idle buyer deleted": (
        lambda b: (idle(b.ticket), b.answer.delete()),
        ("customer_engagement_rate",),
        None,
    ),
    "survey of another kind": (rows(Survey, kind="csat"), ("nps", "csat"), None),
}


def idle(gone) -> None:
    """Of what was done this month nothing is left but one thing."""
    gone.delete()
    Order.objects.update(placed_at=tehran(2025, 7, 1))
    drain(at=NOW)


def merge(gone: Customer, survivor: Customer) -> None:
    for model in (Order, Lead, Ticket, Answer):
        model.objects.filter(customer=gone).update(customer=survivor)
    save(gone, merged_into=survivor)


@pytest.mark.parametrize("name", WRITES)
def test_a_write_reaches_the_figures_that_count_it(books, name):
    assert_reached(books, *WRITES[name])


@pytest.mark.parametrize("name", ["number", "notes", "subject", "comment"])
def test_what_no_figure_counts_makes_nothing_dirty(books, name):
    match name:
        case "number":
            save(books.order, number="7")
        case "notes":
            save(books.lead, notes="Call back", name="Reza")
        case "subject":
            Ticket.objects.update(subject="Late")
        case "comment":
            Answer.objects.update(comment="Fine")

    assert is_clean()

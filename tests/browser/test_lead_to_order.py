"""One story as people live it: a lead is logged, qualified, converted, moved, won and paid for."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from customers.models import Order, Product, Ticket
from kpis.tasks import tick
from leads import services
from leads.models import Activity, Lead, Opportunity
from tests.factories.customers import make_customer
from tests.factories.leads import make_lead


@pytest.fixture
def persian_omid(omid):
    omid.language, omid.calendar = "fa", "jalali"
    omid.save()
    return omid


def test_a_lead_becomes_an_order_that_the_figures_show(visit, omid, sara):
    Product.objects.create(sku="P1", name="Package")
    page = visit(omid)

    log_a_lead(page)
    qualify_it_and_take_that_back(page)
    convert_it(page)
    move_it_on_the_board(page)
    win_it(page)
    write_its_order(page)

    lead, opportunity, order = Lead.objects.get(), Opportunity.objects.get(), Order.objects.get()
    assert (lead.phone, lead.lead_source.slug, lead.owner, lead.mql_at) == ("+989351112233", "exhibition", omid, None)
    assert (opportunity.stage.slug, opportunity.amount, list(opportunity.orders.all())) == ("won", 18_000, [order])
    assert (order.net_amount, order.status, order.customer) == (18_000, "paid", lead.customer)
    tick()
    read_the_figures(visit(sara), lead)


def log_a_lead(page):
    page.goto("/leads/")
    page.keyboard.press("c")
    page.wait_for_url("**/leads/new/")
    page.get_by_label("Name").fill("Ali Moradi")
    page.get_by_label("Mobile").fill("۰۹۳۵ ۱۱۱ ۲۲۳۳")
    page.get_by_label("Source").select_option("Exhibition")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Ali Moradi was saved.")).to_be_visible()
    expect(page.get_by_role("link", name="0935 111 2233")).to_be_visible()


def qualify_it_and_take_that_back(page):
    page.get_by_role("button", name="Qualify as MQL").click()
    expect(page.get_by_text("Qualified as MQL")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Qualification as MQL taken back")).to_be_visible()

    page.get_by_placeholder("What was said").fill("Wants two packages")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Wants two packages")).to_be_visible()


def convert_it(page):
    page.get_by_role("link", name="Convert to opportunity").click()
    page.get_by_label("Amount (Toman)").fill("2,000")
    page.get_by_role("button", name="Convert").click()
    expect(page.get_by_role("heading", name="Ali Moradi")).to_be_visible()


def move_it_on_the_board(page):
    page.goto("/pipeline/")
    card = page.locator("[data-card]", has_text="Ali Moradi")
    card.get_by_role("link", name="Ali Moradi").focus()
    with page.expect_response(re.compile("/move/")):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[data-column=demo] [data-card]")).to_have_count(1)
    expect(page.locator("#board-sums")).to_contain_text("600 Toman")  # 2,000 × 0.30
    expect(page.locator("section", has=page.locator("[data-column=demo]")).locator(".board-head")).to_contain_text("2,000 Toman")
    expect(card.get_by_role("link", name="Ali Moradi")).to_be_focused()
    expect(page.locator("[data-toast]").get_by_role("button", name="Undo")).to_be_visible()
    page.reload()
    expect(page.locator("[data-column=demo] [data-card]")).to_have_count(1)


def win_it(page):
    page.get_by_role("link", name="Ali Moradi").click()
    page.get_by_role("link", name="Won").click()
    amount, refusal = page.get_by_label("Final amount"), page.get_by_text("Give the amount")
    amount.fill("0")
    page.get_by_role("button", name="Mark as won").click()
    expect(amount).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Won without an amount").check()
    expect(amount).not_to_have_attribute("aria-invalid", "true")
    expect(refusal).to_be_hidden()
    page.get_by_label("Won without an amount").uncheck()
    page.get_by_role("button", name="Mark as won").click()
    amount.fill("1800")
    expect(amount).not_to_have_attribute("aria-invalid", "true")
    expect(refusal).to_be_visible()
    amount.press("Tab")
    expect(refusal).to_be_hidden()
    expect(amount).to_have_accessible_description("")
    page.get_by_role("button", name="Mark as won").click()
    expect(page.get_by_text(re.compile(r"Ali Moradi is won with\W*1,800"))).to_be_visible()


def write_its_order(page):
    page.get_by_role("link", name="New order").click()
    expect(page.get_by_label("Unit price").first).to_have_value("1,800")
    page.get_by_label("Product").first.fill("pack")
    page.get_by_label("Product").first.press("Enter")
    expect(page.get_by_label("Product").first).to_have_value("Package · P1")
    page.get_by_label("Quantity").first.fill("2")
    page.get_by_label("Unit price").first.fill("850")
    page.get_by_role("button", name="Add a line").click()
    page.get_by_label("Description").nth(1).fill("Set-up")
    page.get_by_label("Unit price").nth(1).fill("۱۰۰")
    page.get_by_label("Class").nth(1).select_option("Cross-sell")
    expect(page.locator("#order-sums")).to_contain_text("1,800 Toman")  # 2 × 850 + 100
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("was saved.")).to_be_visible()
    expect(page.locator("#opportunities")).to_contain_text("Ali Moradi")
    page.get_by_role("button", name="Mark as fulfilled").click()
    expect(page.locator(".record-head")).to_contain_text("Fulfilled")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".record-head")).to_contain_text("Paid")


def read_the_figures(page, lead):
    page.goto("/kpis/")
    expect(page.locator("article[data-kpi=revenue] .kpi-value")).to_contain_text("1,800")
    page.locator("article[data-kpi=revenue] .kpi-name a").click()
    expect(page.locator("main")).to_contain_text("1,800")
    page.goto("/kpis/leads/")
    page.get_by_role("link", name="Ali Moradi").click()
    page.wait_for_url(f"**/leads/{lead.pk}/")


def test_the_day_is_worked_off(visit, omid):
    now = timezone.now()
    lead = make_lead(name="Ali Moradi", phone="+989121112233", owner=omid, at=now - timedelta(days=30))
    services.log_activity(by=omid, at=now, kind="call", lead=lead, due_at=now - timedelta(days=2))
    page = visit(omid, width=360)

    page.goto("/")
    page.wait_for_url("**/today/")
    row = page.locator(".day-row", has_text="Ali Moradi")
    expect(row).to_contain_text("Overdue by 2 days")
    row.locator("summary", has_text="Done").click()
    row.get_by_label("Talked").check()
    row.get_by_label("Note").fill("Wants an offer")
    row.get_by_label("Tomorrow").first.check()
    row.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Done.")).to_be_visible()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    done, planned = Activity.objects.order_by("pk")
    assert (done.outcome, done.body, planned.kind) == ("talked", "Wants an offer", "call")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("It is a next step again.")).to_be_visible()
    assert Activity.objects.get().done_at is None


def test_several_leads_are_changed_at_once_and_a_view_is_kept(visit, omid):
    for name in ("Ali", "Reza", "Mina"):
        make_lead(name=name, owner=omid)
    page = visit(omid)

    page.goto("/leads/")
    bar = page.get_by_role("group", name="With the ticked leads")
    expect(bar).to_be_hidden()
    page.get_by_label("Tick Ali").check()
    page.get_by_label("Tick Reza").check()
    expect(bar).to_contain_text("2 ticked")
    bar.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("Leads changed: 2.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tbody tr")).to_have_count(3)

    stage = page.get_by_role("search", name="Filters").get_by_label("Stage")
    stage.select_option("mql")
    expect(page.get_by_text("Clear filters").first).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(0)
    stage.select_option("")
    expect(page.locator("tbody tr")).to_have_count(3)

    asked = []
    page.on("request", lambda request: asked.append(request.url) if "q=ali" in request.url else None)
    page.get_by_label("Search in leads").fill("ali")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_text("Save as a view").click()
    page.get_by_label("Name of the view").fill("All called Ali")
    # Leaving the search asks nothing again: the answer would take away what is being typed here.
    assert len(asked) == 1
    page.locator("form", has=page.get_by_label("Name of the view")).get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="All called Ali")).to_have_attribute("aria-current", "page")


def test_a_duplicate_is_shown_while_the_number_is_typed(visit, omid):
    make_lead(name="Ali Karimi", phone="+989121112233", owner=omid)
    page = visit(omid)

    page.goto("/leads/")
    page.get_by_role("textbox", name="Mobile").press_sequentially("0912111", delay=10)
    page.get_by_role("textbox", name="Mobile").press_sequentially("2233", delay=10)

    expect(page.locator("#quick-add-duplicates")).to_contain_text("Looks like Ali Karimi")


def test_a_card_is_dragged_from_right_to_left_in_persian(visit, persian_omid):
    lead = make_lead(name="علی مرادی", owner=persian_omid)
    page = visit(persian_omid)
    page.goto(f"/leads/{lead.pk}/convert/")
    page.get_by_role("button", name=re.compile("Convert|تبدیل")).click()

    page.goto("/pipeline/")
    first, second = (page.locator(f"[data-column={slug}]") for slug in ("contacted", "demo"))
    assert second.bounding_box()["x"] < first.bounding_box()["x"]
    with page.expect_response(re.compile("/move/")) as moved:
        first.locator("[data-card]").drag_to(second)

    assert moved.value.status == 200
    expect(second.locator("[data-card]")).to_have_count(1)
    assert Opportunity.objects.get().stage.slug == "demo"
    page.get_by_role("button", name="بازگردانی").click()
    expect(first.locator("[data-card]")).to_have_count(1)


def test_lost_asks_for_the_reason_and_one_tap_answers(visit, omid):
    page = visit(omid)
    lead = make_lead(owner=omid)
    page.goto(f"/leads/{lead.pk}/convert/")
    page.get_by_role("button", name="Convert").click()

    page.get_by_role("link", name="Lost").click()
    page.get_by_role("button", name="Price").click()

    expect(page.get_by_text("is lost.")).to_be_visible()
    assert Opportunity.objects.get().lost_reason == "Price"


def test_a_customer_is_found_while_typing_with_the_keys_alone(visit, omid):
    first, _second = (make_customer(name="Ali Rad", phone=phone, owner=omid) for phone in ("+989121111111", "+989122222222"))
    page = visit(omid)
    page.goto("/orders/new/")
    box = page.get_by_label("Customer")

    box.press_sequentially("rad")
    page.get_by_role("option").nth(1).wait_for()
    box.press("ArrowDown")
    box.press("Enter")

    expect(box).to_have_value(first.title)
    page.get_by_label("Description").fill("Tea")
    page.get_by_label("Unit price").fill("500")
    page.get_by_label("Unit price").press("Enter")
    expect(page.get_by_text("was saved.")).to_be_visible()
    assert Order.objects.get().customer == first


def test_a_customer_is_chosen_among_several_without_scripts(visit, omid):
    first, _second = (make_customer(name="Ali Rad", phone=phone, owner=omid) for phone in ("+989121111111", "+989122222222"))
    page = visit(omid, scripts=False)
    page.goto("/tickets/new/")
    page.get_by_label("Subject").fill("Broken")
    page.get_by_label("Customer").fill("rad")
    page.get_by_role("button", name="Save").click()

    page.get_by_role("radio", name="0912 111 1111").check()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("was saved.")).to_be_visible()
    assert Ticket.objects.get().customer == first


def test_everything_needed_works_without_scripts(visit, omid):
    omid.set_password("a long pass phrase")
    omid.save()
    page = visit(scripts=False)

    page.goto("/")
    page.locator("input[name=login]").fill(omid.email)
    page.locator("input[name=password]").fill("a long pass phrase")
    page.locator("main button").first.click()
    page.wait_for_url("**/today/")

    page.get_by_role("link", name="New lead").first.click()
    page.get_by_label("Name").fill("Ali")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Convert to opportunity").click()
    page.get_by_role("button", name="Convert").click()
    page.get_by_role("combobox", name="Move to").select_option("Demo")
    page.get_by_role("button", name="Move", exact=True).click()
    page.wait_for_url("**/pipeline/")
    assert Opportunity.objects.get().stage.slug == "demo"

    page.get_by_role("link", name="Ali").click()
    page.get_by_role("link", name="New order").click()
    expect(page.get_by_label("Description")).to_have_value("")
    page.get_by_label("Description").fill("Lesson")
    page.get_by_label("Unit price").fill("500")
    page.get_by_role("button", name="Add a line").click()
    page.get_by_label("Description").nth(1).fill("Set-up")
    page.get_by_label("Unit price").nth(1).fill("100")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Refund").click()
    page.get_by_label("Pieces back of Set-up").fill("1")
    page.get_by_role("button", name="Refund", exact=True).click()
    expect(page.get_by_text("The refund was saved.")).to_be_visible()
    order = Order.objects.get()
    # 6,000 Rial, of which 1,000 came back
    assert (order.net_amount, order.refunds.get().amount, list(Opportunity.objects.get().orders.all())) == (6_000, 1_000, [order])

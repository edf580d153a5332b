"""What holds on every page, in both languages, light or dark, on a phone and on a desk."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Channel, Expense, LeadSource
from crm.models import ExchangeRate, Team
from crm.periods import Calendar, Grain, period_of
from customers.models import Answer, Category, Customer, Order, OrderLine, Product, Refund, Survey, Ticket
from customers.services.sales import SaleLine
from kpis.models import Alert, AlertRule, Annotation, Dashboard, Mailing, Review, Target
from kpis.services import set_mailing
from leads import services
from leads.models import Lead, Stage
from tests.browser.audit import Audit
from tests.factories.campaigns import make_landing_page, make_session
from tests.factories.crm import make_token
from tests.factories.leads import make_lead, make_opportunity

# Words that stay as they are in a Persian sentence.
LATIN_WORDS = {"English", "API", "SQL", "MQL", "NPS", "CSAT", "KPI", "ISO", "URL", "CSV", "XLSX", "PDF"}
LATIN_WORDS |= {"CLV", "CAC", "CPP", "LCR", "CPL", "SPC", "LGI", "LGC", "MTTR", "AOV", "NCA", "ROMI", "ACT", "RFM", "BG", "NBD"}

READ = """() => {
  const wrong = {digits: [], words: [], broken: []};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement, text = node.textContent.trim();
    if (!text || !parent.checkVisibility()) continue;
    if (parent.closest('script, style, template, code, kbd, [dir=ltr], [lang=en]')) continue;
    if (/[0-9]/.test(text)) wrong.digits.push(text);
    wrong.words.push(...(text.match(/[A-Za-z]{2,}/g) ?? []));
    if (/\\bNone\\b|\\bNaN\\b|undefined|Infinity|%\\(/.test(text)) wrong.broken.push(text);
  }
  return wrong;
}"""

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

SMALL_TARGETS = """() => [...document.querySelectorAll('main :is(a, button, select, summary, input:not([type=hidden]))')]
  .filter((each) => each.checkVisibility())
  .filter((each) => getComputedStyle(each).display !== 'inline' && !each.closest('label'))
  .filter((each) => { const box = each.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
  .map((each) => each.outerHTML.slice(0, 120))"""

UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a')]
  .filter((each) => each.checkVisibility())
  .filter((each) => !(each.labels?.length || each.getAttribute('aria-label') || each.getAttribute('aria-labelledby')
    || each.textContent.trim() || each.title))
  .map((each) => each.outerHTML.slice(0, 120))"""

SEEN = f"""() => ({{
  sideways: {SIDEWAYS},
  direction: [document.documentElement.lang, document.documentElement.dir],
  theme: document.documentElement.dataset.theme,
  unnamed: ({UNNAMED})(),
  small: ({SMALL_TARGETS})(),
}})"""

# Whatever comes after the page is there, and has found its place: a new width is told in one frame, and charts draw in the next.
SETTLED = """async () => {
  await document.fonts.ready;
  while (document.querySelector('.htmx-request')) await new Promise((go) => setTimeout(go, 20));
  for (const frame of [1, 2]) await new Promise((go) => requestAnimationFrame(go));
}"""


def make_plans(user, now):
    """A target, an alert that rang, a review and a note, of the month before."""
    period = period_of(now.date(), Calendar.JALALI, Grain.MONTH).previous()
    facts = {"calendar": period.calendar, "grain": period.grain}
    Target.objects.create(kpi="revenue", start=period.start, value=Decimal(90_000_000), **facts)
    rule = AlertRule.objects.create(
        user=user, kpi="churn_rate", condition="above", bound=Decimal("0.05"), is_ringing=True, **facts
    )
    rung = {"start": period.start, "condition": "above", "bound": rule.bound, "value": Decimal("0.06"), "version": 1}
    Alert.objects.create(rule=rule, raised_at=now, mail="failed", **facts, **rung)
    mailing = {"name": "گزارش ماه", "cadence": "month", "calendar": "jalali", "hour": 8}
    set_mailing(Mailing(), mailing | {"user": user}, [user], at=now)
    Review.objects.create(user=user, name="شنبه‌ها", cadence="week", calendar="jalali", kpis=["revenue"], created_at=now)
    Annotation.objects.create(user=user, day=period.start, text="قیمت‌های تازه", is_shared=True)


def make_board(user):
    """A dashboard with a tile of each form."""
    kinds = [("revenue", "card"), ("revenue", "line"), ("orders", "bar"), ("leads", "table"), ("new_customers", "funnel")]
    tiles = [{"kpi": kpi, "shape": shape, "by": ""} for kpi, shape in kinds]
    tiles += [{"kpi": "leads", "shape": shape, "by": "channel"} for shape in ("bar", "table")]
    return Dashboard.objects.create(user=user, name="صبح‌های شنبه", tiles=tiles, view={"grain": "month"})


def make_campaign(lead, page, now):
    """A campaign of this month with costs, a lead and a visit."""
    first = now.date() - timedelta(days=20)
    campaign = Campaign.objects.create(name="جشنوارهٔ پاییز", starts_on=first, budget=Decimal(80_000_000))
    Expense.objects.create(kind="ads", amount=Decimal(20_000_000), campaign=campaign, valid_from=first, valid_to=now.date())
    Lead.objects.filter(pk=lead.pk).update(campaign=campaign)
    make_session(started_at=now, landing_page=page, campaign=campaign)
    return campaign


def make_deal(user, now):
    """A lead that became an opportunity, with what was done and is planned; another lead like it, and another opportunity."""
    source = LeadSource.objects.get(slug="exhibition")
    source.name = "نمایشگاه"
    source.save()
    facts = {"company": "شرکت بسیار بزرگ و پرآوازهٔ آریا و شریکان", "phone": "+989121112233", "email": "ali@example.com"}
    lead = make_lead(name="علی مرادی", lead_source=source, owner=user, at=now - timedelta(days=40), **facts)
    make_lead(name="علی مرادی", phone="+989121112233", at=now - timedelta(minutes=12))
    services.qualify_lead(lead, stage="mql", by=user, at=now)
    services.log_activity(by=user, at=now, kind="note", lead=lead, body="در نمایشگاه دیدیمش.")
    services.log_activity(by=user, at=now, kind="call", lead=lead, due_at=now - timedelta(days=2))
    opportunity = services.convert_lead(lead, by=user, at=now, opportunity_name="بستهٔ سازمانی", amount=Decimal(1_234_567_890))
    lines = [SaleLine(quantity=12, unit_price=Decimal(9_500_000), discount=Decimal(500_000), name="نصب و آموزش")]
    quote = services.write_quote(opportunity, by=user, at=now, lines=lines, key="quote", valid_until=now.date())
    services.send_quote(quote, by=user, at=now)
    make_opportunity(name="سفارش کوچک", stage="demo", owner=user, amount=Decimal(5_000_000), at=now - timedelta(days=30))
    return lead, opportunity


def make_sale(user, now):
    """What the customer bought and partly gave back, and what they ask for."""
    customer = Customer.objects.get()
    facts = {"status": "paid", "currency": "IRR", "number": "سفارش نوروز", "owner": user}
    order = Order.objects.create(customer=customer, placed_at=now, **facts)
    price = {"unit_price": Decimal(1_500_000), "unit_cost": Decimal(900_000)}
    goods = Product.objects.create(sku="پ-۱۲", name="بستهٔ پایه", category=Category.objects.create(name="بسته‌ها"), tier=2)
    OrderLine.objects.create(order=order, position=0, product=goods, quantity=3, **price)
    Refund.objects.create(order=order, amount=Decimal(500_000), refunded_at=now)
    Ticket.objects.create(customer=customer, subject="فاکتور نرسیده", owner=user)
    answer = {"score": 3, "comment": "بسته‌بندی بهتر می‌خواهم.", "order": order, "answered_at": now}
    Answer.objects.create(survey=Survey.objects.get(kind="csat-words"), customer=customer, **answer)
    return order


def make_visits(now):
    """A landing page with two variants, and visits that began there."""
    page = make_landing_page(variants="ab", title="صفحهٔ آغاز", published_on=now.date() - timedelta(days=400))
    variant = page.variants.first()
    make_session(paths=("/start",), started_at=now, landing_page=page, variant=variant, converted_at=now)
    make_session(paths=("/start", "/"), started_at=now)
    return page


def pages_of_work(lead, opportunity):
    call = lead.activities.get(kind="call")
    return [
        "/today/",
        "/today/?owner=all",
        f"/activities/{call.pk}/finish/",
        f"/activities/{call.pk}/snooze/",
        f"/activities/{lead.activities.get(kind='note').pk}/edit/",
        f"/opportunities/{opportunity.pk}/plan/",
        "/leads/",
        "/leads/?stage=sql&created=this-month",
        "/leads/new/",
        f"/leads/{lead.pk}/",
        f"/leads/{lead.pk}/edit/",
        f"/leads/{lead.pk}/history/",
        f"/leads/{lead.pk}/merge/",
        f"/leads/{lead.pk}/activities/",
        "/pipeline/",
        "/opportunities/new/",
        f"/opportunities/{opportunity.pk}/",
        f"/opportunities/{opportunity.pk}/move/?stage=lost",
        f"/opportunities/{opportunity.pk}/move/?stage=won",
        f"/opportunities/{opportunity.pk}/quotes/new/",
        f"/quotes/{opportunity.quotes.get().pk}/",
        f"/quotes/{opportunity.quotes.get().pk}/mail/",
    ]


def pages_of_sales(order):
    return [
        "/customers/",
        "/customers/new/",
        f"/customers/{order.customer_id}/",
        f"/customers/{order.customer_id}/timeline/",
        f"/customers/{order.customer_id}/orders/new/",
        "/orders/",
        "/orders/?status=paid&placed=this-month",
        f"/orders/{order.pk}/",
        f"/orders/{order.pk}/edit/",
        f"/orders/{order.pk}/refund/",
        "/search/?q=علی",
        "/products/",
        "/products/new/",
        *pages_of_product(Product.objects.get()),
        "/surveys/",
        "/surveys/new/",
        *(f"/surveys/{survey.pk}/" for survey in Survey.objects.filter(kind__in=["csat-words", "loyalty"])),
        f"/surveys/{Survey.objects.get(kind='csat-words').pk}/answers/new/",
        "/tickets/",
        "/orders/new/",
        "/activities/new/",
        "/tickets/new/",
        "/tickets/?state=all&priority=urgent",
        "/settings/",
        "/settings/history/",
        "/settings/channels/",
        f"/settings/channels/{Channel.objects.create(slug='fair', name='نمایشگاه', kind='exhibition').pk}/",
        "/settings/exchange-rates/",
        f"/settings/exchange-rates/{ExchangeRate.objects.create(currency='EUR', day=order.placed_at, rate=1_250_000).pk}/",
        "/settings/holidays/",
        "/settings/people/",
        f"/settings/people/{order.owner_id}/",
        "/settings/stages/",
        *(f"/settings/stages/{stage.pk}/" for stage in Stage.objects.filter(slug__in=["contacted", "demo"])),
        "/settings/teams/",
        f"/settings/teams/{Team.objects.create(name='پخش').pk}/history/",
        "/settings/tokens/",
        "/settings/tokens/new/",
        f"/settings/tokens/{make_token(order.owner, name='فروشگاه').pk}/",
    ]


def pages_of_product(product):
    return [f"/products/{product.pk}/", f"/products/{product.pk}/edit/"]


def pages_of_figures(board):
    return [
        "/kpis/revenue/",
        "/kpis/",
        "/kpis/range/",
        "/kpis/leads/?side=excluded",
        "/kpis/catalog/",
        "/kpis/pins/",
        "/kpis/dashboards/",
        "/kpis/screens/",
        "/kpis/screens/new/",
        f"/kpis/dashboards/{board.pk}/?grain=month&tv=1",
        f"/kpis/dashboards/{board.pk}/?grain=month",
        f"/kpis/dashboards/{board.pk}/edit/",
        "/kpis/dashboards/new/",
        "/targets/",
        "/alerts/",
        "/alerts/new/",
        "/reports/mail/",
        "/reports/mail/new/?kpi=revenue",
        "/annotations/new/?kpi=revenue",
        "/reviews/",
        "/reviews/new/",
    ]


def pages_of_reports(page, campaign, people):
    return [
        "/campaigns/",
        "/reports/",
        "/kpis/funnel/",
        "/kpis/cohorts/",
        "/kpis/loyalty/",
        "/kpis/nps-seasons/",
        "/kpis/rfm/",
        "/kpis/top-pages/?path=/start",
        f"/kpis/landing-pages/?variant={page.variants.first().pk}",
        f"/kpis/landing-pages/{page.pk}/",
        "/reports/campaigns/",
        f"/campaigns/{campaign.pk}/?rows=spend",
        "/reports/pipeline/",
        "/campaigns/expenses/",
        "/campaigns/expenses/paste/",
        f"/campaigns/expenses/{campaign.expenses.get().pk}/edit/",
        "/lists/",
        f"/lists/{people.pk}/",
    ]


@pytest.fixture
def pages(sara):
    """A company with a little of everything, and the address of each page of it."""
    sara.is_superuser = True
    sara.save()
    Team.objects.update(name="فروش")
    now = timezone.now()
    lead, opportunity = make_deal(sara, now)
    order, page = make_sale(sara, now), make_visits(now)
    make_plans(sara, now)
    campaign = make_campaign(lead, page, now)
    facts = {"name": "بازدیدکنندگان نمایشگاه", "scope": "everyone", "origin": [{"words": "Sales funnel"}]}
    people, _count = services.save_people([lead.pk], kind="leads", by=sara, **facts)
    return [
        *pages_of_work(lead, opportunity),
        *pages_of_sales(order),
        *pages_of_figures(make_board(sara)),
        *pages_of_reports(page, campaign, people),
    ]


# Each language has one of the themes; what a theme changes are colours, which axe judges. A page is loaded once, as wide as the
# window was left by the one before, and looked at on a phone and on a desk, every third one on a tablet or a wide screen, too;
# the reader of Persian takes one of them. Axe, which takes longer than all else, sees every other page in the first look and the
# rest in the second: they are made alike.
LOOKS = {"fa light": (360, 1280), "en dark": (1280, 360)}
RARER = {"fa light": 768, "en dark": 1920}
WIDTHS_OF_AXE = {"fa light": 1280, "en dark": 360}
TURNS_OF_AXE = {"fa light": 0, "en dark": 1}


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_whole_and_named_and_in_its_readers_language(visit, sara, pages, look):
    language, theme = look.split()
    sara.name, sara.language, sara.theme = {"fa": "سارا", "en": "Sara"}[language], language, theme
    sara.calendar = {"fa": "jalali", "en": "gregorian"}[language]
    sara.save()
    page, wrong, audit = visit(sara, width=LOOKS[look][0]), [], Audit()

    for turn, url in enumerate(pages):
        page.goto(url)
        shown = "dark" if "tv=1" in url else theme  # a screen on the wall is dark for everybody
        for width in widths(look, turn):
            if page.viewport_size["width"] != width:
                page.set_viewport_size({"width": width, "height": 800})
            page.evaluate(SETTLED)
            wrong += [(url, width, fault) for fault in looked_at(page, language, shown)]
            if width == WIDTHS_OF_AXE.get(look) and turn % 2 == TURNS_OF_AXE[look]:
                wrong += [(url, width, fault) for fault in audit.faults_of(page)]
        if language == "fa":
            wrong += [(url, fault) for fault in not_persian(page)]

    assert sorted(set(map(str, wrong))) == []


def widths(look, turn):
    """From one end to the other, and for the next page back again."""
    usual, rarer = LOOKS[look], [RARER[look]] * (turn % 3 == 0)
    return [usual[0], *rarer, usual[1]][:: -1 if turn % 2 else 1]


def looked_at(page, language, theme):
    seen = page.evaluate(SEEN)
    direction = ["fa", "rtl"] if language == "fa" else ["en", "ltr"]
    wanted = {"sideways": 0, "direction": direction, "theme": theme, "unnamed": [], "small": []}
    return [(name, seen[name]) for name, value in wanted.items() if seen[name] != value]


def not_persian(page):
    wrong = page.evaluate(READ)
    found = {"digits": wrong["digits"], "words": sorted(set(wrong["words"]) - LATIN_WORDS), "broken": wrong["broken"]}
    return [(name, texts) for name, texts in found.items() if texts]


def test_axe_finds_nothing_serious_in_what_opens_over_a_page(visit, sara, pages):
    page = visit(sara)
    page.goto("/leads/")

    page.keyboard.press("Control+KeyK")
    page.get_by_role("option", name="New lead").wait_for()
    palette = Audit().faults_of(page)
    page.keyboard.press("Escape")
    page.locator("dialog[open]").wait_for(state="detached")
    page.keyboard.press("Shift+Slash")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    shortcuts = Audit().faults_of(page)
    page.keyboard.press("Escape")
    page.locator("[data-columns] summary").click()

    assert (palette, shortcuts, Audit().faults_of(page)) == ([], [], [])

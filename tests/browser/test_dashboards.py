"""Cards and dashboards put in order in a browser: by drag, by the keyboard, and by the same buttons without scripts."""

from django.utils import timezone

from kpis.dashboards import own
from kpis.engine import drain
from kpis.services import set_pins
from tests.factories.customers import make_order

THREE = ["revenue", "leads", "nps"]


def shown(page):
    return page.locator("input[name=kpi]").evaluate_all("rows => rows.map((row) => row.value)")


def test_cards_are_dragged_moved_by_keys_and_kept(visit, sara):
    set_pins(sara, THREE)
    page = visit(sara)
    page.goto("/kpis/pins/")
    rows = page.locator("[data-arrange-row]")

    rows.nth(2).locator("[data-arrange-handle]").drag_to(rows.nth(0).locator("[data-arrange-handle]"))
    dragged = shown(page)
    page.get_by_role("button", name="Move Net revenue down").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")
    said = page.locator("[data-arrange-status]").inner_text()
    page.get_by_role("button", name="Take Net promoter score off").click()
    taken = shown(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The cards of your overview were saved.").wait_for()

    assert dragged == ["nps", "revenue", "leads"]
    assert said == "Net revenue: Place 1"
    assert (taken, [kpi.key for kpi in own(sara)]) == (["revenue", "leads"], ["revenue", "leads"])


def test_without_scripts_the_buttons_do_the_same(visit, sara):
    set_pins(sara, THREE)
    page = visit(sara, scripts=False)
    page.goto("/kpis/pins/")

    page.get_by_role("button", name="Move Net revenue down").click()
    page.get_by_label("Another KPI").select_option("orders")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Save").click()

    assert [kpi.key for kpi in own(sara)] == ["leads", "revenue", "nps", "orders"]


def test_the_screen_turns_reads_again_and_keeps_its_figures_when_the_server_is_silent(visit, sara):
    """A clock that the test moves: ten seconds a screen, read again after a minute."""
    set_pins(sara, THREE)
    page = visit(sara)
    page.clock.install()
    page.goto("/kpis/?tv=1&every=10&refresh=1")
    place = page.locator("[data-tv-place]")
    first = place.inner_text()

    page.clock.run_for(11_000)
    second = place.inner_text()
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(30_000)
    paused = place.inner_text()
    page.get_by_role("button", name="Pause").click()
    page.locator("[data-tv]").evaluate("screens => { screens.dataset.old = 'true'; }")
    with page.expect_response("**/kpis/?tv=1**") as read:
        page.clock.run_for(90_000)
    page.locator("[data-tv]:not([data-old]) [data-tv-screen]:visible").wait_for()
    page.route("**/kpis/?tv=1**", lambda route: route.fulfill(body="<p>Sign in</p>", content_type="text/html"))
    page.clock.run_for(90_000)
    page.get_by_text("no connection").wait_for()

    assert (first, second, paused) == ("1 of 2", "2 of 2", "2 of 2")
    assert read.value.status == 200
    assert page.locator("[data-tv-screen]:visible").count() == 1


def test_an_overview_that_stays_open_says_that_there_are_newer_figures(visit, sara):
    """A clock that the test moves: asked every half a minute while somebody looks, and no more once it is said."""
    now = timezone.now()
    page, asked = visit(sara), []
    page.on("request", lambda request: asked.append(request.url) if "/kpis/fresh/" in request.url else None)
    page.clock.install()
    page.goto("/kpis/")
    link = page.get_by_role("link", name="New figures: show")
    page.locator("[data-period] a").first.focus()
    with page.expect_response("**/kpis/fresh/**") as first:
        page.clock.run_for(36_000)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.clock.run_for(120_000)
    while_hidden = len(asked)
    make_order(placed_at=now, status="paid")
    drain(at=now)
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    link.wait_for()
    page.clock.run_for(120_000)
    rel = page.evaluate("document.activeElement.rel")
    told = len(asked)
    link.click()
    page.wait_for_load_state()

    assert first.value.status == 204
    assert (while_hidden, told, rel) == (1, 2, "prev")
    assert link.count() == 0


def test_the_button_of_the_filters_never_stands_alone_in_a_line(visit, sara):
    """However wide the window is; on a phone behind “Filters”."""
    page, alone = visit(sara), []
    page.goto("/kpis/leads/")
    for width in (360, *range(660, 1300, 20)):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("document.querySelector('.filter-fold').open = true")
        button = page.locator(".filters").get_by_role("button", name="Filter").bounding_box()
        lines = {select.bounding_box()["y"] for select in page.locator(".filters select").all()}
        alone += [width] * (not any(abs(button["y"] - line) < 8 for line in lines))

    assert alone == []

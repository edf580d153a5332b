"""Cards and dashboards put in order in a browser: by drag, by the keyboard, and by the same buttons without scripts."""

from kpis.dashboards import own
from kpis.services import set_pins

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

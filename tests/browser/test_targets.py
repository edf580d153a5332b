"""The grid of targets in a browser: pasting from a spreadsheet, arrows, and the same form without scripts."""

from decimal import Decimal

from playwright.sync_api import expect

from kpis.models import Target

URL = "/targets/?calendar=jalali&year=1404"
PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def field(page, name):
    return page.locator(f'input[name="{name}"]')


def stored():
    return {(row.kpi, row.period.key): row.value for row in Target.objects.all()}


def test_cells_of_a_spreadsheet_are_pasted_taken_back_and_saved(visit, sara):
    """The rows of the overview: conversion stands below revenue, new customers below that."""
    page = visit(sara)
    page.goto(URL)
    field(page, "lead_conversion_rate:1404-01").focus()

    page.evaluate(PASTE, "۲۵٪\t۲۶٪\r\n۱٬۲۰۰\t۹۰\r\n")
    assert field(page, "new_customers:1404-02").input_value() == "۹۰"
    page.keyboard.press("Control+z")
    assert field(page, "new_customers:1404-02").input_value() == ""

    # Beside the last column there is no room for two; a cell may come in quotes.
    last = page.locator('tr[data-kpi="lead_conversion_rate"] input').last
    last.focus()
    page.evaluate(PASTE, '"25"\t26\t27\n9\t\n')
    assert last.input_value() == "25"
    page.get_by_text("Cells beyond the edge of the table, which were left out: 2").wait_for()
    page.keyboard.press("Control+z")
    assert page.get_by_text("Cells beyond the edge").count() == 0

    field(page, "lead_conversion_rate:1404-01").focus()
    page.evaluate(PASTE, "۲۵٪\t۲۶٪\r\n۱٬۲۰۰\t۹۰\r\n")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Targets changed: 4.").wait_for()

    assert stored() == {
        ("lead_conversion_rate", "1404-01"): Decimal("0.25"),
        ("lead_conversion_rate", "1404-02"): Decimal("0.26"),
        ("new_customers", "1404-01"): Decimal(1200),
        ("new_customers", "1404-02"): Decimal(90),
    }
    page.get_by_role("button", name="Undo", exact=True).click()
    page.get_by_text("Taken back.").wait_for()
    assert stored() == {}


def test_an_amount_is_seen_whole(visit, sara):
    """Ten digits and more are usual: a milliard in Toman, ten of them in Rial."""
    page = visit(sara)
    page.goto(URL)
    revenue = field(page, "revenue:1404-01")
    revenue.fill("12,000,000,000")

    assert revenue.evaluate("cell => cell.scrollWidth <= cell.clientWidth")


def test_arrows_and_enter_go_up_and_down(visit, sara):
    page = visit(sara)
    page.goto(URL)
    field(page, "lead_conversion_rate:1404-03").focus()

    page.keyboard.press("Enter")
    below = page.evaluate("document.activeElement.name")
    page.keyboard.press("ArrowUp")

    assert (below, page.evaluate("document.activeElement.name")) == ("new_customers:1404-03", "lead_conversion_rate:1404-03")


def test_without_scripts_it_is_a_form(visit, sara):
    page = visit(sara, scripts=False)
    page.goto(URL)
    field(page, "new_customers:1404-01").fill("10")
    page.get_by_role("button", name="Fill to the year's end").click()
    assert field(page, "new_customers:1404-12").input_value() == "10"

    field(page, "new_customers:1404-12").fill("x")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_text("Nothing was saved yet").is_visible()
    expect(field(page, "new_customers:1404-12")).to_be_focused()
    expect(field(page, "new_customers:1404-12")).to_be_in_viewport()
    assert field(page, "new_customers:1404-02").input_value() == "10"

    field(page, "new_customers:1404-12").fill("12")
    field(page, "new_customers:1404-12").press("Enter")

    assert sum(stored().values()) == 11 * 10 + 12


def test_a_link_to_one_row_begins_in_its_cell(visit, sara):
    """Of a year that is over in that of its first month; each empty cell says its month."""
    page = visit(sara)

    page.goto(f"{URL}#lead_conversion_rate")

    page.wait_for_function("document.activeElement.name === 'lead_conversion_rate:1404-01'")
    assert field(page, "lead_conversion_rate:1404-03").get_attribute("placeholder") == "Khordad"

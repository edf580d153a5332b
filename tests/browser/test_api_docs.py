"""The API's documentation in a real browser: drawn without inline scripts, and it can be tried out."""

from tests.factories.crm import make_user

# As trying out an operation that writes does.
WRITE = """() => fetch("/api/v1/leads/", {
  method: "POST",
  headers: {"Content-Type": "application/json", "X-CSRFToken": document.getElementById("api").dataset.csrf},
  body: '{"name": "a"}',
}).then((answer) => answer.status)"""


def test_the_docs_are_drawn_and_can_be_tried(visit):
    page = visit(make_user("admin"))
    page.set_default_timeout(60_000)  # a large script, on a busy machine

    page.goto("/api/v1/docs/")
    page.locator("#operations-tag-orders").click()
    page.locator("#operations-orders-getOrders").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    status = page.locator(".live-responses-table tbody .response-col_status").first
    status.wait_for()
    assert status.inner_text().startswith("200")
    assert page.evaluate(WRITE) == 201

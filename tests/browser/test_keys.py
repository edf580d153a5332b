"""What the keyboard does: the palette, the rows of lists, and when it does nothing."""

from django.utils import timezone
from playwright.sync_api import expect

from tests.factories.leads import make_lead

FOCUSED = "document.activeElement.closest('[data-row]')?.querySelector('.row-link').textContent"
CHOSEN = "document.querySelector('#palette [aria-selected=true] .clip')?.textContent"


def leads(owner):
    """Three of them; the list shows the newest first."""
    return [make_lead(name=name, owner=owner, at=timezone.now()) for name in ("Third", "Second", "First")]


def test_the_palette_finds_a_record_and_goes_there(visit, omid):
    third, _second, _first = leads(omid)
    page = visit(omid)
    page.goto("/today/")

    page.keyboard.press("Control+KeyK")
    page.get_by_role("option", name="New lead").wait_for()
    assert page.evaluate(CHOSEN) == "New lead"
    page.keyboard.type("third")
    page.locator("[data-palette-said]", has_text="1 found").wait_for(state="attached")
    combobox = page.get_by_role("combobox", name="Find a record")
    expect(combobox).to_have_attribute("aria-activedescendant", f"palette-lead-{third.pk}")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/leads/{third.pk}/")


def test_arrows_walk_through_the_palette_and_escape_gives_the_focus_back(visit, omid):
    page = visit(omid)
    page.goto("/today/")
    page.get_by_role("button", name="Command palette").focus()

    page.keyboard.press("Enter")
    page.get_by_role("option", name="New lead").wait_for()
    seen = [page.evaluate(CHOSEN)]
    for key in ("ArrowDown", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        seen.append(page.evaluate(CHOSEN))
    page.keyboard.press("Escape")

    assert seen == ["New lead", "New opportunity", "New lead", "Support"]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Command palette"


def test_enter_waits_for_the_answer_to_what_was_typed(visit, omid):
    (lead, *_others) = leads(omid)
    page = visit(omid)
    page.goto("/today/")
    page.keyboard.press("Control+KeyK")
    page.get_by_role("option", name="New lead").wait_for()

    page.keyboard.type("third")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/leads/{lead.pk}/")


def test_rows_are_walked_ticked_and_edited(visit, omid):
    _third, second, _first = leads(omid)
    page = visit(omid)
    page.goto("/leads/")

    walked = []
    for key in ("KeyJ", "KeyJ", "KeyJ", "KeyJ", "KeyK"):
        page.keyboard.press(key)
        walked.append(page.evaluate(FOCUSED))
    page.keyboard.press("KeyX")
    ticked = page.locator("[name=lead]:checked").evaluate_all("boxes => boxes.map((box) => box.value)")
    page.keyboard.press("KeyE")
    page.wait_for_url(f"**/leads/{second.pk}/edit/")

    assert walked == ["First", "Second", "Third", "Third", "Second"]
    assert ticked == [str(second.pk)]


def test_the_same_places_on_a_persian_keyboard(visit, omid):
    leads(omid)
    page = visit(omid)
    page.goto("/leads/")

    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {code: 'KeyJ', key: 'ت', bubbles: true}))")

    assert page.evaluate(FOCUSED) == "First"


def test_periods_are_turned_compared_and_cleared(visit, sara):
    """English runs from left to right: the period before is to the left; in Persian to the right."""
    page = visit(sara)
    page.goto("/kpis/?period=1404-07&channel=null")

    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/kpis/?channel=null&period=1404-06")
    page.keyboard.press("KeyX")
    page.wait_for_url("**/kpis/?*compare=none*")
    page.keyboard.press("KeyX")
    page.wait_for_url("**/kpis/?*compare=previous*")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "channel" not in url)

    sara.language = "fa"
    sara.save()
    page.goto("/kpis/?period=1404-07")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/kpis/?period=1404-06")


def test_nothing_happens_while_typing_or_when_switched_off(visit, omid):
    leads(omid)
    page = visit(omid)
    page.goto("/leads/")

    page.keyboard.press("KeyF")
    assert page.evaluate("document.activeElement.id") == "id_filter_q"
    page.keyboard.type("jx")
    assert (page.locator("#id_filter_q").input_value(), page.locator("[name=lead]:checked").count()) == ("jx", 0)

    omid.shortcuts = False
    omid.save()
    page.goto("/leads/")
    page.keyboard.press("KeyJ")
    assert page.evaluate(FOCUSED) is None


def test_columns_are_picked_with_and_without_scripts(visit, omid):
    leads(omid)
    for scripts in (True, False):
        page = visit(omid, scripts=scripts)
        page.goto("/leads/?stage=new")

        page.locator("[data-columns] summary").click()
        page.get_by_label("Source").and_(page.get_by_role("checkbox")).uncheck()
        page.get_by_label("Campaign").and_(page.get_by_role("checkbox")).check()
        page.get_by_role("button", name="Show", exact=True).click()
        page.wait_for_url("**columns=**")
        heads = page.locator("thead th").all_text_contents()
        page.locator("[data-columns] summary").click()
        page.get_by_role("button", name="The usual ones").click()
        page.wait_for_url("**/leads/?stage=new")

        assert [head for head in heads if head.strip()] == [
            "Name",
            "Mobile",
            "Campaign",
            "Stage",
            "Owner",
            "Next step",
            "Created",
        ]

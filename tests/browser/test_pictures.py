"""A chart saved as a picture, and a link copied, in a browser that runs no script of the page itself."""

from pathlib import Path
from struct import unpack

from tests.factories.leads import make_lead


def test_a_chart_is_saved_as_a_picture_with_its_name_and_periods(visit, sara):
    make_lead(owner=sara)
    sara.language = "fa"
    sara.save()
    page = visit(sara)
    page.goto("/kpis/leads/?period=1404-07")

    # the product's name as it is written in the reader's language, where the organisation has none of its own
    assert page.locator("[data-picture]").first.get_attribute("data-source") == "سنجه"
    with page.expect_download() as saving:
        page.get_by_role("button", name="ذخیرهٔ «میزان ایجاد سرنخ» به‌صورت تصویر").click()

    content = Path(saving.value.path()).read_bytes()
    assert saving.value.suggested_filename == "میزان-ایجاد-سرنخ-اردیبهشت-۱۴۰۳-تا-مهر-۱۴۰۴.png"
    # Twice as fine as 960 to 76 + 480 + 44.
    assert (content[:8], unpack(">II", content[16:24])) == (b"\x89PNG\r\n\x1a\n", (1920, 1200))


def test_a_copied_link_names_the_period(visit, sara):
    page = visit(sara)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/kpis/leads/?compare=none&grain=year")

    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert "/kpis/leads/?compare=none&period=" in copied

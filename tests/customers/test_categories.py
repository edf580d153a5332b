"""Categories of products in the settings: added, named, and deleted while no product is of them."""

import pytest
from django.utils.html import strip_tags

from customers.models import Category, Product
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

PAGE = "/settings/product-categories/"


@pytest.fixture
def page(browse, sara):
    sara.is_superuser = sara.is_staff = True
    sara.save()
    return browse(sara)


def names(client):
    return [str(row) for row in client.get(PAGE).context["rows"]]


def test_they_are_kept_by_administrators_alone(browse, sara):
    row = Category.objects.create(name="Tea")
    ways = ["", "new/", f"{row.pk}/", f"{row.pk}/history/", f"{row.pk}/remove/", "restore/x/"]

    assert [browse(sara).post(f"{PAGE}{way}", {"name": "Rice"}).status_code for way in ways] == [403] * 6
    assert [str(each) for each in Category.objects.all()] == ["Tea"]


def test_one_is_added_renamed_and_each_step_taken_back(page):
    [(added, without)] = toasts(page.post(f"{PAGE}new/", {"name": "چای"}))
    tea = Category.objects.get()
    again = page.post(f"{PAGE}new/", {"name": "چاي"}).context["form"].errors
    [*_before, (_text, undo)] = toasts(page.post(f"{PAGE}{tea.pk}/", {"name": "Tee"}))

    assert (added, again) == ("چای was added.", {"name": ["Another category has this name already."]})
    assert names(page) == ["Tee"]
    [entry] = page.get(f"{PAGE}{tea.pk}/history/").context["entries"]
    assert [strip_tags(text) for text in entry["changes"][0].values()] == ["Name", "چای", "Tee"]
    page.post(undo)
    assert names(page) == ["چای"]
    page.post(without)
    assert names(page) == []


def test_they_stand_in_the_order_of_the_alphabet(page):
    for name in ("هدیه", "پنیر", "Tea", "چای", "rice", "آب"):
        Category.objects.create(name=name)

    assert names(page) == ["rice", "Tea", "آب", "پنیر", "چای", "هدیه"]


def test_only_what_no_product_is_of_is_deleted(page):
    tea, rice = Category.objects.create(name="Tea"), Category.objects.create(name="Rice")
    for number in range(2):
        Product.objects.create(sku=f"tea-{number}", category=tea, is_archived=bool(number))

    assert {row.name: row.uses for row in page.get(PAGE).context["rows"]} == {"Rice": [], "Tea": ["Products: 2"]}
    [(refused, _undo)] = toasts(page.post(f"{PAGE}{tea.pk}/remove/"))
    [*_before, (told, undo)] = toasts(page.post(f"{PAGE}{rice.pk}/remove/"))
    assert refused.startswith("Tea cannot be deleted, as it is used: products.")
    assert (told, names(page)) == ("Rice was deleted.", ["Tea"])

    page.post(undo)
    assert Category.objects.get(name="Rice").pk == rice.pk

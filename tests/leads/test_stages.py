"""The stages of the pipeline in the settings: added, named, put in order, archived and brought back, and what stays as it was."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from leads import services
from leads.models import Opportunity, Stage
from leads.services.stages import add_stage, archive_stage, order_stages
from tests.api_client import Api
from tests.factories.crm import make_token
from tests.factories.leads import A_DAY, make_opportunity, stage
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

URL = "/settings/stages/"
USUAL = ["contacted", "demo", "pro-forma", "negotiation", "won", "lost"]
TRIAL = {"name": "Trial", "name_fa": "آزمایش", "probability": "۴۰", "stale_days": "۳"}


@pytest.fixture
def boss(sara):
    sara.is_superuser = sara.is_staff = True
    sara.save()
    return sara


@pytest.fixture
def page(browse, boss):
    return browse(boss)


def slugs():
    return list(Stage.objects.values_list("slug", flat=True))


def keys_of(*names):
    return [stage(name).pk for name in names]


def columns(client):
    return [column["key"] for column in client.get("/pipeline/").context["columns"]]


def test_they_are_kept_by_administrators_alone(browse, sara):
    demo = stage("demo")
    pages = [URL, f"{URL}{demo.pk}/", f"{URL}{demo.pk}/history/"]
    ways = [URL, f"{URL}order/", f"{URL}{demo.pk}/", f"{URL}{demo.pk}/archive/", f"{URL}{demo.pk}/restore/"]

    refused = [browse(sara).get(each).status_code for each in pages] + [browse(sara).post(each).status_code for each in ways]

    assert refused == [403] * 8


def test_a_new_one_stands_after_the_last_open_one_and_is_taken_back(page):
    page.post(URL, TRIAL)

    trial = Stage.objects.get(name="Trial")
    assert (trial.slug, trial.name_fa, trial.probability, trial.stale_days) == ("trial", "آزمایش", Decimal("0.4"), 3)
    assert (slugs(), columns(page)) == ([*USUAL[:4], "trial", *USUAL[4:]], [*USUAL[:4], "trial", *USUAL[4:]])
    again = page.post(URL, TRIAL | {"name": "TRIAL"})
    assert again.context["form"].errors == {"name": ["There is a stage of this name already."]}

    page.post(f"{URL}{trial.pk}/archive/")
    assert columns(page) == USUAL


def test_the_order_is_saved_and_taken_back(page):
    """The arrow of a row moves it where there are no scripts; an order that leaves one out is none."""
    turned = ["demo", "contacted", *USUAL[2:]]

    answer = page.post(f"{URL}order/", {"stage": keys_of(*turned)})
    [(text, undo)] = toasts(answer)
    assert (text, slugs(), columns(page)) == ("The order of the stages was saved.", turned, turned)
    page.post(undo)
    assert slugs() == USUAL

    page.post(f"{URL}order/", {"stage": keys_of(*USUAL), "arrange": "down-1"})
    assert slugs() == ["contacted", "pro-forma", "demo", *USUAL[3:]]
    answer = page.post(f"{URL}order/", {"stage": keys_of(*USUAL[1:])})
    assert toasts(answer)[-1][0].startswith("Somebody changed the stages in the meantime")
    assert slugs()[1] == "pro-forma"


def test_what_was_weighted_with_a_probability_keeps_it(page, boss):
    """The dated moves hold it, and so do the figures of past evenings; a stage that nothing has stood in may change it."""
    deal = make_opportunity(stage="demo")
    services.move_opportunity(deal, stage=stage("pro-forma"), by=None, at=A_DAY)
    names = {"name": "Shown", "name_fa": "نمایش", "stale_days": "5"}

    page.post(f"{URL}{stage('demo').pk}/", names | {"probability": "90"})
    page.post(f"{URL}{stage('negotiation').pk}/", {"name": "Talks", "name_fa": "گفت‌وگو", "stale_days": "5", "probability": "75"})
    page.post(f"{URL}{stage('won').pk}/", {"name": "Sold", "name_fa": "فروش", "probability": "10"})

    facts = {each.slug: (each.name, each.probability, each.stale_days) for each in Stage.objects.all()}
    assert facts["demo"] == ("Shown", Decimal("0.3"), 5)
    assert facts["negotiation"] == ("Talks", Decimal("0.75"), 5)
    assert facts["won"] == ("Sold", Decimal(1), 7)
    [entry] = page.get(f"{URL}{stage('negotiation').pk}/history/").context["entries"]
    assert (entry["by"], [change["label"] for change in entry["changes"]][:2]) == ("Sara", ["Name", "Persian name"])


def test_nothing_goes_to_an_archived_one_and_what_stands_in_it_stays_to_be_moved_on(page, boss, client):
    standing, other = make_opportunity(stage="demo"), make_opportunity(stage="contacted")
    lost = services.lose_opportunity(make_opportunity(stage="demo"), reason="Price", by=None, at=A_DAY)
    archive_stage(stage("demo"), by=boss, at=A_DAY)
    api = Api(client, make_token(name="Shop"))

    assert columns(page) == USUAL
    with pytest.raises(ValidationError, match="archived"):
        services.move_opportunity(other, stage=stage("demo"), by=None, at=A_DAY)
    moved = api.post(f"/opportunities/{other.pk}/stage/", {"stage": "demo"})
    edited = api.patch(f"/opportunities/{other.pk}/", {"stage": "demo"})
    assert (moved.status_code, moved.json()["errors"]) == (409, edited.json()["errors"])
    assert (edited.status_code, [each["pointer"] for each in edited.json()["errors"]]) == (409, ["/stage"])
    assert api.patch(f"/opportunities/{standing.pk}/", {"stage": "demo", "name": "Renamed"}).status_code == 200
    assert services.reopen_opportunity(lost, by=None, at=A_DAY).stage.slug == "contacted"

    services.move_opportunity(Opportunity.objects.get(pk=standing.pk), stage=stage("contacted"), by=None, at=A_DAY)
    assert columns(page) == ["contacted", *USUAL[2:]]
    page.post(f"{URL}{stage('demo').pk}/restore/")
    assert columns(page) == USUAL


def test_the_ends_and_the_last_open_one_stay(boss):
    for slug in USUAL[1:4]:
        archive_stage(stage(slug), by=boss, at=A_DAY)

    for slug in ("contacted", "won", "lost"):
        with pytest.raises(ValidationError):
            archive_stage(stage(slug), by=boss, at=A_DAY)
    assert list(Stage.objects.offered().values_list("slug", flat=True)) == ["contacted", "won", "lost"]


def test_a_pipeline_of_an_evening_keeps_what_stood_in_a_stage_that_is_archived_now(page, boss):
    """100 Rial weighted by 0.30, on the evening of that day and on every later one; an empty archived stage is no row."""
    make_opportunity(stage="demo")
    archive_stage(stage("demo"), by=boss, at=A_DAY)
    archive_stage(stage("negotiation"), by=boss, at=A_DAY)

    shown = page.get("/reports/pipeline/").context["stages"]

    assert [str(row["label"]) for row in shown] == ["Contacted", "Demo", "Quote"]


def test_a_new_one_and_another_order_leave_room_for_the_next(boss):
    """A name that leaves nothing for a slug has one all the same; all of them turned round keep their positions apart."""
    added = add_stage(by=boss, at=A_DAY, name="دمو", name_fa="دمو", probability=Decimal("0.4"), stale_days=3)
    order_stages(list(Stage.objects.order_by("-position").values_list("pk", flat=True)), by=boss, at=A_DAY)

    assert (added.slug, slugs()[0], slugs()[-1]) == ("stage-1", "lost", "contacted")
    assert list(Stage.objects.values_list("position", flat=True)) == [10, 20, 30, 40, 50, 60, 70]

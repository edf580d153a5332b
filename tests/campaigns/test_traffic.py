"""Sessions, their channels, landing pages with variants, and social posts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.models import Campaign, Channel, LandingPage, PageView, Session, SocialNetwork, SocialPost, Variant
from tests.api_client import Api
from tests.factories.campaigns import NOON, make_channel, make_landing_page, make_post, make_session
from tests.factories.crm import make_token, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    return Api(client, make_token(name="site"))


def make(api, path, **data):
    response = api.post(path, data)
    assert response.status_code == 201, response.content
    return response.json()


def visit(**facts):
    return {"external_id": "s1", "visitor": "v1", "started_at": "2025-10-01T10:00:00Z", **facts}


def statuses(api, path, *items):
    return [result["status"] for result in api.post(f"{path}bulk/", {"items": list(items)}).json()["results"]]


def errors(response):
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


# Sessions


def test_a_session_and_what_was_viewed_in_it(api):
    page = make_landing_page(url="https://shop.example/start")
    views = [
        {"path": "/start?utm_source=a#top", "at": "2025-10-01T10:00:00Z"},
        {"path": "https://shop.example/tea", "at": "2025-10-01T10:02:00Z"},
    ]

    body = make(api, "/sessions/", **visit(page_views=views, converted_at="2025-10-01T10:03:00Z"))

    assert (body["visitor"], body["view_count"], body["is_engaged"], body["is_bot"]) == ("v1", 2, True, False)
    assert [view["path"] for view in body["page_views"]] == ["/start", "/tea"]
    assert (body["landing_page"], body["channel"], body["source"]) == (page.pk, "direct", "site")
    row = Session.objects.get()
    assert (row.started_on, row.created_at, row.ended_at.minute) == (date(2025, 10, 1), row.started_at, 2)


def test_the_same_session_again_changes_nothing_and_a_longer_one_its_views(api):
    views = [{"path": f"/{number}", "at": f"2025-10-01T10:0{number}:00Z"} for number in range(3)]
    make(api, "/sessions/", **visit(page_views=views[:2]))
    before = list(Session.objects.values()), list(PageView.objects.values())

    assert statuses(api, "/sessions/", visit(page_views=views[:2])) == ["unchanged"]
    assert (list(Session.objects.values()), list(PageView.objects.values())) == before
    assert statuses(api, "/sessions/", visit(page_views=views)) == ["updated"]
    assert (Session.objects.get().view_count, PageView.objects.count()) == (3, 3)
    assert statuses(api, "/sessions/", visit(ended_at="2025-10-01T10:09:00Z")) == ["updated"]
    assert PageView.objects.count() == 3


@pytest.mark.parametrize(
    ("utm", "referrer", "expected"),
    [
        ({"medium": "cpc", "source": "google"}, "", "paid-search"),
        ({"medium": "PPC", "source": "instagram"}, "", "paid-social"),
        ({"medium": "paid_social", "source": "Telegram"}, "https://google.com/", "paid-social"),
        ({"medium": "banner"}, "https://news.example/", "display"),
        ({"medium": "newsletter"}, "", "email"),
        ({"medium": "sms"}, "", "sms"),
        ({"source": "instagram"}, "https://google.com/", "social"),
        ({"source": "leaflet"}, "https://l.instagram.com/?u=x", "social"),
        (None, "https://t.me/shop", "social"),
        (None, "https://www.google.co.uk/search?q=tea", "organic-search"),
        (None, "https://mail.google.com/", "referral"),
        (None, "https://blog.example/review", "referral"),
        (None, "https://shop.example/other", "direct"),
        (None, "not an address", "direct"),
        ({"source": "leaflet", "medium": "paper"}, "", "direct"),
        (None, "", "direct"),
    ],
)
def test_the_channel_of_a_session_is_the_first_rule_that_fits(api, utm, referrer, expected):
    make_landing_page(url="https://shop.example/start")

    body = make(api, "/sessions/", **visit(utm=utm, referrer=referrer))

    assert body["channel"] == expected
    assert Channel.objects.get(slug=expected).is_marketing is (expected != "direct")


def test_what_is_given_wins_over_what_is_derived(api):
    make_channel(slug="own")
    SocialNetwork.objects.create(slug="photos", name="Photos")
    campaign = Campaign.objects.create(name="autumn")

    body = make(
        api, "/sessions/", **visit(channel="own", social_network="photos", utm={"source": "instagram", "campaign": "autumn"})
    )

    assert (body["channel"], body["social_network"], body["campaign"]) == ("own", "photos", campaign.pk)


def test_a_channel_of_null_is_derived_and_stays_so_when_it_is_sent_again(api):
    sent = visit(channel=None, utm={"source": "instagram"})

    assert [statuses(api, "/sessions/", sent) for _each in range(2)] == [["created"], ["unchanged"]]
    assert Session.objects.get().channel.slug == "social"


def test_a_network_is_read_from_the_referrer(api):
    body = make(api, "/sessions/", **visit(referrer="https://www.aparat.com/v/x"))

    assert (body["social_network"], body["channel"]) == ("aparat", "social")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, False),
        ({"paths": ["/"]}, False),
        ({"paths": ["/", "/a"]}, True),
        ({"ended_at": NOON + timedelta(seconds=10)}, False),
        ({"ended_at": NOON + timedelta(seconds=10, microseconds=1)}, True),
        ({"ended_at": NOON - timedelta(seconds=30)}, False),
        ({"converted_at": NOON}, True),
    ],
)
def test_when_a_session_is_engaged(facts, expected):
    assert make_session(**facts).is_engaged is expected


def test_a_session_begins_on_the_organisations_day():
    # 20:29Z is 23:59 in Tehran, 20:30Z the next day
    days = [make_session(started_at=datetime(2025, 10, 1, 20, minute, tzinfo=UTC)).started_on for minute in (29, 30)]

    assert days == [date(2025, 10, 1), date(2025, 10, 2)]


def test_robots_do_not_count():
    person = make_session(["/"])
    make_session(["/"], is_bot=True)

    assert list(Session.objects.counted()) == [person]
    assert list(PageView.objects.counted()) == list(person.page_views.all())


def test_views_are_counted_whoever_writes_them():
    session = make_session(["/", "/a", "/b"])

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM campaigns_pageview WHERE path = '/a'")
        cursor.execute("UPDATE campaigns_session SET view_count = 9")
    session.refresh_from_db()
    assert session.view_count == 2


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"started_at": None}, [("/started_at", "wrong-type")]),
        ({"channel": "nowhere"}, [("/channel", "invalid-reference")]),
        ({"landing_page": "https://nowhere.example/"}, [("/landing_page", "invalid-reference")]),
        ({"variant": "b"}, [("/variant", "invalid-reference")]),
        ({"page_views": [{"at": "2025-10-01T10:00:00Z"}]}, [("/page_views/0/path", "required")]),
        ({"page_views": [{"path": "/", "at": "noon"}]}, [("/page_views/0/at", "invalid-date")]),
        ({"converted_at": "1980-01-01T10:00:00Z"}, [("/converted_at", "date-out-of-range")]),
        ({"ip": "1.2.3.4"}, [("/ip", "unknown-field")]),
    ],
)
def test_what_is_wrong_with_a_session_is_named(api, facts, expected):
    assert errors(api.post("/sessions/", visit(**facts))) == expected
    assert Session.objects.count() == 0


def test_a_session_needs_its_start(api):
    assert errors(api.post("/sessions/", {"visitor": "v"})) == [("/started_at", "required")]


@pytest.mark.parametrize(("role", "status"), [("rep", 403), ("support", 403), ("manager", 200), ("marketer", 200)])
@pytest.mark.parametrize("path", ["/sessions/", "/social-posts/"])
def test_traffic_is_for_those_who_look_at_the_whole(client, role, status, path):
    make_session()
    make_post()
    user = make_user(role)
    client.force_login(user)

    assert Api(client).get(path).status_code == status
    rows = [*Session.objects.visible_to(user), *SocialPost.objects.visible_to(user)]
    assert len(rows) == (2 if status == 200 else 0)
    assert PageView.objects.visible_to(user).exists() is False


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_sessions_takes_the_same_queries(api, count, django_assert_num_queries):
    page = make_landing_page(["a"])
    for number in range(count):
        make_session(["/"], visitor=str(number), landing_page=page, variant=page.variants.get(), channel=make_channel())
    api.get("/sessions/")

    # token with the organisation, sessions with their references, views
    with django_assert_num_queries(3):
        assert len(api.get("/sessions/").json()["results"]) == count


def test_a_thousand_sessions_take_as_many_statements_as_ten(api, django_assert_max_num_queries):
    make_landing_page(url="https://shop.example/start")
    api.post("/sessions/bulk/", {"items": [visit(external_id="first", referrer="https://t.me/")]})
    items = [
        visit(external_id=str(number), visitor=str(number), page_views=[{"path": "/start"}], referrer="https://t.me/")
        for number in range(1_000)
    ]

    with django_assert_max_num_queries(25):
        response = api.post("/sessions/bulk/", {"items": items})

    assert {result["status"] for result in response.json()["results"]} == {"created"}
    assert Session.objects.filter(landing_page__isnull=False).count() == 1_000


# Landing pages and their variants


def test_a_page_and_its_variants(api):
    data = {
        "url": "https://shop.example/start",
        "published_on": "2025-09-01",
        "variants": [{"key": "a"}, {"key": "b", "name": "Red"}],
    }
    body = make(api, "/landing-pages/", **data)

    assert body["variants"] == [{"key": "a", "name": "", "lever": None}, {"key": "b", "name": "Red", "lever": None}]
    assert statuses(api, "/landing-pages/", data) == ["unchanged"]
    assert statuses(api, "/landing-pages/", {**data, "variants": [{"key": "b", "name": "Blue"}, {"key": "c"}]}) == ["updated"]
    assert list(Variant.objects.values_list("key", "name")) == [("b", "Blue"), ("c", "")]
    assert statuses(api, "/landing-pages/", {"url": data["url"], "title": "x"}) == ["updated"]
    assert Variant.objects.count() == 2


def test_the_lever_of_a_variant_stays_until_another_is_sent(api):
    url = "https://shop.example/start"

    def levers(*variants):
        (status,) = statuses(api, "/landing-pages/", {"url": url, "variants": list(variants)})
        return status, dict(Variant.objects.values_list("key", "lever"))

    assert levers({"key": "a"}, {"key": "b", "lever": "copy"}) == ("created", {"a": "", "b": "copy"})
    assert levers({"key": "a"}, {"key": "b"}) == ("unchanged", {"a": "", "b": "copy"})
    assert levers({"key": "a"}, {"key": "b", "lever": "cta_text"}) == ("updated", {"a": "", "b": "cta_text"})
    assert [each["lever"] for each in api.get("/landing-pages/").json()["results"][0]["variants"]] == [None, "cta_text"]
    assert levers({"key": "a"}, {"key": "b", "lever": None}) == ("updated", {"a": "", "b": ""})
    page = api.get("/landing-pages/").json()["results"][0]["id"]
    assert errors(api.patch(f"/landing-pages/{page}/", {"variants": [{"key": "a", "lever": "luck"}]})) == [
        ("/variants/0/lever", "invalid-choice")
    ]


def test_a_variant_that_was_seen_stays(api):
    page = make_landing_page(["a", "b"])
    make_session(landing_page=page, variant=page.variants.get(key="a"))

    response = api.patch(f"/landing-pages/{page.pk}/", {"variants": [{"key": "b"}]})

    assert errors(response) == [("/variants", "conflict")]
    assert list(page.variants.values_list("key", flat=True)) == ["a", "b"]


def test_a_variant_is_named_once(api):
    response = api.post("/landing-pages/", {"url": "https://a.example/", "variants": [{"key": "a"}, {"key": "a"}]})

    assert (errors(response), LandingPage.objects.count()) == ([("/variants/1/key", "duplicate")], 0)


def test_a_session_saw_a_variant_of_its_own_page(api):
    page, other = make_landing_page(["a"], url="https://shop.example/one"), make_landing_page(["b"])

    body = make(api, "/sessions/", **visit(landing_page="https://shop.example/one", variant="a"))
    refused = api.post("/sessions/", visit(external_id="2", landing_page=other.pk, variant="a"))

    assert (body["landing_page"], body["variant"]) == (page.pk, "a")
    assert errors(refused) == [("/variant", "invalid-reference")]


# Posts


def test_a_post_and_what_it_got_back(api):
    data = {"external_id": "p1", "social_network": "Instagram", "posted_at": "2025-10-01T20:30:00Z", "reach": 1000, "likes": 40}
    body = make(api, "/social-posts/", **data)

    assert (body["social_network"], body["reach"], body["likes"], body["shares"]) == ("instagram", 1000, 40, 0)
    assert statuses(api, "/social-posts/", data, {"external_id": "p2", "posted_at": data["posted_at"]}) == ["unchanged", "error"]
    assert statuses(api, "/social-posts/", {**data, "comments": 5, "shares": 3}) == ["updated"]
    row = SocialPost.objects.get()
    # 40 likes + 5 comments + 3 shares; half past eight in the evening UTC is the next day in Tehran
    assert (row.interactions, row.posted_on) == (48, date(2025, 10, 2))
    assert row.history.count() == 1


@pytest.mark.parametrize(("name", "value"), [("reach", -1), ("likes", 2**63), ("shares", "5"), ("url", "ftp://x")])
def test_what_is_wrong_with_a_post_is_named(api, name, value):
    response = api.post("/social-posts/", {"social_network": "x", "posted_at": "2025-10-01T10:00:00Z", name: value})

    assert [pointer for pointer, _ in errors(response)] == [f"/{name}"]
    assert SocialPost.objects.count() == 0


def test_the_database_counts_no_less_than_nothing():
    with pytest.raises(IntegrityError), transaction.atomic():
        SocialPost.objects.filter(pk=make_post().pk).update(likes=-1)

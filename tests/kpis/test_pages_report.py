"""Top pages and A/B tests: the readings, the API's answers, the pages, and who may see them."""

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest

from crm.models import Team
from crm.services import create_token
from kpis.abtests import Arm, Trial, Verdict
from kpis.readings.pages import Choice, Landings
from leads.models import Lead
from tests.api_client import Api
from tests.factories.campaigns import make_channel, make_landing_page, make_session
from tests.factories.crm import make_user
from tests.factories.kpis import tehran

pytestmark = pytest.mark.django_db
MEHR = tehran(2025, 9, 25)
MINUTE = timedelta(minutes=1)
MONTH = {"period": "1404-07"}


@pytest.fixture
def api(sara, browse, now):
    token, token.secret = create_token(sara, scopes=["kpis:read", "sessions:read"], at=now, name="report")
    return Api(browse(), token)


def visits(count, *paths, started_at=MEHR, **facts):
    return [make_session(paths=paths, started_at=started_at, **facts) for _ in range(count)]


@pytest.fixture
def admin(db):
    return make_user("admin")


# -- top pages ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def site():
    """Visits begin 4 times at the old page, 3 at the new one, 2 at /tea, once at each of three more."""
    old = make_landing_page(url="https://shop.example.com/old?a=1", title="Old", published_on=date(2024, 9, 23))
    new = make_landing_page(url="https://shop.example.com/new", title="New", published_on=date(2025, 10, 1))
    visits(3, "/old", "/tea", landing_page=old)
    visits(1, "/old")  # came before the page was known
    visits(3, "/new", landing_page=new)
    visits(2, "/tea", "/old")
    for path in ("/a", "/b", "/c"):
        visits(1, path)
    visits(9, "/robots", is_bot=True)
    visits(9, "/old", started_at=tehran(2025, 9, 22))  # the month before
    visits(5)  # saw nothing
    return old, new


def test_top_pages(api, site):
    old, new = site

    found = api.get("/reports/top-pages/", **MONTH).json()

    # /old was seen by its own 4 and by the 2 that began at /tea; /tea by those and by 3 that began at /old
    known = {"id": old.pk, "url": old.url, "title": "Old"}, {"id": new.pk, "url": new.url, "title": "New"}
    nobody = {"id": None, "url": None, "title": None}
    assert [tuple(row.values()) for row in found["results"]] == [
        (known[0], "/old", 4, 6, "2024-09-23", True),
        (known[1], "/new", 3, 3, "2025-10-01", False),
        (nobody, "/tea", 2, 5, None, False),
        (nobody, "/a", 1, 1, None, False),
        (nobody, "/b", 1, 1, None, False),
    ]
    assert found["first"] == "2025-09-23"
    assert len(api.get("/reports/top-pages/", limit=50, **MONTH).json()["results"]) == 6


def test_a_year_old_to_the_day_is_not_older(api):
    page = make_landing_page(published_on=date(2024, 9, 25))
    visits(1, "/x", landing_page=page)

    ages = [
        api.get("/reports/top-pages/", **{"from": "2025-09-25", "to": day}).json()["results"][0]["older_than_a_year"]
        for day in ("2025-09-25", "2025-09-26")
    ]

    assert ages == [False, True]


def test_the_visits_behind_a_page_come_to_its_number(api, site):
    for row in api.get("/reports/top-pages/", limit=50, **MONTH).json()["results"]:
        which = {"landing_page": row["page"]["id"]} if row["page"]["id"] else {"path": row["path"]}
        found = api.get(f"/reports/top-pages/rows/?{urlencode(which | MONTH)}").json()
        assert (found["total"], len(found["results"])) == (row["sessions"], row["sessions"])
    first = api.get("/reports/top-pages/rows/", landing_page=site[0].pk, limit=3, **MONTH).json()
    rest = api.get("/reports/top-pages/rows/", landing_page=site[0].pk, limit=3, cursor=first["next"], **MONTH).json()
    assert (len(first["results"]), len(rest["results"]), rest["next"]) == (3, 1, None)


def test_pages_of_a_channel(api):
    channel = make_channel()
    visits(2, "/a", channel=channel)
    visits(1, "/b")

    assert [
        (r["path"], r["sessions"]) for r in api.get("/reports/top-pages/", channel=channel.pk, **MONTH).json()["results"]
    ] == [("/a", 2)]
    assert [r["path"] for r in api.get("/reports/top-pages/", channel="null", **MONTH).json()["results"]] == ["/b"]


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("top-pages", {"period": "1404-13"}),
        ("top-pages", {"limit": "0"}),
        ("top-pages", {"limit": "51"}),
        ("top-pages", {"channel": "x"}),
        ("top-pages", {"from": "2025-10-02", "to": "2025-10-01"}),
        ("top-pages", {"owner": "1"}),
        ("top-pages/rows", {}),
        ("top-pages/rows", {"path": "/a", "landing_page": "1"}),
        ("top-pages/rows", {"landing_page": "999999"}),
        ("top-pages/rows", {"path": "/a", "cursor": "x"}),
        ("ab-tests", {"from": "1404-07"}),
        ("ab-tests/rows", {}),
        ("ab-tests/rows", {"variant": "a"}),
        ("ab-tests/rows", {"landing_page": "999999", "variant": "a"}),
    ],
)
def test_what_says_nothing_sensible_is_refused(api, path, wrong):
    assert api.get(f"/reports/{path}/?{urlencode(wrong)}").status_code == 400


# -- tests of variants -------------------------------------------------------------------------------------------------


def trial(*arms):
    """Of arms (visitors, conversions) named a, b …"""
    return Trial(None, tuple(Arm(i, "abc"[i], "abc"[i], *arm) for i, arm in enumerate(arms)))


def test_a_clear_difference_has_a_winner():
    """The sheet's own: 200 and 250 of 1,000."""
    found = trial((1000, 200), (1000, 250))

    assert (round(found.comparison.z, 6), round(found.comparison.p, 6)) == (2.677398, 0.007420)
    assert [round(bound, 6) for bound in found.difference] == [0.013396, 0.086451]
    assert (found.verdict, found.winner.key, found.mismatch) == (Verdict.WINNER, "b", 1)


def test_a_worse_challenger_loses():
    assert trial((1000, 250), (1000, 200)).winner.key == "a"


def test_below_95_percent_nobody_wins():
    """The sheet's own: 100 and 120 of 1,000."""
    found = trial((1000, 100), (1000, 120))

    assert (round(found.comparison.p, 6), found.verdict, found.winner) == (0.152918, Verdict.NO_WINNER, None)


def test_variants_that_were_not_shown_equally_often_have_no_winner():
    """1,000 and 1,200: χ² = 2 × 100² ÷ 1,100 = 18.18, far beyond 10.83; 1,000 and 1,100: 4.76, not."""
    found = trial((1000, 200), (1200, 400))

    assert (found.verdict, found.winner, found.mismatch < 0.001) == (Verdict.MISMATCH, None, True)
    assert trial((1000, 200), (1100, 400)).verdict is Verdict.WINNER


def test_too_few_say_nothing():
    assert trial((29, 1), (30, 20)).verdict is Verdict.TOO_LITTLE
    assert trial((30, 0), (30, 0)).verdict is Verdict.TOO_LITTLE  # no conversion at all: nothing to compare


def test_of_several_the_best_is_compared_and_pays_for_the_choice():
    """b and c against a: c is the best of two, so its p of .0236 doubles to .047, and .0351 to .070."""
    found, less = trial((1000, 200), (1000, 210), (1000, 242)), trial((1000, 200), (1000, 210), (1000, 239))

    assert (found.challenger.key, round(found.comparison.p, 3), found.winner.key) == ("c", 0.047, "c")
    assert (round(less.comparison.p, 3), less.verdict) == (0.07, Verdict.NO_WINNER)


@pytest.fixture
def tried():
    """30 visitors of each variant, of whom 3 and 15 converted; some came twice, saw both, or had been here before."""
    page = make_landing_page(variants="ab", title="Start")
    a, b = page.variants.order_by("key")
    for n in range(30):
        visits(1, landing_page=page, variant=a, visitor=f"a{n}", converted_at=MEHR + MINUTE if n < 3 else None)
        visits(1, landing_page=page, variant=b, visitor=f"b{n}", converted_at=MEHR + MINUTE if n < 15 else None)
    # a5 sees b later and converts there: still a's, and one of those who converted
    visits(1, landing_page=page, variant=b, visitor="a5", started_at=MEHR + MINUTE)
    Lead.objects.create(name="Mina", visitor="a5", created_at=MEHR + 5 * MINUTE)
    # b20 converted before anything was tried out: does not count
    visits(1, landing_page=page, visitor="b20", started_at=MEHR - 90 * MINUTE * 24, converted_at=MEHR - 90 * MINUTE * 24)
    visits(3, landing_page=page, variant=a, is_bot=True)
    return page


def test_ab_tests(api, tried):
    found = api.get("/reports/ab-tests/").json()

    (test,) = found["results"]
    arms = [(arm["key"], arm["visitors"], arm["conversions"], arm["value"]) for arm in test["variants"]]
    assert (arms, test["landing_page"]["id"]) == (
        [("a", 30, 4, "0.133333333333"), ("b", 30, 15, "0.5")],
        tried.pk,
    )
    # p = 19 ÷ 60, SE = √(.316667 × .683333 ÷ 15) = .120108, z = .366667 ÷ .120108
    assert (test["z"][:6], test["verdict"], test["winner"], test["srm_p_value"]) == ("3.0528", "winner", "b", "1")
    assert found["first"] == "2025-09-25"


def test_the_people_behind_a_variant_come_to_its_numbers(api, tried):
    which = {"landing_page": tried.pk, "variant": "a"}
    everybody, won = (
        api.get("/reports/ab-tests/rows/", **which).json(),
        api.get("/reports/ab-tests/rows/", converted="true", **which).json(),
    )

    assert (everybody["total"], won["total"]) == (30, 4)
    assert sorted(row["visitor"] for row in won["results"]) == ["a0", "a1", "a2", "a5"]
    # of the page all 60, of whom 4 and 15 converted
    assert api.get("/reports/ab-tests/rows/", landing_page=tried.pk).json()["total"] == 60
    assert api.get("/reports/ab-tests/rows/", landing_page=tried.pk, converted="true").json()["total"] == 19
    (page,) = api.get("/reports/ab-tests/").json()["pages"]
    assert (page["visitors"], page["conversions"]) == (60, 19)


def test_a_page_with_many_visitors_and_few_conversions_raises_the_alarm(admin):
    """Three pages of 10 visitors with 5 conversions, and one of 100 with 20: its upper bound of 28.9 % is below 50 %."""
    for _ in range(3):
        page = make_landing_page()
        visits(5, landing_page=page)
        visits(5, landing_page=page, converted_at=MEHR)
    busy = make_landing_page()
    visits(80, landing_page=busy)
    visits(20, landing_page=busy, converted_at=MEHR)

    found = Landings(Choice(date(2025, 9, 23), date(2025, 10, 22), admin)).pages

    assert [(one.page.pk == busy.pk, one.visitors, one.conversions, one.is_alarm) for one in found] == [
        (True, 100, 20, True),
        *[(False, 10, 5, False)] * 3,
    ]
    assert round(found[0].interval.upper, 3) == 0.289


def test_a_page_is_no_alarm_while_it_may_be_as_good(admin):
    """13 of 40 may still be 48.0 %: against a middle of 45 % that is no alarm, against 50 % it is one."""
    busy, other = make_landing_page(), make_landing_page()
    visits(27, landing_page=busy)
    visits(13, landing_page=busy, converted_at=MEHR)
    visits(6, landing_page=other)
    visits(4, landing_page=other, converted_at=MEHR)
    choice = Choice(date(2025, 9, 23), date(2025, 10, 22), admin)
    assert [one.is_alarm for one in Landings(choice).pages] == [False, False]

    for _ in range(2):
        page = make_landing_page()
        visits(5, landing_page=page)
        visits(5, landing_page=page, converted_at=MEHR)

    # the middle one of 32.5, 40, 50 and 50 % is 45 %: 48.0 % is above it
    assert [one.is_alarm for one in Landings(choice).pages] == [False] * 4
    visits(6, landing_page=other, converted_at=MEHR)
    # 62.5 % now: the middle is 50 %
    assert [one.is_alarm for one in Landings(choice).pages] == [True, False, False, False]


# -- the pages ---------------------------------------------------------------------------------------------------------


def test_the_page_of_top_pages(client, sara, site):
    client.force_login(sara)
    sara.language = "en"
    sara.save()

    shown = client.get("/kpis/top-pages/", {**MONTH, "page": site[0].pk})

    assert [(row["name"], row["sessions"], row["views"], row["is_old"]) for row in shown.context["rows"]][:3] == [
        ("Old", "4", "6", True),
        ("New", "3", "3", False),
        ("/tea", "2", "5", False),
    ]
    assert (shown.context["listed"], shown.context["total"], len(shown.context["sessions"])) == ("Old", "4", 4)


def test_the_page_of_landing_pages(client, sara, tried):
    client.force_login(sara)
    sara.language = "en"
    sara.save()
    variant = tried.variants.get(key="b")

    shown = client.get("/kpis/landing-pages/", {"variant": variant.pk, "converted": 1})

    (test,) = shown.context["trials"]
    assert (test["verdict"], test["z"], test["mismatch"]) == (
        "\u2068b\u2069 wins, with at least 95% certainty.",
        "3.05",
        "1.0000",
    )
    assert [(arm["visitors"], arm["conversions"], arm["is_winner"]) for arm in test["arms"]] == [
        ("30", "4", False),
        ("30", "15", True),
    ]
    assert (shown.context["listed"], shown.context["total"]) == ("\u2068Start\u2069 · \u2068b\u2069: who converted", "15")
    assert client.get("/kpis/landing-pages/", {"period": "1404-05"}).context["trials"] == []


@pytest.mark.parametrize(
    "address",
    [
        "/kpis/top-pages/?page=x",
        "/kpis/top-pages/?page=99999",
        "/kpis/landing-pages/?variant=99999",
        "/kpis/landing-pages/?landed=9",
    ],
)
def test_an_address_that_names_nothing_is_refused(client, sara, address):
    client.force_login(sara)

    assert client.get(address).status_code == 400


@pytest.mark.parametrize(("role", "status"), [("rep", 403), ("support", 403), ("manager", 200), ("marketer", 200)])
def test_only_those_who_look_at_traffic_may_look(client, browse, now, role, status):
    user = make_user(role, team=Team.objects.create(name="East"))
    token, token.secret = create_token(user, scopes=["kpis:read", "sessions:read"], at=now, name="report")
    client.force_login(user)

    assert client.get("/kpis/top-pages/").status_code == status
    assert client.get("/kpis/landing-pages/").status_code == status
    assert Api(browse(), token).get("/reports/top-pages/").status_code == status
    assert Api(browse(), token).get("/reports/ab-tests/").status_code == status
    assert ("/kpis/top-pages/" in client.get("/reports/").content.decode()) is (status == 200)


def test_a_token_without_sessions_reads_no_visits(sara, browse, now):
    token, token.secret = create_token(sara, scopes=["kpis:read"], at=now, name="report")

    assert Api(browse(), token).get("/reports/top-pages/").status_code == 403

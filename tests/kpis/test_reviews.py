"""Reviews: sittings fall due by the calendar and are unread until opened. Notes: what happened stands on the trend."""

from datetime import UTC, date, datetime

import pytest

from crm.models import Organization
from crm.periods import Calendar, Grain, last_periods, parse_period
from crm.services import create_token
from kpis.catalogue import CATALOGUE
from kpis.charts import marks_of
from kpis.models import Annotation, Review, ReviewSession
from kpis.readings.occasions import (
    FIRST_RAMADAN,
    RAMADANS,
    black_friday,
    by_arithmetic,
    fire_festival,
    occasions_of,
    ramadan,
    ramadans_in,
)
from kpis.readings.reviews import count_unread, due_periods
from kpis.services import open_sitting, write_note
from tests.api_client import Api

pytestmark = pytest.mark.django_db
SATURDAY = date(2025, 10, 4)  # 12 Mehr 1404
MADE = datetime(2025, 9, 30, 8, tzinfo=UTC)  # a Tuesday


def make_review(user, cadence="week", calendar="jalali", **facts):
    return Review.objects.create(
        user=user, name="Saturday", cadence=cadence, calendar=calendar, kpis=["leads", "revenue"], created_at=MADE, **facts
    )


def due(review, today):
    return [period.key for period in due_periods(review, today, Organization.current())]


class TestSittings:
    def test_a_week_falls_due_on_saturday(self, sara):
        """Made on Tuesday 8 Mehr: the week before it at once, its own week on Saturday 12 Mehr."""
        review = make_review(sara)

        assert due(review, date(2025, 10, 3)) == ["1404-06-29/W"]
        assert due(review, SATURDAY) == ["1404-07-05/W", "1404-06-29/W"]

    def test_a_month_falls_due_on_the_first_of_its_calendar(self, sara):
        jalali, gregorian = make_review(sara, "month"), make_review(sara, "month", "gregorian")

        assert due(jalali, date(2025, 10, 22)) == ["1404-06"]
        assert due(jalali, date(2025, 10, 23)) == ["1404-07", "1404-06"]
        assert due(gregorian, date(2025, 10, 1)) == ["2025-09", "2025-08"]

    def test_twelve_are_enough(self, sara):
        assert len(due(make_review(sara), date(2026, 10, 1))) == 12

    def test_what_nobody_opened_is_unread(self, sara, omid, now):
        review = make_review(sara)
        make_review(sara, is_on=False)
        organization = Organization.current()
        assert count_unread(sara, SATURDAY, organization) == 2

        open_sitting(review, date(2025, 9, 27), at=now)
        open_sitting(review, date(2025, 9, 27), at=now)

        assert (count_unread(sara, SATURDAY, organization), ReviewSession.objects.count()) == (1, 1)
        assert count_unread(omid, SATURDAY, organization) == 0

    def test_a_note_opens_its_sitting(self, sara, now):
        review = make_review(sara)

        write_note(review, date(2025, 9, 27), "Calls first", at=now)

        assert list(ReviewSession.objects.values_list("note", "opened_at", "noted_at")) == [("Calls first", now, now)]


class TestReviewPages:
    def test_a_review_is_made_opened_and_noted(self, browse, sara):
        client = browse(sara)
        client.post("/reviews/new/", {"name": "شنبه‌ها", "cadence": "month", "kpis": ["revenue", "leads"]})
        review = Review.objects.get()
        (shown,) = client.get("/reviews/").context["reviews"]
        (sitting,) = shown["sittings"]

        answer = client.post(sitting["open_url"])
        client.post(sitting["url"], {"note": "خوب بود"})
        page = client.get(sitting["url"])

        assert (review.name, review.kpis, review.calendar) == ("شنبه‌ها", ["leads", "revenue"], "gregorian")
        assert (sitting["is_unread"], answer.url, page.context["is_unread"]) == (True, sitting["url"], False)
        assert [card.key for card in page.context["cards"]] == ["leads", "revenue"]
        assert page.context["form"].initial["note"] == "خوب بود"
        assert client.get("/reviews/unread/").context["count"] == 0

    def test_more_than_twelve_are_refused(self, browse, sara):
        answer = browse(sara).post("/reviews/new/", {"name": "x", "cadence": "week", "kpis": list(CATALOGUE)[:13]})

        assert list(answer.context["form"].errors) == ["kpis"]
        assert Review.objects.count() == 0

    def test_it_belongs_to_one_person(self, browse, sara, omid):
        review = make_review(sara)
        client = browse(omid)

        assert client.get("/reviews/").context["reviews"] == []
        assert client.get(f"/reviews/{review.pk}/edit/").status_code == 404
        assert client.get(f"/reviews/{review.pk}/1404-06-29/").status_code == 404
        assert client.post(f"/reviews/{review.pk}/1404-06-29/open/").status_code == 404
        assert client.post(f"/reviews/{review.pk}/switch/").status_code == 404

    @pytest.mark.parametrize("key", ["1300-01-01", "1404-06-28", "x", "1404-06-29-W"])
    def test_a_period_that_is_not_due_is_not_found(self, browse, sara, key):
        assert browse(sara).get(f"/reviews/{make_review(sara).pk}/{key}/").status_code == 404

    def test_a_hidden_kpi_is_not_offered(self, browse, hana):
        offered = [
            key
            for _group, choices in browse(hana).get("/reviews/new/").context["form"].fields["kpis"].choices
            for key, _name in choices
        ]

        assert {"revenue", "csat"} <= set(offered)
        assert not {"leads", "profit_margin"} & set(offered)

    def test_what_is_put_away_comes_back(self, browse, sara):
        review, client = make_review(sara), browse(sara)

        client.post(f"/reviews/{review.pk}/switch/")
        away = client.get("/reviews/").context["reviews"]
        client.post(f"/reviews/{review.pk}/switch/")

        assert (away, len(client.get("/reviews/").context["reviews"])) == ([], 1)


class TestOccasions:
    @pytest.mark.parametrize(
        ("year", "day"),
        [
            (1403, date(2025, 3, 18)),  # Nowruz on Friday 21 March: the Tuesday of its week
            (1397, date(2019, 3, 19)),  # Nowruz on Thursday 21 March
            (1401, date(2023, 3, 14)),  # Nowruz on Tuesday 21 March: the last Wednesday was the 15th
        ],
    )
    def test_the_evening_before_the_last_wednesday(self, year, day):
        assert fire_festival(year) == day

    @pytest.mark.parametrize(
        ("year", "day"), [(2024, date(2024, 11, 29)), (2025, date(2025, 11, 28)), (2019, date(2019, 11, 29))]
    )
    def test_the_day_after_the_fourth_thursday_of_november(self, year, day):
        assert black_friday(year) == day

    def test_months_show_nowruz_and_yalda(self):
        """Yalda is 30 Azar 1404, 21 December 2025; Nowruz 1405 is 21 March 2026."""
        months = last_periods(7, date(2026, 4, 10), Calendar.JALALI, Grain.MONTH)

        assert [(day, str(name)) for day, name in occasions_of(months, date(2026, 4, 10))] == [
            (date(2025, 12, 21), "Yalda"),
            (date(2026, 2, 19), "Ramadan begins"),
            (date(2026, 3, 21), "Nowruz"),
        ]

    @pytest.mark.parametrize(
        ("year", "days"),
        [
            (1404, [date(2026, 2, 19)]),  # 30 Bahman 1404
            (1402, [date(2023, 3, 23), date(2024, 3, 12)]),  # 3 Farvardin and 22 Esfand 1402
            (1401, [date(2022, 4, 3)]),
            # Not kept yet: 1 Muharram 1448 is by arithmetic 17 June 2026, and the first of Ramadan 236 days later.
            (1405, [date(2027, 2, 8)]),
        ],
    )
    def test_ramadan_as_it_was_kept_in_iran_and_else_by_arithmetic(self, year, days):
        assert ramadans_in(year) == days

    def test_arithmetic_is_a_day_early_at_most(self):
        known = range(FIRST_RAMADAN, FIRST_RAMADAN + len(RAMADANS))
        kept = [ramadan(lunar) for lunar in known]

        assert {(day - by_arithmetic(lunar)).days for lunar, day in zip(known, kept, strict=True)} == {0, 1}

    def test_a_running_month_does_not_carry_what_is_still_to_come(self):
        """On 5 Azar 1404 (26 November 2025) Yalda, 21 December, has not happened; on the day itself it has."""
        months = last_periods(2, date(2025, 11, 26), Calendar.JALALI, Grain.MONTH)

        assert occasions_of(months, date(2025, 12, 20)) == []
        assert [day for day, _name in occasions_of(months, date(2025, 12, 21))] == [date(2025, 12, 21)]

    def test_days_show_the_others_too(self):
        days = last_periods(31, date(2026, 4, 5), Calendar.JALALI, Grain.DAY)

        assert [(day, str(name)) for day, name in occasions_of(days, date(2026, 4, 5))] == [
            (date(2026, 3, 17), "Chaharshanbe Suri"),
            (date(2026, 3, 21), "Nowruz"),
            (date(2026, 4, 2), "Sizdah Bedar"),
        ]

    def test_years_hold_too_many(self):
        assert occasions_of(last_periods(3, date(2026, 4, 5), Calendar.JALALI, Grain.YEAR), date(2026, 4, 5)) == []

    def test_what_happened_in_one_period_stands_together(self):
        months = [parse_period(key) for key in ("1404-12", "1405-01", "1405-02")]
        notes = [(date(2026, 4, 4), "New prices"), (date(2026, 4, 21), "Strike"), (date(2027, 1, 1), "Too late")]

        assert marks_of(months, notes, date(2026, 5, 1)) == {1: "Nowruz · New prices", 2: "Strike"}


def make_note(user, day=date(2025, 9, 24), text="New prices", kpi="leads", **facts):
    return Annotation.objects.create(user=user, day=day, text=text, kpi=kpi, **facts)


class TestAnnotations:
    def notes(self, client, kpi="leads"):
        return [note["text"] for note in client.get(f"/kpis/{kpi}/?period=1404-07").context["notes"]]

    def test_a_day_is_noted_seen_on_the_trend_and_taken_back(self, browse, sara):
        client = browse(sara)
        client.post("/annotations/new/?kpi=leads", {"day": "۱۴۰۴/۷/۲", "text": "قیمت‌های تازه"})

        note = Annotation.objects.get()
        page = client.get("/kpis/leads/?period=1404-07")
        assert (note.day, note.kpi, note.is_shared, note.user) == (date(2025, 9, 24), "leads", False, sara)
        assert page.context["trend"]["data"]["annotations"][-1]["text"] == "قیمت‌های تازه"
        assert page.context["trend"]["rows"][0][-1] == "قیمت‌های تازه"
        client.post(f"/annotations/{note.pk}/remove/")
        assert self.notes(client) == []
        client.post(f"/annotations/{note.pk}/restore/")
        assert self.notes(client) == ["قیمت‌های تازه"]

    def test_its_day_is_said_in_the_calendar_of_the_page(self, browse, sara):
        make_note(sara)
        client = browse(sara)

        pages = [client.get(f"/kpis/leads/?period={period}").context["notes"] for period in ("1404-07", "2025-09")]

        assert [note["day"] for (note,) in pages] == ["2 Mehr 1404", "24 September 2025"]

    def test_one_sees_ones_own_and_what_is_for_everybody(self, browse, sara, omid):
        make_note(sara, text="secret")
        make_note(sara, text="for all", is_shared=True)
        make_note(omid, text="mine")
        make_note(sara, text="of all KPIs", kpi="", is_shared=True)
        make_note(sara, text="of another", kpi="revenue", is_shared=True)

        assert self.notes(browse(omid)) == ["for all", "mine", "of all KPIs"]

    def test_a_note_on_a_hidden_figure_is_hidden(self, sara, omid):
        make_note(sara, text="Cheap leads", kpi="cost_per_lead", is_shared=True)

        assert list(Annotation.objects.visible_to(omid)) == []

    def test_a_rep_does_not_speak_for_everybody(self, browse, omid):
        browse(omid).post("/annotations/new/?kpi=leads", {"day": "2025-09-24", "text": "x", "is_shared": "on"})

        assert Annotation.objects.get().is_shared is False

    def test_only_ones_own_is_removed(self, browse, sara, omid):
        note = make_note(sara, is_shared=True)

        assert browse(omid).post(f"/annotations/{note.pk}/remove/").status_code == 404
        assert Annotation.objects.get().is_removed is False

    @pytest.mark.parametrize(
        ("day", "text", "field"), [("x", "a", "day"), ("1200/01/01", "a", "day"), ("2025-09-24", "", "text")]
    )
    def test_what_is_wrong_is_said_at_its_field(self, browse, sara, day, text, field):
        answer = browse(sara).post("/annotations/new/?kpi=leads", {"day": day, "text": text})

        assert list(answer.context["form"].errors) == [field]

    def test_the_api_writes_and_reads_them(self, browse, sara, omid, now):
        def api(user):
            token, token.secret = create_token(user, scopes=["annotations:read", "annotations:write"], at=now, name="notes")
            return Api(browse(), token)

        made = api(sara).post("/annotations/", {"day": "1404-07-02", "text": "New prices", "is_shared": True}, key="a")
        jalali = api(sara).send(
            "post", "/annotations/?calendar=jalali", '{"day": "1404-07-02", "text": "New prices", "is_shared": true}'
        )
        refused = api(omid).post("/annotations/", {"day": "2025-09-24", "text": "x", "is_shared": True, "kpi": "y"})

        assert (made.status_code, jalali.status_code) == (400, 201)
        row = jalali.json()
        assert (row["day"], row["text"], row["kpi"], row["is_shared"], row["user"]) == (
            "2025-09-24",
            "New prices",
            "",
            True,
            "sara@example.com",
        )
        assert {(each["pointer"], each["code"]) for each in refused.json()["errors"]} == {
            ("/kpi", "invalid-choice"),
            ("/is_shared", "not-allowed"),
        }
        assert [each["id"] for each in api(omid).get("/annotations/").json()["results"]] == [row["id"]]
        assert api(omid).patch(f"/annotations/{row['id']}/", {"text": "mine"}).status_code == 400
        assert api(omid).send("delete", f"/annotations/{row['id']}/", b"").status_code == 403
        assert api(sara).send("delete", f"/annotations/{row['id']}/", b"").status_code == 204

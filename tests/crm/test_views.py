"""The way home, the language, and what a reader prefers."""

import pytest

from tests.factories.leads import make_lead

pytestmark = pytest.mark.django_db


class TestHome:
    def test_a_stranger_is_asked_to_sign_in(self, browse):
        assert browse().get("/").url.startswith("/account/login/")

    def test_a_rep_lands_at_the_day(self, browse, omid):
        assert browse(omid).get("/").url == "/today/"


class TestLanguage:
    @pytest.mark.parametrize(
        ("header", "lang", "direction"), [("fa-IR,fa;q=0.9,en;q=0.1", "fa", "rtl"), ("en-GB,en", "en", "ltr")]
    )
    def test_a_stranger_reads_what_the_browser_asks_for(self, browse, header, lang, direction):
        page = browse().get("/account/login/", headers={"Accept-Language": header}).content.decode()

        assert f'<html lang="{lang}" dir="{direction}"' in page

    def test_the_account_wins_over_the_browser(self, browse, omid):
        omid.language = "fa"
        omid.save()

        response = browse(omid).get("/leads/", headers={"Accept-Language": "en"})

        assert '<html lang="fa" dir="rtl"' in response.content.decode()
        assert response["Content-Language"] == "fa"

    def test_a_choice_is_kept_with_the_account(self, browse, omid):
        response = browse(omid).post("/language/", {"language": "fa", "next": "/customers/"})

        omid.refresh_from_db()
        assert (omid.language, response.url) == ("fa", "/customers/")

    def test_a_language_that_is_not_offered_changes_nothing(self, browse, omid):
        browse(omid).post("/language/", {"language": "de"})

        omid.refresh_from_db()
        assert omid.language == "en"

    def test_one_readers_language_does_not_leak_into_the_next_request(self, browse, omid):
        omid.language = "fa"
        omid.save()
        browse(omid).get("/leads/")

        page = browse().get("/account/login/", headers={"Accept-Language": "en"}).content.decode()

        assert '<html lang="en" dir="ltr"' in page


class TestPreferences:
    def test_only_what_was_sent_changes(self, browse, omid):
        response = browse(omid).post("/preferences/", {"money_unit": "rial", "next": "/leads/?view=mine"})

        omid.refresh_from_db()
        assert (omid.money_unit, omid.calendar, omid.theme) == ("rial", "gregorian", "auto")
        assert response.url == "/leads/?view=mine"

    def test_switches_go_both_ways(self, browse, omid):
        client = browse(omid)
        client.post("/preferences/", {"latin_digits": "1", "shortcuts": "0"})
        omid.refresh_from_db()
        assert (omid.latin_digits, omid.shortcuts) == (True, False)

        client.post("/preferences/", {"latin_digits": "0", "shortcuts": "1"})
        omid.refresh_from_db()
        assert (omid.latin_digits, omid.shortcuts) == (False, True)

    @pytest.mark.parametrize("wrong", [{"calendar": "mayan"}, {"money_unit": "dollar"}, {"theme": "pink"}, {"latin_digits": "2"}])
    def test_what_is_not_offered_is_refused(self, browse, omid, wrong):
        client = browse(omid)
        before = type(omid).objects.values().get(pk=omid.pk)

        assert client.post("/preferences/", wrong).status_code == 400
        assert type(omid).objects.values().get(pk=omid.pk) == before

    def test_strangers_and_links_change_nothing(self, browse, omid):
        assert browse().post("/preferences/", {"theme": "dark"}).status_code == 302
        assert browse(omid).get("/preferences/").status_code == 405

    def test_it_never_sends_anybody_away(self, browse, omid):
        assert browse(omid).post("/preferences/", {"theme": "dark", "next": "https://evil.example/"}).url == "/"

    def test_calendar_language_unit_and_digits_are_chosen_apart(self, browse, omid, now):
        make_lead(owner=omid, at=now)
        omid.language, omid.calendar = "en", "jalali"
        omid.save()
        assert "1 Mehr 1404" in browse(omid).get("/leads/").content.decode()

        omid.language, omid.calendar = "fa", "gregorian"
        omid.save()
        assert "۲۳ سپتامبر ۲۰۲۵" in browse(omid).get("/leads/").content.decode()

        omid.latin_digits = True
        omid.save()
        assert "23 سپتامبر 2025" in browse(omid).get("/leads/").content.decode()

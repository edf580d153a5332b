"""The way home, the language, and what a reader prefers."""

import pytest
from django.urls import reverse

from crm.models import Organization, Team, User
from tests.factories.customers import make_customer
from tests.factories.leads import make_lead
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

URL = "/settings/"


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.com", name="Root", language="en")


class TestRefusedUndo:
    @pytest.mark.parametrize(
        ("came_from", "goes_to"),
        [
            ("http://localhost/customers/?q=ary", "http://localhost/customers/?q=ary"),
            ("https://elsewhere.example.com/customers/", "/"),
            ("", "/"),
        ],
    )
    def test_it_goes_back_to_where_the_reader_was(self, browse, omid, came_from, goes_to):
        url = reverse("customers:contract-undo", args=[make_customer(owner=omid).pk, "made-up"])

        response = browse(omid).post(url, headers={"Referer": came_from})

        assert (response.url, toasts(response)[0][0]) == (goes_to, "Only your own change can be taken back.")


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

    @pytest.mark.parametrize(
        ("chosen", "asked", "lang"), [("fa", "en", "fa"), ("", "en-GB", "en"), ("", "fa", "fa"), ("", "de", "en")]
    )
    def test_the_account_wins_over_the_browser_where_a_language_was_chosen(self, browse, omid, chosen, asked, lang):
        """The last one is asked for what is not offered: the language of the installation."""
        omid.language = chosen
        omid.save()

        response = browse(omid).get("/leads/", headers={"Accept-Language": asked})

        assert f'<html lang="{lang}"' in response.content.decode()
        assert response["Content-Language"] == lang

    def test_signed_in_it_is_the_readers_language(self, browse, omid):
        omid.set_password("a long pass phrase")
        omid.save()
        sent = {"login": omid.email, "password": "a long pass phrase"}

        def said():
            response = browse().post("/account/login/", sent, headers={"Accept-Language": "fa"})
            return response.status_code, toasts(response)[0][0]

        assert said() == (302, "Signed in as Omid.")
        User.objects.update(language="")
        assert said() == (302, "با حساب Omid وارد شدید.")

    def test_a_choice_is_kept_with_the_account(self, browse, omid):
        response = browse(omid).post("/language/", {"language": "fa", "next": "/customers/"})

        omid.refresh_from_db()
        assert (omid.language, response.url) == ("fa", "/customers/")

    def test_what_was_chosen_on_the_way_in_goes_on_after_it_and_no_longer(self, browse, omid):
        omid.set_password("a long password")
        omid.save()
        client, signing_in = browse(), {"login": omid.email, "password": "a long password"}
        client.post("/language/", {"language": "fa"})
        landed = client.post("/account/login/", signing_in, follow=True)
        omid.refresh_from_db()
        chosen = omid.language
        client.post("/account/logout/")
        User.objects.update(language="en")
        later = client.post("/account/login/", signing_in, follow=True)

        assert ('<html lang="fa" dir="rtl"' in landed.content.decode(), chosen) == (True, "fa")
        assert '<html lang="en" dir="ltr"' in later.content.decode()

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

    def test_rial_or_toman_is_no_choice_where_money_is_in_euros(self, browse, omid):
        page = browse(omid).get("/leads/").content.decode()
        Organization.objects.update(currency="EUR")

        assert ("Million Toman" in page, "Toman" in browse(omid).get("/leads/").content.decode()) == (True, False)

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

        response = client.post("/preferences/", wrong)

        assert (response.status_code, "This choice is not offered." in response.content.decode()) == (400, True)
        assert type(omid).objects.values().get(pk=omid.pk) == before

    def test_strangers_and_links_change_nothing(self, browse, omid):
        assert browse().post("/preferences/", {"theme": "dark"}).status_code == 302
        assert browse(omid).get("/preferences/").status_code == 405

    def test_it_never_sends_anybody_away(self, browse, omid):
        assert browse(omid).post("/preferences/", {"theme": "dark", "next": "https://evil.example/"}).url == "/"

    @pytest.mark.parametrize("name", ["x", "leads", "-1", "1404/12/30"])
    def test_what_is_no_address_is_no_way_back(self, browse, omid, name):
        assert browse(omid).post("/preferences/", {"theme": "dark", "next": name}).url == "/"

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


class TestSettings:
    SENT = {
        "name": "Arya",
        "first_contact_minutes": "15",
        "nps_interval_days": "180",
        "nps_first_order_days": "0",
        "nps_first_delivery_days": "7",
        "csat_low_score": "1",
    }

    def test_they_are_for_superusers(self, browse, root, sara, omid):
        clients = [browse(user) for user in (sara, omid, None)]

        assert [client.get(URL).status_code for client in clients] == [403, 403, 302]
        assert [client.post(URL, self.SENT).status_code for client in clients] == [403, 403, 302]
        assert Organization.current().name == "Sanjeh"
        assert browse(root).get(URL).status_code == 200

    def test_what_is_saved_is_what_was_typed_in_either_script(self, browse, root):
        team = Team.objects.create(name="Sales")
        sent = self.SENT | {
            "name": "شركت آريا",
            "first_contact_minutes": "۹۰",
            "new_leads_team": team.pk,
            "quote_terms": "نقد\nتحویل رایگان",
        }

        response = browse(root).post(URL, sent)

        organization = Organization.current()
        saved = [getattr(organization, name) for name in sent]
        # the letters as they are stored: clean_text composes, it does not fold
        assert (response.status_code, saved) == (302, ["شركت آريا", 90, 180, 0, 7, 1, team, "نقد\nتحویل رایگان"])

    @pytest.mark.parametrize(
        ("field", "wrong"),
        [
            ("first_contact_minutes", "0"),
            ("first_contact_minutes", "10081"),
            ("first_contact_minutes", "-1"),
            ("first_contact_minutes", "an hour"),
            ("first_contact_minutes", "²"),
            ("csat_low_score", "6"),
            ("nps_interval_days", ""),
            ("name", ""),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(self, browse, root, field, wrong):
        response = browse(root).post(URL, self.SENT | {field: wrong})

        assert list(response.context["form"].errors) == [field]
        assert (Organization.current().name, Organization.current().nps_interval_days) == ("Sanjeh", 90)

    def test_the_fault_names_what_was_found_and_the_bounds(self, browse, root):
        errors = browse(root).post(URL, self.SENT | {"first_contact_minutes": "99999"}).context["form"].errors

        assert errors["first_contact_minutes"] == ["“99999” is not a whole number from 1 to 10,080."]

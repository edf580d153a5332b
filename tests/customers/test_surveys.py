"""The pages of surveys: what they count, which answers they show, to whom, and as a file."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Answer, Customer, Survey, Ticket
from customers.services.merging import merge_customers, undo_merge
from tests.api_client import Api
from tests.conftest import make_user
from tests.factories.crm import make_token
from tests.factories.customers import make_customer, make_invitation, make_order, make_product
from tests.spreadsheets import csv_rows
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 9, 23, 8, 30, tzinfo=UTC)  # Tuesday 1 Mehr 1404, 12:00 in Tehran
DAY = timedelta(days=1)


def survey(slug="nps"):
    return Survey.objects.get(slug=slug)


def page_of(slug="nps"):
    return f"/surveys/{survey(slug).pk}/"


def make_answer(score, slug="nps", **facts):
    return Answer.objects.create(**{"survey": survey(slug), "score": score, "answered_at": NOON, **facts})


def scores(response):
    return [row.score for row in response.context["rows"]]


@pytest.fixture
def three(omid, nima):
    """Of a customer of Omid's, of one of Nima's, and of somebody without a name."""
    make_answer(9, customer=make_customer(name="Arya", owner=omid), comment="=Quick")
    make_answer(3, customer=make_customer(name="Pars", owner=nima), answered_at=NOON - DAY)
    make_answer(7, answered_at=NOON - 40 * DAY)


class TestList:
    def counts_for(self, client):
        rows = client.get("/surveys/").context["rows"]
        return {row.slug: (row.answer_count, row.invitation_count, row.last_answered_at) for row in rows}

    def test_it_counts_what_its_reader_sees(self, browse, sara, omid, three):
        """Two invitations to Omid's customer arrived, and two to Nima's."""
        arya, pars = Customer.objects.order_by("pk")
        make_invitation(customer=arya, answered_at=NOON)
        for customer in (arya, pars, pars):
            make_invitation(customer=customer)
        make_invitation(customer=arya, delivered_at=None)
        make_invitation(customer=make_customer(is_test=True))

        of_all, of_omid = self.counts_for(browse(sara)), self.counts_for(browse(omid))

        assert (of_all["nps"], of_omid["nps"]) == ((3, 4, NOON), (1, 2, NOON))
        assert of_all["csat"] == (0, 0, None)

    def test_surveys_of_the_start_go_by_their_kind_until_they_are_renamed(self, browse, sara):
        Survey.objects.filter(slug="loyalty").update(name="After a year")
        sara.language = "fa"
        sara.save()

        titles = [row.title for row in browse(sara).get("/surveys/").context["rows"]]

        assert titles == ["NPS", "CSAT", "رضایت با چهار واژه", "After a year"]

    def test_it_costs_the_same_for_one_survey_and_five(self, browse, sara):
        make_answer(9)
        client, counts = browse(sara), []
        for wanted in (4, 9):
            for number in range(Survey.objects.count(), wanted):
                make_answer(5, survey=Survey.objects.create(slug=f"s{number}", name=f"S{number}", kind="nps"))
            with CaptureQueriesContext(connection) as captured:
                client.get("/surveys/")
            counts.append(len(captured))

        assert counts[0] == counts[1] <= 6

    def test_it_stands_in_the_menu_of_everybody(self, browse, omid, hana):
        for user in (omid, hana):
            page = browse(user).get(page_of())
            assert [str(item.label) for item in page.context["navigation"] if item.is_current] == ["Surveys"]
        assert browse().get("/surveys/").status_code == 302


class TestAnswers:
    @pytest.mark.usefixtures("three")
    def test_everybody_sees_those_they_may(self, browse, sara, omid, nima, hana):
        assert [scores(browse(user).get(page_of())) for user in (sara, omid, nima, hana)] == [[9, 3, 7], [9], [3], [9, 3, 7]]
        assert [browse(user).get("/surveys/0/").status_code for user in (sara, None)] == [404, 302]

    @pytest.mark.parametrize(
        ("query", "found", "chips"),
        [
            ({"answered": "2025-09-22..2025-09-23"}, [9, 3], ["Answered on: 22 to 23 September 2025"]),
            ({"score": "7-8"}, [7], ["Score: Passives (7 to 8)"]),
            ({"score": "0-6", "answered": "2025-08"}, [], ["Answered on: August 2025", "Score: Detractors (0 to 6)"]),
            ({"score": "9"}, [9], ["Score: 9"]),
            ({"score": "11", "answered": "some day"}, [], ["Answered on: not available", "Score: not available"]),
        ],
    )
    @pytest.mark.usefixtures("three")
    def test_filters_stand_in_the_address_and_as_chips(self, browse, sara, query, found, chips):
        response = browse(sara).get(page_of(), query)

        assert (scores(response), [chip.text for chip in response.context["chips"]]) == (found, chips)

    def test_what_was_asked_about_is_told_to_those_who_see_it(self, browse, sara, omid, nima):
        mine = make_customer(owner=omid)
        make_answer(1, "csat", customer=mine, order=make_order(number="A-1", customer=mine, owner=omid))
        make_answer(2, "csat", customer=mine, order=make_order(number="B-1", customer=mine, owner=nima))
        make_answer(3, "csat", customer=mine, ticket=Ticket.objects.create(subject="Late", customer=mine, owner=nima))
        make_answer(4, "csat", customer=mine, product=make_product(name="Tea"))

        told = [[str(row.about) for row in browse(user).get(page_of("csat")).context["rows"]] for user in (sara, omid)]

        assert told == [["Tea", "Late", "B-1", "A-1"], ["Tea", "None", "None", "A-1"]]

    def test_pages_turn_by_the_last_row(self, browse, sara, monkeypatch):
        monkeypatch.setattr("customers.views.surveys.SurveyDetailView.page_size", 2)
        for score in range(5):
            make_answer(score)
        client, url, pages = browse(sara), page_of(), []

        while url:
            response = client.get(url)
            pages.append(scores(response))
            url = response.context["pager"].next_url

        assert (pages, response.context["pager"].text) == ([[4, 3], [2, 1], [0]], "1 of 5")

    def test_it_costs_the_same_for_one_answer_and_three(self, browse, sara, omid):
        client, url, counts = browse(sara), page_of("csat"), []
        for wanted in (1, 3):
            while Answer.objects.count() < wanted:
                customer = make_customer(owner=omid)
                make_answer(4, "csat", customer=customer, order=make_order(customer=customer))
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            counts.append(len(captured))

        assert counts[0] == counts[1] <= 8

    def test_as_a_file_it_is_what_the_filters_show(self, browse, omid):
        customer = make_customer(name="Arya", owner=omid)
        make_answer(3, "csat-words", customer=customer, product=make_product(name="Tea"), comment="=Quick")
        make_answer(1, "csat-words", customer=customer)
        make_answer(4, "csat-words", customer=make_customer(name="Pars"))

        rows = csv_rows(browse(omid).get(page_of("csat-words"), {"export": "csv", "score": "3-4"}))

        assert rows == [
            {
                "Customer": "Arya", "Score": "3", "In words": "Good", "About": "Tea", "Comment": "'=Quick",
                "Answered on": "2025-09-23, 12:00", "Answered on (ISO)": "2025-09-23T12:00:00+03:30",
            }
        ]  # fmt: skip

    def test_without_answers_it_says_how_they_come_in(self, browse, sara):
        page = browse(sara).get(page_of()).content.decode()

        assert [text in page for text in ("No answers yet", ">survey-answers</code>", "/api/v1/docs")] == [True] * 3


class TestNewAnswer:
    def test_it_is_written_as_a_tools_and_taken_back(self, browse, hana):
        arya, client = make_customer(name="Arya"), browse(hana)
        sent = {"customer": "arya", "score": "3", "comment": "ok"}

        said = toasts(client.post(f"{page_of('csat-words')}answers/new/", sent))

        answer = Answer.objects.get()
        assert (answer.survey.slug, answer.customer, answer.score, answer.comment) == ("csat-words", arya, 3, "ok")
        assert (answer.answered_at, answer.word, answer.source) == (answer.created_at, "Good", "page")
        [(text, undo)] = said
        assert text == "The answer was saved."
        client.post(undo)
        assert not Answer.objects.exists()

    def test_a_second_one_of_the_day_takes_its_place(self, browse, sara, omid, hana):
        make_customer(name="Arya", owner=omid)
        url = f"{page_of()}answers/new/"

        undo = toasts(browse(hana).post(url, {"customer": "arya", "score": "9"}))[0][1]
        again = toasts(browse(omid).post(url, {"customer": "arya", "score": "2"}))
        browse(hana).post(undo)
        browse(sara).post(undo)

        assert again == [("The answer was saved in place of the one of the same day.", "")]
        assert list(Answer.objects.values_list("score", flat=True)) == [2]

    def test_what_the_customer_said_themselves_stays(self, browse, omid):
        arya, url = make_customer(name="Arya", owner=omid), f"{page_of()}answers/new/"
        make_answer(1, customer=arya, comment="terrible", answered_at=timezone.now())

        page = browse(omid).post(url, {"customer": "arya", "score": "9", "comment": "Kept"})

        said = "This customer has answered that day themselves: their own answer stays."
        assert page.context["form"].non_field_errors() == [said]
        assert "Kept" in page.content.decode()
        assert Answer.objects.get().comment == "terrible"

    def test_an_earlier_one_of_the_day_does_not_pass_for_saved(self, browse):
        boss, arya = make_user("boss", "admin", "all", None), make_customer(name="Arya")
        make_answer(2, customer=arya, answered_at="2025-09-01T11:30Z")  # 15:00 in Tehran; a day alone is its morning
        sent = {"customer": "arya", "score": "9", "answered_on": "2025-09-01"}

        page = browse(boss).post(f"{page_of()}answers/new/", sent)

        said = "There is a later answer of this customer and day: it stays. State a later day."
        assert (page.context["form"].non_field_errors(), Answer.objects.get().score) == ([said], 2)

    def test_one_of_a_colleagues_customer_by_now_is_not_taken_back(self, browse, omid, nima):
        arya, client = make_customer(name="Arya", owner=omid), browse(omid)
        [(_text, undo)] = toasts(client.post(f"{page_of()}answers/new/", {"customer": "arya", "score": "9"}))
        Customer.objects.filter(pk=arya.pk).update(owner=nima)

        assert toasts(client.post(undo))[-1][0] == "Somebody changed this answer in the meantime."
        assert Answer.objects.exists()

    def test_one_that_gave_way_in_a_merge_is_not_said_to_be_gone(self, browse, sara):
        arya, pars = make_customer(name="Arya"), make_customer(name="Pars")
        client, url = browse(sara), f"{page_of()}answers/new/"
        [(_text, undo)] = toasts(client.post(url, {"customer": "arya", "score": "9"}))
        client.post(url, {"customer": "pars", "score": "3"})
        merge_customers(arya, into=pars, by=sara, at=timezone.now())

        said = "Its customer was merged, and another answer took its place: undo that merge first."
        assert toasts(client.post(undo))[-1][0] == said
        undo_merge(arya, by=sara, at=timezone.now())
        assert sorted(Answer.objects.values_list("customer__name", "score")) == [("Arya", 9), ("Pars", 3)]

    def test_what_is_wrong_is_said_at_its_field(self, browse, omid, nima):
        make_customer(name="Of another", owner=nima)

        page = browse(omid).post(f"{page_of()}answers/new/", {"customer": "another", "score": "11", "comment": "Kept"})

        assert set(page.context["form"].errors) == {"customer", "score"}
        assert "Kept" in page.content.decode()
        assert not Answer.objects.exists()

    def test_only_who_may_state_business_dates_is_asked_for_the_day(self, browse, omid):
        boss = make_user("boss", "admin", "all", None)
        make_customer(name="Arya", owner=omid)
        url, sent = f"{page_of()}answers/new/", {"customer": "arya", "score": "9", "answered_on": "2025-09-01"}

        fields = [list(browse(user).get(url).context["form"].fields) for user in (omid, boss)]
        browse(boss).post(url, sent)

        assert ["answered_on" in names for names in fields] == [False, True]
        assert Answer.objects.get().answered_on.isoformat() == "2025-09-01"


class TestKeeping:
    FACTS = {"name": "After a visit", "kind": "csat", "question": "How was it?", "is_right_to_left": "on"}

    @pytest.fixture
    def page(self, browse, sara):
        sara.is_superuser = sara.is_staff = True
        sara.save()
        return browse(sara)

    def test_surveys_are_kept_by_administrators_alone(self, browse, sara, page):
        pk, omid = survey().pk, make_user("Omid A", "manager", "all", None)
        urls = ["/surveys/new/", *(f"/surveys/{pk}/{way}/" for way in ("edit", "history", "remove")), "/surveys/restore/x/"]

        assert [browse(omid).post(url, self.FACTS).status_code for url in urls] == [403] * 5
        assert [browse(omid).get(url).status_code for url in urls[:3]] == [403] * 3
        assert [page.get(url).status_code for url in urls[:3]] == [200] * 3
        keeps = ["/surveys/new/" in client.get("/surveys/").content.decode() for client in (page, browse(omid))]
        assert keeps == [True, False]

    def test_one_keeps_its_kind_and_is_deleted_while_nobody_was_asked(self, page):
        page.post("/surveys/new/", self.FACTS)
        row = Survey.objects.get(name="After a visit")
        changes = {"name": "CSAT in four words", "question": "And now?", "kind": "nps", "seen": "{}"}
        refused = page.post(f"/surveys/{row.pk}/edit/", changes).context["form"].errors
        page.post(f"/surveys/{row.pk}/edit/", changes | {"name": "Visits"})

        row.refresh_from_db()
        assert (list(refused), row.slug, row.name, row.question) == (["name"], "after-a-visit", "Visits", "And now?")
        assert (row.kind, row.is_right_to_left) == ("csat", True)

        [*_before, (_text, undo)] = toasts(page.post(f"/surveys/{row.pk}/remove/"))
        assert not Survey.objects.filter(pk=row.pk).exists()
        page.post(undo)
        make_answer(5, slug="after-a-visit")
        [*_before, (text, _undo)] = toasts(page.post(f"/surveys/{row.pk}/remove/"))
        assert text.startswith("Visits cannot be deleted, as it is used: answers.")

    def test_a_program_changes_no_kind_that_answers_were_given_to(self, client):
        """An answer of 9 has no place on a scale from 1 to 5."""
        api = Api(client, make_token(name="Tool"))
        make_answer(9)

        statuses = [api.patch(f"/surveys/{survey(slug).pk}/", {"kind": "csat"}).status_code for slug in ("nps", "loyalty")]

        assert (statuses, survey().kind, survey("loyalty").kind) == ([409, 200], "nps", "csat")

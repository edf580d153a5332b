"""The overview and the pages of KPIs on paper: who sees what, and letters that are joined and run the right way."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from campaigns.models import Channel
from crm.paper import BODY, Column, Paper
from crm.preferences import Preferences
from kpis.drawing import Plot, tick_text, ticks_of
from kpis.engine import drain
from kpis.models import Dashboard
from tests.factories.campaigns import make_channel
from tests.factories.leads import make_lead

MEHR = datetime(2025, 9, 23, 9, tzinfo=UTC)  # 1 Mehr 1404


@pytest.fixture
def paper(sara):
    sheets = []

    def of(*, is_rtl):
        sheets.append(Paper(Preferences(sara, "fa"), is_rtl=is_rtl, foot=""))
        return sheets[-1]

    yield of
    for sheet in sheets:
        sheet.close()


class TestLines:
    """The parts of a line as they stand from left to right, each as it is read."""

    def test_persian_runs_from_the_right_and_its_numbers_from_the_left(self, paper):
        runs = list(paper(is_rtl=True).runs("مهر ۱۴۰۴ (LCR)"))

        # The bracket that closes is the leftmost, and is turned around as it is drawn.
        assert runs == [(")", "rtl"), ("LCR", "ltr"), (" (", "rtl"), ("۱۴۰۴", "ltr"), ("مهر ", "rtl")]

    def test_a_persian_name_inside_of_english_keeps_its_own_order(self, paper):
        runs = list(paper(is_rtl=False).runs("See مهر ۱۴۰۴ now"))

        assert runs == [("See ۱۴۰۴", "ltr"), ("مهر ", "rtl"), (" now", "ltr")]

    def test_a_persian_word_of_two_parts_stays_one_word_among_english(self, paper):
        assert list(paper(is_rtl=False).runs("by جست\u200cوجو")) == [("by ", "ltr"), ("جست\u200cوجو", "rtl")]

    def test_marks_that_keep_directions_apart_are_not_printed(self, paper):
        assert list(paper(is_rtl=True).runs("\u2066+۳٫۲\u2069")) == [("+۳٫۲", "ltr")]

    def test_letters_are_joined(self, paper):
        sheet = paper(is_rtl=True)

        # Joined forms are narrower than letters that stand alone.
        assert sheet.width_of("بیبیبیبی", BODY) < 8 * min(sheet.width_of("ب", BODY), sheet.width_of("ی", BODY))

    def test_a_mark_above_a_letter_takes_no_room_of_its_own(self, paper):
        sheet = paper(is_rtl=True)
        sheet.dress(BODY)
        sheet.pdf.set_text_shaping(use_shaping_engine=True, direction="rtl")

        assert sheet.pdf.get_string_width("واقعاً شد") == sheet.pdf.get_string_width("واقعا شد")

    def test_a_text_is_broken_between_words_and_ends_in_dots_where_no_more_fits(self, paper):
        sheet = paper(is_rtl=False)
        width = sheet.width_of("one two", BODY)

        assert sheet.lines("one two one two", BODY, width) == ["one two", "one two"]
        assert sheet.lines("one two one two one", BODY, width, most=2)[1].endswith("…")

    def test_a_number_and_its_unit_are_not_parted(self, paper):
        sheet = paper(is_rtl=False)
        width = sheet.width_of("7 = 5 Toman", BODY) - 1

        assert sheet.lines("7 = 5\u00a0Toman", BODY, width) == ["7 =", "5\u00a0Toman"]

    def test_a_table_that_goes_on_says_again_what_it_is_of(self, paper, printed):
        sheet = paper(is_rtl=False)

        sheet.table(
            [Column("Day", 0.5), Column("Leads", 0.5, is_number=True)], [[str(n), "7"] for n in range(100)], "Leads by day"
        )

        # a row takes 6.8 of the 257 mm
        assert sheet.pdf.pages_count == 3
        assert (printed.count("Leads by day"), printed.count("Day")) == (2, 3)


class TestAxis:
    @pytest.mark.parametrize(
        ("least", "most", "ticks"),
        [(3, 47, [0, 10, 20, 30, 40, 50]), (-20, 15, [-20, -10, 0, 10, 20]), (0, 0, [0, 1]), (1, 1.1, [0, 0.5, 1, 1.5])],
    )
    def test_it_has_round_numbers_around_all_values(self, least, most, ticks):
        assert ticks_of(least, most)[: len(ticks)] == ticks

    def test_a_count_has_whole_ticks(self):
        assert ticks_of(0, 1, least_step=1) == [0, 1]
        assert ticks_of(0, 2, least_step=1) == [0, 1, 2]

    def test_large_amounts_say_their_scale_in_words(self, sara):
        with override("en"):
            prefs = Preferences(sara, "en")
            assert [tick_text(value, "number", prefs) for value in (9_999, 20_000, 1_500_000_000)] == [
                "9,999",
                "20,000",
                "1.5 billion",
            ]
            assert tick_text(25, "percent", prefs) == "25%"

    def test_a_sign_stands_before_its_number_in_persian_too(self, sara):
        sara.language = "fa"

        assert tick_text(-20, "number", Preferences(sara, "fa")) == "\u2066−۲۰\u2069"


class TestLinesOfAChart:
    @pytest.mark.parametrize(
        ("values", "strokes"),
        [([None, 5, None], 1), ([5, None, None], 1), ([5, 6, None], 1), ([5, None, 6], 2), ([None, None, None], 0)],
    )
    def test_a_target_that_stands_alone_is_drawn(self, paper, values, strokes):
        sheet = paper(is_rtl=True)
        plot, before = Plot(sheet, [0, 10], 3), sheet.pdf.pages[1].contents.count(b" S\n")

        plot.line({"style": "target", "values": values, "openLast": False})

        assert sheet.pdf.pages[1].contents.count(b" S\n") - before == strokes

    @pytest.mark.parametrize(("values", "strokes"), [([5, 6, 7], 2), ([5, None, 7], 0), ([None, 6, 7], 1)])
    def test_a_line_to_a_running_period_is_a_stroke_of_its_own(self, paper, values, strokes):
        """The whole line before it, and the dotted piece; a value beside a gap is a dot alone."""
        sheet = paper(is_rtl=False)
        plot, before = Plot(sheet, [0, 10], 3), sheet.pdf.pages[1].contents.count(b" S\n")

        plot.line({"style": "series1", "values": values, "openLast": True})

        assert sheet.pdf.pages[1].contents.count(b" S\n") - before == strokes

    def test_what_happened_is_marked_and_named_where_there_is_room(self, paper):
        """Of four in a row the second would lie over the fourth, as they stand in one line; all are marked."""
        sheet = paper(is_rtl=False)
        plot, before = Plot(sheet, [0, 10], 18), sheet.pdf.pages[1].contents.count(b" S\n")

        notes = [{"at": at, "text": f"Exhibition number {at}"} for at in (0, 14, 15, 16)]
        plot.notes(notes)

        assert sheet.pdf.pages[1].contents.count(b" S\n") - before == 4
        named = [(text, row) for text, row, _left in plot.notes_with_room(notes)]
        assert named == [("Exhibition number 16", 1), ("Exhibition number 15", 0), ("Exhibition number 0", 0)]


class TestDoors:
    @pytest.mark.parametrize("address", ["/kpis/overview/pdf/", "/kpis/leads/pdf/?by=owner", "/kpis/nps/pdf/?period=1404-07"])
    @pytest.mark.parametrize("language", ["fa", "en"])
    def test_a_page_is_a_file(self, browse, sara, language, address):
        make_lead(at=MEHR, owner=sara)
        drain(at=datetime(2026, 1, 1, tzinfo=UTC))
        sara.language = language
        sara.save()

        response = browse(sara).get(address)

        assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
        assert response["Content-Disposition"].startswith("attachment; filename=\"report.pdf\"; filename*=UTF-8''")

    @pytest.mark.parametrize(
        ("address", "status"),
        [("/kpis/no-such-kpi/pdf/", 404), ("/kpis/leads/pdf/?by=everything", 400), ("/kpis/overview/pdf/?period=x", 400)],
    )
    def test_what_means_nothing_is_refused(self, browse, sara, address, status):
        assert browse(sara).get(address).status_code == status

    def test_a_stranger_is_asked_to_sign_in(self, browse):
        assert browse().get("/kpis/overview/pdf/").url.startswith("/account/login/")

    def test_a_rep_prints_what_they_see(self, browse, omid, nima, printed):
        make_lead(at=MEHR, owner=nima)
        drain(at=datetime(2026, 1, 1, tzinfo=UTC))

        browse(omid).get("/kpis/leads/pdf/?period=1404-07")

        # The title, the days and the words of the KPI, then its number: theirs are none.
        assert (printed[0], printed[3]) == ("Leads generated", "0")


class TestDashboards:
    @pytest.fixture
    def board(self, sara, omid):
        for day, channel in enumerate([make_channel(name="Shop"), make_channel(name="Fair"), None]):
            make_lead(at=MEHR + timedelta(days=day), owner=omid if day else sara, channel=channel)
        make_lead(at=MEHR, owner=omid, channel=Channel.objects.get(name="Shop"))
        drain(at=datetime(2026, 1, 1, tzinfo=UTC))
        shapes = [("card", ""), ("bar", "channel"), ("table", "channel"), ("table", ""), ("line", ""), ("bar", "")]
        tiles = [{"kpi": "leads", "shape": shape, "by": by} for shape, by in shapes]
        tiles.append({"kpi": "new_customers", "shape": "funnel", "by": ""})
        return Dashboard.objects.create(user=sara, name="Mornings", visibility="everyone", tiles=tiles, view={"compare": "none"})

    def test_every_form_of_a_tile_is_printed(self, browse, sara, board, printed):
        response = browse(sara).get(f"/kpis/dashboards/{board.pk}/pdf/?period=1404-07&compare=none")

        assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
        assert printed[:2] == ["Mornings", "Mehr 1404"]
        # The card, the bars by channel (two of the shop), then the same in the table with its share of all four.
        bars = printed.index("Highest: Shop with 2.") + 1
        assert printed[bars : bars + 6] == ["Shop", "2", "Fair", "1", "Unknown", "1"]
        table = printed.index("Channel") + 4
        assert printed[table : table + 4] == ["Shop", "2", "50.0%", "—"]
        # Its row in the table over time; the steps of the funnel end with it.
        assert printed[printed.index("Mehr 1404", table) + 1] == "4"
        # The card, the title and a heading of the table over time, the line, the bars over time.
        assert printed.count("Leads generated") == 5

    def test_a_rep_prints_their_own_figures_and_nobody_what_is_not_shared(self, browse, omid, board, printed):
        browse(omid).get(f"/kpis/dashboards/{board.pk}/pdf/?period=1404-07")
        assert printed[printed.index("Leads generated") + 1] == "3"

        Dashboard.objects.update(visibility="private")
        assert browse(omid).get(f"/kpis/dashboards/{board.pk}/pdf/").status_code == 404

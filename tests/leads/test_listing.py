"""Views that people keep, and changes of many leads at once: who may, what is written, and the way back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Campaign
from leads import services
from leads.models import BulkChange, Lead, SavedView
from tests.factories.leads import A_DAY, make_lead
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

AT = datetime(2025, 9, 23, 7, 0, tzinfo=UTC)


def send(client, leads, query="", **sent):
    return client.post(f"{reverse('leads:lead-bulk')}{query}", {"lead": [lead.pk for lead in leads], **sent})


def keys(*leads):
    return [lead.pk for lead in leads]


class TestAccess:
    def test_the_table(self, browse, omid, hana):
        view = services.save_view(by=omid, name="Mine", query="stage=new")
        urls = [reverse("leads:lead-bulk"), reverse("leads:view-save"), reverse("leads:view-remove", args=[view.pk])]

        for url in urls:
            statuses = [browse(hana).post(url).status_code, browse(omid).get(url).status_code, browse().post(url).status_code]
            assert (url, statuses) == (url, [403, 405, 302])

    def test_rows_of_others_are_not_touched(self, browse, omid, nima):
        mine, theirs = make_lead(owner=omid), make_lead(owner=nima)

        send(browse(omid), [mine, theirs], do="archive")
        send(browse(omid), [], everything="1", do="mql")

        theirs.refresh_from_db()
        assert (theirs.is_archived, theirs.mql_at) == (False, None)
        assert Lead.objects.filter(is_archived=True).get() == mine

    def test_only_who_changed_them_takes_it_back(self, browse, sara, omid):
        lead = make_lead(owner=omid)
        change = services.archive_leads(keys(lead), by=sara, at=AT)
        url = reverse("leads:lead-bulk-undo", args=[change.pk])

        assert browse(omid).post(url).status_code == 404
        assert [browse(sara).post(url).status_code for _time in range(2)] == [302, 404]
        lead.refresh_from_db()
        assert not lead.is_archived

    def test_a_view_is_its_owners(self, browse, omid, sara):
        view = services.save_view(by=omid, name="New ones", query="stage=new")

        assert browse(sara).post(reverse("leads:view-remove", args=[view.pk])).status_code == 404
        assert browse(sara).get(reverse("leads:lead-list")).context["filters"].saved == []


class TestBulk:
    def test_owner_and_back(self, browse, sara, omid, nima):
        leads = [make_lead(owner=omid), make_lead(owner=None), make_lead(owner=nima)]
        client, shown = browse(sara), "/leads/?stage=new"

        response = send(client, leads, do="owner", owner=nima.pk, next=shown)
        assert (response.url, toasts(response)[0][0]) == (shown, "Leads changed: 2.")
        assert set(Lead.objects.values_list("owner", flat=True)) == {nima.pk}
        assert [lead.events.last().detail for lead in leads] == ["Nima", "Nima", ""]

        back = client.post(toasts(response)[0][1])
        assert back.url == shown
        assert [Lead.objects.get(pk=lead.pk).owner for lead in leads] == [omid, None, nima]
        assert [lead.events.last().detail for lead in leads] == ["Omid", "", ""]

    def test_a_rep_who_gives_leads_away_can_take_them_back(self, browse, omid, nima):
        lead, client = make_lead(owner=omid), browse(omid)

        response = send(client, [lead], do="owner", owner=nima.pk)
        assert not Lead.objects.visible_to(omid).exists()
        client.post(toasts(response)[0][1])

        lead.refresh_from_db()
        assert lead.owner == omid

    def test_qualified_are_those_that_were_not_and_are_open(self, browse, sara):
        early = services.qualify_lead(make_lead(), stage="mql", by=None, at=A_DAY)
        lost = services.disqualify_lead(make_lead(), reason="x", by=None, at=A_DAY)
        fresh, client = make_lead(), browse(sara)

        response = send(client, [early, lost, fresh], do="mql")
        for lead in (early, lost, fresh):
            lead.refresh_from_db()
        assert (early.mql_at, lost.mql_at, fresh.mql_at is None) == (A_DAY, None, False)

        client.post(toasts(response)[0][1])
        fresh.refresh_from_db()
        assert (fresh.mql_at, [event.kind for event in fresh.events.all()]) == (None, ["created", "mql", "reopened"])

    def test_campaign_of_all_that_the_filters_match(self, browse, sara):
        campaign = Campaign.objects.create(name="Mehr")
        wanted = [make_lead(name=f"wanted {number}") for number in range(30)]
        other = make_lead(name="other")

        response = send(browse(sara), [], "?q=wanted", everything="1", do="campaign", campaign=campaign.pk)

        assert toasts(response)[0][0] == "Leads changed: 30."
        assert campaign.leads.count() == len(wanted)
        other.refresh_from_db()
        assert other.campaign is None

    def test_export_of_the_ticked_ones_has_no_formula(self, browse, sara):
        first, _second = make_lead(name="=1+1"), make_lead(name="Other")

        response = send(browse(sara), [first], do="csv")

        lines = b"".join(response.streaming_content).decode().splitlines()
        assert (len(lines), lines[0][0], lines[1].split(",")[0]) == (2, "\ufeff", "'=1+1")

    @pytest.mark.parametrize(
        ("sent", "text"),
        [
            ({"do": "owner"}, "Choose from the list first."),
            ({"do": "owner", "owner": "9999999"}, "Choose from the list first."),
            ({"do": "campaign", "campaign": "x"}, "Choose from the list first."),
            ({"do": "dance"}, "Choose what to do with them."),
            ({}, "Choose what to do with them."),
            ({"do": "archive", "lead": ["x", "-1", str(2**70)]}, "Tick some leads first."),
            ({"do": "owner", "owner": "none"}, "Nothing had to be changed."),
        ],
    )
    def test_what_cannot_be_done_is_said(self, browse, sara, sent, text):
        lead = make_lead()

        response = send(browse(sara), [lead], **sent)

        assert (response.url, [said for said, _undo in toasts(response)]) == ("/leads/", [text])
        assert BulkChange.objects.count() == 0

    def test_too_many_at_once_are_refused_whole(self, browse, sara, monkeypatch):
        for module in ("leads.services.together", "leads.views.listing"):
            monkeypatch.setattr(f"{module}.MOST_AT_ONCE", 2)
        for _number in range(3):
            make_lead()

        response = send(browse(sara), [], everything="1", do="archive")

        assert "too many leads for one go" in toasts(response)[0][0]
        assert not Lead.objects.filter(is_archived=True).exists()

    def test_the_way_back_leaves_alone_what_was_changed_again(self, sara, omid, nima):
        first, second = make_lead(owner=omid), make_lead(owner=omid)
        change = services.assign_leads(keys(first, second), owner=nima, by=sara, at=AT)
        services.assign_lead(second, owner=sara, by=sara, at=AT + timedelta(minutes=1))

        services.undo_bulk_change(change, by=sara, at=AT)

        assert [Lead.objects.get(pk=lead.pk).owner for lead in (first, second)] == [omid, sara]

    def test_it_costs_the_same_for_one_and_three(self, sara, omid):
        counts = []
        for wanted in (1, 3):
            leads = [make_lead() for _number in range(wanted)]
            with CaptureQueriesContext(connection) as queries:
                services.undo_bulk_change(services.assign_leads(keys(*leads), owner=omid, by=sara, at=AT), by=sara, at=AT)
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 16

    def test_somebody_who_left_gets_no_leads(self, sara, omid):
        omid.is_active = False

        with pytest.raises(ValidationError, match="no longer works here"):
            services.assign_leads(keys(make_lead()), owner=omid, by=sara, at=AT)


def test_a_place_in_a_list_may_stand_in_any_zone(browse, sara):
    make_lead(name="Ali")  # on a day of 2025

    page = browse(sara).get("/leads/?after=2099-01-01T00:00:00%2B23:00_1")

    assert [lead.name for lead in page.context["rows"]] == ["Ali"]


class TestViews:
    def test_a_view_keeps_the_filters_in_one_order_and_is_a_tab(self, browse, sara):
        make_lead(name="Ali")
        client = browse(sara)

        url = f"{reverse('leads:view-save')}?stage=new&q=ali&after=2025-01-01T00:00:00%2B00:00_5&view=unassigned&owner="
        response = client.post(url, {"name": "  Ali's  "})

        assert response.url == "/leads/?q=ali&stage=new&view=unassigned"
        page = client.get(response.url)
        (tab,) = page.context["filters"].saved
        assert (tab["view"].name, tab["url"], tab["is_current"]) == ("Ali's", response.url, True)
        assert [tab["key"] for tab in page.context["tabs"] if tab["is_current"]] == []
        assert "Save as a view" not in page.content.decode()

    def test_it_is_offered_only_when_there_is_something_new_to_keep(self, browse, sara):
        services.save_view(by=sara, name="New", query="stage=new")
        client = browse(sara)

        offered = [
            "Save as a view" in client.get(f"/leads/{query}").content.decode() for query in ("", "?stage=new", "?stage=mql")
        ]

        assert offered == [False, False, True]

    def test_removed_and_back(self, browse, sara):
        view = services.save_view(by=sara, name="New & hot", query="q=a%26b&stage=new")
        client = browse(sara)

        response = client.post(reverse("leads:view-remove", args=[view.pk]))
        gone = SavedView.objects.count()
        client.post(toasts(response)[0][1])

        assert (gone, SavedView.objects.get().name, SavedView.objects.get().query) == (0, "New & hot", "q=a%26b&stage=new")

    def test_the_same_name_gets_the_new_filters(self, sara):
        for query in ("stage=new", "stage=mql"):
            services.save_view(by=sara, name="Hot", query=query)

        assert list(SavedView.objects.values_list("name", "query")) == [("Hot", "stage=mql")]

    @pytest.mark.parametrize(("name", "query"), [("", "stage=new"), ("  ", "stage=new"), ("Hot", ""), ("Hot", "q=" + "x" * 1000)])
    def test_what_is_no_view(self, sara, name, query):
        with pytest.raises(ValidationError):
            services.save_view(by=sara, name=name, query=query)

    def test_not_without_end(self, sara, monkeypatch):
        monkeypatch.setattr("leads.services.listing.MOST_VIEWS", 1)
        services.save_view(by=sara, name="One", query="stage=new")

        with pytest.raises(ValidationError, match="many views already"):
            services.save_view(by=sara, name="Two", query="stage=mql")


class TestColumns:
    def shown(self, client, url="/leads/"):
        return [column.key for column in client.get(url).context["view"].shown]

    def test_the_usual_ones_at_first(self, browse, omid):
        assert self.shown(browse(omid)) == ["phone", "source", "stage", "owner", "next", "created"]

    def test_chosen_ones_are_kept_for_their_reader_and_stand_in_the_address(self, browse, omid, sara):
        client = browse(omid)

        response = client.post("/leads/?stage=new", {"column": ["created", "email", "no-such-column"]})

        assert response.url == "/leads/?stage=new&columns=email%2Ccreated"
        assert self.shown(client, response.url) == self.shown(client) == ["email", "created"]
        assert self.shown(browse(sara)) == ["phone", "source", "stage", "owner", "next", "created"]

    def test_the_address_wins_and_what_it_does_not_know_it_ignores(self, browse, omid):
        client = browse(omid)
        client.post("/leads/", {"column": ["email"]})

        assert self.shown(client, "/leads/?columns=stage,nonsense,phone") == ["phone", "stage"]
        assert self.shown(client, "/leads/?columns=nonsense") == ["email"]

    @pytest.mark.parametrize("sent", [{"usual": "1", "column": ["email"]}, {}, {"column": ["nonsense"]}])
    def test_the_way_back_to_the_usual_ones(self, browse, omid, sent):
        client = browse(omid)
        client.post("/leads/", {"column": ["email"]})

        response = client.post("/leads/?columns=email&stage=new", sent)

        omid.refresh_from_db()
        assert (response.url, omid.columns) == ("/leads/?stage=new", {})

    def test_each_list_has_its_own(self, browse, omid):
        client = browse(omid)
        client.post("/leads/", {"column": ["email"]})
        client.post("/customers/", {"column": ["orders"]})

        omid.refresh_from_db()
        assert omid.columns == {"leads": ["email"], "customers": ["orders"]}
        assert self.shown(client, "/customers/") == ["orders"]

    def test_cells_follow_their_heads(self, browse, omid):
        make_lead(name="Ali", phone="+989121112233", email="ali@example.com", owner=omid)

        page = browse(omid).get("/leads/?columns=email,channel,campaign,owner").content.decode()

        heads, cells = re.findall(r'<th scope="col">([^<]+)</th>', page), re.findall(r'<td[^>]*data-label="([^"]+)"', page)
        assert heads == ["Name", "E-mail", "Channel", "Campaign", "Owner"]
        assert cells == heads[1:]
        assert ("ali@example.com" in page, "0912 111 2233" in page) == (True, False)

    def test_a_view_keeps_them(self, browse, omid):
        client = browse(omid)

        response = client.post(f"{reverse('leads:view-save')}?columns=stage,nonsense,phone", {"name": "Narrow"})

        assert response.url == "/leads/?columns=phone%2Cstage"
        page = client.get(response.url)
        assert [tab["is_current"] for tab in page.context["filters"].saved] == [True]
        assert "Remove this view" in page.content.decode()

    def test_support_chooses_none_of_leads(self, browse, hana):
        assert browse(hana).post("/leads/", {"column": ["email"]}).status_code == 403
        hana.refresh_from_db()
        assert hana.columns == {}

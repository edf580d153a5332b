"""A filter that an address names and that is not offered (any more) matches nothing: fewer rows are safe, more are not."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from crm.models import PeopleList
from customers.models import Ticket
from leads.models import Lead, ListedLead, SavedView
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import A_DAY, make_lead

pytestmark = pytest.mark.django_db

GONE = 999_999
TOO_LONG = "x" * 101
QUERIES = [
    f"list={GONE}",
    f"owner={GONE}",
    f"campaign={GONE}",
    f"source={GONE}",
    "stage=zzz",
    "created=zzz",
    "view=zzz",
    f"q={TOO_LONG}",
]


@pytest.fixture
def people_list(sara):
    return PeopleList.objects.create(owner=sara, name="Fair", kind="leads", scope="everyone")


def chips_of(client, url):
    context = client.get(url).context
    return [list(context["rows"]), [(chip.text, chip.remove_url) for chip in context["chips"]]]


def file_of(response):
    return b"".join(response.streaming_content).decode().strip().splitlines()


class TestLeads:
    @pytest.mark.parametrize("query", QUERIES)
    def test_all_of_such_a_list_are_none(self, browse, sara, query):
        lead, client, url = make_lead(), browse(sara), f"{reverse('leads:lead-list')}?{query}"
        bulk = client.get(url).context["bulk_url"]

        response = client.post(bulk, {"everything": "1", "do": "archive"})

        assert [str(message) for message in get_messages(response.wsgi_request)] == ["Nothing matches these filters"]
        assert Lead.objects.get(is_archived=False) == lead
        # only the header
        files = [client.post(bulk, {"everything": "1", "do": "csv"}), client.get(f"{url}&export=csv")]
        assert [len(file_of(response)) for response in files] == [1, 1]

    def test_the_page_says_so_and_leads_to_the_rest(self, browse, sara):
        lead, client, url = make_lead(), browse(sara), reverse("leads:lead-list")

        assert chips_of(client, f"{url}?stage=new&list={GONE}&view=zzz") == [
            [],
            [
                ("Stage: New", f"{url}?list={GONE}&view=zzz"),
                ("List: not available", f"{url}?stage=new&view=zzz"),
                ("Saved view: not available", f"{url}?stage=new&list={GONE}"),
            ],
        ]
        assert "A filter in the address is not available to you" in client.get(f"{url}?list={GONE}").content.decode()
        assert chips_of(client, f"{url}?stage=new&list=&view=all&q=%20") == [
            [lead],
            [("Stage: New", f"{url}?view=all&q=+")],
        ]

    def test_a_saved_view_of_a_list_that_is_removed(self, browse, sara, people_list):
        listed, _other, client = make_lead(), make_lead(), browse(sara)
        ListedLead.objects.create(people_list=people_list, lead=listed)
        client.post(f"{reverse('leads:view-save')}?list={people_list.pk}", {"name": "Fair"})
        url = f"{reverse('leads:lead-list')}?{SavedView.objects.get().query}"
        before = chips_of(client, url)[0]

        PeopleList.objects.update(is_removed=True)
        context = client.get(url).context
        tabs = [tab["is_current"] for tab in context["filters"].saved]

        assert (before, list(context["rows"]), context["total_text"], tabs) == ([listed], [], "0", [True])
        assert (context["chips"][0].text, context["filters"].is_savable) == ("List: not available", False)


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("customer-list", [f"list={GONE}", f"owner={GONE}", f"q={TOO_LONG}"]),
        ("order-list", [f"owner={GONE}", "status=zzz", f"channel={GONE}", f"campaign={GONE}", "placed=zzz", f"q={TOO_LONG}"]),
        ("ticket-list", ["state=zzz", "priority=zzz", f"owner={GONE}"]),
    ],
)
def test_the_other_lists(browse, sara, name, queries):
    customer, client, url = make_customer(owner=sara), browse(sara), reverse(f"customers:{name}")
    make_order(customer=customer)
    Ticket.objects.create(customer=customer, subject="Late parcel", created_at=A_DAY)
    assert len(client.get(url).context["rows"]) == 1

    found = [chips_of(client, f"{url}?{query}") for query in queries]

    assert [rows for rows, _chips in found] == [[]] * len(queries)
    assert [[chip[1] for chip in chips] for _rows, chips in found] == [[f"{url}?"]] * len(queries)
    if name != "ticket-list":
        assert [len(file_of(client.get(f"{url}?{query}&export=csv"))) for query in queries] == [1] * len(queries)

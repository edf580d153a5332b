"""The form of a campaign: typed as its reader writes, made once, changed by one hand at a time."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.models import Campaign
from tests.conftest import make_user

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "Autumn", "goal": "leads", "goal_event": "opportunity", "status": "running", "starts_on": "1404/07/01",
    "ends_on": "30 Mehr 1404", "budget": "7,500,000", "target_leads": "۳۰۰", "target_lead_conversion_rate": "20%",
    "target_cost_per_lead": "25000", "target_romi_short": "-10", "token": "8f14e45f-ceea-467f-9a5b-0c2d5a3a1111",
}  # fmt: skip


@pytest.fixture
def marketer(browse):
    return browse(make_user("Maryam", "marketer", "all", None))


def typed(client, address):
    """What stands in the fields of a form, as it would be sent back."""
    form = client.get(address).context["form"]
    return {name: form[name].value() or "" for name in form.fields} | {"channel": "", "owner": ""}


def test_a_campaign_is_made_once_however_often_it_is_sent(marketer):
    first, second = (marketer.post("/campaigns/new/", TYPED) for _ in range(2))

    made = Campaign.objects.get()
    assert first.url == second.url == f"/campaigns/{made.pk}/"
    assert (made.starts_on, made.ends_on, made.owner) == (date(2025, 9, 23), date(2025, 10, 22), None)
    # Ten rials are a toman; rates are typed in per cent.
    assert (made.budget, made.target_leads, made.target_cost_per_lead) == (75_000_000, 300, 250_000)
    assert (made.target_lead_conversion_rate, made.target_romi_short) == (Decimal("0.2"), Decimal("-0.1"))
    assert (made.target_revenue, made.target_orders) == (None, None)


def test_a_form_that_nobody_touched_changes_nothing(marketer):
    marketer.post("/campaigns/new/", TYPED)
    before = Campaign.objects.values().get()

    answer = marketer.post(f"/campaigns/{before['id']}/edit/", typed(marketer, f"/campaigns/{before['id']}/edit/"))

    assert (answer.status_code, Campaign.objects.values().get()) == (302, before)


def test_who_was_slower_is_told_and_overwrites_nothing(marketer):
    marketer.post("/campaigns/new/", TYPED)
    address = f"/campaigns/{Campaign.objects.get().pk}/edit/"
    mine = typed(marketer, address)
    marketer.post(address, typed(marketer, address) | {"target_leads": "400"})

    late = marketer.post(address, mine | {"target_leads": "500"})

    assert "in the meantime" in late.content.decode()
    assert Campaign.objects.get().target_leads == 400


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("name", "", "This field is required."),
        ("ends_on", "1404/06/31", "The first day comes after the last."),
        ("target_leads", "1.5", "A count is a whole number."),
        ("target_orders", "-1", "This figure is never negative."),
        ("target_lead_conversion_rate", "-1", "This figure is never negative."),
        ("target_romi_long", "much", "Enter a percentage in digits, such as 12.5."),
        ("target_revenue", "0.05", "An amount in Toman has at most this many decimals: 1."),
        ("goal", "fame", "Select a valid choice. fame is not one of the available choices."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(marketer, field, text, said):
    answer = marketer.post("/campaigns/new/", TYPED | {field: text})

    assert (dict(answer.context["form"].errors), Campaign.objects.count()) == ({field: [said]}, 0)


def test_it_is_for_those_who_keep_campaigns(browse, marketer, sara, omid, hana):
    campaign = Campaign.objects.create(name="Autumn")
    addresses = ("/campaigns/new/", f"/campaigns/{campaign.pk}/edit/")

    assert [browse(who).get(address).status_code for who in (sara, omid, hana) for address in addresses] == [
        200, 200, 403, 403, 403, 403,
    ]  # fmt: skip
    assert browse(omid).post(addresses[1], TYPED).status_code == 403
    assert Campaign.objects.get().name == "Autumn"
    assert [marketer.get(f"/campaigns/{campaign.pk}/").context["may_edit"], browse(omid).get("/campaigns/").status_code] == [
        True, 200,
    ]  # fmt: skip

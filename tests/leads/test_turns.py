"""Leads that arrive without an owner are given in turn."""

import pytest

from crm.models import Organization
from leads.models import Lead
from tests.api_client import Api
from tests.factories.crm import make_token, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    return Api(client, make_token(name="shop"))


def test_a_lead_of_nobody_is_given_to_the_next_rep_of_the_team(api, sales, omid, mina):
    """Not to its manager, nor to who is switched off; what is said to be nobody's, or is loaded with its history, stays so."""
    ali = make_user(team=sales)
    make_user(team=sales, is_active=False)
    Organization.objects.update(new_leads_team=sales)

    spam, nameless = {"name": "x", "is_spam": True}, {"name": ""}
    leads = [{"external_id": str(n), "name": "a"} for n in range(4)]
    api.post("/leads/bulk/", {"items": [each for lead in leads for each in (lead, spam, nameless)]})
    given = [lead.owner for lead in Lead.objects.filter(is_spam=False).order_by("external_id")]
    one = api.post("/leads/", {"name": "a"}).json()
    unowned = [{"owner": None}, {"created_at": "2025-10-01T10:00:00Z"}]
    kept = [api.post("/leads/", {"name": "a"} | said).json()["owner"] for said in unowned]

    assert given in ([omid, ali, omid, ali], [ali, omid, ali, omid])
    assert one["owner"] == api.get(f"/leads/{one['id']}/").json()["owner"] == Lead.objects.get(pk=one["id"]).owner.email
    assert (kept, Lead.objects.filter(is_spam=True, owner=None).count()) == ([None, None], 4)

"""The settings pages: for superusers only, and without a way around the services."""

import pytest
from django.contrib import admin
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.models import Organization, User
from customers.models import Ticket, TicketEvent
from leads.models import Touch
from tests.api_client import Api
from tests.factories.campaigns import make_channel
from tests.factories.crm import make_token
from tests.factories.leads import make_lead

pytestmark = pytest.mark.django_db

PERSON = ("email", "name", "role", "visibility", "language", "calendar", "money_unit", "theme")


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.com", name="Root", language="en")


def test_no_list_opens_for_others_than_superusers(browse, sara):
    window = browse(sara)
    names = [f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry]

    assert {name for name in names if window.get(reverse(name)).status_code != 302} == set()


@pytest.mark.parametrize(
    "name", ["leads_lead", "leads_opportunity", "customers_order", "customers_customer", "campaigns_expense"]
)
def test_what_services_guard_is_only_shown(browse, root, name):
    assert browse(root).get(reverse(f"admin:{name}_add")).status_code == 403


def test_a_lead_and_a_ticket_are_shown_with_what_happened_to_them_and_not_changed(browse, root):
    lead, ticket = make_lead(name="Ali"), Ticket.objects.create(subject="Late")
    Touch.objects.create(lead=lead, at=lead.created_at, channel=make_channel(name="Autumn fair"))
    TicketEvent.objects.create(ticket=ticket, kind="responded", at=lead.created_at)
    client = browse(root)

    for name, row, said in (("leads_lead", lead, "Autumn fair"), ("customers_ticket", ticket, "First response")):
        url = reverse(f"admin:{name}_change", args=[row.pk])
        assert said in client.get(url).content.decode()
        assert client.post(url, {"name": "Changed", "subject": "Changed"}).status_code == 403
    lead.refresh_from_db()
    ticket.refresh_from_db()
    assert (lead.name, ticket.subject) == ("Ali", "Late")


def test_a_new_person_is_made_here(browse, root, sales):
    sent = {"email": "new@example.com", "name": "New", "role": "rep", "visibility": "own", "team": sales.pk}
    sent |= {"usable_password": "true", "password1": "a long pass phrase", "password2": "a long pass phrase"}

    browse(root).post(reverse("admin:crm_user_add"), sent)

    person = User.objects.get(email="new@example.com")
    assert (person.role, person.team, person.check_password("a long pass phrase")) == ("rep", sales, True)


def test_who_is_switched_off_here_loses_tokens_and_sessions(browse, client, root, omid):
    api, page, url = Api(client, make_token(omid)), browse(omid), reverse("admin:crm_user_change", args=[omid.pk])
    sent = {name: getattr(omid, name) for name in PERSON}
    seen = []

    for switch in ({}, {"is_active": "on"}):
        seen += [api.get("/orders/").status_code, page.get(reverse("leads:today")).status_code]
        assert browse(root).post(url, sent | switch).status_code == 302
    seen += [api.get("/orders/").status_code, page.get(reverse("leads:today")).status_code]

    # before, while switched off, and switched on again
    assert seen == [200, 200, 401, 302, 401, 302]


def test_nobody_switches_themselves_off(browse, root):
    sent = {name: getattr(root, name) for name in PERSON}

    response = browse(root).post(reverse("admin:crm_user_change", args=[root.pk]), sent | {"name": "Boss"})

    root.refresh_from_db()
    assert (response.status_code, root.name, root.is_active, root.is_superuser) == (302, "Boss", True, True)


class TestOrganization:
    def send(self, client, **changes):
        url = reverse("admin:crm_organization_change", args=[1])
        form = client.get(url).context["adminform"].form
        initial = {name: form[name].value() or "" for name in form.fields}
        return client.post(url, initial | changes)

    def test_how_long_a_new_lead_may_wait_is_set_here(self, browse, root):
        assert self.send(browse(root), first_contact_minutes="15").status_code == 302

        assert Organization.current().first_contact_minutes == 15

    def test_what_needs_all_writers_to_wait_is_not_set_here(self, browse, root):
        self.send(browse(root), attribution_model="linear", week_start="0", first_contact_minutes="15")

        organization = Organization.current()
        assert (organization.attribution_model, organization.week_start) == ("first", 5)

    def test_what_is_set_elsewhere_at_the_same_moment_stays(self, browse, root):
        """Only the column that was changed is written."""
        with CaptureQueriesContext(connection) as found:
            self.send(browse(root), first_contact_minutes="15")

        (update,) = [query["sql"] for query in found if query["sql"].startswith('UPDATE "crm_organization"')]
        assert update == 'UPDATE "crm_organization" SET "first_contact_minutes" = 15 WHERE "crm_organization"."id" = 1'

    @pytest.mark.parametrize("wrong", ["0", "-5", "10081", "an hour", ""])
    def test_what_is_no_patience_is_refused_with_its_field_named(self, browse, root, wrong):
        response = self.send(browse(root), first_contact_minutes=wrong)

        assert list(response.context["adminform"].form.errors) == ["first_contact_minutes"]
        assert Organization.current().first_contact_minutes == 60

    @pytest.mark.parametrize(("sent", "stored"), [("0", 180), ("3650", 3650), ("3651", 180), ("2147483647", 180)])
    def test_nobody_is_lost_on_a_day_that_figures_do_not_know(self, browse, root, sent, stored):
        self.send(browse(root), inactivity_days=sent)

        assert Organization.current().inactivity_days == stored

    @pytest.mark.parametrize(
        ("name", "largest"),
        [
            ("closing_days", 365),
            ("nps_interval_days", 3650),
            ("nps_first_order_days", 3650),
            ("nps_first_delivery_days", 3650),
            ("csat_low_score", 5),
        ],
    )
    def test_days_and_scores_have_an_end(self, browse, root, name, largest):
        self.send(browse(root), **{name: str(largest)})
        refused = self.send(browse(root), **{name: str(largest + 1)})

        assert list(refused.context["adminform"].form.errors) == [name]
        assert getattr(Organization.current(), name) == largest
        with pytest.raises(IntegrityError), transaction.atomic():
            Organization.objects.update(**{name: largest + 1})

    def test_it_is_asked_for_in_persian(self, browse, root):
        root.language = "fa"
        root.save()

        page = browse(root).get(reverse("admin:crm_organization_change", args=[1])).content.decode()

        assert "دقیقه‌هایی که پس از آن انتظار سرنخ تازه طولانی است" in page

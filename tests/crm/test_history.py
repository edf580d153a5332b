"""What the history keeps of a change, and whom it names."""

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.models import ApiToken, Organization, User
from tests.api_client import Api
from tests.factories.crm import make_token
from tests.factories.customers import make_customer
from tests.factories.leads import make_lead

pytestmark = pytest.mark.django_db


def test_a_person_is_kept_as_they_were_without_password_and_sign_ins(omid):
    User.objects.filter(pk=omid.pk).update(password="another", last_login=timezone.now())
    assert not omid.history.exists()

    User.objects.filter(pk=omid.pk).update(role="manager")

    assert list(omid.history.values_list("pgh_label", "email", "role")) == [("update", omid.email, "rep")]
    assert not {"password", "last_login"} & {field.name for field in omid.history.model._meta.fields}


def test_the_rules_of_the_organisation_are_kept_as_they_were():
    company = Organization.current()
    Organization.objects.update(fiscal_month=4)

    assert list(company.history.values_list("fiscal_month", flat=True)) == [company.fiscal_month]


def authors(row):
    return list(row.history.order_by("pgh_id").values_list("pgh_context__metadata", flat=True))


def test_the_history_names_who_changed_something_and_by_which_token(browse, omid, client):
    customer, lead = make_customer(name="Arya", owner=omid), make_lead(name="Ali", owner=omid)

    browse(omid).post(reverse("leads:lead-archive", args=[lead.pk]))
    Api(client, make_token()).patch(f"/customers/{customer.pk}/", {"name": "Arya 2"})

    token = ApiToken.objects.get()
    assert authors(lead) == [{"user": omid.pk, "token": None}]
    assert authors(customer) == [{"user": token.user_id, "token": token.pk}]

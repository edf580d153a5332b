"""Who may open what."""

import pytest

from crm.models import User
from crm.navigation import ENTRIES, LISTS, NEW, OTHERS, home_of, items_for, url_of
from crm.permissions import colleagues, may_manage_people, may_sell, owners_for
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "sells"),
    [("rep", True), ("manager", True), ("marketer", True), ("admin", True), ("integration", True), ("support", False)],
)
def test_leads_are_for_all_but_support(role, sells):
    assert may_sell(make_user("Person", role, "own", None)) is sells


def test_a_superuser_may_everything_and_somebody_who_left_nothing():
    root = User.objects.create_superuser("root@example.com", name="Root")
    assert (may_sell(root), may_manage_people(root)) == (True, True)

    root.is_active = False
    assert (may_sell(root), may_manage_people(root)) == (False, False)


def test_an_administrator_by_role_alone_does_not_manage_people(sara):
    assert may_manage_people(make_user("Adam", User.Role.ADMIN, "all", None)) is False


def test_owners_are_those_whose_records_one_sees(sara, mina, omid, nima):
    assert set(owners_for(sara)) == {sara, mina, omid, nima}
    assert set(owners_for(mina)) == {sara, mina, omid}
    assert set(owners_for(omid)) == {omid}


def test_programs_and_people_who_left_are_no_colleagues(omid, nima):
    make_user("Shop", User.Role.INTEGRATION, "all", None)
    nima.is_active = False
    nima.save()

    assert set(colleagues()) == {omid}


@pytest.mark.parametrize(
    ("person", "labels"),
    [
        ("omid", ["Today", "Leads", "Pipeline", "Customers", "Orders", "Surveys", "Support"]),
        ("hana", ["Customers", "Orders", "Surveys", "Support"]),
    ],
)
def test_what_one_may_not_open_is_not_in_the_menu(request, person, labels):
    items = items_for(request.getfixturevalue(person), "/customers/3/")

    shown = [str(item.label) for item in items if not item.url.startswith("/kpis/")]
    assert shown == labels
    assert [str(item.label) for item in items if item.is_current] == ["Customers"]


def test_of_two_entries_the_narrower_one_is_where_one_is(omid):
    """Dashboards lie within the KPIs."""
    current = {
        path: [str(item.label) for item in items_for(omid, path) if item.is_current] for path in ("/kpis/", "/kpis/dashboards/3/")
    }

    assert current == {"/kpis/": ["KPIs"], "/kpis/dashboards/3/": ["Dashboards"]}


def test_settings_are_for_superusers(omid):
    root = User.objects.create_superuser("root@example.com", name="Root")

    assert "/settings/" in {item.url for item in items_for(root, "/")}
    assert "/settings/" not in {item.url for item in items_for(omid, "/")}


def test_what_the_menus_name_answers():
    """But two-step sign-in, where it is switched off."""
    named = [entry.target for entry in (*ENTRIES, *NEW, *OTHERS, *LISTS)]

    assert [target for target in named if target != "mfa_index" and not url_of(target)] == []


def test_everybody_lands_where_their_work_is(omid, hana):
    assert (home_of(omid), home_of(hana)) == ("/today/", "/tickets/")

"""Accounts, tokens and the organisation's zone."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from crm.database import local_day_sql
from crm.models import ApiToken, Organization, User
from crm.services import change_time_zone, create_token, create_user, deactivate_user, revoke_token
from customers.models import Answer, Order, Survey
from kpis.models import Target
from tests.factories.crm import make_token, make_user
from tests.factories.customers import make_customer, make_order

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "visibility", "is_superuser"),
    [
        ("rep", "own", False),
        ("manager", "team", False),
        ("support", "all", False),
        ("integration", "all", False),
        ("admin", "all", True),
    ],
)
def test_a_role_decides_what_is_seen(role, visibility, is_superuser):
    user = create_user(" Sara@Example.com ", role=role, password="x" * 12, team="Tehran")

    assert (user.email, user.visibility, user.is_superuser, user.team.name) == (
        "sara@example.com",
        visibility,
        is_superuser,
        "Tehran",
    )
    assert user.check_password("x" * 12)


@pytest.mark.parametrize(
    ("email", "role"), [("a@example.com", "rep"), ("A@EXAMPLE.COM", "rep"), ("nobody", "rep"), ("b@example.com", "king")]
)
def test_no_second_account_and_no_unknown_role(email, role):
    make_user("rep", email="a@example.com")

    with pytest.raises(ValidationError):
        create_user(email, role=role)

    assert User.objects.count() == 1


def test_a_token_is_kept_as_its_digest():
    token, secret = create_token(make_user("integration"), scopes=["orders:write", "kpis:read"], at=NOW, name="shop")

    assert secret.startswith("snj_")
    assert len(secret) > 40
    assert secret not in str(ApiToken.objects.values().get())
    assert ApiToken.objects.for_secret(secret, NOW) == token
    assert (token.allows("orders:write"), token.allows("orders:read")) == (True, False)


@pytest.mark.parametrize(
    "facts", [{"scopes": []}, {"scopes": ["orders"]}, {"scopes": ["x:read"]}, {"scopes": ["*"], "expires_at": NOW}]
)
def test_a_useless_token_is_not_made(facts):
    with pytest.raises(ValidationError):
        create_token(make_user(), at=NOW, **facts)

    assert ApiToken.objects.count() == 0


def test_a_revoked_token_and_a_closed_account_are_dead():
    first, second = make_token(), make_token()

    revoke_token(first, at=NOW)
    deactivate_user(second.user, at=NOW)

    assert list(ApiToken.objects.usable(NOW + timedelta(days=1))) == []
    assert revoke_token(first, at=NOW + timedelta(days=1)).revoked_at == NOW


def test_a_session_does_not_outlive_a_closed_account(browse):
    user, colleague = make_user(), make_user()
    theirs, others = browse(user), browse(colleague)

    deactivate_user(user, at=datetime.now(UTC))
    User.objects.update(is_active=True)

    assert [client.get("/customers/").status_code for client in (theirs, others)] == [302, 200]


def test_commands_print_what_they_made_once():
    out = StringIO()
    with translation.override("fa"):  # the language of an installation is not the one of its command line
        call_command("create_user", "sara@example.com", role="rep", team="North", stdout=out)
    assert out.getvalue().startswith("sara@example.com (Sales rep)\n")
    password = out.getvalue().split("Password: ")[1].strip()
    sara = User.objects.get()
    assert (sara.check_password(password), sara.team.name) == (True, "North")


def test_a_program_gets_a_token_and_no_password():
    out, token_out = StringIO(), StringIO()
    call_command("create_user", "shop@example.com", role="integration", team="North", stdout=out)
    assert out.getvalue().startswith("shop@example.com (Integration)\nIt signs in with a token: manage.py create_token")
    call_command("create_token", "shop@example.com", scopes="orders:write, kpis:read", name="shop", expires=30, stdout=token_out)

    secret = token_out.getvalue().strip()
    token = ApiToken.objects.for_secret(secret, datetime.now(UTC))
    assert not User.objects.get().has_usable_password()
    assert (token.name, token.scopes, token.user.team.name) == ("shop", ["kpis:read", "orders:write"], "North")


@pytest.mark.parametrize(
    ("role", "team", "sees", "told"),
    [
        ("manager", None, None, True),
        ("manager", "North", None, False),
        ("rep", None, None, False),
        ("manager", None, "all", False),
        ("rep", None, "team", True),
    ],
)
def test_who_sees_a_team_is_not_made_without_one_without_a_word(role, team, sees, told):
    words = StringIO()

    call_command("create_user", "m@example.com", role=role, team=team, sees=sees, stdout=StringIO(), stderr=words)

    usual = {"manager": "team", "rep": "own"}[role]
    assert (words.getvalue().count("In no team"), User.objects.get().visibility) == (told, sees or usual)


def test_a_password_is_read_from_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("correct horse battery\n"))
    call_command("create_user", "a@example.com", role="rep", password_stdin=True, stdout=StringIO())

    assert User.objects.get().check_password("correct horse battery")


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("create_user", {"email": "nobody", "role": "rep"}),
        ("create_user", {"email": "shop@example.com", "role": "integration", "password_stdin": True}),
        ("create_token", {"email": "nobody@example.com", "scopes": "*"}),
    ],
)
def test_commands_refuse_in_words(command, args):
    with pytest.raises(CommandError):
        call_command(command, args.pop("email"), **args)


def test_another_zone_writes_every_local_day_anew():
    order = make_order(placed_at=datetime(2025, 10, 1, 20, 45, tzinfo=UTC))
    assert order.placed_on == date(2025, 10, 2)

    change_time_zone(Organization.current(), zone="Europe/London")

    assert Order.objects.get().placed_on == date(2025, 10, 1)
    assert make_order(placed_at=datetime(2025, 10, 1, 22, 45, tzinfo=UTC)).placed_on == date(2025, 10, 1)
    change_time_zone(Organization.current(), zone="Asia/Tehran")
    assert set(Order.objects.values_list("placed_on", flat=True)) == {date(2025, 10, 2)}


def test_what_was_written_by_the_old_clocks_meanwhile_is_read_on_the_new_ones():
    """As if its writer had begun before the change and ended after it: 00:15 in Tehran is the day before in London."""
    order = make_order(placed_at=datetime(2025, 10, 1, 20, 45, tzinfo=UTC))
    Organization.objects.update(time_zone="Europe/London")
    with connection.cursor() as cursor:
        cursor.execute(local_day_sql("Europe/London"))

    change_time_zone(Organization.current(), zone="Europe/London")

    order.refresh_from_db()
    assert order.placed_on == date(2025, 10, 1)


def test_clocks_by_which_two_answers_of_one_day_meet_are_refused_in_words():
    """23:45 and 00:45 in Tehran are one day in London, on which a customer answers once."""
    about = {"customer": make_customer(), "survey": Survey.objects.get(slug="nps"), "score": 9}
    for hour in (20, 21):
        Answer.objects.create(answered_at=datetime(2025, 10, 1, hour, 15, tzinfo=UTC), **about)

    with pytest.raises(CommandError, match="fall on the same day"):
        call_command("set_organization", time_zone="Europe/London")
    assert Organization.current().time_zone == "Asia/Tehran"


def test_the_base_currency_is_chosen_while_no_money_is_stored():
    Target.objects.create(kpi="leads", calendar="jalali", grain="month", start=date(2025, 9, 23), value=7)
    for code in ("ABC", "eur"):
        with pytest.raises(CommandError, match="not known"):
            call_command("set_organization", currency=code)
    call_command("set_organization", currency="EUR")
    assert Organization.current().currency == "EUR"

    target = Target.objects.create(kpi="revenue", calendar="jalali", grain="month", start=date(2025, 9, 23), value=7)
    with pytest.raises(CommandError, match="stored in EUR"):
        call_command("set_organization", currency="USD")
    target.delete()
    make_order()
    with pytest.raises(CommandError, match="stored in EUR"):
        call_command("set_organization", currency="USD")

    call_command("set_organization", currency="EUR")
    assert Organization.current().currency == "EUR"
    # What is left in the history of an order that is gone is read by nobody.
    Order.objects.all().delete()
    call_command("set_organization", currency="USD")
    assert Organization.current().currency == "USD"


def test_an_unknown_zone_is_refused():
    with pytest.raises(ValidationError):
        change_time_zone(Organization.current(), zone="Mars/Olympus")

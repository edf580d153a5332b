"""The pages of API tokens under the settings: who makes one, how its key is shown once, and what ends it."""

import re
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from crm import services
from crm.models import ApiToken, User
from crm.scopes import in_words
from tests.api_client import Api
from tests.factories.crm import make_token, make_user
from tests.toasts import toasts

pytestmark = pytest.mark.django_db
URL = "/settings/tokens/"


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.com", name="Root", language="en", calendar="gregorian")


@pytest.fixture
def client(browse, root):
    return browse(root)


def sent(account, **changes):
    facts = {"token": uuid4(), "name": "Shop", "user": account.pk, "scopes": ["orders:write", "orders:read"], "expires_on": ""}
    return facts | changes


def errors(response):
    return {name: list(texts) for name, texts in response.context["form"].errors.items()}


def test_a_token_is_made_its_key_shown_once_and_its_author_told(client, browse, omid, caplog):
    form = sent(omid)

    answer = client.post(f"{URL}new/", form)
    again = client.post(f"{URL}new/", form)

    (secret,) = set(re.findall(r"snj_[\w-]{40,}", answer.content.decode()))
    token = ApiToken.objects.get()
    kept = (token.name, token.user, token.scopes, token.expires_at, token.digest)
    assert kept == ("Shop", omid, ["orders:read", "orders:write"], None, ApiToken.digest_of(secret))
    assert answer["Cache-Control"] == "private, no-store"
    assert toasts(again)[-1][0].startswith("This token was made already")
    pages = [client.get(url).content.decode() for url in (URL, f"{URL}{token.pk}/", f"{URL}{token.pk}/history/")]
    assert ["Shop" in page for page in pages] == [True] * 3
    assert not any(secret in text for text in [*pages, caplog.text, *stored_texts()])
    entries = client.get(f"{URL}{token.pk}/history/").context["entries"]
    assert [(entry["title"], entry["by"]) for entry in entries] == [("First saved", "Root")]
    token.secret = secret
    calls = Api(browse(), token)
    assert [calls.get(path).status_code for path in ("/orders/", "/leads/")] == [200, 403]


def stored_texts():
    """All that sessions and the tables of tokens hold."""
    with connection.cursor() as cursor:
        for table in ("crm_apitoken", "crm_apitokenhistory", "django_session", "pghistory_context"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            yield from (text for (text,) in cursor.fetchall())


def test_what_is_refused_says_why_and_loses_nothing(client, omid, root, now):
    gone = make_user("rep", is_active=False)
    cases = [
        ({"name": " "}, {"name": ["This field is required."]}),
        ({"name": "demo"}, {"name": ["This name is the demo company's: choose another one."]}),
        ({"scopes": []}, {"scopes": ["Choose what the token may do."]}),
        ({"scopes": ["users:write"]}, {"scopes": ["Select a valid choice. users:write is not one of the available choices."]}),
        ({"user": gone.pk}, {"user": ["Select a valid choice. That choice is not one of the available choices."]}),
        ({"expires_on": "2020-01-01"}, {"expires_on": ["This day is over: give today or a later one."]}),
        ({"token": "x"}, {"__all__": ["This form was changed on the way: open it again."]}),
    ]
    assert [errors(client.post(f"{URL}new/", sent(omid, **wrong))) for wrong, _said in cases] == [said for _wrong, said in cases]
    kept = client.post(f"{URL}new/", sent(omid, name=""))
    assert 'value="orders:write" checked' in kept.content.decode()
    with pytest.raises(ValidationError, match="This account is closed"):
        services.add_token(gone, by=root, at=now, scopes=["*"])
    with pytest.raises(PermissionDenied):
        services.add_token(omid, by=make_user("manager"), at=now, scopes=["*"])
    assert not ApiToken.objects.exists()


def test_it_works_to_the_end_of_its_last_day(client, omid):
    client.post(f"{URL}new/", sent(omid, expires_on="2030-03-20", scopes=["*", "orders:read"]))

    token = ApiToken.objects.get()
    assert (token.expires_at.isoformat(), token.scopes) == ("2030-03-20T20:30:00+00:00", ["*"])


def test_a_token_is_revoked_on_its_page(client, browse, omid):
    token = make_token(omid, scopes=["orders:read"])
    api = Api(browse(), token)

    seen = [api.get("/orders/").status_code]
    answer = client.post(f"{URL}{token.pk}/revoke/")
    seen += [api.get("/orders/").status_code]

    assert seen == [200, 401]
    assert toasts(answer)[-1][0] == f"{token} was revoked: whatever uses it is refused from now on."
    states = [row.state for row in client.get(URL).context["rows"]]
    assert (states, client.get(f"{URL}{token.pk}/").context["state"]) == (["Revoked"], "Revoked")


def test_only_who_manages_people_comes_in(browse, sara, omid):
    token = make_token(omid)
    pages = [URL, f"{URL}new/", f"{URL}{token.pk}/", f"{URL}{token.pk}/history/"]

    for user, told in ((sara, 403), (None, 302)):
        assert [browse(user).get(page).status_code for page in pages] == [told] * 4
        assert browse(user).post(f"{URL}new/", sent(user or omid)).status_code == told
        assert browse(user).post(f"{URL}{token.pk}/revoke/").status_code == told

    assert ApiToken.objects.get().revoked_at is None


def test_an_integration_that_is_added_is_offered_a_token(client):
    facts = {"name": "Shop", "email": "shop@example.com", "role": "integration", "language": "", "calendar": "jalali"}

    answer = client.post("/settings/people/new/", facts)

    shop = User.objects.get(email="shop@example.com")
    assert answer.url == f"{URL}new/?user={shop.pk}"
    assert client.get(answer.url).context["form"]["user"].value() == shop.pk


def test_scopes_are_told_in_words():
    assert in_words(["orders:write", "kpis:read", "orders:read"]) == ["Orders: read and write", "KPIs: read"]

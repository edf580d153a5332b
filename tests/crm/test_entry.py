"""What stands between a request and its page: who may, then what they send."""

from datetime import UTC, datetime

import pytest
from allauth.core.context import request_context
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from crm.accounts import password_link
from crm.models import Organization, User
from crm.services import create_token
from tests.factories.leads import make_lead

pytestmark = pytest.mark.django_db
TOO_MUCH = {"name": "a" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}
FORM = "application/x-www-form-urlencoded"


class Unread:
    """A body that nobody may look at."""

    def read(self, *_size):
        raise AssertionError("the body was read")

    readline = read


def send_unread(client, url):
    facts = {"CONTENT_TYPE": FORM, "CONTENT_LENGTH": "100", "wsgi.input": Unread()}
    return client.generic("POST", url, **facts)


@pytest.mark.parametrize("name", ["leads:lead-create", "leads:lead-bulk", "settings"])
def test_what_nobody_may_send_is_not_read(browse, hana, name):
    url = reverse(name)

    statuses = [send_unread(browse(user), url).status_code for user in (hana, None)]

    assert statuses == [403, 302]


def test_an_action_is_asked_the_same(browse, hana, omid):
    url = reverse("leads:lead-archive", args=[make_lead(owner=omid).pk])

    assert [send_unread(browse(user), url).status_code for user in (hana, None)] == [403, 302]


def test_too_much_at_once_is_a_page_for_those_who_may(browse, omid, hana):
    url = reverse("leads:lead-create")

    responses = [browse(user).post(url, TOO_MUCH, headers={"host": "localhost"}) for user in (omid, hana)]

    assert [response.status_code for response in responses] == [413, 403]


@pytest.mark.parametrize("url", ["/account/login/", "/language/", "/admin/login/"])
def test_too_much_of_a_stranger_is_not_read(browse, url):
    facts = {"CONTENT_TYPE": "multipart/form-data; boundary=x", "CONTENT_LENGTH": "30000000", "wsgi.input": Unread()}

    response = browse().generic("POST", url, **facts)

    assert (response.status_code, 'class="entrance"' in response.content.decode()) == (413, True)


def test_a_file_is_passed_over(rf):
    request = rf.post("/language/", {"language": "en", "file": SimpleUploadedFile("a.bin", b"x" * 100_000)})

    assert (request.POST.dict(), request.FILES.dict()) == ({"language": "en"}, {})


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_character_that_no_column_holds_is_a_page(browse, omid, method):
    response = getattr(browse(omid), method)(reverse("leads:lead-list"), {"q": "a\x00b"})

    page = response.content.decode()
    assert response.status_code == 400
    assert ("The text contains a character that is not allowed." in page, 'class="entrance"' in page) == (True, True)


def test_a_forged_form_changes_nothing(root_client):
    before = Organization.current().name

    assert root_client.post(reverse("settings"), {"name": "Forged"}).status_code == 403
    assert Organization.objects.get().name == before


@pytest.fixture
def root_client(sara):
    sara.is_superuser = True
    sara.save()
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    client.force_login(sara)
    return client


def test_an_integration_comes_by_its_token_alone(browse, omid):
    omid.set_password("a long way home")
    omid.role = "integration"
    omid.save()
    client, sign_in = browse(), reverse("account_login")

    refused = client.post(sign_in, {"login": omid.email, "password": "a long way home"})
    guessed = client.post(sign_in, {"login": omid.email, "password": "another way"})

    told = "which signs in with a token: sign in with your own."
    assert [told in answer.content.decode() for answer in (refused, guessed)] == [True, False]
    assert (refused.status_code, client.get("/").url) == (200, f"{sign_in}?next=/")
    secret = create_token(omid, scopes=["leads:read"], at=datetime.now(UTC), name="shop")[1]
    assert client.get("/api/v1/leads/", headers={"authorization": f"Bearer {secret}"}).status_code == 200


def test_who_becomes_a_program_is_signed_in_no_more(browse, omid):
    client = browse(omid)
    assert client.get("/leads/").status_code == 200

    User.objects.filter(pk=omid.pk).update(role="integration")

    assert client.get("/leads/").url.startswith(reverse("account_login"))
    assert client.get("/api/v1/leads/").status_code == 401


def test_who_stands_at_the_second_step_may_sign_in_as_somebody_else(browse, omid):
    omid.set_password("a long way home")
    omid.save()
    TOTP.activate(omid, generate_totp_secret())
    client, sign_in = browse(), reverse("account_login")
    client.post(sign_in, {"login": omid.email, "password": "a long way home"})
    step = reverse("mfa_authenticate")

    page = client.get(step).content.decode()
    back = client.post(reverse("account_logout"), {"next": sign_in})

    assert [text in page for text in (omid.email, "Sign in as somebody else")] == [True, True]
    assert (back.url, client.get(step).url) == (sign_in, sign_in)


def test_a_link_to_choose_a_password_does_not_spare_the_second_step(browse, omid, rf):
    TOTP.activate(omid, generate_totp_secret())
    guest = browse()
    asked = rf.get("/", headers={"host": "localhost"})
    with request_context(asked):
        link = password_link(asked, omid)
    form = guest.get(link, follow=True).redirect_chain[-1][0]

    step = guest.post(form, {"password1": "a long green sentence", "password2": "a long green sentence"}, follow=True)

    assert (step.redirect_chain[-1][0], step.wsgi_request.user.is_authenticated) == (reverse("mfa_authenticate"), False)


def test_the_second_step_is_set_up_on_a_page_with_a_way_back(browse, omid):
    page = browse(omid).get(reverse("mfa_index")).content.decode()

    assert "To the start page" in page


def test_a_lock_is_kept_and_a_sign_in_works_without_what_valkey_holds(browse, omid, sara, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/15m/key"}
    for user in (omid, sara):
        user.set_password("a long way home")
        user.save()

    def signs_in(user, password):
        return browse().post(reverse("account_login"), {"login": user.email, "password": password}).status_code == 302

    assert [signs_in(omid, "wrong"), signs_in(omid, "wrong"), signs_in(omid, "a long way home")] == [False, False, False]
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:9/0"}
    settings.CACHES = {name: away if "redis" in cache["BACKEND"] else cache for name, cache in settings.CACHES.items()}
    assert [signs_in(omid, "a long way home"), signs_in(sara, "a long way home")] == [False, True]

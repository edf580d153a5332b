"""How people sign in: what allauth asks us to decide."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_noop
from structlog import get_logger

from crm.mails import has_mail_server
from crm.models import User
from crm.money import format_number
from crm.preferences import Preferences

log = get_logger("sanjeh")
SECONDS_OF_A_DAY = 86_400
# What was chosen on a page before signing in, for as long as that takes.
CHOSEN_LANGUAGE, SECONDS_TO_SIGN_IN = "chosen_language", 900
# What allauth says, collected here for a Persian that speaks to people as our own pages do; it comes before allauth's.
SENTENCES = (
    gettext_noop("Forgot your password?"),
    gettext_noop("You must type the same password each time."),
    gettext_noop("Please type your current password."),
)


class PeopleBackend(AuthenticationBackend):
    """Programs come by their tokens: an account that becomes one is signed in nowhere any more, and at no step of signing in."""

    def get_user(self, user_id: int) -> User | None:
        user = super().get_user(user_id)
        return None if user is None or user.is_program else user


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs themselves up: an administrator makes the accounts."""
        return False

    def post_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse:
        """Whoever chose a language on the way in goes on in it: that is later than what their account says.

        From here on it is their request: its message is in their language, not in that of the page before.
        """
        chosen = request.COOKIES.get(CHOSEN_LANGUAGE, "")
        if chosen in User.Language.values:
            user.language = chosen
            user.save(update_fields=["language"])
        translation.activate(user.language or request.LANGUAGE_CODE)
        response = super().post_login(request, user, **facts)
        response.delete_cookie(CHOSEN_LANGUAGE)
        return response


def password_link(request: HttpRequest, person: User) -> str:
    """Where somebody chooses a password: it works once, and no longer than for `PASSWORD_RESET_TIMEOUT`."""
    key = f"{user_pk_to_url_str(person)}-{PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)}"
    return get_adapter(request).get_reset_password_from_key_url(key)


def days_of_links(prefs: Preferences) -> str:
    return format_number(settings.PASSWORD_RESET_TIMEOUT // SECONDS_OF_A_DAY, prefs.language, latin_digits=prefs.latin_digits)


def mail_link(request: HttpRequest, person: User, link: str) -> bool:
    """Whether it is on its way, in the language of whoever it is for."""
    if not has_mail_server():
        return False
    try:
        with translation.override(person.language_without_browser):
            _send_link(request, person, link)
    except OSError:
        log.exception("link not sent", person=person.pk)
        return False
    return True


def _send_link(request: HttpRequest, person: User, link: str) -> None:
    """Who has no password yet is invited."""
    adapter, facts = get_adapter(request), {"user": person, "password_reset_url": link, "request": request}
    if person.has_usable_password():
        adapter.send_password_reset_mail(person, person.email, facts)
        return
    prefs = Preferences(person, person.language_without_browser)
    facts |= {"organization": prefs.organization, "days": days_of_links(prefs)}
    adapter.send_mail("account/email/invitation", person.email, facts)


def keep_until_sign_in(response: HttpResponse, language: str) -> None:
    """Not in a session: a stranger's choice writes nothing here."""
    facts = {"httponly": True, "samesite": "Lax", "secure": settings.SESSION_COOKIE_SECURE}
    response.set_cookie(CHOSEN_LANGUAGE, language, max_age=SECONDS_TO_SIGN_IN, **facts)

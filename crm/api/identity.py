"""Who calls: a token in the Authorization header, or the browser's session."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from structlog import get_logger

from crm.api.problems import Problem
from crm.models import ApiToken, User
from crm.rates import seconds_to_wait

log = get_logger("sanjeh")
# Django looks for its secret in a form, too: what is sent as one would be read before anybody knows whether it may be long.
FORMS = {"multipart/form-data", "application/x-www-form-urlencoded"}
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="api"'}


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer snj_…`; any other scheme is refused rather than overlooked."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _, secret = header.partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret.isascii() or not secret.isprintable() or len(secret) > 200:
            raise Problem("not-authenticated", headers=CHALLENGE)
        token = ApiToken.objects.for_secret(secret, request.at)
        if token is None:
            raise Problem("not-authenticated", headers=CHALLENGE)
        note_use(token, request.at)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE["WWW-Authenticate"]


class BrowserAuthentication(SessionAuthentication):
    """The session, with Django's own protection against requests from elsewhere."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        asked = request._request  # noqa: SLF001 -- DRF's own way; its own request reads a body only by parsers, of which we have none
        user = getattr(asked, "user", None)
        if not user or not user.is_active:
            return None
        if asked.content_type in FORMS:
            raise Problem("unsupported-media-type")
        try:
            self.enforce_csrf(asked)
        except PermissionDenied:
            raise Problem("csrf-failed") from None
        return getattr(user, "_wrapped", user), None


def note_use(token: ApiToken, at: datetime) -> None:
    """When the token was last used, to the minute: not a write for every request."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - timedelta(minutes=1))
    if token.last_used_at is None or token.last_used_at < at - timedelta(minutes=1):
        try:
            with transaction.atomic():
                ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at)
        except DatabaseError:
            log.warning("the use of a token could not be noted")  # a standby can still be read


def limit_rate(caller_key: str, at: datetime) -> None:
    if seconds := seconds_to_wait(caller_key, at):
        raise Problem("rate-limited", headers={"Retry-After": str(seconds)})


def key_of(request: HttpRequest, user: User, token: ApiToken | None) -> str:
    return f"token-{token.pk}" if token else f"user-{user.pk}"

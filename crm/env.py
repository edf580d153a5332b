"""Typed readers of the environment: an unreadable value stops the start and names itself."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def env_str(name: str, default: str = "") -> str:
    """An empty value counts as not given: that is what an unset line of an env file looks like."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, *, default: bool) -> bool:
    value = env_str(name).lower()
    if value and value not in YES | NO:
        raise ImproperlyConfigured(f"{name} is {value!r}: write 1 or 0.")
    return value in YES if value else default


def env_int(name: str, default: int) -> int:
    value = env_str(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}: write a whole number.") from None


def env_list(name: str, default: list[str]) -> list[str]:
    return [part.strip() for part in env_str(name).split(",") if part.strip()] or default


def env_email(name: str, default: str) -> dict[str, Any]:
    """Django's e-mail settings from one URL: smtp(s)://user:password@host:port?tls=1, file:///folder, console://."""
    url = urlsplit(env_str(name, default))
    kinds = {"smtp": "smtp", "smtps": "smtp", "console": "console", "file": "filebased"}
    if url.scheme not in kinds:
        raise ImproperlyConfigured(f"{name} begins with {url.scheme!r}: one of {', '.join(kinds)} was expected.")
    found: dict[str, Any] = {"EMAIL_BACKEND": f"django.core.mail.backends.{kinds[url.scheme]}.EmailBackend"}
    if url.scheme == "file":
        found["EMAIL_FILE_PATH"] = Path(unquote(url.path))
    if kinds[url.scheme] == "smtp":
        tls = parse_qs(url.query).get("tls", ["0"])[0] in YES
        found |= {
            "EMAIL_HOST": url.hostname or "localhost",
            "EMAIL_PORT": url.port or (465 if url.scheme == "smtps" else 587 if tls else 25),
            "EMAIL_HOST_USER": unquote(url.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
            "EMAIL_USE_SSL": url.scheme == "smtps",
            "EMAIL_USE_TLS": tls and url.scheme == "smtp",
            "EMAIL_TIMEOUT": 15,
        }
    return found

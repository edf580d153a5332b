"""manage.py create_token EMAIL --scopes orders:write,kpis:read"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from crm.models import User
from crm.scopes import SCOPES
from crm.services import create_token


class Command(BaseCommand):
    help = "Make an API token for an account and print it, alone: it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--scopes", required=True, help=f"separated by commas, of: {', '.join(sorted(SCOPES))}")
        parser.add_argument("--name", default="", help="what it is for; also the source of the records it writes")
        parser.add_argument("--expires", type=int, metavar="DAYS")

    @no_translations
    def handle(self, *args: Any, email: str, scopes: str, name: str, expires: int | None, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            raise CommandError(f"There is no account {email}.")
        now = timezone.now()
        wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
        expires_at = now + timedelta(days=expires) if expires is not None else None
        try:
            _token, secret = create_token(user, scopes=wanted, at=now, name=name, expires_at=expires_at)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(secret)

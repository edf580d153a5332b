"""manage.py create_user EMAIL --role rep"""

from __future__ import annotations

import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, no_translations

from crm.models import User
from crm.services import create_user


class Command(BaseCommand):
    help = (
        "Make an account; without --password-stdin a password is made and printed once. That of a program has none:"
        " it signs in with a token (create_token)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", required=True, choices=User.Role.values)
        parser.add_argument("--team")
        parser.add_argument("--sees", choices=User.Visibility.values, help="whose records; without it, as the role usually does")
        parser.add_argument("--name", default="")
        parser.add_argument("--password-stdin", action="store_true")

    @no_translations
    def handle(
        self,
        *args: Any,
        email: str,
        role: str,
        team: str | None,
        sees: str | None,
        name: str,
        password_stdin: bool,
        **options: Any,
    ) -> None:
        is_program = role == User.Role.INTEGRATION
        if is_program and password_stdin:
            raise CommandError("A program has no password: make it a token with create_token.")
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(15)
        try:
            if password_stdin:
                validate_password(password)
            user = create_user(email, role=role, password=None if is_program else password, name=name, team=team, visibility=sees)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{user.email} ({user.get_role_display()})")
        if user.is_without_team:
            self.stderr.write(
                "In no team, so it sees only its own records: name one with --team, or let it see all with --sees all."
            )
        if is_program:
            self.stdout.write(f"It signs in with a token: manage.py create_token {user.email} --scopes …")
        elif not password_stdin:
            self.stdout.write(f"Password: {password}")

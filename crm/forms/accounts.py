"""The forms of signing in, with the words that all other pages have; what a field is for stands above it alone."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LABELS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "remember": _("Remember me"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
}


class InOurWords:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class LoginForm(InOurWords, forms.LoginForm):
    def clean(self) -> dict[str, Any]:
        """Told only to who knows the password: nobody else learns whose account it is."""
        cleaned = super().clean()
        if self.user and self.user.is_program:
            raise ValidationError(_("This account is a program's, which signs in with a token: sign in with your own."))
        return cleaned


class ResetPasswordForm(InOurWords, forms.ResetPasswordForm):
    def clean_email(self) -> str:
        """A program that was given a password on the server is sent no link to choose another."""
        email = super().clean_email()
        self.users = [user for user in self.users if user.may_choose_password]
        return email


class ResetPasswordKeyForm(InOurWords, forms.ResetPasswordKeyForm): ...

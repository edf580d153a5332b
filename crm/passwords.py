"""What a password has to be, in the words and digits of whoever chooses one."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator

from crm.templatetags.crm_format import fanum


class LengthValidator(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return fanum(super().get_error_message() % {"min_length": self.min_length})

    def get_help_text(self) -> str:
        return fanum(super().get_help_text())

"""What proves that a link to choose a password is ours, and still good."""

from __future__ import annotations

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from crm.models import User


class LinkGenerator(PasswordResetTokenGenerator):
    """Besides Django's reasons (it was used, is too old, or the address is another one) a link ends once there is none for
    the account any more, and for ever: what the account was then stays in its history, whichever door it was changed by.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.may_choose_password}{user.last_barred or ''}"

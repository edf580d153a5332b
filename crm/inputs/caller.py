"""Who reads or writes, from where, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from crm.models import ApiToken, Organization, User
from crm.periods import Calendar


@dataclass(frozen=True)
class Caller:
    """One person or integration at one moment; `source` is where records without one of their own come from."""

    user: User
    organization: Organization
    at: datetime
    source: str | None = None
    may_give_history: bool = False
    calendar: Calendar = Calendar.GREGORIAN
    token: ApiToken | None = None

    @property
    def zone(self) -> ZoneInfo:
        return self.organization.zone

    def may(self, scope: str) -> bool:
        """A token does what its scopes say; whoever is signed in, what their role says."""
        return self.token is None or self.token.allows(scope)

    @property
    def default_owner(self) -> User | None:
        """Whoever sees only part of the records owns what they add, or they would lose sight of it."""
        return None if self.user.sees_all else self.user

"""People, teams and tokens."""

from itertools import count

from crm.models import ApiToken, Team, User

numbers = count(1)


def make_team(name=None):
    return Team.objects.create(name=name or f"Team {next(numbers)}")


def make_user(role="rep", **facts):
    visibility = {"rep": "own", "manager": "team"}.get(role, "all")
    facts = {"email": f"{role}{next(numbers)}@example.com", "visibility": visibility, **facts}
    return User.objects.create_user(role=role, is_superuser=role == "admin", **facts)


def make_token(user=None, scopes=("*",), name="shop", secret=None, **facts):
    """A token; its secret stands on it as `secret`, for tests only."""
    secret = secret or f"snj_{next(numbers):040d}"
    user = user or make_user("integration")
    token = ApiToken.objects.create(user=user, name=name, scopes=list(scopes), digest=ApiToken.digest_of(secret), **facts)
    token.secret = secret
    return token

"""What the database refuses becomes an answer, and one idempotency key is answered once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from redis.exceptions import RedisError
from structlog import get_logger

from crm.api.problems import Problem
from crm.inputs.caller import Caller
from crm.inputs.failures import Failure
from crm.statements import prepared_cursor
from crm.transactions import FOREIGN_KEY_VIOLATION, UNIQUE_VIOLATION, in_transaction, sqlstate_of

log = get_logger("sanjeh")
REFERENCE_GONE = gettext_lazy(
    "What this refers to was changed or deleted at the same moment. Nothing was written: send it again."
)

KEPT = timedelta(hours=72)
MOST_KEY = 255
CLAIM = "SELECT is_free, body_digest, status, answer FROM claim_key(%s, %s, %s, %s, %s)"
# The lock of the key is held: what may stand in the way is only an answer that is too old to be given again.
KEEP_ANSWER = """
INSERT INTO crm_idempotencykey (user_id, path, key, body_digest, status, answer) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (user_id, path, key) DO UPDATE
   SET body_digest = excluded.body_digest, status = excluded.status, answer = excluded.answer, created_at = now()
"""


@contextmanager
def database_problems() -> Iterator[None]:
    """What the database refuses, as an answer: never a 500, and 503 only where trying again helps."""
    try:
        yield
    except DatabaseError as error:
        problem = problem_behind(error)
        if problem is None:
            raise
        if problem.code != "duplicate":
            log.warning("the database refused", code=problem.code, error=str(error).partition("\n")[0][:500])
        raise problem from error


def problem_behind(error: DatabaseError | RedisError) -> Problem | None:
    """None is for mistakes of our own."""
    # Who signs in is counted there: without it nobody could say whether somebody is guessing.
    if isinstance(error, RedisError):
        return Problem("service-unavailable", headers={"Retry-After": "5"})
    state = sqlstate_of(error)
    if isinstance(error, DataError):
        return Problem("validation-error", errors=[Failure("", "out-of-range")])
    if isinstance(error, IntegrityError):
        if state == FOREIGN_KEY_VIOLATION:
            return Problem("conflict", REFERENCE_GONE, headers={"Retry-After": "1"})
        return Problem("duplicate" if state == UNIQUE_VIOLATION else "conflict")
    # Read-only after a failover, or out of disk: psycopg files some of these under InternalError.
    if isinstance(error, OperationalError | InterfaceError) or state[:2] in {"25", "53", "57", "58", "XX"}:
        return Problem("service-unavailable", headers={"Retry-After": "5"})
    return None


@dataclass(frozen=True)
class Answer:
    """A finished answer: what is sent, and kept for the same key."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Key:
    """An idempotency key within its scope: one caller, one address."""

    caller: Caller
    path: str
    text: str
    digest: str

    @property
    def scope(self) -> tuple[int, str, str]:
        return self.caller.user.pk, self.path, self.text

    @property
    def lock(self) -> int:
        scope = f"{self.caller.user.pk}\n{self.path}\n{self.text}".encode()
        return int.from_bytes(sha256(scope).digest()[:8], signed=True)


def read_key(header: str | None, caller: Caller, path: str, body: bytes, *, required: bool) -> Key | None:
    if header is None or not header:
        if required:
            raise Problem("idempotency-key-missing")
        if header is None:
            return None
    if not header or len(header) > MOST_KEY or not header.isascii() or not header.isprintable():
        raise Problem("bad-parameter", _("An Idempotency-Key has 1 to 255 printable ASCII characters."))
    return Key(caller, path[:200], header, sha256(path.encode() + b"\0" + body).hexdigest())


def once(key: Key | None, work: Callable[[], Answer]) -> Answer:
    """Do the work unless its key has an answer already. Record and work are one transaction: both, or neither."""
    if key is None:
        return in_transaction(work)
    return in_transaction(lambda: _keyed(key, work))


def _keyed(key: Key, work: Callable[[], Answer]) -> Answer:
    with prepared_cursor() as cursor:
        cursor.execute(CLAIM, [key.lock, *key.scope, key.caller.at - KEPT])
        is_free, digest, status, body = cursor.fetchone()
    if not is_free:
        raise Problem("idempotency-in-progress", headers={"Retry-After": "1"})
    if digest is not None:
        if digest != key.digest:
            raise Problem("idempotency-key-reused")
        return Answer(status, bytes(body), (("Idempotent-Replayed", "true"),))
    answer = work()
    if answer.status < 300:
        with prepared_cursor() as cursor:
            cursor.execute(KEEP_ANSWER, [*key.scope, key.digest, answer.status, answer.body])
    return answer

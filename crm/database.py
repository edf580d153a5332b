"""SQL functions the tables lean on, and the Django expressions that call them.

They hold the rules that must be true for every door, `COPY` and `psql` included: the organisation's
local day, money rounding and the folded search key. The zone is written into `local_day` itself, so a
generated column may use it; `crm.services.change_time_zone` replaces the function and rewrites the days.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django.db import models
from django.db.models.expressions import Combinable

from crm.text import ALPHABET

ZONE_NAME = re.compile(r"^[A-Za-z0-9_+\-/]{1,64}$")

# `timezone(text, timestamptz)` is immutable in PostgreSQL: the zone's rules are part of the server.
LOCAL_DAY_SQL = """
CREATE OR REPLACE FUNCTION local_day(moment timestamptz) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT (pg_catalog.timezone('{zone}', moment))::pg_catalog.date $$;
"""

# Half to even, two decimals: what `crm.money.convert` does in Python. PostgreSQL's own round() goes away from zero.
# Not STRICT, or PostgreSQL would call it for every row instead of writing the expression in its place: seven times as slow.
ROUND_MONEY_SQL = """
CREATE OR REPLACE FUNCTION round_money(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (CASE WHEN amount = pg_catalog.round(amount, 2) THEN pg_catalog.round(amount, 2)
                   WHEN pg_catalog.abs(amount * 100 - pg_catalog.trunc(amount * 100)) = 0.5
                   THEN 2 * pg_catalog.round(amount * 50) / 100
                   ELSE pg_catalog.round(amount, 2) END)::numeric(20, 2) $$;
"""


# The base currency's smallest unit, into which spread amounts are cut; replaced when the base currency changes.
MONEY_UNIT_SQL = """
CREATE OR REPLACE FUNCTION money_unit() RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT {unit}::numeric $$;
"""


# The hours of each business day that lie between two moments, by the organisation's clock. One statement over a series of
# days would be planned for every ticket: thirty times as slow.
BUSINESS_SECONDS_SQL = """
CREATE OR REPLACE FUNCTION business_seconds(since timestamptz, until timestamptz) RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    rules record;
    day date := local_day(since);
    last_day date := local_day(until);
    passed interval := '0';
BEGIN
    SELECT time_zone, opens_at, closes_at, business_days INTO rules FROM public.crm_organization;
    WHILE day <= last_day LOOP
        IF EXTRACT(ISODOW FROM day)::int - 1 = ANY(rules.business_days) THEN
            passed := passed + greatest(least(until, timezone(rules.time_zone, day + rules.closes_at))
                                        - greatest(since, timezone(rules.time_zone, day + rules.opens_at)), '0');
        END IF;
        day := day + 1;
    END LOOP;
    RETURN EXTRACT(EPOCH FROM passed);
END $$;
"""

# Whether an idempotency key is free to be worked on, and the answer it has: one call, and what is read after the lock is
# read anew, so an answer that was committed while another call held the key is seen.
CLAIM_KEY_SQL = """
CREATE OR REPLACE FUNCTION claim_key(lock_id bigint, owner bigint, address text, name text, since timestamptz,
                                     OUT is_free boolean, OUT body_digest text, OUT status int, OUT answer bytea)
LANGUAGE plpgsql AS $$
BEGIN
    is_free := pg_try_advisory_xact_lock(lock_id);
    IF is_free THEN
        SELECT k.body_digest, k.status, k.answer INTO body_digest, status, answer
          FROM crm_idempotencykey k
         WHERE k.user_id = owner AND k.path = address AND k.key = name AND k.created_at >= since;
    END IF;
END $$;
"""


def money_unit_sql(unit: Decimal) -> str:
    """The `money_unit` function for one smallest unit."""
    return MONEY_UNIT_SQL.format(unit=Decimal(unit))


def local_day_sql(zone: str) -> str:
    """The `local_day` function for one zone; ValueError for what is not a zone's name."""
    if not ZONE_NAME.match(zone):
        raise ValueError(f"not the name of a time zone: {zone!r}")
    return LOCAL_DAY_SQL.format(zone=zone)


class CountUpTo(models.Subquery):
    """How many rows there are, up to one more than `most`: to count on would be to read them all, which None asks for."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = models.IntegerField()

    def __init__(self, rows: models.QuerySet, most: int | None) -> None:
        keys = rows.order_by().values("pk")
        super().__init__(keys if most is None else keys[: most + 1])


class LocalDay(models.Func):
    """The organisation's local day of a moment."""

    function = "local_day"
    arity = 1
    output_field = models.DateField()


class RoundMoney(models.Func):
    """A money amount rounded half to even to 2 decimals."""

    function = "round_money"
    arity = 1
    output_field = models.DecimalField(max_digits=20, decimal_places=2)


class AskingAuthor(models.Func):
    """Who asks for the change of this transaction, as `crm.history.authors` told the database; NULL where nobody is known."""

    template = "NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb"
    arity = 0
    output_field = models.JSONField()


class FoldText(models.Func):
    """The search key of a text: letters folded, joiners and spaces dropped."""

    function = "fold_text"
    arity = 1
    output_field = models.TextField()


class AlphabetKey(models.Func):
    """The text by whose codes names stand in alphabetical order, also those of Persian letters, of which some have late codes."""

    template = (
        # An alef with a madda comes before all that begin with a plain one, which folding would make of it.
        f"translate(fold_text(translate(%(expressions)s, 'آ', '{ALPHABET[0]}')), "
        f"'{ALPHABET}', '{''.join(sorted(ALPHABET))}') COLLATE \"C\""
    )
    arity = 1
    output_field = models.TextField()


class TextNumber(models.Func):
    """The number that stands for a text where only numbers are kept; two texts may share one."""

    template = "hashtextextended(%(expressions)s, 0)"
    arity = 1
    output_field = models.BigIntegerField()


class ElapsedSeconds(models.Func):
    """Exact seconds from the first moment to the second, with microseconds."""

    template = "EXTRACT(EPOCH FROM (%(expressions)s))"
    output_field = models.DecimalField(max_digits=30, decimal_places=6)

    def __init__(self, start: str, end: str) -> None:
        super().__init__(models.ExpressionWrapper(models.F(end) - models.F(start), output_field=models.DurationField()))


class BusinessSeconds(models.Func):
    """Exact seconds of business hours from the first moment to the second."""

    function = "business_seconds"
    arity = 2
    output_field = models.DecimalField(max_digits=30, decimal_places=6)


class Percentile(models.Aggregate):
    """The value below which a share of the values lies; between two of them it is interpolated."""

    template = "percentile_cont(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    allow_distinct = False
    output_field = models.FloatField()


class DaysBetween(models.Func):
    """Whole days from the first day to the second."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = models.IntegerField()

    def __init__(self, start: str, end: str) -> None:
        super().__init__(models.F(end), models.F(start))


def local_day_field(moment: Combinable | str) -> models.GeneratedField:
    """A stored column with the organisation's local day of a moment."""
    return models.GeneratedField(expression=LocalDay(moment), output_field=models.DateField(null=True), db_persist=True)

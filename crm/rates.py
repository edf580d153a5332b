"""How often somebody may knock at a door: so many times in one minute of the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import caches
from redis.exceptions import RedisError

MINUTE = 60


def seconds_to_wait(caller_key: str, at: datetime) -> int:
    """Counts this time too; 0 for who may go on. Without the cache nobody is turned away."""
    most: int = settings.API_RATE_LIMIT
    if not most:
        return 0
    second = int(at.timestamp())
    key = f"rate:{caller_key}:{second // MINUTE}"
    try:
        cache = caches["valkey"]
        cache.add(key, 0, timeout=2 * MINUTE)
        count: Any = cache.incr(key)
    except (RedisError, OSError, ValueError):
        return 0
    return MINUTE - second % MINUTE if count > most else 0

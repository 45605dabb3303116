"""Which app asks: its key is read in the transaction that answers, so that a revoked one is dead at once (V1)."""

from __future__ import annotations

import hmac

from bot.core import apps, rates
from bot.core.apps import App, Key, KeyRefusal, LookupBy, Scope
from bot.core.rates import Bucket
from bot.services.means import Means
from storage import apps as stored
from storage.pool import Connection


class Admission:
    """Recognizes keys, and counts how often each one asks of this process."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._buckets: dict[str, Bucket] = {}  # of good keys alone, so no stranger makes it grow

    async def admit(self, conn: Connection, key: Key, scope: Scope, by: LookupBy | None = None) -> App | KeyRefusal:
        """Return the app of a presented key, or why it may not ask this now."""
        now = self._means.now()
        found = await stored.of_key(conn, key.key_id, now=now)
        if found is None or not hmac.compare_digest(found[1], key.digest):
            return KeyRefusal.NO_KEY
        app, _ = found
        self._means.uses.note(key.key_id, now)
        refused = apps.may_ask(app, scope, by)
        if refused is not None:
            return refused
        bucket = rates.take(self._buckets.get(key.key_id), now, app.rate_per_s or self._means.rate_per_key_s)
        if bucket is None:
            return KeyRefusal.TOO_FAST
        self._buckets[key.key_id] = bucket
        return app

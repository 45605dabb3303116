"""Which app asks: its key is read in the transaction that answers, so that a revoked one is dead at once (V1)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Final

from bot.core import apps, rates
from bot.core.apps import App, Key, KeyRefusal, LookupBy, Scope
from bot.core.rates import Bucket
from bot.services.means import Means
from storage import apps as stored
from storage.pool import Connection

STRANGERS: Final = "strangers"
"""No key's id: those have another length."""


class Admission:
    """Recognizes keys, and counts how often each one asks of this process."""

    def __init__(self, means: Means) -> None:
        self._means = means
        # By a good key's id, with its digest; of good keys alone, so no stranger makes it grow.
        self._buckets: dict[str, tuple[bytes, Bucket]] = {}
        self._names: dict[str, str] = {}  # likewise

    def knows(self, key: Key) -> bool:
        """Whether the key was good when it last asked this process: it says who is let to the queue, not to answers."""
        known = self._buckets.get(key.key_id)
        return known is not None and hmac.compare_digest(known[0], key.digest)

    def group(self, key: Key) -> str:
        """Return with whom a key's requests wait: with one another; those of all unknown keys together (R4)."""
        return key.key_id if self.knows(key) else STRANGERS

    async def admit(
        self, conn: Connection, key: Key, scope: Scope, by: LookupBy | None = None, *, counted: bool = False
    ) -> App | KeyRefusal:
        """Return the app of a presented key, or why it may not ask this now; *counted*: its rate was taken before."""
        return (await self.admit_all(conn, [(key, by, counted)], scope))[0]

    async def admit_all(
        self, conn: Connection, asked: Sequence[tuple[Key, LookupBy | None, bool]], scope: Scope
    ) -> list[App | KeyRefusal]:
        """Return the same for several requests, in their order."""
        found = await stored.of_keys(conn, {key.key_id for key, _, _ in asked}, now=self._means.now())
        return [self._judge(found.get(key.key_id), key, scope, by, counted=counted) for key, by, counted in asked]

    def _judge(
        self, found: tuple[App, bytes] | None, key: Key, scope: Scope, by: LookupBy | None, *, counted: bool
    ) -> App | KeyRefusal:
        now = self._means.now()
        if found is None or not hmac.compare_digest(found[1], key.digest):
            if self.knows(key):
                del self._buckets[key.key_id]
            return KeyRefusal.NO_KEY
        app, digest = found
        self._means.uses.note(key.key_id, now)
        refused = apps.may_ask(app, scope, by)
        if refused is not None:
            return refused
        if counted:
            return app
        before = self._buckets.get(key.key_id)
        bucket = rates.take(before[1] if before else None, now, app.rate_per_s or self._means.rate_per_key_s)
        if bucket is None:
            return KeyRefusal.TOO_FAST
        self._buckets[key.key_id] = (digest, bucket)
        self._names[key.key_id] = app.name
        return app

    def name_of(self, key: Key) -> str:
        """Return the name of the app of a key that was admitted, for the metrics."""
        return self._names[key.key_id]

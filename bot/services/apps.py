"""Relying apps and their keys."""

from __future__ import annotations

import hmac
from enum import StrEnum

from bot.core import apps, audit
from bot.core.apps import App, Key, ListedApp, Scope
from bot.core.audit import Event
from bot.services.means import Means
from storage import apps as stored
from storage import audit as audit_events
from storage.pool import Connection


class CreateRefusal(StrEnum):
    """Why no app was made."""

    NAME_TAKEN = "name_taken"
    NAME_UNFITTING = "name_unfitting"


class Apps:
    """Makes, lists, revokes apps, and recognizes their keys."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def create(
        self, name: str, *, scopes: frozenset[Scope], rate_per_s: int | None, by: str
    ) -> Key | CreateRefusal:
        """Make an app and its key, which is shown once; *by* names who ran the CLI, for the audit."""
        if not apps.fitting_name(name):
            return CreateRefusal.NAME_UNFITTING
        now = self._means.now()
        key = apps.make_key(self._means.random(apps.ID_BYTES + apps.SECRET_BYTES))
        async with self._means.pool.transaction() as conn:
            app_id = await stored.insert(conn, name=name, scopes=scopes, rate_per_s=rate_per_s, now=now)
            if app_id is None:
                return CreateRefusal.NAME_TAKEN
            await stored.insert_key(conn, key_id=key.key_id, app_id=app_id, digest=key.digest, now=now)
            await self._record(conn, audit.Kind.APP_CREATED, app_id, by)
            return key

    async def list(self) -> list[ListedApp]:
        """Return every app, live ones first."""
        async with self._means.pool.transaction() as conn:
            return await stored.all_apps(conn)

    async def revoke(self, name: str, *, by: str) -> bool:
        """Revoke the live app of this name: its keys are dead at once, on every replica (V1)."""
        async with self._means.pool.transaction() as conn:
            app_id = await stored.revoke(conn, name, now=self._means.now())
            if app_id is None:
                return False
            await self._record(conn, audit.Kind.APP_REVOKED, app_id, by)
            return True

    async def recognize(self, presented: str) -> App | None:
        """Return the app of a presented key, read from the database at every request; None where the key is no good."""
        key = apps.read_key(presented)
        if key is None:
            return None
        async with self._means.pool.transaction() as conn:
            found = await stored.of_key(conn, key.key_id, now=self._means.now())
        if found is None or not hmac.compare_digest(found[1], key.digest):
            return None
        return found[0]

    async def _record(self, conn: Connection, kind: audit.Kind, app_id: int, by: str) -> None:
        event = Event(kind, self._means.now(), by, "cli", detail={"app": app_id})
        await audit_events.record(conn, event)

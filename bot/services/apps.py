"""Relying apps and their keys, as the host makes and revokes them; what it is refused is an event too."""

from __future__ import annotations

from enum import StrEnum

from bot.core import apps, audit
from bot.core.apps import Key, ListedApp, Scope
from bot.core.audit import CLI, Event
from bot.services.means import Means
from storage import apps as stored
from storage import audit as audit_events
from storage.pool import Connection


class CreateRefusal(StrEnum):
    """Why no app was made."""

    NAME_TAKEN = "name_taken"
    NAME_UNFITTING = "name_unfitting"


class Apps:
    """Makes, lists and revokes apps."""

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
                await self._record(conn, audit.Kind.APP_REFUSED, by, {"why": CreateRefusal.NAME_TAKEN.value})
                return CreateRefusal.NAME_TAKEN
            await stored.insert_key(conn, key_id=key.key_id, app_id=app_id, digest=key.digest, now=now)
            asked = " ".join(sorted(scopes))
            detail: audit.Detail = {"app": app_id, "key": key.key_id, "scopes": asked, "rate_per_s": rate_per_s}
            await self._record(conn, audit.Kind.APP_CREATED, by, detail)
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
                await self._record(conn, audit.Kind.APP_REFUSED, by, {"why": "no_such_app"})
                return False
            await self._record(conn, audit.Kind.APP_REVOKED, by, {"app": app_id})
            return True

    async def _record(self, conn: Connection, kind: audit.Kind, by: str, detail: audit.Detail) -> None:
        await audit_events.record(conn, Event(kind, self._means.now(), by, CLI, detail=detail))

"""Relying apps and their keys, as the host makes, rotates and revokes them; what it is refused is an event too."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from bot.core import apps, audit
from bot.core.apps import Key, ListedApp, LookupBy, Scope
from bot.core.audit import CLI, Event
from bot.core.faults import DatabaseAway
from bot.services.means import Means
from storage import apps as stored
from storage import audit as audit_events
from storage.pool import Connection


class CreateRefusal(StrEnum):
    """Why no app was made."""

    NAME_TAKEN = "name_taken"
    NAME_UNFITTING = "name_unfitting"


class Apps:
    """Makes, lists, rotates and revokes apps."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def create(
        self,
        name: str,
        *,
        scopes: frozenset[Scope],
        lookups: frozenset[LookupBy] = frozenset({LookupBy.SLACK_ID}),
        rate_per_s: int | None,
        by: str,
    ) -> Key | CreateRefusal:
        """Make an app and its key, which is shown once; *by* names who ran the CLI, for the audit."""
        if not apps.fitting_name(name):
            return CreateRefusal.NAME_UNFITTING
        now, key = self._means.now(), self._new_key()
        async with self._means.pool.transaction() as conn:
            app_id = await stored.insert(
                conn, name=name, scopes=scopes, lookups=lookups, rate_per_s=rate_per_s, now=now
            )
            if app_id is None:
                await self._record(conn, audit.Kind.APP_REFUSED, by, {"why": CreateRefusal.NAME_TAKEN.value})
                return CreateRefusal.NAME_TAKEN
            await stored.insert_key(conn, key_id=key.key_id, app_id=app_id, digest=key.digest, now=now)
            detail: audit.Detail = {
                "app": app_id,
                "key": key.key_id,
                "scopes": " ".join(sorted(scopes)),
                "lookups": " ".join(sorted(lookups)),
                "rate_per_s": rate_per_s,
            }
            await self._record(conn, audit.Kind.APP_CREATED, by, detail)
            return key

    async def list(self) -> list[ListedApp]:
        """Return every app, live ones first."""
        async with self._means.pool.transaction() as conn:
            return await stored.all_apps(conn, now=self._means.now())

    async def rotate(self, name: str, *, overlap: timedelta | None, by: str) -> Key | None:
        """Make another key of the live app of this name; the ones before it live on for *overlap*.

        None ends them at once, on every replica, whatever its clock says (V1). Returns None where there is no such app.
        """
        now, key = self._means.now(), self._new_key()
        async with self._means.pool.transaction() as conn:
            app_id = await stored.lock_live(conn, name)
            if app_id is None:
                await self._record(conn, audit.Kind.APP_REFUSED, by, {"why": "no_such_app", "act": "rotate"})
                return None
            await stored.end_keys(conn, app_id, at=None if overlap is None else now + overlap)
            await stored.insert_key(conn, key_id=key.key_id, app_id=app_id, digest=key.digest, now=now)
            seconds = 0 if overlap is None else round(overlap.total_seconds())
            detail: audit.Detail = {"app": app_id, "key": key.key_id, "overlap_s": seconds}
            await self._record(conn, audit.Kind.APP_ROTATED, by, detail)
            return key

    async def revoke(self, name: str, *, by: str) -> bool:
        """Revoke the live app of this name: its keys are dead at once, on every replica (V1)."""
        async with self._means.pool.transaction() as conn:
            app_id = await stored.revoke(conn, name, now=self._means.now())
            if app_id is None:
                await self._record(conn, audit.Kind.APP_REFUSED, by, {"why": "no_such_app", "act": "revoke"})
                return False
            await self._record(conn, audit.Kind.APP_REVOKED, by, {"app": app_id})
            return True

    async def save_uses(self) -> None:
        """Remember which keys were used of this process since the last time."""
        used = self._means.uses.taken()
        if not used:
            return
        try:
            async with self._means.pool.transaction() as conn:
                await stored.note_used(conn, used)
        except DatabaseAway:
            self._means.uses.put_back(used)

    def _new_key(self) -> Key:
        return apps.make_key(self._means.random(apps.ID_BYTES + apps.SECRET_BYTES))

    async def _record(self, conn: Connection, kind: audit.Kind, by: str, detail: audit.Detail) -> None:
        await audit_events.record(conn, Event(kind, self._means.now(), by, CLI, detail=detail))

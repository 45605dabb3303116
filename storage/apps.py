"""Tables relying_app and app_key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import asyncpg

from bot.core.apps import App, ListedApp, ListedKey, LookupBy, Scope
from storage.pool import Connection


async def insert(
    conn: Connection,
    *,
    name: str,
    scopes: frozenset[Scope],
    lookups: frozenset[LookupBy],
    rate_per_s: int | None,
    now: datetime,
) -> int | None:
    """Make an app; return its id, or None where a live app has the name."""
    app_id: int | None = await conn.fetchval(
        """
        INSERT INTO relying_app (name, scopes, lookups, rate_per_s, created_at)
        VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING
        RETURNING app_id
        """,
        name,
        sorted(scopes),
        sorted(lookups),
        rate_per_s,
        now,
    )
    return app_id


async def insert_key(conn: Connection, *, key_id: str, app_id: int, digest: bytes, now: datetime) -> None:
    """Make a key of an app."""
    await conn.execute(
        "INSERT INTO app_key (key_id, app_id, digest, created_at) VALUES ($1, $2, $3, $4)", key_id, app_id, digest, now
    )


async def of_keys(conn: Connection, key_ids: Collection[str], *, now: datetime) -> dict[str, tuple[App, bytes]]:
    """Return the live apps of those keys that have not run out, and the keys' digests, by the key's id."""
    rows = await conn.fetch(
        """
        SELECT key.key_id, app.app_id, app.name, app.scopes, app.lookups, app.rate_per_s, key.digest
          FROM app_key AS key
          JOIN relying_app AS app USING (app_id)
         WHERE key.key_id = ANY ($1)
           AND app.revoked_at IS NULL
           AND (key.expires_at IS NULL OR key.expires_at > $2)
        """,
        list(key_ids),
        now,
    )
    return {row["key_id"]: (_app(row), row["digest"]) for row in rows}


async def all_apps(conn: Connection, *, now: datetime) -> list[ListedApp]:
    """Return every app, live ones first, by name, with the keys that are live."""
    keys = await _live_keys(conn, now=now)
    rows = await conn.fetch(
        """
        SELECT app_id, name, scopes, lookups, rate_per_s, created_at, revoked_at,
               (SELECT max(last_used_at) FROM app_key WHERE app_key.app_id = relying_app.app_id) AS last_used_at
          FROM relying_app
         ORDER BY revoked_at IS NOT NULL, name, app_id
        """
    )
    return [
        ListedApp(
            _app(row), row["created_at"], row["revoked_at"], row["last_used_at"], tuple(keys.get(row["app_id"], ()))
        )
        for row in rows
    ]


async def _live_keys(conn: Connection, *, now: datetime) -> dict[int, list[ListedKey]]:
    """Return the live keys of each live app, newest first."""
    rows = await conn.fetch(
        """
        SELECT key.app_id, key.key_id, key.created_at, key.expires_at, key.last_used_at
          FROM app_key AS key
          JOIN relying_app AS app USING (app_id)
         WHERE app.revoked_at IS NULL
           AND (key.expires_at IS NULL OR key.expires_at > $1)
         ORDER BY key.created_at DESC, key.key_id
        """,
        now,
    )
    found: dict[int, list[ListedKey]] = {}
    for row in rows:
        listed = ListedKey(row["key_id"], row["created_at"], row["expires_at"], row["last_used_at"])
        found.setdefault(row["app_id"], []).append(listed)
    return found


async def lock_live(conn: Connection, name: str) -> int | None:
    """Hold the live app of this name until the transaction ends; return its id, or None where there is none."""
    app_id: int | None = await conn.fetchval(
        "SELECT app_id FROM relying_app WHERE name = $1 AND revoked_at IS NULL FOR NO KEY UPDATE", name
    )
    return app_id


async def end_keys(conn: Connection, app_id: int, *, at: datetime | None) -> None:
    """Let the keys of an app live no longer than until *at*; None ends them now, whatever a process's clock says."""
    await conn.execute(
        """
        UPDATE app_key
           SET expires_at = least(expires_at, coalesce($2, '-infinity'::timestamptz))
         WHERE app_id = $1
        """,
        app_id,
        at,
    )


async def note_used(conn: Connection, used: Mapping[str, datetime]) -> None:
    """Remember when keys were last used; one that somebody else is holding is left for the next time."""
    await conn.execute(
        """
        WITH used AS (
            SELECT * FROM unnest($1::text [], $2::timestamptz []) AS given (key_id, at)
        ), free AS (
            SELECT key_id FROM app_key WHERE key_id = ANY ($1) ORDER BY key_id FOR NO KEY UPDATE SKIP LOCKED
        )
        UPDATE app_key AS key
           SET last_used_at = greatest(key.last_used_at, used.at)
          FROM used
          JOIN free USING (key_id)
         WHERE key.key_id = used.key_id
        """,
        list(used),
        list(used.values()),
    )


async def revoke(conn: Connection, name: str, *, now: datetime) -> int | None:
    """Revoke the live app of this name, and with it all its keys; return its id, or None where there is none."""
    app_id: int | None = await conn.fetchval(
        "UPDATE relying_app SET revoked_at = $2 WHERE name = $1 AND revoked_at IS NULL RETURNING app_id", name, now
    )
    return app_id


async def name_of(conn: Connection, app_id: int) -> str | None:
    """Return an app's name, for showing it in a notice."""
    name: str | None = await conn.fetchval("SELECT name FROM relying_app WHERE app_id = $1", app_id)
    return name


def _app(row: asyncpg.Record) -> App:
    return App(
        app_id=row["app_id"],
        name=row["name"],
        scopes=frozenset(map(Scope, row["scopes"])),
        rate_per_s=row["rate_per_s"],
        lookups=frozenset(map(LookupBy, row["lookups"])),
    )

"""Tables relying_app and app_key."""

from __future__ import annotations

from datetime import datetime

from bot.core.apps import App, ListedApp, Scope
from storage.pool import Connection


async def insert(
    conn: Connection, *, name: str, scopes: frozenset[Scope], rate_per_s: int | None, now: datetime
) -> int | None:
    """Make an app; return its id, or None where a live app has the name."""
    app_id: int | None = await conn.fetchval(
        """
        INSERT INTO relying_app (name, scopes, rate_per_s, created_at)
        VALUES ($1, $2, $3, $4)
            ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING
        RETURNING app_id
        """,
        name,
        sorted(scopes),
        rate_per_s,
        now,
    )
    return app_id


async def insert_key(conn: Connection, *, key_id: str, app_id: int, digest: bytes, now: datetime) -> None:
    """Make a key of an app."""
    await conn.execute(
        "INSERT INTO app_key (key_id, app_id, digest, created_at) VALUES ($1, $2, $3, $4)", key_id, app_id, digest, now
    )


async def of_key(conn: Connection, key_id: str, *, now: datetime) -> tuple[App, bytes] | None:
    """Return the live app of a key that has not run out, and the key's digest."""
    row = await conn.fetchrow(
        """
        SELECT app.app_id, app.name, app.scopes, app.rate_per_s, key.digest
          FROM app_key AS key
          JOIN relying_app AS app USING (app_id)
         WHERE key.key_id = $1
           AND app.revoked_at IS NULL
           AND (key.expires_at IS NULL OR key.expires_at > $2)
        """,
        key_id,
        now,
    )
    if row is None:
        return None
    return App(row["app_id"], row["name"], frozenset(map(Scope, row["scopes"])), row["rate_per_s"]), row["digest"]


async def all_apps(conn: Connection) -> list[ListedApp]:
    """Return every app, live ones first, by name."""
    rows = await conn.fetch(
        """
        SELECT app_id, name, scopes, rate_per_s, created_at, revoked_at
          FROM relying_app
         ORDER BY revoked_at IS NOT NULL, name, app_id
        """
    )
    return [
        ListedApp(
            App(row["app_id"], row["name"], frozenset(map(Scope, row["scopes"])), row["rate_per_s"]),
            row["created_at"],
            row["revoked_at"],
        )
        for row in rows
    ]


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

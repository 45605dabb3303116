"""Table suspension: what else is known of a suspension that stands; that it stands is in the person's row."""

from __future__ import annotations

from datetime import datetime

from storage.pool import Connection


async def note_request(conn: Connection, person_id: int, *, request_id: int | None) -> None:
    """Remember the request that suspended a person; None: somebody else wants them suspended as well by now."""
    await conn.execute(
        """
        INSERT INTO suspension (person_id, request_id)
        VALUES ($1, $2)
            ON CONFLICT (person_id) DO UPDATE SET request_id = excluded.request_id
        """,
        person_id,
        request_id,
    )


async def request_of(conn: Connection, person_id: int) -> int | None:
    """Return the request that suspended a person, as long as nothing else has asked for the same."""
    found: int | None = await conn.fetchval("SELECT request_id FROM suspension WHERE person_id = $1", person_id)
    return found


async def note_cause(conn: Connection, person_id: int, *, caused_by: int) -> None:
    """Remember who had a person suspended; of a suspension that a release had all but ended it is who came last."""
    await conn.execute(
        """
        INSERT INTO suspension (person_id, caused_by)
        VALUES ($1, $2)
            ON CONFLICT (person_id) DO UPDATE SET caused_by = excluded.caused_by
        """,
        person_id,
        caused_by,
    )


async def note_release(conn: Connection, person_id: int, *, now: datetime) -> None:
    """Remember that helpdesk has released a person, whose own code is still to come."""
    await conn.execute(
        """
        INSERT INTO suspension (person_id, release_at)
        VALUES ($1, $2)
            ON CONFLICT (person_id) DO UPDATE SET release_at = excluded.release_at
        """,
        person_id,
        now,
    )


async def withdraw_release(conn: Connection, person_id: int) -> bool:
    """Take a release back that waits for the person's code; return whether there was one."""
    found = await conn.fetchval(
        """
        UPDATE suspension
           SET release_at = NULL
         WHERE person_id = $1
           AND release_at IS NOT NULL
        RETURNING person_id
        """,
        person_id,
    )
    return found is not None


async def caused_by(conn: Connection, person_id: int) -> int | None:
    """Return who had a person suspended; None: themselves, or the system."""
    found: int | None = await conn.fetchval("SELECT caused_by FROM suspension WHERE person_id = $1", person_id)
    return found


async def release_at(conn: Connection, person_id: int) -> datetime | None:
    """Return since when a release waits for the person's code, or None."""
    found: datetime | None = await conn.fetchval("SELECT release_at FROM suspension WHERE person_id = $1", person_id)
    return found


async def forget(conn: Connection, person_id: int) -> None:
    """Forget all of it: the suspension has ended, or a new one begins."""
    await conn.execute("DELETE FROM suspension WHERE person_id = $1", person_id)

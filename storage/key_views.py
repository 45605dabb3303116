"""Table key_view: every modal that shows, or may have shown, the key of a pending enrollment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Shown:
    """How often the QR code of an enrollment was sent to Slack, and how often its key was shown."""

    qr_sent: int
    key_shown: int


async def insert(conn: Connection, external_id: UUID, *, enrollment_id: int, now: datetime) -> None:
    """Store the name of a modal before Slack is asked to open it."""
    await conn.execute(
        "INSERT INTO key_view (external_id, enrollment_id, opened_at) VALUES ($1, $2, $3)",
        external_id,
        enrollment_id,
        now,
    )


async def unclosed(conn: Connection, enrollment_id: int) -> list[UUID]:
    """Return the modals of an enrollment that may still show its key, oldest first."""
    rows = await conn.fetch(
        """
        SELECT external_id
          FROM key_view
         WHERE enrollment_id = $1
           AND closed_at IS NULL
         ORDER BY opened_at, external_id
        """,
        enrollment_id,
    )
    return [row["external_id"] for row in rows]


async def mark_closed(conn: Connection, external_id: UUID, *, now: datetime) -> None:
    """Remember that a modal shows the key no more."""
    await conn.execute(
        "UPDATE key_view SET closed_at = $2 WHERE external_id = $1 AND closed_at IS NULL", external_id, now
    )


async def shown(conn: Connection, enrollment_id: int) -> Shown:
    """Count where the secret of an enrollment went."""
    [row] = await conn.fetch(
        """
        SELECT (SELECT count(*) FROM qr_file WHERE enrollment_id = $1) AS qr_sent,
               (SELECT count(*) FROM key_view WHERE enrollment_id = $1) AS key_shown
        """,
        enrollment_id,
    )
    return Shown(row["qr_sent"], row["key_shown"])

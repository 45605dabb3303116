"""Table qr_file: every QR image that was, or may have been, uploaded (E4)."""

from __future__ import annotations

from datetime import datetime

from bot.core.messages import QrFile
from storage.pool import Connection


async def announce(conn: Connection, file_id: str, *, enrollment_id: int, now: datetime) -> bool:
    """Store a file's id before any of its bytes are sent; return whether it is new."""
    done = await conn.execute(
        """
        INSERT INTO qr_file (file_id, enrollment_id, announced_at)
        VALUES ($1, $2, $3)
            ON CONFLICT (file_id) DO NOTHING
        """,
        file_id,
        enrollment_id,
        now,
    )
    return bool(done == "INSERT 0 1")


async def undeleted(conn: Connection, enrollment_id: int) -> list[QrFile]:
    """Return the files of an enrollment that Slack may still hold, oldest first."""
    rows = await conn.fetch(
        """
        SELECT file_id, enrollment_id, deleted_at
          FROM qr_file
         WHERE enrollment_id = $1
           AND deleted_at IS NULL
         ORDER BY announced_at, file_id
        """,
        enrollment_id,
    )
    return [QrFile(row["file_id"], row["enrollment_id"], row["deleted_at"]) for row in rows]


async def mark_deleted(conn: Connection, file_id: str, *, now: datetime) -> None:
    """Remember that Slack has deleted the file, or never had it."""
    await conn.execute("UPDATE qr_file SET deleted_at = $2 WHERE file_id = $1 AND deleted_at IS NULL", file_id, now)


async def forget_deletions(conn: Connection, enrollment_id: int) -> None:
    """Take all files of an enrollment for undeleted again: what Slack did not have may have arrived since."""
    await conn.execute(
        "UPDATE qr_file SET deleted_at = NULL WHERE enrollment_id = $1 AND deleted_at IS NOT NULL", enrollment_id
    )

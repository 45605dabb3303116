"""Table report_file: every chart that was, or may have been, uploaded."""

from __future__ import annotations

from datetime import datetime

from storage.pool import Connection


async def announce(conn: Connection, file_id: str, *, message_id: int, now: datetime) -> None:
    """Store a file's id before any of its bytes are sent."""
    await conn.execute(
        """
        INSERT INTO report_file (file_id, message_id, announced_at)
        VALUES ($1, $2, $3)
            ON CONFLICT (file_id) DO NOTHING
        """,
        file_id,
        message_id,
        now,
    )


async def undeleted(conn: Connection, message_id: int) -> list[str]:
    """Return the files of a message that Slack may still hold, oldest first."""
    rows = await conn.fetch(
        "SELECT file_id FROM report_file WHERE message_id = $1 AND deleted_at IS NULL ORDER BY announced_at, file_id",
        message_id,
    )
    return [row["file_id"] for row in rows]


async def mark_deleted(conn: Connection, file_id: str, *, now: datetime) -> None:
    """Remember that Slack has deleted the file, or never had it."""
    await conn.execute("UPDATE report_file SET deleted_at = $2 WHERE file_id = $1 AND deleted_at IS NULL", file_id, now)

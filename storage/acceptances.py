"""Table audit_acceptance: what somebody acknowledged of the audit; append-only."""

from __future__ import annotations

from datetime import datetime

from bot.core.acceptance import Acceptance
from storage.audit_entries import AT_SPELLED
from storage.pool import Connection


async def every(conn: Connection) -> list[Acceptance]:
    """Return all acceptances, in their order."""
    rows = await conn.fetch(
        f"""
        SELECT acceptance_no, {AT_SPELLED.format("accepted_at")} AS accepted_at, reason, key_id, fingerprints, mac
          FROM audit_acceptance
         ORDER BY acceptance_no
        """  # noqa: S608  our own words
    )
    return [
        Acceptance(
            row["acceptance_no"],
            row["accepted_at"],
            row["reason"],
            row["key_id"],
            row["fingerprints"],
            row["mac"],
        )
        for row in rows
    ]


async def last_number(conn: Connection) -> int:
    """Return the number of the last acceptance; 0: there is none."""
    return int(await conn.fetchval("SELECT coalesce(max(acceptance_no), 0) FROM audit_acceptance"))


async def insert(conn: Connection, acceptance: Acceptance) -> None:
    """Write an acceptance; only the owner may."""
    await conn.execute(
        """
        INSERT INTO audit_acceptance (acceptance_no, accepted_at, reason, key_id, fingerprints, mac)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        acceptance.number,
        datetime.fromisoformat(acceptance.accepted_at),
        acceptance.reason,
        acceptance.key_id,
        acceptance.fingerprints,
        acceptance.mac,
    )

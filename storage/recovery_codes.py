"""Tables recovery_set and recovery_code: one live set of ten a factor, as keyed hashes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from storage.pool import Connection


async def insert_set(
    conn: Connection, factor_id: int, *, intent: UUID, key_id: str, digests: Sequence[bytes], now: datetime
) -> int:
    """Make a set of codes and return its id; the one before has to be void."""
    set_id: int = await conn.fetchval(
        """
        WITH made AS (
            INSERT INTO recovery_set (factor_id, intent, made_at)
            VALUES ($1, $2, $3)
            RETURNING recovery_set_id
        )
        INSERT INTO recovery_code (recovery_set_id, key_id, digest)
        SELECT made.recovery_set_id, $4, told.digest
          FROM made, unnest($5::bytea []) AS told (digest)
        RETURNING recovery_set_id
        """,
        factor_id,
        intent,
        now,
        key_id,
        list(digests),
    )
    return set_id


async def was_made(conn: Connection, factor_id: int, *, intent: UUID) -> bool:
    """Whether this very submission has made a set already."""
    return bool(
        await conn.fetchval(
            "SELECT EXISTS (SELECT FROM recovery_set WHERE factor_id = $1 AND intent = $2)", factor_id, intent
        )
    )


async def key_ids(conn: Connection, factor_id: int) -> list[str]:
    """Return under which keys the live set's codes are hashed (one, or two while keys rotate)."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT code.key_id
          FROM recovery_code AS code
          JOIN recovery_set AS made USING (recovery_set_id)
         WHERE made.factor_id = $1
           AND made.void_at IS NULL
        """,
        factor_id,
    )
    return [row["key_id"] for row in rows]


async def use(conn: Connection, factor_id: int, digests: Sequence[bytes], *, now: datetime) -> bool:
    """Mark the unused code with one of these digests as used; False where there is none (E5)."""
    used = await conn.fetchval(
        """
        UPDATE recovery_code AS code
           SET used_at = $3
          FROM recovery_set AS made
         WHERE made.recovery_set_id = code.recovery_set_id
           AND made.factor_id = $1
           AND made.void_at IS NULL
           AND code.used_at IS NULL
           AND code.digest = ANY ($2::bytea [])
        RETURNING true
        """,
        factor_id,
        list(digests),
        now,
    )
    return used is True


async def left(conn: Connection, factor_id: int) -> int:
    """Count the unused codes of the live set."""
    return int(
        await conn.fetchval(
            """
            SELECT count(*)
              FROM recovery_code AS code
              JOIN recovery_set AS made USING (recovery_set_id)
             WHERE made.factor_id = $1
               AND made.void_at IS NULL
               AND code.used_at IS NULL
            """,
            factor_id,
        )
    )


async def live_set(conn: Connection, factor_id: int) -> int | None:
    """Return the id of the set whose codes work."""
    set_id: int | None = await conn.fetchval(
        "SELECT recovery_set_id FROM recovery_set WHERE factor_id = $1 AND void_at IS NULL", factor_id
    )
    return set_id


async def void(conn: Connection, factor_id: int, *, now: datetime) -> None:
    """Void the live set."""
    await conn.execute("UPDATE recovery_set SET void_at = $2 WHERE factor_id = $1 AND void_at IS NULL", factor_id, now)


async def is_live(conn: Connection, factor_id: int, digests: Sequence[bytes]) -> bool:
    """Whether an unused code of the live set has one of these digests; the factor's row is held."""
    return bool(
        await conn.fetchval(
            """
            SELECT EXISTS (
                SELECT
                  FROM recovery_code AS code
                  JOIN recovery_set AS made USING (recovery_set_id)
                 WHERE made.factor_id = $1
                   AND made.void_at IS NULL
                   AND code.used_at IS NULL
                   AND code.digest = ANY ($2::bytea [])
            )
            """,
            factor_id,
            list(digests),
        )
    )

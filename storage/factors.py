"""Table factor: one active a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from bot.core.factors import Factor, RevokedWhy, Status
from bot.core.sealing import Sealed
from bot.core.throttle import FactorCount
from storage.pool import Connection

_LOCK_ACTIVE = """
    SELECT factor_id, person_id, key_id, box, last_step, failures, unlocked, wrong_at, allowance, allowed_until,
           created_at, coalesce(trusted_since, created_at) AS trusted_since, codes_saved_at, told_at, disputed_at
      FROM factor
     WHERE person_id = ANY ($1)
       AND state = 'active'
     ORDER BY person_id
       FOR NO KEY UPDATE
"""


async def lock_active(conn: Connection, person_ids: Sequence[int]) -> dict[int, Factor]:
    """Hold the active factors of *person_ids*, in person order, until the transaction ends; by person id.

    A person who is missing in the answer has none only if their row is held: while a replacement commits, this
    statement alone finds no row for somebody who is enrolled (E7).
    """
    rows = await conn.fetch(_LOCK_ACTIVE, person_ids)
    return {row["person_id"]: _factor(row) for row in rows}


async def lock_free(conn: Connection, person_ids: Sequence[int]) -> dict[int, Factor]:
    """Hold those active factors of *person_ids* that nobody else holds; never waits.

    Of a person who is missing in the answer nothing is known: their row may be busy.
    """
    rows = await conn.fetch(f"{_LOCK_ACTIVE} SKIP LOCKED", person_ids)
    return {row["person_id"]: _factor(row) for row in rows}


async def trusted(conn: Connection, person_ids: Collection[int]) -> dict[int, datetime]:
    """Return since when each of *person_ids* is trusted with an active factor, without holding anything."""
    asked = "SELECT person_id, coalesce(trusted_since, created_at) AS since FROM factor"
    rows = await conn.fetch(f"{asked} WHERE person_id = ANY ($1) AND state = 'active'", sorted(person_ids))
    return {row["person_id"]: row["since"] for row in rows}


async def next_id(conn: Connection) -> int:
    """Take the id of a factor to come: its secret is sealed for that very row (K1)."""
    return int(await conn.fetchval("SELECT nextval(pg_get_serial_sequence('factor', 'factor_id'))"))


async def insert(
    conn: Connection,
    factor_id: int,
    *,
    person_id: int,
    sealed: Sealed,
    last_step: int,
    now: datetime,
    trusted_since: datetime,
) -> None:
    """Make an active factor.

    The step of the code that confirmed it counts as used (C1).
    """
    await conn.execute(
        """
        INSERT INTO factor (factor_id, person_id, key_id, box, last_step, created_at, last_verified_at, trusted_since)
        VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
        """,
        factor_id,
        person_id,
        sealed.key_id,
        sealed.box,
        last_step,
        now,
        trusted_since,
    )


async def save_count(conn: Connection, factor_id: int, count: FactorCount, *, verified_at: datetime | None) -> None:
    """Save what is counted; *verified_at* is given when a code was accepted."""
    await conn.execute(
        """
        UPDATE factor
           SET last_step = $2,
               failures = $3,
               unlocked = $4,
               wrong_at = $5,
               allowance = $6,
               allowed_until = $7,
               last_verified_at = coalesce($8, last_verified_at)
         WHERE factor_id = $1
        """,
        factor_id,
        count.last_step,
        count.failures,
        count.unlocked,
        list(count.wrong_at),
        count.allowance,
        count.allowed_until,
        verified_at,
    )


async def save_counts(conn: Connection, counts: Sequence[tuple[int, FactorCount, datetime | None]]) -> None:
    """Save what is counted for several factors, by id, each with when a code was accepted, where one was."""
    await conn.execute(
        """
        UPDATE factor
           SET last_step = told.last_step,
               failures = told.failures,
               unlocked = told.unlocked,
               wrong_at = told.wrong_at::timestamptz [],
               allowance = told.allowance,
               allowed_until = told.allowed_until,
               last_verified_at = coalesce(told.verified_at, factor.last_verified_at)
          FROM unnest(
                   $1::bigint [], $2::bigint [], $3::bigint [], $4::boolean [], $5::text [], $6::bigint [],
                   $7::timestamptz [], $8::timestamptz []
               ) AS told (
                   factor_id, last_step, failures, unlocked, wrong_at, allowance, allowed_until, verified_at
               )
         WHERE factor.factor_id = told.factor_id
        """,
        [factor_id for factor_id, _, _ in counts],
        [count.last_step for _, count, _ in counts],
        [count.failures for _, count, _ in counts],
        [count.unlocked for _, count, _ in counts],
        # Lists of different lengths make no array of Postgres's: each is spelled as one.
        ["{" + ",".join(at.isoformat() for at in count.wrong_at) + "}" for _, count, _ in counts],
        [count.allowance for _, count, _ in counts],
        [count.allowed_until for _, count, _ in counts],
        [verified_at for _, _, verified_at in counts],
    )


async def revoke(conn: Connection, factor_id: int, *, why: RevokedWhy, now: datetime) -> None:
    """End a factor and erase its secret."""
    await conn.execute(
        """
        UPDATE factor
           SET state = 'revoked',
               key_id = NULL,
               box = NULL,
               revoked_at = $3,
               revoked_why = $2
         WHERE factor_id = $1
           AND state = 'active'
        """,
        factor_id,
        why,
        now,
    )


async def revoked_why(conn: Connection, factor_id: int, *, person_id: int) -> RevokedWhy | None:
    """Return how a factor of this person ended; None where it is active, or not theirs."""
    why = await conn.fetchval(
        "SELECT revoked_why FROM factor WHERE factor_id = $1 AND person_id = $2", factor_id, person_id
    )
    return None if why is None else RevokedWhy(why)


async def last_reset_at(conn: Connection, person_id: int) -> datetime | None:
    """Return when somebody else last reset this person's MFA, or None."""
    at: datetime | None = await conn.fetchval(
        "SELECT max(revoked_at) FROM factor WHERE person_id = $1 AND revoked_why = 'reset'", person_id
    )
    return at


async def mark_codes_saved(conn: Connection, factor_id: int, *, now: datetime) -> None:
    """Remember that the owner pressed `I saved them`."""
    await conn.execute("UPDATE factor SET codes_saved_at = $2 WHERE factor_id = $1", factor_id, now)


async def mark_codes_unsaved(conn: Connection, factor_id: int) -> None:
    """Forget that the owner has the codes: new ones were made."""
    await conn.execute("UPDATE factor SET codes_saved_at = NULL WHERE factor_id = $1", factor_id)


async def mark_told(conn: Connection, factor_id: int, *, now: datetime) -> None:
    """Remember when the owner was last told of a wait or a lock."""
    await conn.execute("UPDATE factor SET told_at = $2 WHERE factor_id = $1", factor_id, now)


def _count(row: asyncpg.Record) -> FactorCount:
    return FactorCount(
        last_step=row["last_step"],
        failures=row["failures"],
        unlocked=row["unlocked"],
        wrong_at=tuple(row["wrong_at"]),
        allowance=row["allowance"],
        allowed_until=row["allowed_until"],
    )


def _factor(row: asyncpg.Record) -> Factor:
    return Factor(
        factor_id=row["factor_id"],
        person_id=row["person_id"],
        sealed=Sealed(row["key_id"], row["box"]),
        count=_count(row),
        created_at=row["created_at"],
        trusted_since=row["trusted_since"],
        codes_saved_at=row["codes_saved_at"],
        told_at=row["told_at"],
        disputed_at=row["disputed_at"],
    )


async def status(conn: Connection, person_id: int) -> Status | None:
    """Return what a person's own page shows of the active factor, without its secret; None without one."""
    row = await conn.fetchrow(
        """
        SELECT factor_id, created_at, last_verified_at, codes_saved_at, disputed_at
          FROM factor
         WHERE person_id = $1
           AND state = 'active'
        """,
        person_id,
    )
    if row is None:
        return None
    return Status(
        factor_id=row["factor_id"],
        since=row["created_at"],
        last_verified_at=row["last_verified_at"],
        codes_saved=row["codes_saved_at"] is not None,
        disputed=row["disputed_at"] is not None,
    )


async def at_a_glance(conn: Connection, person_ids: Collection[int]) -> dict[int, tuple[datetime | None, FactorCount]]:
    """Return when a code was last accepted, and what is counted, of those of *person_ids* who have a factor."""
    rows = await conn.fetch(
        """
        SELECT person_id, last_verified_at, last_step, failures, unlocked, wrong_at, allowance, allowed_until
          FROM factor
         WHERE person_id = ANY ($1)
           AND state = 'active'
        """,
        sorted(person_ids),
    )
    return {
        row["person_id"]: (
            row["last_verified_at"],
            _count(row),
        )
        for row in rows
    }

"""Table former_email: keyed hashes of the addresses that people gave up, and until when they had them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Former:
    """An address that a person gave up; *digest* is made under the key *key_id*."""

    team_id: str
    person_id: int
    key_id: str
    digest: bytes


async def note(conn: Connection, given_up: Sequence[Former], *, now: datetime) -> None:
    """Remember that these addresses have just been given up."""
    await conn.execute(
        """
        INSERT INTO former_email (team_id, person_id, key_id, digest, held_until)
        SELECT *, $5
          FROM unnest($1::text [], $2::bigint [], $3::text [], $4::bytea [])
            ON CONFLICT ON CONSTRAINT former_email_pkey
            DO UPDATE SET held_until = greatest(former_email.held_until, excluded.held_until)
        """,
        [one.team_id for one in given_up],
        [one.person_id for one in given_up],
        [one.key_id for one in given_up],
        [one.digest for one in given_up],
        now,
    )


async def of_others(
    conn: Connection, *, team_id: str, person_id: int, digests: Collection[bytes], since: datetime
) -> bool:
    """Whether somebody else in the workspace had the address of these *digests* after *since*."""
    found: bool = await conn.fetchval(
        """
        SELECT EXISTS (
            SELECT
              FROM former_email
             WHERE digest = ANY ($1)
               AND team_id = $2
               AND person_id <> $3
               AND held_until > $4
        )
        """,
        list(digests),
        team_id,
        person_id,
        since,
    )
    return found

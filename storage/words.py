"""Table enrollment_word: the words that enrollments ask for after resets that somebody else provoked."""

from __future__ import annotations

from datetime import datetime

from bot.core.words import Awaited
from storage.pool import Connection


async def insert(
    conn: Connection, person_id: int, *, request_id: int | None, key_id: str | None, digest: bytes | None, now: datetime
) -> int:
    """Make a word, or the lack of one, that nothing awaits yet; return its id."""
    word_id: int = await conn.fetchval(
        """
        INSERT INTO enrollment_word (person_id, request_id, key_id, digest, made_at)
        VALUES ($1, $2, $3, $4, $5)
        RETURNING enrollment_word_id
        """,
        person_id,
        request_id,
        key_id,
        digest,
        now,
    )
    return word_id


async def of_request(conn: Connection, request_id: int) -> int | None:
    """Return the id of the word that was made for a request, whatever became of it."""
    word_id: int | None = await conn.fetchval(
        "SELECT enrollment_word_id FROM enrollment_word WHERE request_id = $1", request_id
    )
    return word_id


async def mark_awaited(conn: Connection, word_id: int, *, now: datetime) -> None:
    """Have the person's enrollment ask for this word from now on."""
    await conn.execute("UPDATE enrollment_word SET awaited_at = $2 WHERE enrollment_word_id = $1", word_id, now)


async def awaited(conn: Connection, person_id: int) -> Awaited | None:
    """Return the word that a person's enrollment asks for. It is safe to act on only while the person's row is held."""
    row = await conn.fetchrow(
        """
        SELECT enrollment_word_id, person_id, key_id, digest, wrong
          FROM enrollment_word
         WHERE person_id = $1
           AND awaited_at IS NOT NULL
           AND ended_at IS NULL
        """,
        person_id,
    )
    if row is None:
        return None
    return Awaited(row["enrollment_word_id"], row["person_id"], row["key_id"], row["digest"], row["wrong"])


async def replace(conn: Connection, word_id: int, *, key_id: str, digest: bytes, now: datetime) -> None:
    """Put a new word in the place of one that is awaited, with all its guesses."""
    await conn.execute(
        """
        UPDATE enrollment_word
           SET key_id = $2,
               digest = $3,
               wrong = 0,
               made_at = $4
         WHERE enrollment_word_id = $1
           AND ended_at IS NULL
        """,
        word_id,
        key_id,
        digest,
        now,
    )


async def save_wrong(conn: Connection, word_id: int, *, wrong: int, live: bool) -> None:
    """Save how many guesses were wrong; what is no longer *live* loses its digest."""
    await conn.execute(
        """
        UPDATE enrollment_word
           SET wrong = $2,
               key_id = CASE WHEN $3 THEN key_id END,
               digest = CASE WHEN $3 THEN digest END
         WHERE enrollment_word_id = $1
        """,
        word_id,
        wrong,
        live,
    )


async def end(conn: Connection, word_id: int, *, now: datetime) -> None:
    """End a word for good: the enrollment was confirmed, or its request came to nothing."""
    await conn.execute(
        """
        UPDATE enrollment_word
           SET ended_at = $2,
               key_id = NULL,
               digest = NULL
         WHERE enrollment_word_id = $1
           AND ended_at IS NULL
        """,
        word_id,
        now,
    )

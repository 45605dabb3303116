"""Table reset_message: which messages are about which request."""

from __future__ import annotations

from storage.pool import Connection


async def note(conn: Connection, message_id: int, *, request_id: int, in_channel: str | None = None) -> None:
    """Remember what a message is about; *in_channel* is Slack's id of a channel, where it is not for a DM."""
    await conn.execute(
        "INSERT INTO reset_message (message_id, request_id, in_channel) VALUES ($1, $2, $3)",
        message_id,
        request_id,
        in_channel,
    )


async def about(conn: Connection, request_id: int) -> list[int]:
    """Return the messages about a request, in id order."""
    rows = await conn.fetch(
        "SELECT message_id FROM reset_message WHERE request_id = $1 ORDER BY message_id", request_id
    )
    return [row["message_id"] for row in rows]


async def of_rights(conn: Connection, subject_id: int) -> list[int]:
    """Return the messages which tell that a person's rights sleep, whatever put them to sleep, in id order."""
    # Who hears of it manages roles, or asked for the reset; by them the index finds what is about no request.
    rows = await conn.fetch(
        """
        SELECT message_id
          FROM reset_message
          JOIN message USING (message_id)
          JOIN reset_request USING (request_id)
         WHERE subject_id = $1
           AND kind = 'rights_dormant'
         UNION
        SELECT message_id
          FROM message
         WHERE person_id IN (SELECT person_id FROM role_grant)
           AND kind = 'rights_dormant'
           AND detail ->> 'person' = $1::text
         ORDER BY message_id
        """,
        subject_id,
    )
    return [row["message_id"] for row in rows]


async def asked(conn: Connection, request_id: int) -> list[int]:
    """Return who has the card of a request in their DM."""
    rows = await conn.fetch(
        """
        SELECT person_id
          FROM reset_message
          JOIN message USING (message_id)
         WHERE request_id = $1
           AND kind = 'reset_card'
           AND in_channel IS NULL
         ORDER BY person_id
        """,
        request_id,
    )
    return [row["person_id"] for row in rows]


async def done_of(conn: Connection, request_id: int) -> int | None:
    """Return the message that told the subject of a request that it was carried out."""
    found: int | None = await conn.fetchval(
        """
        SELECT message_id
          FROM reset_message
          JOIN message USING (message_id)
         WHERE request_id = $1
           AND kind = 'reset_done'
        """,
        request_id,
    )
    return found


async def request_of(conn: Connection, message_id: int) -> tuple[int, str | None] | None:
    """Return the request that a message is about and the channel it goes to, if it is about one."""
    row = await conn.fetchrow("SELECT request_id, in_channel FROM reset_message WHERE message_id = $1", message_id)
    return None if row is None else (row["request_id"], row["in_channel"])

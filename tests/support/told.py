"""What an act leaves behind to be read: its audit events, whole, and the messages that it makes, with their readers."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.pool import Connection
from tests.support.cast import REASON

REASON_DIGEST = hashlib.sha256(REASON.encode()).hexdigest()
CHANGING = {
    "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "<uuid>",
    "[0-9a-f]{12}": "<key>",
    "[0-9a-f]{64}": "<mac>",
}
"""What is another in every run."""
NAMES = "SELECT person_id, lower(substr(slack_user_id, 3)) FROM person"
TABLE = Path(__file__).parent / "told.txt"
EVENTS = "SELECT kind, actor, surface, subject_id, detail FROM audit_event WHERE event_id > $1 ORDER BY event_id"
MESSAGES = "SELECT person_id, kind, detail FROM message WHERE message_id > $1 ORDER BY message_id"


def table() -> dict[str, list[str]]:
    """Return what each act has to leave behind; one that is not named there leaves nothing.

    The names of acts begin their lines, and what they leave behind is indented: events by whom, in which surface, about
    whom, with their details in order; then messages, to whom.
    """
    found: dict[str, list[str]] = {}
    name = ""
    for line in TABLE.read_text().splitlines():
        if line.startswith(" "):
            found[name].append(line.strip())
        else:
            assert line not in found
            name, found[line] = line, []
    return found


@dataclass(frozen=True)
class Reader:
    """Reads what was written since it was made."""

    conn: Connection
    event_id: int = 0
    message_id: int = 0

    @classmethod
    async def since_now(cls, conn: Connection) -> "Reader":
        event_id = await conn.fetchval("SELECT coalesce(max(event_id), 0) FROM audit_event")
        message_id = await conn.fetchval("SELECT coalesce(max(message_id), 0) FROM message")
        return cls(conn, event_id, message_id)

    async def lines(self) -> list[str]:
        """Return a line an event, then a line a message."""
        names = {row[0]: row[1] for row in await self.conn.fetch(NAMES)}
        events = await self.conn.fetch(EVENTS, self.event_id)
        messages = await self.conn.fetch(MESSAGES, self.message_id)
        return [
            *(
                _event(row["kind"], row["actor"], row["surface"], row["subject_id"], row["detail"], names)
                for row in events
            ),
            *(f"to {names[row['person_id']]}: {row['kind']}{_detail(row['detail'])}" for row in messages),
        ]


def _event(kind: str, actor: str, surface: str, subject_id: int | None, detail: str, names: dict[int, str]) -> str:
    by, _, number = actor.partition(":")
    who = names[int(number)] if by == "person" else actor
    about = "" if subject_id is None else f" about {names[subject_id]}"
    return f"{kind} by {who} in {surface}{about}{_detail(detail)}"


def _detail(detail: str) -> str:
    """Return the details in order; what is another in every run is named by what it is."""
    told: dict[str, Any] = json.loads(detail)
    return "".join(f" {name}={_value(value)}" for name, value in sorted(told.items()))


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    if text == REASON_DIGEST:
        return "<digest of the reason>"
    return next((name for pattern, name in CHANGING.items() if re.fullmatch(pattern, text)), text)

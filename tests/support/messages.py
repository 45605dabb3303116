"""A message as the database has it, before it was posted."""

from bot.core.messages import Kind, Message
from tests.support.services import NOON


def unposted(kind: Kind, *, reader: int = 1) -> Message:
    """Return one of that kind, written at noon."""
    return Message(
        message_id=1,
        person_id=reader,
        kind=kind,
        detail={},
        enrollment_id=None,
        created_at=NOON,
        channel=None,
        ts=None,
        complete=False,
        settled=None,
        settled_at=None,
    )

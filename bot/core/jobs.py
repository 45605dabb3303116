"""What may be put into the queue: ids only, so that no secret and no text can be in a job (K5)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final

GIVE_UP_AFTER = timedelta(hours=24)
"""A job this old is held: attempts are no measure, a killed worker's are not counted."""


@dataclass(frozen=True, slots=True)
class DeliverQr:
    """Bring an enrollment's QR into its owner's DM."""

    enrollment_id: int


@dataclass(frozen=True, slots=True)
class ShredQr:
    """Remove every trace of an ended enrollment's QR: files, image, buttons."""

    enrollment_id: int


@dataclass(frozen=True, slots=True)
class ExpireEnrollment:
    """End an enrollment that nobody confirmed in time."""

    enrollment_id: int


@dataclass(frozen=True, slots=True)
class Notify:
    """Post a message."""

    message_id: int


@dataclass(frozen=True, slots=True)
class EditMessage:
    """Bring a posted message up to what is true now."""

    message_id: int


@dataclass(frozen=True, slots=True)
class RefreshHome:
    """Bring a person's Home tab up to what is true now."""

    person_id: int


@dataclass(frozen=True, slots=True)
class ExpireReset:
    """End a reset request that nobody answered in time."""

    request_id: int


@dataclass(frozen=True, slots=True)
class RemindReset:
    """Remind those who could answer a reset request, at half time."""

    request_id: int


@dataclass(frozen=True, slots=True)
class ExecuteReset:
    """Carry out a reset request whose hold is over."""

    request_id: int


@dataclass(frozen=True, slots=True)
class SyncPeople:
    """Compare everybody with Slack's list, at night (X7)."""

    sync_id: int


@dataclass(frozen=True, slots=True)
class DeliverReport:
    """Bring a report into the DM of whoever asked for it."""

    message_id: int


Job = (
    DeliverQr
    | ShredQr
    | ExpireEnrollment
    | Notify
    | EditMessage
    | RefreshHome
    | ExpireReset
    | RemindReset
    | ExecuteReset
    | SyncPeople
    | DeliverReport
)

NAMES: Final[dict[type[Job], str]] = {
    DeliverQr: "deliver_qr",
    ShredQr: "shred_qr",
    ExpireEnrollment: "expire_enrollment",
    Notify: "notify",
    EditMessage: "edit_message",
    RefreshHome: "refresh_home",
    ExpireReset: "expire_reset",
    RemindReset: "remind_reset",
    ExecuteReset: "execute_reset",
    SyncPeople: "sync_people",
    DeliverReport: "deliver_report",
}
"""The name under which each job is queued. A name is never given to another job."""


def row_id(job: Job) -> int:
    """Return the one id that a job carries."""
    (found,) = asdict(job).values()
    return int(found)


def spell(job: Job) -> bytes:
    """Spell a job's ids as the queue keeps them."""
    return json.dumps(asdict(job), sort_keys=True, separators=(",", ":")).encode()


def read(kind: type[Job], payload: bytes) -> Job:
    """Read what `spell` wrote.

    Raises:
        ValueError: the payload is not of this kind.
    """
    told = json.loads(payload)
    if not isinstance(told, dict) or not all(type(value) is int for value in told.values()):
        raise ValueError(f"no payload of {NAMES[kind]}")
    try:
        return kind(**told)
    except TypeError:
        raise ValueError(f"no payload of {NAMES[kind]}") from None

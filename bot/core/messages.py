"""Messages that the bot has sent or is about to send in a person's DM.

A message is a row before it is anything in Slack: the transaction that causes it inserts the row and enqueues the job
that posts it, so that no notice is lost (R1). What the message shows is rendered from the truth when it is sent or
edited, never carried in the job.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.audit import Detail


class Kind(StrEnum):
    """What a message is about."""

    ENROLLMENT = "enrollment"
    ENABLED = "enabled"
    REPLACED = "replaced"
    DISABLED = "disabled"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODE_PASTED = "recovery_code_pasted"
    CODE_PASTED = "code_pasted"
    SLOWED_DOWN = "slowed_down"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    SUSPENDED = "suspended"
    RELEASED = "released"
    RESET_OPENED = "reset_opened"
    RESET_MINE = "reset_mine"
    RESET_CARD = "reset_card"
    RESET_REMINDER = "reset_reminder"
    RESET_OUTCOME = "reset_outcome"
    RESET_DONE = "reset_done"
    STOLEN_REPORTED = "stolen_reported"
    STOLEN_VETOED = "stolen_vetoed"
    RESET_STOPPED = "reset_stopped"
    """To the subject, who has stopped it."""
    RIGHTS_DORMANT = "rights_dormant"
    RIGHTS_WOKEN = "rights_woken"
    ROLE_GRANTED = "role_granted"
    ROLE_REVOKED = "role_revoked"
    LOCKDOWN_STARTED = "lockdown_started"
    LOCKDOWN_LIFTED = "lockdown_lifted"
    RELEASE_OFFERED = "release_offered"
    WORD_MADE = "word_made"
    WORD_ENDED = "word_ended"
    ROLE_DEFINED = "role_defined"
    PROTECTED = "protected"
    UNPROTECTED = "unprotected"
    MANAGER_SET = "manager_set"
    MANAGERS_SET = "managers_set"
    GLASS_BROKEN = "glass_broken"
    REPORT = "report"
    ADDRESS_CHANGED = "address_changed"


class Settled(StrEnum):
    """How a message's question was answered; its buttons are gone then."""

    ENDED = "ended"
    STOPPED = "stopped"
    OUTDATED = "outdated"


class Posted(StrEnum):
    """What a post has become, told to who posted it."""

    SAVED = "saved"
    SECOND = "second"
    """Another worker's post came first and is the message: this one has to go, or nothing would ever edit it."""
    ENDED = "ended"
    """It is the message of something that has ended meanwhile."""


ASKS = frozenset(
    {
        Kind.ENABLED,
        Kind.REPLACED,
        Kind.DISABLED,
        Kind.RECOVERY_CODES_MADE,
        Kind.RECOVERY_CODE_USED,
        Kind.RECOVERY_CODE_PASTED,
        Kind.SLOWED_DOWN,
        Kind.LOCKED,
        Kind.UNLOCKED,
        Kind.RELEASED,
        Kind.RESET_OPENED,
        Kind.RESET_DONE,
        Kind.ADDRESS_CHANGED,
        Kind.RESET_STOPPED,
    }
)
"""Kinds that carry a way to stop what they tell until they are settled (E6): `Stop this request` on the notice of a
request, `Block my sign-in` on all others."""
BLOCKS = ASKS - {Kind.RESET_OPENED}
SUPERSEDES = frozenset({Kind.ENABLED, Kind.REPLACED, Kind.RECOVERY_CODES_MADE})
"""Kinds after which older notices need no button of their own: what they tell is what a block disputes."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message; *channel* and *ts* name it in Slack once it is posted."""

    message_id: int
    person_id: int
    kind: Kind
    detail: Detail
    enrollment_id: int | None
    created_at: datetime
    channel: str | None
    ts: str | None
    complete: bool
    settled: Settled | None
    settled_at: datetime | None

    @property
    def asks(self) -> bool:
        """Whether it still carries its button."""
        return self.kind in ASKS and self.settled is None

    @property
    def blocks(self) -> bool:
        """Whether a press of its `Block my sign-in` counts; it does where a newer notice has only just replaced it."""
        return self.kind in BLOCKS and self.settled in (None, Settled.OUTDATED)


@dataclass(frozen=True, slots=True)
class QrFile:
    """A QR image that was, or may have been, uploaded to Slack; its id was stored before any byte was sent (E4)."""

    file_id: str
    enrollment_id: int
    deleted_at: datetime | None

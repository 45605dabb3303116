"""The facts of a reset request, as its messages show them: read when a message is sent or edited (A12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core import audit, permissions, suspension
from bot.core.people import Person
from bot.core.resets import Reset
from bot.services import stolen
from bot.services.means import Means
from storage import disputes, factors, people, profile_changes, recovery_codes, reset_history, roles, words
from storage import resets as requests
from storage.pool import Connection

RESETS_WITHIN = timedelta(days=90)
ASKED_WITHIN = timedelta(days=30)
CHANGED_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Facts:
    """What an approver should know of the subject before answering; times are aware, *tz* an IANA name."""

    last_verified_at: datetime | None
    factor_since: datetime | None
    codes_left: int
    resets_lately: int
    profile_changed: tuple[str, ...]
    tz: str | None
    asked_lately: int
    """How many requests the requester has opened lately, this one included."""
    vetoed_at: datetime | None
    """When the subject last stopped a request, since their last reset."""
    now: datetime = field(compare=False)


@dataclass(frozen=True, slots=True)
class Card:
    """A request with its people and facts; *dormant*: the subject's rights sleep, and wait to be woken.

    *lifts*: the subject is suspended by this request and by nothing else. *asks_word*: the subject's enrollment after
    it asks for a word, or would as things stand.
    """

    reset: Reset
    subject: Person
    requester: Person | None
    approver: Person | None
    facts: Facts
    dormant: bool
    ended_by: Person | None
    lifts: bool = False
    asks_word: bool = False


async def card(conn: Connection, means: Means, request_id: int) -> Card | None:
    """Return a request as it is now."""
    reset = await requests.get(conn, request_id)
    if reset is None:
        return None
    ender = audit.person_of(reset.ended_by)
    known = await people.several(conn, reset.people | ({ender} if ender is not None else set()))
    grants = await roles.grants_of(conn, [reset.subject_id])
    return Card(
        reset=reset,
        subject=known[reset.subject_id],
        requester=known.get(reset.requester_id) if reset.requester_id is not None else None,
        approver=known.get(reset.approver_id) if reset.approver_id is not None else None,
        facts=await facts(conn, means, reset.subject_id, requester_id=reset.requester_id),
        dormant=bool(permissions.rights(grants[reset.subject_id]).dormant),
        ended_by=None if ender is None else known.get(ender),
        lifts=await stolen.lifts(conn, reset, known[reset.subject_id]),
        asks_word=await _asks_word(conn, reset, known[reset.subject_id]),
    )


async def _asks_word(conn: Connection, reset: Reset, subject: Person) -> bool:
    if not reset.open:
        return await words.of_request(conn, reset.request_id) is not None
    disputed = subject.person_id in await disputes.disputed(conn, [subject.person_id])
    return suspension.outlives_reset(subject, disputed=disputed, happened=reset.happened)


async def facts(conn: Connection, means: Means, subject_id: int, *, requester_id: int | None) -> Facts:
    """Return what is known of somebody whose MFA may be reset."""
    now = means.now()
    status = await factors.status(conn, subject_id)
    left = 0
    if status is not None and status.factor_id is not None:
        left = await recovery_codes.left(conn, status.factor_id)
    asked = 0
    if requester_id is not None:
        asked = await reset_history.count_asked(conn, requester_id, now=now, within=ASKED_WITHIN)
    return Facts(
        last_verified_at=status.last_verified_at if status else None,
        factor_since=status.since if status else None,
        codes_left=left,
        resets_lately=await reset_history.count_executed(conn, subject_id, now=now, within=RESETS_WITHIN),
        profile_changed=await profile_changes.lately(conn, subject_id, now=now, within=CHANGED_WITHIN),
        tz=await people.tz_of(conn, subject_id),
        asked_lately=asked,
        vetoed_at=await reset_history.last_veto(conn, subject_id),
        now=now,
    )

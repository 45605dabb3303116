"""The word from the approver: made, asked for and ended inside the caller's transaction, which holds the person (E10).

It leaves a service once, in the answer to whoever approved, disabled or released, and is kept as a keyed hash: no
message, job, event or log has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core import audit, words
from bot.core.audit import Event, surface_of
from bot.core.enrollment import ConfirmRefusal, Enrollment, State
from bot.core.messages import Kind
from bot.core.people import Person
from bot.core.sealing import Purpose
from bot.core.words import Awaited
from bot.services.ending import end, record
from bot.services.means import Means
from bot.services.notices import settle_offers, tell
from storage import audit as audit_events
from storage import people, suspensions
from storage import words as stored
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class WrongWord:
    """It is not the word: *left* guesses (None: it was no word of ours, and is not counted)."""

    left: int | None


async def make_for_request(
    conn: Connection, means: Means, person: Person, request_id: int, *, by: str, now: datetime
) -> str:
    """Make the word for a reset that was just approved, or is direct; it is awaited once that takes effect."""
    word = words.make(means.random(words.ENTROPY_BYTES))
    key_id = means.keyring.primary
    made = _digest(means, key_id, person, word)
    await stored.insert(conn, person.person_id, request_id=request_id, key_id=key_id, digest=made, now=now)
    await _record(conn, audit.Kind.WORD_MADE, person, {"request": request_id}, by=by, now=now)
    return word


async def await_for_request(conn: Connection, person: Person, request_id: int, *, by: str, now: datetime) -> None:
    """Have the person's next enrollment ask for the request's word; where none was made, one has to be made then."""
    word_id = await stored.of_request(conn, request_id)
    if word_id is None:
        # What asks for a word was not known when it could still be shown to somebody.
        word_id = await stored.insert(conn, person.person_id, request_id=request_id, key_id=None, digest=None, now=now)
    await stored.mark_awaited(conn, word_id, now=now)
    await _record(conn, audit.Kind.WORD_AWAITED, person, {"request": request_id}, by=by, now=now)


async def drop_for_request(conn: Connection, request_id: int, *, now: datetime) -> None:
    """End the word of a request that came to nothing while it was held."""
    word_id = await stored.of_request(conn, request_id)
    if word_id is not None:
        await stored.end(conn, word_id, now=now)


async def fulfil(conn: Connection, person: Person, awaited: Awaited, *, now: datetime) -> None:
    """End the suspension of somebody who has just confirmed an enrollment with the word."""
    await stored.end(conn, awaited.word_id, now=now)
    await people.release(conn, person.person_id)
    await suspensions.forget(conn, person.person_id)
    await settle_offers(conn, person.person_id, now=now)
    why = person.suspended_why.value if person.suspended_why else None
    await record(conn, audit.Kind.RELEASED, person, now, {"why": why, "by": "word"})


async def lack(conn: Connection, person: Person, *, now: datetime) -> bool:
    """Have the person's next enrollment ask for a word that is yet to be made; return False where it does already."""
    if await stored.awaited(conn, person.person_id) is not None:
        return False
    word_id = await stored.insert(conn, person.person_id, request_id=None, key_id=None, digest=None, now=now)
    await stored.mark_awaited(conn, word_id, now=now)
    await record(conn, audit.Kind.WORD_AWAITED, person, now)
    return True


async def make_another(
    conn: Connection, means: Means, person: Person, awaited: Awaited, *, by: str, now: datetime, detail: audit.Detail
) -> str:
    """Put a new word in the place of the one that is awaited: it was lost, or guessed at too often."""
    word = words.make(means.random(words.ENTROPY_BYTES))
    key_id = means.keyring.primary
    made = _digest(means, key_id, person, word)
    await stored.replace(conn, awaited.word_id, key_id=key_id, digest=made, now=now)
    await _record(conn, audit.Kind.WORD_MADE, person, detail, by=by, now=now)
    return word


async def check(
    conn: Connection,
    means: Means,
    person: Person,
    pending: Enrollment,
    awaited: Awaited,
    typed: str,
    *,
    now: datetime,
) -> WrongWord | ConfirmRefusal | None:
    """Return None where *typed* is the word. A wrong guess is counted; the last ends the word and the enrollment."""
    word = words.read(typed)
    if word is None:
        return WrongWord(None)
    if awaited.digest is not None and awaited.key_id is not None and awaited.key_id in means.keyring.keys:
        given = _digest(means, awaited.key_id, person, word)
        if words.matches(awaited.digest, given):
            return None
    wrong = awaited.wrong + 1
    left = words.left(wrong)
    await stored.save_wrong(conn, awaited.word_id, wrong=wrong, live=left > 0)
    await record(conn, audit.Kind.WORD_WRONG, person, now, {"wrong": wrong})
    if left:
        return WrongWord(left)
    await end(conn, person, pending, State.EXHAUSTED, now)
    await tell(conn, person.person_id, Kind.WORD_ENDED, now=now)
    return ConfirmRefusal.NO_WORD


def _digest(means: Means, key_id: str, person: Person, word: str) -> bytes:
    key = means.keyring.derived(Purpose.WORD, key_id)
    return words.digest(key, team_id=person.team_id, person_id=person.person_id, word=word)


async def _record(
    conn: Connection, kind: audit.Kind, person: Person, detail: audit.Detail, *, by: str, now: datetime
) -> None:
    await audit_events.record(conn, Event(kind, now, by, surface_of(by), person.person_id, detail))

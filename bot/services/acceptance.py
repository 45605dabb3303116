"""Acknowledging what a check of the audit found, so that the linking goes on and the next finding shows (K9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice

from bot.core import acceptance, audit, chain, resets
from bot.core.acceptance import Acceptance
from bot.core.audit import CLI, Event, spelled_time
from bot.core.chain import NOTHING, Head
from bot.core.resets import ReasonFault
from bot.core.sealing import Keyring
from bot.services.chain_check import Report
from storage import acceptances, audit_marks
from storage import audit as audit_events
from storage import chain as chain_rows
from storage.pool import Connection, Pool

MARKS_A_STATEMENT = 10_000


class NotAccepted(StrEnum):
    """Why nothing was acknowledged."""

    NOTHING_FOUND = "nothing_found"
    CHANGED = "changed"
    """The audit is not as it was checked."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was acknowledged, and the head that the next link follows where it had to be made."""

    acceptance: Acceptance
    head: Head | None
    marked: int
    """Events that are linked again."""


class Acceptances:
    """Acknowledges, as the owner of the schema: neither the program's role nor that of the jobs may."""

    def __init__(self, pool: Pool, keyring: Keyring, now: Callable[[], datetime]) -> None:
        self._pool = pool
        self._keyring = keyring
        self._now = now

    async def accept(self, report: Report, *, reason: str, by: str) -> Accepted | NotAccepted | ReasonFault:
        """Write down what *report* found, have the events linked that no genuine link covers, and repair the head."""
        why = resets.reason(reason)
        if isinstance(why, ReasonFault):
            return why
        if not report.findings:
            return NotAccepted.NOTHING_FOUND
        own = chain.keys(self._keyring)
        async with self._pool.transaction() as conn:
            await chain_rows.wait_for_turn(conn)
            standing = await chain_rows.standing(conn)
            fault = chain.head_fault(standing, own)
            number = await acceptances.last_number(conn)
            if number != report.acceptances or (fault is not None and standing.head != report.head):
                return NotAccepted.CHANGED
            now = self._now()
            made = acceptance.made(
                Acceptance(number + 1, spelled_time(now), why, self._keyring.primary, b"".join(report.places)), own
            )
            await acceptances.insert(conn, made)
            detail: audit.Detail = {
                "acceptance": made.number,
                "findings": len(report.findings) + report.more,
                "mac": made.mac.hex(),
                "reason": resets.reason_digest(why),
            }
            await audit_events.record(conn, Event(audit.Kind.AUDIT_ACCEPTED, now, by, CLI, None, detail))
            ids = iter(report.unlinked)
            while some := list(islice(ids, MARKS_A_STATEMENT)):
                await audit_marks.mark(conn, some)
            head = await self._repair(conn, report, made) if fault is not None else None
        return Accepted(made, head, len(report.unlinked))

    async def _repair(self, conn: Connection, report: Report, made: Acceptance) -> Head | None:
        """Put the head where the next link finds a free number; it follows what is known to be genuine."""
        head = report.next_after
        if head is not None:
            mac = made.mac if head.mac == NOTHING else head.mac
            head = replace(head, mac=mac, linked_at=head.linked_at or made.accepted_at, key_id=self._keyring.primary)
            head = chain.sealed(head, chain.keys(self._keyring))
        await chain_rows.save_head(conn, head)
        return head

"""Twenty answers to one request at once, on three processes: one transition, one event, one effect (T7)."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from bot.core.resets import Reset
from tests.support.attacks import times
from tests.support.cast import REASON, Cast, assemble
from tests.support.crowd import processes, put_back, remember
from tests.support.database import Database
from tests.support.ledger import Ledger, open_ledger
from tests.support.services import Services

ROUNDS = times(6, full=200)
AT_ONCE = 7
"""Answers that a process has to give at one time."""
OUTCOMES = ("reset_done", "reset_outcome", "reset_stopped")


def answers(cast: Cast, asked: Reset, notice: int, crowd: list[Services]) -> list[Awaitable[object]]:
    """Return four of each of the five answers, dealt out to the processes."""
    found: list[Awaitable[object]] = []
    for number in range(4):
        approver = (cast.manager, cast.approver)[number % 2]
        denier = (cast.admin, cast.second_admin)[number % 2]
        one, two, three = (crowd[(number + turn) % len(crowd)] for turn in range(3))
        told = cast.profiles(*asked.people, approver.id)
        found += [
            one.resets.approve(asked.request_id, by=approver.id, told=told, typed=approver.phone.code()),
            two.resets.deny(asked.request_id, by=denier.id, reason=REASON),
            three.suspension.stop(notice, by=cast.employee.id),
            one.resets.cancel(asked.request_id, by=cast.agent.id),
            two.reset_times.expire(asked.request_id),
        ]
    return found


async def happened(ledger: Ledger, asked: Reset) -> tuple[str, list[str], str, list[str]]:
    """Return the request's state, the events of its ends, the factor's state, and what the subject was told of it."""
    state = await ledger.conn.fetchval("SELECT state FROM reset_request WHERE request_id = $1", asked.request_id)
    events = await ledger.conn.fetch(
        """
        SELECT kind FROM audit_event
         WHERE kind IN ('reset.ended', 'mfa.reset', 'reset.approved') AND (detail::jsonb ->> 'request')::bigint = $1
         ORDER BY kind
        """,
        asked.request_id,
    )
    factor = await ledger.conn.fetchval("SELECT state FROM factor WHERE factor_id = $1", asked.factor_id)
    told = await ledger.conn.fetch(
        "SELECT kind FROM reset_message JOIN message USING (message_id) WHERE request_id = $1 AND person_id = $2",
        asked.request_id,
        asked.subject_id,
    )
    return state, [row["kind"] for row in events], factor, [row["kind"] for row in told if row["kind"] in OUTCOMES]


@pytest.mark.timeout(3600)
@pytest.mark.attack("T7", "20 simultaneous approve, deny, veto, cancel, expire: one transition, one event, one effect")
async def test_of_twenty_answers_one_takes_effect(
    services: Services, database: Database, tally: Callable[[int, int], None], note: Callable[[str], None]
) -> None:
    ledger = await open_ledger(database)
    won: Counter[str] = Counter()
    async with processes(services, database, 3) as crowd:
        cast = await assemble(crowd[0])
        await remember(ledger)
        # Nobody has to connect first when the start is given.
        await asyncio.gather(*(one.people.home() for one in crowd for _ in range(AT_ONCE)))
        for number in range(ROUNDS):
            asked = await cast.asks()
            notice = await ledger.message_of(cast.employee.id, "reset_opened")
            # Every other time the last moment has come, so that it may expire as well.
            services.clock.forward(seconds=60)
            if number % 2:
                services.clock.at = asked.expires_at

            given = answers(cast, asked, notice, crowd)
            # Who comes first is not always the same.
            await asyncio.gather(*given[number % 20 :], *given[: number % 20])

            state, events, factor, told = await happened(ledger, asked)
            executed = state == "executed"
            assert events == (["mfa.reset", "reset.approved"] if executed else ["reset.ended"])
            assert (factor == "revoked") is executed
            ends = {"executed": "reset_done", "vetoed": "reset_stopped"}
            assert told == [ends.get(state, "reset_outcome")]
            won[state] += 1
            await put_back(ledger)
            # After a veto the same requester asks again a day later (A17).
            services.clock.forward(days=1)
    await ledger.conn.close()

    note(f"what came of it: {', '.join(f'{count} {state}' for state, count in won.most_common())}")
    tally(ROUNDS, ROUNDS)

"""One right code, used everywhere at once on three processes: at sign-in, to disable and to approve (T3, C1, V3).

Seeded defect: `defects/T3.patch` accepts the step that was accepted last.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.apps import Key
from bot.core.codes import Verdict
from bot.core.resets import Reset
from bot.sandbox.slack import StandIn
from bot.sandbox.slack.workspace import Person as SlackPerson
from handlers import ids
from tests.support.attacks import times
from tests.support.cast import Cast, assemble
from tests.support.crowd import put_back, remember
from tests.support.database import Database
from tests.support.evaluated import evaluated
from tests.support.ledger import Ledger, open_ledger
from tests.support.replicas import Replicas, replicas
from tests.support.services import Services, make_key
from tests.support.volley import Heard, Volley, sign_in, submission

ROUNDS = times(3, full=100)
OF_EACH = times(15, full=75)
WITHIN_S = 30
WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple'))"
EFFECTS: dict[str, list[str]] = {"sign-in": [], "disable": ["mfa.disabled"], "approve": ["mfa.reset", "reset.approved"]}


async def effects(ledger: Ledger, after: int) -> list[str]:
    """Return what the manager's code has done, as far as it is more than a sign-in."""
    rows = await ledger.conn.fetch(
        """
        SELECT kind FROM audit_event
         WHERE event_id > $1 AND kind IN ('mfa.disabled', 'mfa.reset', 'reset.approved')
         ORDER BY kind
        """,
        after,
    )
    return [row["kind"] for row in rows]


def uses(cast: Cast, asked: Reset, keys: list[Key], number: int) -> list[bytes]:
    """Return every use of the manager's present code: at two apps, to disable, to approve; which come first varies."""
    manager, code = cast.manager, cast.manager.phone.code()
    user, at = manager.profile.slack_user_id, cast.services.clock().timestamp()
    sign_ins = [sign_in(key, user, code) for key in keys] * OF_EACH
    disable = [submission(user, ids.DISABLE_FORM, manager.factor_id, code, at=at)] * OF_EACH
    approve = [submission(user, ids.APPROVAL_FORM, asked.request_id, code, at=at)] * OF_EACH
    random.Random(number).shuffle(sign_ins)  # noqa: S311  an order
    match number % 3:
        case 0:
            return [*sign_ins, *disable, *approve]
        case 1:
            return [*disable, *approve, *sign_ins]
        case _:
            return [*approve, *disable, *sign_ins]


async def at_one_row(crowd: Replicas, ledger: Ledger, factor_id: int, requests: list[bytes]) -> list[Heard]:
    """Send *requests* while the factor is held, the first kind a little before the others, and let go of it.

    Otherwise a sign-in would always come first: it needs no answer of Slack's, and fewer statements.
    """
    volley = await Volley.ready(crowd.ports, requests)
    async with ledger.conn.transaction():
        await ledger.conn.execute("SELECT FROM factor WHERE factor_id = $1 FOR NO KEY UPDATE", factor_id)
        volley.leaves(OF_EACH)
        async with asyncio.timeout(WITHIN_S):
            while not await ledger.conn.fetchval(WAITING):
                pass
        volley.leaves()
    return await volley.answers()


async def one_round(cast: Cast, crowd: Replicas, ledger: Ledger, keys: list[Key], number: int) -> tuple[str, bool]:
    """Use one code everywhere at once; return what for it was accepted, and whether all is as it should be."""
    # Waits, and the wrong codes of a day, are over.
    cast.services.clock.forward(hours=25)
    asked = await cast.asks()
    crowd.look_at_the_clock()
    before = len(await evaluated(ledger.conn, cast.manager.id))
    last = await ledger.conn.fetchval("SELECT max(event_id) FROM audit_event")

    heard = await at_one_row(crowd, ledger, cast.manager.factor_id, uses(cast, asked, keys, number))

    looked_at = (await evaluated(ledger.conn, cast.manager.id))[before:]
    accepted = [one.purpose for one in looked_at if one.verdict == Verdict.ACCEPTED]
    said = Counter(one.result for one in heard)
    wrong = [
        len(accepted) != 1,
        said[Verdict.ACCEPTED] > accepted.count("sign-in"),
        await effects(ledger, last) != sorted(effect for purpose in accepted for effect in EFFECTS[purpose]),
        said[Verdict.NOT_ENROLLED] > 0 and "disable" not in accepted,
        {one.status for one in heard} - {200, 503} != set(),
    ]
    return ", ".join(accepted), not any(wrong)


@pytest.mark.timeout(3600)
@pytest.mark.attack("T3", "one right code 300 times at once at 2 apps, to disable, to approve: accepted once")
async def test_a_code_that_is_used_everywhere_at_once_is_accepted_once(
    services: Services, database: Database, slack: StandIn, tmp_path: Path, tally: Callable[[int, int], None]
) -> None:
    ledger = await open_ledger(database)
    keys = [await make_key(services, name) for name in ("payroll", "wiki")]
    cast = await assemble(services)
    await remember(ledger)
    for member in cast.everybody:
        user, name, email = member.profile.slack_user_id, member.profile.name, member.profile.email or ""
        slack.workspace.people[user] = SlackPerson(user, name.lower(), name, "employee", email)
    won: Counter[str] = Counter()
    held = 0
    async with replicas(services, database, slack, tmp_path) as crowd:
        for number in range(ROUNDS):
            accepted, as_it_should = await one_round(cast, crowd, ledger, keys, number)
            won[accepted] += 1
            held += as_it_should
            await put_back(ledger)
    await ledger.conn.close()

    print("\n", dict(won))  # noqa: T201
    tally(ROUNDS, held)
    assert held == ROUNDS

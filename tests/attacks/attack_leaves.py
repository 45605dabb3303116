"""Somebody without any right sends everybody's payloads in their own name, each leaf altered (T10, X5).

Slack's signature says who acts, and nothing else that a payload holds is taken for true: whatever stands there, nothing
changes for anybody else. Every leaf is altered once, and where an id of ours comes back each id of the others' is
tried. Their handles of Slack's (triggers, views, response URLs) nobody can know.
"""

import itertools
from collections.abc import Callable, Iterator
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.slack import Person
from bot.sandbox.slack.payloads import response_url
from tests.support import payloads, signed
from tests.support.acts import Acts
from tests.support.attacks import PAGE, times
from tests.support.bot import Bot
from tests.support.bystanders import Bystanders, bystanders
from tests.support.database import Database
from tests.support.ledger import open_ledger
from tests.support.office import Office
from tests.support.payloads import Payload

LEAST = times(20, full=2_000)
"""How many alterations there are at least."""
EVERY = times(80, full=1)
"""Which of the leaves that hold no id of ours."""
ODD: tuple[object, ...] = (None, 5, "", "marmalade", [], {}, [{}], True, -1, "9" * 30)
LOOKS = ("users", "show @ada", "requests", "why @ada", "roles", "audit", "lockdown on", "release @ada", "unlock @ada")


@pytest_asyncio.fixture
async def office(office: Office) -> Office:
    bot = office.bot
    bot.standin.workspace.people["U0DEE"] = Person("U0DEE", "dee", "Dee New", "employee", "dee@example.com")
    await bot.person("U0BEN").enables()
    return office


async def played(office: Office) -> list[Payload]:
    """Have everybody do what there is to do, and leave much open; return one payload of each kind."""
    bot, ben = office.bot, office.bot.person("U0BEN")
    ledger = await open_ledger(office.bot.database)
    acts = Acts(office, ledger)
    parts = (acts.help, acts.own_mfa, acts.resets, acts.rights)
    for part in parts if PAGE else parts[:1]:
        await part()
    await ledger.conn.close()
    for word in LOOKS if PAGE else LOOKS[:2]:
        await office.amy.types(f"/mfa-admin {word}")
        if office.amy.modal is not None:
            await office.amy.closes()
    await ben.opens_home()
    await ben.says("hello")
    await bot.person("U0DEE").asks_for_qr()
    await office.asks(office.hal)
    await office.mia.clicks("Deny")
    await office.mia.closes()
    found = {payload.name: payload for payload in map(payloads.read, bot.standin.deliveries)}
    # Of what Slack itself says of people, everything is true.
    return [payload for name, payload in found.items() if not name.startswith(("event user_", "event team_"))]


def alterations(payload: Payload, others: list[str], odd: Iterator[object]) -> Iterator[Payload]:
    """Yield the payload with each of its leaves altered, where our ids come back to each id of the others'."""
    leaves = list(payload.leaves())
    ours = [path for path in leaves if payload.brings_back(path)]
    for path in ours:
        for other in others:
            yield payload.altered(path, other)
    for path in leaves[::EVERY]:
        yield payload.altered(path, next(odd))


class Attacker:
    """Ben, who signs like Slack."""

    def __init__(self, bot: Bot, session: aiohttp.ClientSession, spared: Bystanders) -> None:
        self._bot = bot
        self._session = session
        self._spared = spared
        self._kept = ""

    async def begins(self) -> None:
        """Look at what is kept of the others."""
        self._kept = await self._spared.kept()

    async def harmless(self, payload: Payload) -> bool:
        """Send a payload; return whether it was taken or refused properly, and nothing of the others' has changed."""
        body, content_type = payload.body()
        sent = signed.headers(body, at=self._bot.clock().timestamp(), content_type=content_type)
        async with self._session.post(f"{self._bot.public}/slack/events", data=body, headers=sent) as answer:
            status = answer.status
        before, self._kept = self._kept, await self._spared.kept()
        await self._spared.put_back()
        return status in (200, 400) and before == self._kept


def handles(bot: Bot) -> dict[str, str]:
    """Return what Slack gives Ben to answer by."""
    inside = bot.standin._inside
    channel, _ = bot.standin.workspace.open_dm("U0BEN")
    url = response_url(inside, bot.standin.workspace.people["U0BEN"], channel)
    return {"trigger_id": inside.triggers.issue("U0BEN"), "response_url": url, "view": "V0BEN"}


def seen(bot: Bot) -> dict[str, tuple[object, ...]]:
    """Return what everybody but Ben has before them."""
    return {
        user: (somebody.dm, somebody.home_text, somebody.modal_text)
        for user, somebody in bot.everybody.items()
        if user != "U0BEN"
    }


@pytest.mark.timeout(1800)
@pytest.mark.attack("T10", "a leaf of a payload is altered: no effect on anybody else")
async def test_no_altered_leaf_has_an_effect_on_anybody_else(
    office: Office, database: Database, tally: Callable[[int, int], None]
) -> None:
    bot, ben = office.bot, office.bot.person("U0BEN")
    recorded = await played(office)
    await bot.later(seconds=30)
    spared = await bystanders(database, "U0BEN")
    numbers, names = (await spared.numbers())[:: times(6, full=1)], (await spared.names())[: times(1, full=99)]
    others = [*numbers, *(f"{number}.{uuid4()}" for number in numbers), *names, *(f"disable <@{one}>" for one in names)]
    odd = itertools.cycle([*ODD, *others])
    before = seen(bot)
    tried = 0
    effects: list[str] = []
    async with aiohttp.ClientSession() as session:
        attacker = Attacker(bot, session, spared)
        await attacker.begins()
        for payload in recorded:
            for altered in alterations(payload.by("U0BEN", code=ben.code(), handles=handles(bot)), others, odd):
                tried += 1
                if not await attacker.harmless(altered):
                    effects.append(altered.name)
    await spared.conn.close()
    await bot.settle()

    tally(tried, tried - len(effects))
    assert effects == []
    assert seen(bot) == before
    assert tried >= LEAST

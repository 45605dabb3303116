"""What people meet at the sample application, with the bot's own API behind it: each answer, and the way on from it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from html import unescape

import asyncpg
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.core.people import Person, Standing
from bot.sandbox.sample_app import Payroll
from bot.services.disable import Disabled
from tests.support import people
from tests.support.api import api_of
from tests.support.database import Database
from tests.support.services import NOON, Authenticator, Clock, Services, enroll, make_key
from tests.support.serving import serving

ACCOUNT = {"username": "ada", "password": "wool over eyes", "slack_id": "U0ADA"}


@dataclass
class Shown:
    """A page, as somebody reads it."""

    html: str

    @property
    def text(self) -> str:
        return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", self.html, flags=re.DOTALL)).split())

    @property
    def fields(self) -> list[str]:
        return re.findall(r"<label[^>]*>([^<]*)</label>", self.html)


class Desk:
    """Ada, at the sample application in her browser."""

    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self._client = client

    async def looks(self) -> Shown:
        async with self._client.get("/") as answer:
            return Shown(await answer.text())

    async def signs_in(self) -> Shown:
        return await self._sends("/sign-in", ACCOUNT)

    async def types(self, code: str) -> Shown:
        return await self._sends("/code", {"code": code})

    async def _sends(self, path: str, fields: dict[str, str]) -> Shown:
        origin = str(self._client.make_url("/")).rstrip("/")
        async with self._client.post(path, data=fields, headers={"Origin": origin}) as answer:
            return Shown(await answer.text())


@pytest.fixture
def clock() -> Clock:
    """The clock of the services, where this folder's other tests have the stand-in's."""
    return Clock()


@pytest_asyncio.fixture
async def desk(services: Services, ada: Person) -> AsyncIterator[Desk]:
    assert ada.slack_user_id == ACCOUNT["slack_id"]
    key = await make_key(services)

    def now() -> float:
        return (services.clock() - NOON).total_seconds()

    async with serving(api_of(services)) as api:
        payroll = Payroll(api, key.spelled, [ACCOUNT], now=now)
        async with TestClient(TestServer(payroll.application())) as client:
            yield Desk(client)


async def after_too_many_wrong_codes(desk: Desk, services: Services, phone: Authenticator) -> Shown:
    services.clock.forward(minutes=1)
    await desk.signs_in()
    *_, last = [await desk.types(phone.wrong_code()) for _ in range(6)]
    return last


async def test_who_has_no_mfa_is_in_and_is_told_what_that_means(desk: Desk) -> None:
    shown = await desk.signs_in()

    assert "Welcome, ada You signed in with your password." in shown.text
    assert "MFA is off for you: whoever knows your password is you." in shown.text


async def test_who_typed_too_many_wrong_codes_is_told_how_long_to_wait_and_then_asked_again(
    desk: Desk, services: Services, ada: Person
) -> None:
    _, phone = await enroll(services, ada)

    told = await after_too_many_wrong_codes(desk, services, phone)
    services.clock.forward(seconds=12)
    later = await desk.looks()
    services.clock.forward(seconds=18)
    over = await desk.looks()
    inside = await desk.types(phone.code())

    assert "Too many wrong codes. Wait 30 seconds, or use a recovery code." in told.text
    assert told.fields == later.fields == ["Recovery code"]
    assert "Wait 18 seconds more." in later.text
    assert "type a code again" in told.text
    assert over.fields == ["Verification code"]
    assert "You signed in with your password and a code." in inside.text
    assert "MFA is off" not in inside.text


async def test_a_recovery_code_works_meanwhile_once_and_says_so(desk: Desk, services: Services, ada: Person) -> None:
    confirmed, phone = await enroll(services, ada)

    await after_too_many_wrong_codes(desk, services, phone)
    mistyped = await desk.types("A" * 24)
    inside = await desk.types(confirmed.codes[0].lower())
    await desk.signs_in()
    again = await desk.types(confirmed.codes[0])

    assert "That code does not work." in mistyped.text
    assert mistyped.fields == ["Recovery code"]
    assert "You signed in with your password and a recovery code. That recovery code is used up" in inside.text
    assert "That code does not work." in again.text


async def test_whose_codes_are_locked_is_told_that_waiting_does_not_help(
    desk: Desk, services: Services, ada: Person, database: Database
) -> None:
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    conn = await asyncpg.connect(database.superuser)
    await conn.execute("UPDATE factor SET failures = 100")
    await conn.close()

    await desk.signs_in()
    told = await desk.types(phone.code())
    services.clock.forward(minutes=4)
    later = await desk.looks()
    inside = await desk.types(confirmed.codes[0])

    assert "Codes are locked after too many wrong ones. Use a recovery code, or call the helpdesk." in told.text
    assert "Waiting does not help any more." in later.text
    assert told.fields == later.fields == ["Recovery code"]
    assert "type a code again" not in told.text + later.text
    assert "Welcome, ada" in inside.text


async def test_who_is_suspended_is_told_the_ways_back_before_the_code_and_at_it(
    desk: Desk, services: Services, ada: Person
) -> None:
    confirmed, _ = await enroll(services, ada)

    await desk.signs_in()
    await services.people.save(replace(people.ADA, standing=Standing.DELETED))
    at_the_code = await desk.types(confirmed.codes[0])
    afterwards = await desk.looks()
    at_the_password = await desk.signs_in()

    for shown in (at_the_code, at_the_password):
        assert "Your sign-in is suspended." in shown.text
        assert "It was me" in shown.text
        assert "call the helpdesk" in shown.text
        assert shown.fields == []
    assert afterwards.fields == ["Username", "Password"]


async def test_whose_mfa_went_off_before_the_code_starts_over_and_needs_none(
    desk: Desk, services: Services, ada: Person
) -> None:
    confirmed, _ = await enroll(services, ada)

    asked = await desk.signs_in()
    disabled = await services.disable.disable_own(
        ada.person_id, factor_id=confirmed.factor_id, typed=confirmed.codes[0]
    )
    told = await desk.types(confirmed.codes[1])
    inside = await desk.signs_in()

    assert asked.fields == ["Verification code"]
    assert disabled is Disabled.NOW
    assert "Your MFA was switched off meanwhile. Please sign in once more." in told.text
    assert told.fields == ["Username", "Password"]
    assert "MFA is off for you" in inside.text

"""S2: nobody enables MFA for somebody else, whatever they press, submit, type, call or import.

An admin with every right walks over all that the bot listens to, with the other's ids in every place, and the right
code of the other's own authenticator app in every input: it must not be enough.
"""

import asyncio
import itertools
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest
import pytest_asyncio
import typer.main

from bot.cli import app as command_line
from bot.core.apps import Scope
from tests.support import signed
from tests.support.bot import Bot, serving_bot
from tests.support.commands import run
from tests.support.database import Database
from tests.support.office import REASON, Office
from tests.support.recorder import everything

AMY = {"user": {"id": "U0AMY", "username": "amy", "name": "amy", "team_id": "T0MFA"}}
WORDS = (
    "",
    "users",
    "show",
    "disable",
    "requests",
    "unlock",
    "release",
    "why",
    "roles",
    "audit",
    "lockdown on",
    "help",
)
RUN_FOREVER = {"serve", "worker", "sandbox"}


@pytest_asyncio.fixture
async def office(database: Database, tmp_path: Path) -> Any:  # noqa: ANN401  a generator
    async with serving_bot(database, tmp_path) as bot:
        made = Office(bot)
        await made.opens()
        await bot.person("U0BEN").asks_for_qr()
        yield made


async def enrolled(bot: Bot) -> list[str]:
    conn = await asyncpg.connect(bot.database.superuser)
    try:
        rows = await conn.fetch(
            "SELECT slack_user_id FROM factor JOIN person USING (person_id) WHERE state = 'active' AND slack_user_id "
            "IN ('U0BEN', 'U0GUEST') "
        )
        return [row["slack_user_id"] for row in rows]
    finally:
        await conn.close()


async def ids_of(bot: Bot) -> list[str]:
    """Return every id that could name Ben's things: himself, his enrollment, his messages."""
    conn = await asyncpg.connect(bot.database.superuser)
    try:
        rows = await conn.fetch(
            """
            SELECT person_id AS id FROM person WHERE slack_user_id = 'U0BEN'
             UNION SELECT enrollment_id FROM enrollment JOIN person USING (person_id) WHERE slack_user_id = 'U0BEN'
             UNION SELECT message_id FROM message JOIN person USING (person_id) WHERE slack_user_id = 'U0BEN'
            """
        )
        return [str(row["id"]) for row in rows]
    finally:
        await conn.close()


def filled_in(code: str) -> dict[str, Any]:
    """Return every input with something sensible in it."""
    texts = {"code": code, "recovery_code": code, "reason": REASON, "search": "ben"}
    values: dict[str, Any] = {name: {name: {"type": "plain_text_input", "value": text}} for name, text in texts.items()}
    for name, value in (("happened", "lost"), ("identity_check", "seen"), ("role", "helpdesk")):
        values[name] = {name: {"type": "static_select", "selected_option": {"value": value}}}
    values["whom"] = {"whom": {"type": "users_select", "selected_user": "U0BEN"}}
    return values


@pytest.mark.timeout(300)
async def test_an_admin_walks_over_everything_and_enables_nobody(office: Office) -> None:
    bot, ben, amy = office.bot, office.bot.person("U0BEN"), office.amy
    names = everything(bot.app.services)
    found = await ids_of(bot)
    assert {"mfa_enable", "enrollment_enter_code", "reset_approve"} <= names.actions
    assert {"enrollment_start", "enrollment_confirm", "reset"} <= names.views

    async with aiohttp.ClientSession() as session:

        async def send(payload: dict[str, Any]) -> None:
            body = signed.interaction(payload)
            at = bot.clock().timestamp()
            answer = await session.post(f"{bot.public}/slack/events", data=body, headers=signed.headers(body, at=at))
            assert answer.status == 200

        for action, value in itertools.product(sorted(names.actions), found):
            pressed = {"type": "button", "action_id": action, "block_id": "row", "value": value, "action_ts": "1.2"}
            await send(signed.click(actions=[pressed], **AMY))
        for view, value in itertools.product(sorted(names.views), found):
            for code, metadata in itertools.product(
                (ben.code(), amy.code()), (value, f"{value}.{uuid4()}", str(uuid4()))
            ):
                shown = signed.submission()["view"] | {
                    "callback_id": view,
                    "private_metadata": metadata,
                    "state": {"values": filled_in(code)},
                }
                await send(signed.submission(view=shown, **AMY))
        for command, word in itertools.product(sorted(names.commands), WORDS):
            await amy.types(f"{command} {word} @ben".strip())
        key = await bot.services.apps.create("payroll", scopes=frozenset(Scope), rate_per_s=None, by="host:test")
        authorized = {"Authorization": f"Bearer {getattr(key, 'spelled', '')}"}
        for method, path in (("POST", "/v1/verifications"), ("GET", "/v1/factors?slack_id=U0BEN")):
            asked = {"user": {"slack_id": "U0BEN"}, "code": ben.code()} if method == "POST" else None
            await session.request(method, f"{bot.public}{path}", json=asked, headers=authorized)
    await bot.settle()

    assert await enrolled(bot) == []


def commands() -> list[tuple[str, ...]]:
    """Return every command of the command line, a call with the other's id wherever an argument is asked for."""
    found: list[tuple[str, ...]] = []

    def walk(command: Any, path: tuple[str, ...]) -> None:  # noqa: ANN401  typer brings a click of its own along
        if hasattr(command, "commands"):
            for name, inner in command.commands.items():
                walk(inner, (*path, name))
        elif path[-1] not in RUN_FOREVER:
            given = ["U0BEN" for one in command.params if one.param_type_name == "argument"]
            reason = ["--reason", REASON] if any("--reason" in one.opts for one in command.params) else []
            found.append((*path, *given, *reason))

    walk(typer.main.get_command(command_line), ())
    return found


@pytest.mark.usefixtures("logging_restored")
@pytest.mark.timeout(300)
async def test_no_command_of_the_host_and_no_import_enables_anybody(office: Office, tmp_path: Path) -> None:
    bot = office.bot
    csv = tmp_path / "managers.csv"
    csv.write_text("slack_id,manager_slack_id\nU0BEN,U0MIA\n")
    environ = {
        "SLACK_BOT_TOKEN": bot.app.settings.slack_bot_token.get_secret_value(),
        "SLACK_SIGNING_SECRET": signed.SECRET,
        "SLACK_API_URL": f"{bot.standin.base_url}/api/",
        "DATABASE_URL": bot.database.program,
        "MFABOT_OWNER_DATABASE_URL": bot.database.owner,
        "MFABOT_WORKER_DATABASE_URL": bot.database.worker,
        "MFABOT_KEYRING": str(tmp_path / "keyring"),
        "MFABOT_ISSUER": "Acme",
    }

    for command in [*commands(), ("people", "import", str(csv))]:
        await asyncio.to_thread(run, *command, environ=environ)

    assert await enrolled(bot) == []

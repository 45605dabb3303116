"""`mfabot sandbox`: everything that the bot needs, on this machine alone.

One process holds the Slack stand-in, the page and the phone. Postgres and the bot run as its children, each on a
leash, and end with it however it ends. What was played is kept in `.sandbox/`.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import secrets
import shutil
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import asyncpg

from bot.sandbox import children, leash, postgres, staff
from bot.sandbox.phone import Phone
from bot.sandbox.slack import StandIn

HOME = Path(".sandbox")
LOG = HOME / "bot.log"
KEYRING = HOME / "keyring"
API_KEY = HOME / "api-key"
SAMPLE_LOG = HOME / "sample-app.log"
STAFF = HOME / "staff"
SAMPLE, SAMPLE_PASSWORD, SAMPLE_ROLES = "payroll", "sandbox", ("employee",)  # the page shows the password
PORTS_TO_TRY = 50
LOOK_EVERY_S = 0.1
DATABASE, OWNER, PROGRAM, WORKER = "mfabot", "mfabot_owner", "mfabot", "mfabot_worker"
ISSUER = "mfabot sandbox"
HOLD_PRIVILEGED_S = "60"  # an hour in earnest; nobody plays that long
RIGHT_MIN_AGE_S = "0"  # a day in earnest: the staff has just set MFA up, and approves at once
STARTING, STAFF_STARTING = "The sandbox is still starting.", "Helpdesk, manager and admin are setting up their MFA."


class SandboxError(Exception):
    """The sandbox cannot run; the message is for whoever started it."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the stand-in and the bot share."""

    signing_secret: str
    bot_token: str


def main(*, fresh: bool, port: int) -> int:
    """Run until Ctrl-C or SIGTERM; return the exit code."""
    HOME.mkdir(mode=0o700, exist_ok=True)
    HOME.chmod(0o700)
    with (HOME / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            say(f"A sandbox is running already: {lock.read().strip() or 'it is just starting'}")
            return 1
        lock.truncate(0)
        try:
            return asyncio.run(_run(lock, fresh=fresh, port=port))
        except (SandboxError, children.ChildError, postgres.PostgresError, staff.StaffError) as error:
            say(str(error))
            return 1
        finally:
            lock.truncate(0)


def say(sentence: str) -> None:
    """Tell the terminal at once."""
    print(sentence, flush=True)  # noqa: T201  the terminal is where it is read


async def _run(lock: IO[str], *, fresh: bool, port: int) -> int:
    ending = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    if fresh:
        say("Forgetting what was played before ...")
        _forget()
    shared = _secrets()
    async with AsyncExitStack() as stack:
        say("Starting Postgres ...")
        server = await asyncio.to_thread(postgres.start, HOME / "postgres")
        stack.callback(server.stop)
        await _prepare_database(server)

        slack = StandIn(
            signing_secret=shared.signing_secret, bot_token=shared.bot_token, now=_now, store=HOME / "slack.json"
        )
        slack.announce(STARTING)
        phone = Phone(HOME / "phone.json", _now)
        url = await _start_slack(slack, phone, port)
        stack.push_async_callback(slack.stop)

        say("Starting the bot ...")
        environ = children.environment(
            SLACK_BOT_TOKEN=shared.bot_token,
            SLACK_SIGNING_SECRET=shared.signing_secret,
            SLACK_API_URL=f"{url}/api/",
            DATABASE_URL=server.dsn(PROGRAM, DATABASE),
            MFABOT_OWNER_DATABASE_URL=server.dsn(OWNER, DATABASE),
            MFABOT_WORKER_DATABASE_URL=server.dsn(WORKER, DATABASE),
            MFABOT_KEYRING=str(KEYRING),
            MFABOT_ISSUER=ISSUER,
            MFABOT_HOLD_PRIVILEGED_S=HOLD_PRIVILEGED_S,
            MFABOT_RIGHT_MIN_AGE_S=RIGHT_MIN_AGE_S,
        )
        if not KEYRING.exists():
            await children.once(environ, "keys", "new")
        await children.once(environ, "migrate")
        await children.once(environ, "people", "sync")
        bot = children.start("bot", "serve", environ=environ, log=LOG)
        stack.push_async_callback(asyncio.to_thread, bot.stop)
        await children.until_ready(bot, environ, ending, LOG)
        slack.bot_url = f"http://127.0.0.1:{environ['MFABOT_PORT']}/slack/events"
        sample, sample_port = await _start_sample(environ, slack)
        stack.push_async_callback(asyncio.to_thread, sample.stop)
        await children.until_listening(sample, sample_port, ending, SAMPLE_LOG)
        keeping_time = asyncio.create_task(slack.keep_time())
        stack.callback(keeping_time.cancel)
        preparing = asyncio.create_task(_prepare_staff(slack, phone, environ))
        ended = await _watch(bot, ending, preparing)
        if ended is None and not ending.is_set():
            await preparing
            slack.announce("")
            lock.write(url)
            lock.flush()
            say(f"\n    The sandbox is ready: {url}\n")
            say("For the questions of docs/integration.md, in a shell of your own, in this folder:")
            say(f"    export MFABOT=http://127.0.0.1:{environ['MFABOT_PORT']} KEY=$(cat {API_KEY})\n")
            say(f"Ctrl-C ends it. What you play is kept in {HOME}/; --fresh forgets it.")
            ended = await _watch(bot, ending)
        preparing.cancel()
        say("Ending ...")
    if ended is not None:
        raise SandboxError(f"The bot ended by itself (exit code {ended}). Its last lines:\n{children.tail(LOG)}")
    return 0


def _now() -> datetime:
    return datetime.now(UTC)


def _forget() -> None:
    """Remove everything but the lock that we hold."""
    postgres.erase(HOME / "postgres")
    for kept in HOME.iterdir():
        if kept.is_dir():
            shutil.rmtree(kept)
        elif kept.name != "lock":
            kept.unlink()


def _secrets() -> Secrets:
    """Return what was drawn when the sandbox first ran."""
    file = HOME / "env"
    if file.exists():
        return Secrets(**json.loads(file.read_text()))
    drawn = Secrets(signing_secret=secrets.token_hex(16), bot_token=f"xoxb-sandbox-{secrets.token_hex(16)}")
    _keep(file, json.dumps({"signing_secret": drawn.signing_secret, "bot_token": drawn.bot_token}))
    return drawn


def _keep(file: Path, secret: str) -> None:
    """Write *secret* for this user alone, whole or not at all."""
    unfinished = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as made:
        made.write(secret)
    unfinished.replace(file)


async def _prepare_database(server: postgres.Postgres) -> None:
    """Make the roles and the database, where they are not there yet."""
    conn = await asyncpg.connect(server.dsn(postgres.SUPERUSER, "postgres"))
    try:
        for role in (OWNER, PROGRAM, WORKER):
            if not await conn.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
                await conn.execute(f"CREATE ROLE {role} LOGIN")
        if not await conn.fetchval("SELECT true FROM pg_database WHERE datname = $1", DATABASE):
            await conn.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
    finally:
        await conn.close()


async def _start_slack(slack: StandIn, phone: Phone, port: int) -> str:
    """Serve the stand-in, the page and the phone on *port* or the next free one."""
    for candidate in range(port, min(port + PORTS_TO_TRY, 65536)):
        try:
            return await slack.start(candidate, phone.routes())
        except OSError:
            continue
    raise SandboxError(f"No free port from {port} on: give another one with --port.")


async def _start_sample(environ: dict[str, str], slack: StandIn) -> tuple[leash.Leashed, int]:
    """Start the sample application with a key of its own, and put it on the page; return its port as well."""
    if not API_KEY.exists():
        try:
            key = await children.once(environ, "apps", "create", SAMPLE)
        except children.ChildError:  # made before, and its key lost: make another
            key = await children.once(environ, "apps", "rotate", SAMPLE, "--now")
        await asyncio.to_thread(_keep, API_KEY, key.strip())
    (port,) = children.free_ports(1)
    people = [
        {"username": person.name, "password": SAMPLE_PASSWORD, "slack_id": person.id}
        for person in slack.workspace.people.values()
        if person.role in SAMPLE_ROLES
    ]
    told = {
        "MFABOT_API": f"http://127.0.0.1:{environ['MFABOT_PORT']}",
        "MFABOT_API_KEY": API_KEY.read_text(),
        "SAMPLE_PEOPLE": json.dumps(people),
        "SAMPLE_PORT": str(port),
    }
    passed_on = {name: environ[name] for name in children.PASSED_ON if name in environ}
    started = children.start("bot.sandbox.sample_app", environ=passed_on | told, log=SAMPLE_LOG)
    slack.settings.links["sample_app"] = f"http://127.0.0.1:{port}"
    return started, port


async def _prepare_staff(slack: StandIn, phone: Phone, environ: dict[str, str]) -> None:
    """Let the staff come in, until they all have; what was played since is left as it is."""
    if STAFF.exists():
        return
    say("Setting up MFA for the staff, the way everybody does ...")
    slack.announce(f"{STARTING} {STAFF_STARTING}")
    await staff.enroll(slack, phone, _now, say)
    say("Giving them their roles, on the host's command line ...")
    await staff.appoint(environ, HOME, say)
    await asyncio.to_thread(STAFF.touch)


async def _watch(bot: leash.Leashed, ending: asyncio.Event, meanwhile: asyncio.Task[None] | None = None) -> int | None:
    """Wait for the end, or for *meanwhile* to be done; return the bot's exit code if it was the bot that ended."""
    while not ending.is_set() and not (meanwhile is not None and meanwhile.done()):
        if (code := bot.poll()) is not None:
            return code
        await asyncio.sleep(LOOK_EVERY_S)
    return None

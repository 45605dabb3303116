"""How fast the audit is written, linked and checked. `pytest -s` prints the figures; EVENTS=1000000 by default."""

import asyncio
import os
import sys
import time
from pathlib import Path

import asyncpg
import pytest

from bot.core.audit import Event, Kind
from bot.services.chain import Linked
from storage import audit as audit_events
from tests.support.audit import Audit, open_audit
from tests.support.database import Database
from tests.support.settings import KEYRING, environment

ROOT = Path(__file__).resolve().parent.parent.parent
EVENTS = int(os.environ.get("EVENTS", "1000000"))
SIGN_INS = 3000
FILL = """
    WITH written AS (
        INSERT INTO audit_event (at, kind, actor, surface, subject_id, detail)
        SELECT now() - make_interval(secs => ($1 - n)::double precision),
               'verification',
               'app:' || n % 20,
               'app:' || n % 20,
               n % 5000,
               '{"method":"totp","purpose":"sign-in","verdict":"accepted"}'
          FROM generate_series(1, $1) AS n
        RETURNING event_id, at
    )
    INSERT INTO audit_unlinked SELECT event_id, at FROM written
"""


async def sign_ins(database: Database, audit: Audit) -> float:
    """Return milliseconds a transaction that writes one event, with one connection."""
    conn = await asyncpg.connect(database.program)
    event = Event(Kind.VERIFICATION, audit.clock(), "app:1", "app:1", 1, {"verdict": "accepted", "purpose": "sign-in"})
    began = time.perf_counter()
    for _ in range(SIGN_INS):
        async with conn.transaction():
            await audit_events.record(conn, event)
    await conn.close()
    return (time.perf_counter() - began) / SIGN_INS * 1000


async def check(environ: dict[str, str]) -> tuple[float, str]:
    """Return the seconds that the command took, the start of Python included, and what it said."""
    began = time.perf_counter()
    command = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "audit", "verify"),
        cwd=ROOT,
        env=os.environ | environ,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await command.communicate()
    assert command.returncode == 0, said
    return time.perf_counter() - began, said.decode()


@pytest.mark.timeout(1800)
async def test_a_million_events_are_linked_and_checked(database: Database, tmp_path: Path) -> None:
    environ = environment(database, tmp_path)
    async with open_audit(database) as audit:
        audit.keyring = KEYRING
        marked = [await sign_ins(database, audit) for _ in range(3)]
        await audit.conn.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_marked")
        bare = [await sign_ins(database, audit) for _ in range(3)]
        await audit.conn.execute("ALTER TABLE audit_event ENABLE TRIGGER audit_event_marked")
        print(f"\none event a transaction: {min(marked):.3f} ms, without its mark {min(bare):.3f} ms")  # noqa: T201
        await audit.begin_anew()

        began = time.perf_counter()
        await audit.conn.execute(FILL, EVENTS, timeout=600)
        await audit.conn.execute("ANALYZE audit_event")
        filled = time.perf_counter()
        chain = audit.chain()
        links = 0
        while isinstance(await chain.link(), Linked):
            links += 1
        rate = EVENTS / (time.perf_counter() - filled)
        print(f"filled in {filled - began:.1f} s; linked at {rate:,.0f} events/s, {links} links")  # noqa: T201
        seconds, said = await check(environ)
        print(f"audit verify: {seconds:.1f} s, {EVENTS / seconds:,.0f} events/s\n{said}")  # noqa: T201

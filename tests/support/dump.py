"""Make the dump that tests of an upgrade begin with: `python -m tests.support.dump FILE`, in a checkout of a release.

It lets the program of that checkout do what leaves a row in each table, and writes the rows as SQL, without the schema,
which its migrations make. Secrets come from a known source, so that the same release makes the same secrets.
"""

import asyncio
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from uuid import uuid4

import asyncpg
import structlog

from bot.core import enrollment, throttle
from bot.core.chain import HEAD_EVENT
from bot.core.resets import Happened
from bot.core.sealing import Keyring
from bot.jobs.chain import Chaining
from bot.sandbox import postgres
from bot.services.chain import Chain
from bot.services.enrollment import Started
from bot.services.lookups import BySlackId
from bot.services.means import Means
from storage import people_sync, profile_changes, qr_files, report_files
from storage.pool import Pool
from tests.support import database as databases
from tests.support import homes
from tests.support.cast import assemble
from tests.support.database import QUICK, Database
from tests.support.people import ADA, BEN
from tests.support.services import HOME, Clock, Services, enroll, make_key, scan

ALWAYS_EMPTY = ("jobs.pgqueuer_schedules", "jobs.pgqueuer_statistics")
"""Tables of the queue that nothing of ours uses."""
KEYRING = Keyring("k1", {"k1": bytes(range(32))})


def known_source() -> Callable[[int], bytes]:
    """Return a source of bytes that look random and are always the same."""
    numbers = count()

    def take(length: int) -> bytes:
        made = b"".join(hashlib.sha256(f"{next(numbers)}".encode()).digest() for _ in range(length // 32 + 1))
        return made[:length]

    return take


async def fill(database: Database) -> list[str]:
    """Leave rows in every table; return what a test has to know."""
    pool, clock, random = Pool(database.program, connect_s=20, statement_s=20), Clock(), known_source()
    means = Means(
        pool=pool,
        keyring=KEYRING,
        now=clock,
        random=random,
        throttle=throttle.Limits(),
        enrollment=enrollment.Limits(),
        issuer="Acme",
    )
    services = Services(means, clock)
    await services.people.save_home(HOME)
    key = await make_key(services)
    ada = await services.people.save(ADA)
    confirmed, phone = await enroll(services, ada)
    clock.forward(minutes=1)
    await services.verification.check(key, BySlackId("U0ADA"), typed=phone.wrong_code())
    cast = await assemble(services)
    reset = await cast.asks()
    other = await cast.joins("other")
    await other.enrolls()
    await cast.asks(subject=other, happened=Happened.STOLEN)
    await services.suspension.stop(await _message(database, cast.approver.id), by=cast.approver.id)
    ben = await services.people.save(BEN)
    started = await services.enrollments.start(ben.person_id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    bens = await scan(services, started.enrollment_id)
    async with pool.transaction() as conn:
        await qr_files.announce(conn, "F0QR", enrollment_id=started.enrollment_id, now=clock())
        await profile_changes.note(conn, [(ada.person_id, "email")], now=clock())
        report = await conn.fetchval("SELECT max(message_id) FROM message")
        await report_files.announce(conn, "F0REPORT", message_id=report, now=clock())
        await people_sync.ensure(conn, HOME.team_id, due_at=clock())
    owner = await asyncpg.connect(database.superuser)
    await owner.execute(
        "INSERT INTO jobs.pgqueuer_log (job_id, status, priority, entrypoint) VALUES (1, 'picked', 0, 'notify')"
    )
    await owner.close()
    chain = Chain(means, getattr(database, "worker", database.program))
    with structlog.testing.capture_logs() as lines:
        await Chaining(chain).round()
    await chain.close()
    clock.forward(minutes=1)
    await services.verification.check(key, BySlackId("U0ADA"), typed=phone.wrong_code())
    await services.verification.drain()
    await pool.close()
    return [
        f"api_key {key.spelled}",
        f"ada_secret {phone.secret}",
        f"ada_recovery_code {confirmed.codes[0]}",
        f"ben_enrollment {started.enrollment_id} {bens.secret}",
        f"reset {reset.request_id} of {cast.employee.id} manager {cast.manager.id} {cast.manager.phone.secret}",
        *(f"log {json.dumps(line)}" for line in lines if line["event"] == HEAD_EVENT),
    ]


async def _message(database: Database, person_id: int) -> int:
    conn = await asyncpg.connect(database.superuser)
    try:
        return int(
            await conn.fetchval(
                "SELECT max(message_id) FROM message WHERE person_id = $1 AND kind = 'enabled'", person_id
            )
        )
    finally:
        await conn.close()


async def rows(database: Database) -> list[str]:
    """Return all rows, as a statement a table; they are put in where no trigger or foreign key is checked."""
    conn = await asyncpg.connect(database.superuser)
    try:
        tables = await conn.fetch(
            """
            SELECT format('%I.%I', nspname, relname) AS name, class.oid
              FROM pg_class AS class
              JOIN pg_namespace AS space ON space.oid = relnamespace
             WHERE nspname IN ('public', 'jobs') AND relkind IN ('r', 'p') AND NOT relispartition
               AND relname <> 'alembic_version'
             ORDER BY 1
            """
        )
        made = []
        for table in tables:
            columns = [
                row["attname"]
                for row in await conn.fetch(
                    "SELECT attname FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped"
                    " AND attgenerated = '' ORDER BY attnum",
                    table["oid"],
                )
            ]
            values = " || ', ' || ".join(f'quote_nullable("{one}"::text)' for one in columns)
            found = await conn.fetch(f"SELECT {values} AS row FROM {table['name']} ORDER BY 1")  # noqa: S608
            names = ", ".join(f'"{one}"' for one in columns)
            if found:
                values = ",\n".join(f"({row['row']})" for row in found)
                made.append(f"INSERT INTO {table['name']} ({names}) OVERRIDING SYSTEM VALUE VALUES\n{values};")
            assert found or table["name"] in ALWAYS_EMPTY, table["name"]
        return made
    finally:
        await conn.close()


async def make(server: postgres.Postgres) -> str:
    """Return the whole dump."""
    database = await databases.migrated(server, "dumped")
    conn = await asyncpg.connect(database.superuser)
    revision = await conn.fetchval("SELECT version_num FROM alembic_version")
    await conn.close()
    known = await fill(database)
    comments = [f"-- schema {revision}", "-- keyring k1 000102...1f", *(f"-- {line}" for line in known)]
    return "\n".join([*comments, *await rows(database)]) + "\n"


def main() -> None:
    """Write the dump into the file that the command line names."""
    home = homes.make()
    server = postgres.start(home, programs=postgres.find(os.environ.get("TEST_POSTGRES")), settings=QUICK)
    try:
        Path(sys.argv[1]).write_text(asyncio.run(make(server)))
    finally:
        server.stop()
        shutil.rmtree(home)


if __name__ == "__main__":
    main()

"""Enrolled people by the thousand or million, each with a factor sealed for their own row; all share one secret."""

import base64
import json
from collections.abc import Iterator

import asyncpg
import pyotp

from bot import clock
from bot.core import apps
from bot.core.apps import Key
from bot.core.sealing import NONCE_BYTES, Place, Purpose
from tests.support.database import Database
from tests.support.settings import KEYRING

SECRET = base64.b32encode(bytes(range(20))).decode()
TEAM = "T0MFA"
AT_A_TIME = 50_000


def slack_id(number: int) -> str:
    return f"U{number:08}"


def sign_in(number: int) -> bytes:
    """Return the body with which an application asks for the code that the *number*th person sees now."""
    code = pyotp.TOTP(SECRET).at(clock.now())
    return json.dumps({"user": {"slack_id": slack_id(number)}, "code": code}).encode()


async def fill(database: Database, count: int) -> Key:
    """Enroll people 1 to *count*; return the key of an application that may ask as often as it likes."""
    conn = await asyncpg.connect(database.superuser)
    now = clock.now()
    try:
        await conn.execute("INSERT INTO workspace VALUES ($1, NULL, 'U0BOT', $2)", TEAM, now)
        columns = ["person_id", "team_id", "slack_user_id", "standing", "name", "email", "seen_at"]
        for some in _slices(count):
            people = ((n, TEAM, slack_id(n), "member", f"Somebody {n}", f"{n}@example.com", now) for n in some)
            await conn.copy_records_to_table("person", records=people, columns=columns)
        columns = ["factor_id", "person_id", "key_id", "box", "last_step", "created_at"]
        for some in _slices(count):
            factors = ((n, n, "k1", _box(n), 0, now) for n in some)
            await conn.copy_records_to_table("factor", records=factors, columns=columns)
        key = apps.make_key(bytes(range(100, 100 + apps.ID_BYTES + apps.SECRET_BYTES)))
        await conn.execute(
            """
            INSERT INTO relying_app (app_id, name, scopes, rate_per_s, created_at)
            VALUES (1, 'bench', ARRAY['verify'], 1000000, $1)
            """,
            now,
        )
        await conn.execute("INSERT INTO app_key VALUES ($1, 1, $2, $3)", key.key_id, key.digest, now)
        await conn.execute("VACUUM ANALYZE")
        await conn.execute("CHECKPOINT")
    finally:
        await conn.close()
    return key


async def forget(conn: "asyncpg.Connection[asyncpg.Record]", numbers: list[int]) -> None:
    """Let these people's codes count as not used."""
    await conn.execute("UPDATE factor SET last_step = 0 WHERE person_id = ANY ($1)", numbers)


def _slices(count: int) -> Iterator[range]:
    for first in range(1, count + 1, AT_A_TIME):
        yield range(first, min(first + AT_A_TIME, count + 1))


def _box(number: int) -> bytes:
    place = Place(Purpose.FACTOR, TEAM, number, number)
    return KEYRING.seal(place, SECRET, number.to_bytes(NONCE_BYTES, "big")).box

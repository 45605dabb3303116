"""`mfabot apps`, as its users type it."""

import asyncio
import json
import os
import pwd
import re

import asyncpg
import pytest

from tests.support.commands import run
from tests.support.database import Database

pytestmark = pytest.mark.usefixtures("logging_restored")


@pytest.fixture
def environ(database: Database) -> dict[str, str]:
    """All that these commands need."""
    return {"DATABASE_URL": database.program}


def test_an_app_is_made_listed_and_revoked(environ: dict[str, str]) -> None:
    made, key, _ = run("apps", "create", "payroll", "--scope", "verify", environ=environ)
    taken, _, why = run("apps", "create", "payroll", environ=environ)
    _, listed, _ = run("apps", "list", environ=environ)
    gone, _, _ = run("apps", "revoke", "payroll", environ=environ)
    unknown, _, _ = run("apps", "revoke", "payroll", environ=environ)
    _, listed_after, _ = run("apps", "list", environ=environ)

    assert (made, taken, gone, unknown) == (0, 1, 0, 1)
    assert re.fullmatch(r"mfabot_[a-z0-9]{12}_[\w-]{43}", key)
    assert "already" in why
    assert re.fullmatch(r"payroll +verify +live since \d{4}-\d\d-\d\d", listed)
    assert re.fullmatch(r"payroll +verify +revoked \d{4}-\d\d-\d\d", listed_after)


def test_scripts_read_json(environ: dict[str, str]) -> None:
    _, made, _ = run("apps", "create", "payroll", "--rate", "20", "--json", environ=environ)
    _, listed, _ = run("apps", "list", "--json", environ=environ)
    _, gone, _ = run("apps", "revoke", "payroll", "--json", environ=environ)

    assert set(json.loads(made)) == {"name", "key"}
    [one] = json.loads(listed)["apps"]
    assert (one["name"], one["scopes"], one["rate"], one["revoked_at"]) == ("payroll", ["read", "verify"], 20, None)
    assert json.loads(made)["key"] not in listed
    assert json.loads(gone) == {"revoked": "payroll"}


@pytest.mark.parametrize(
    "words",
    [
        ("create",),
        ("create", "payroll", "--scope", "admin"),
        ("create", "payroll", "--rate", "0"),
        ("create", "payroll", "--rate", "many"),
        ("create", "-x"),
        ("revoke",),
        ("destroy", "payroll"),
    ],
)
def test_a_mistake_in_typing_is_a_usage_error_and_makes_nothing(
    environ: dict[str, str], words: tuple[str, ...]
) -> None:
    code, _, _ = run("apps", *words, environ=environ)

    assert code == 2
    assert run("apps", "list", environ=environ)[1] == "There are no apps."


@pytest.mark.parametrize("name", ["Pay Roll", "payroll\n", "a" * 64, "<!channel>", ""])
def test_a_name_that_could_not_be_shown_is_refused(environ: dict[str, str], name: str) -> None:
    assert run("apps", "create", name, environ=environ)[0] == 1


def test_without_a_database_it_is_a_sentence_without_its_url() -> None:
    code, out, why = run("apps", "list", environ={"DATABASE_URL": "postgresql://mfabot:hunter2@127.0.0.1:1/mfabot"})

    assert (code, out) == (1, "")
    assert why.startswith("The database cannot be reached")
    assert "hunter2" not in why


async def audited(database: Database) -> list[asyncpg.Record]:
    conn = await asyncpg.connect(database.owner)
    try:
        return await conn.fetch("SELECT kind, actor, surface, detail FROM audit_event ORDER BY event_id")
    finally:
        await conn.close()


def test_what_the_host_does_and_is_refused_is_audited_under_the_users_own_name(
    database: Database, environ: dict[str, str]
) -> None:
    lied = environ | {"LOGNAME": "somebody-else", "USER": "somebody-else"}
    for words in (("create", "payroll"), ("create", "payroll"), ("revoke", "payroll"), ("revoke", "payroll")):
        run("apps", *words, environ=lied)

    rows = asyncio.run(audited(database))
    assert [row["kind"] for row in rows] == ["app.created", "app.refused", "app.revoked", "app.refused"]
    assert {row["actor"] for row in rows} == {f"host:{pwd.getpwuid(os.getuid()).pw_name}"}
    assert {row["surface"] for row in rows} == {"cli"}
    assert not any("payroll" in row["detail"] for row in rows)

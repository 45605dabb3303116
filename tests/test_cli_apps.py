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
    first, second = listed.splitlines()
    said = r"payroll  verify, by slack_id, the usual rate, {} \d{{4}}-\d\d-\d\d, never used"
    assert re.fullmatch(said.format("live since"), first)
    assert re.fullmatch(rf" +key {key[7:19]}, \d+ s old, never used", second)
    assert re.fullmatch(said.format("revoked"), listed_after)


@pytest.mark.parametrize(
    ("words", "lookups"),
    [
        ([], ["slack_id"]),
        (["--lookup", "slack_id"], ["slack_id"]),
        (["--lookup", "email"], ["email"]),
        (["--lookup", "both"], ["email", "slack_id"]),
        (["--lookup", "email", "--lookup", "slack_id"], ["email", "slack_id"]),
    ],
)
def test_people_are_named_by_slack_id_unless_more_is_allowed_and_the_list_warns_of_addresses(
    environ: dict[str, str], words: list[str], lookups: list[str]
) -> None:
    run("apps", "create", "payroll", *words, environ=environ)
    run("apps", "create", "old", "--lookup", "both", environ=environ)
    run("apps", "revoke", "old", environ=environ)

    _, listed, warned = run("apps", "list", environ=environ)
    _, as_json, quiet = run("apps", "list", "--json", environ=environ)

    told = json.loads(as_json)
    assert [one["lookups"] for one in told["apps"]] == [lookups, ["email", "slack_id"]]
    assert f"by {' '.join(lookups)}," in listed.splitlines()[0]
    assert quiet == ""
    assert told["warnings"] == ([warned] if "email" in lookups else [])
    assert bool(warned) is ("email" in lookups)
    assert "old" not in warned.partition(": ")[2].split(".")[0]


def test_a_rotation_prints_a_key_alone_and_the_list_says_when_the_old_one_ends(environ: dict[str, str]) -> None:
    _, old, _ = run("apps", "create", "payroll", environ=environ)
    code, new, _ = run("apps", "rotate", "payroll", environ=environ)
    _, listed, _ = run("apps", "list", environ=environ)
    ended, newest, _ = run("apps", "rotate", "payroll", "--now", environ=environ)
    _, listed_after, _ = run("apps", "list", environ=environ)
    unknown, nothing, why = run("apps", "rotate", "wiki", environ=environ)

    assert (code, ended, unknown) == (0, 0, 1)
    assert all(re.fullmatch(r"mfabot_[a-z0-9]{12}_[\w-]{43}", key) for key in (new, newest))
    assert len({old, new, newest}) == 3
    assert re.search(rf"key {new[7:19]}, \d+ s old, never used$", listed, re.MULTILINE)
    assert re.search(rf"key {old[7:19]}, \d+ s old, never used, ends in 23 h$", listed, re.MULTILINE)
    assert re.findall(r"key (\w+)", listed_after) == [newest[7:19]]
    assert not any(key[20:] in listed + listed_after for key in (old, new, newest))
    assert nothing == ""
    assert "no live app named wiki" in why


def test_scripts_read_json(environ: dict[str, str]) -> None:
    _, made, _ = run("apps", "create", "payroll", "--rate", "20", "--lookup", "slack_id", "--json", environ=environ)
    _, listed, _ = run("apps", "list", "--json", environ=environ)
    _, rotated, _ = run("apps", "rotate", "payroll", "--overlap", "90s", "--json", environ=environ)
    _, gone, _ = run("apps", "revoke", "payroll", "--json", environ=environ)

    key = json.loads(made)["key"]
    assert set(json.loads(made)) == {"name", "key"}
    [one] = json.loads(listed)["apps"]
    assert (one["name"], one["scopes"], one["rate"], one["revoked_at"]) == ("payroll", ["read", "verify"], 20, None)
    assert (one["lookups"], one["last_used_at"]) == (["slack_id"], None)
    assert [(held["id"], held["expires_at"], held["last_used_at"]) for held in one["keys"]] == [(key[7:19], None, None)]
    assert key[20:] not in listed
    assert json.loads(rotated)["overlap_s"] == 90
    assert json.loads(rotated)["key"] != key
    assert json.loads(gone) == {"revoked": "payroll"}


@pytest.mark.parametrize(
    "words",
    [
        ("create",),
        ("create", "payroll", "--scope", "admin"),
        ("create", "payroll", "--lookup", "name"),
        ("create", "payroll", "--rate", "0"),
        ("create", "payroll", "--rate", "many"),
        ("create", "-x"),
        ("revoke",),
        ("rotate",),
        ("rotate", "payroll", "--overlap", "long"),
        ("rotate", "payroll", "--overlap", "0h"),
        ("rotate", "payroll", "--overlap", "31d"),
        ("rotate", "payroll", "--overlap", "1h", "--now"),
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
    for act in ("create", "create", "rotate", "revoke", "revoke", "rotate"):
        run("apps", act, "payroll", environ=lied)

    rows = asyncio.run(audited(database))
    kinds = ["created", "refused", "rotated", "revoked", "refused", "refused"]
    assert [row["kind"] for row in rows] == [f"app.{kind}" for kind in kinds]
    assert {row["actor"] for row in rows} == {f"host:{pwd.getpwuid(os.getuid()).pw_name}"}
    assert {row["surface"] for row in rows} == {"cli"}
    assert json.loads(rows[2]["detail"])["overlap_s"] == 86_400
    assert not any("payroll" in row["detail"] for row in rows)

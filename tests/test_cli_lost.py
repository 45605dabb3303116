"""A command whose commit was answered by nobody says so: neither that it is done, nor that it was refused (R2)."""

import asyncio

import pytest

from tests.support.cast import Cast
from tests.support.commands import run
from tests.support.host_env import on_the_host
from tests.support.wire import Wire

pytestmark = pytest.mark.usefixtures("logging_restored")
WHY = ("--reason", "Ticket 4711: phone lost")
LOST = "The database went away while this was saved: it is done, or nothing of it is. Look before you do it again."


async def mfabot(wire: Wire, *words: str) -> tuple[int, str, str]:
    with on_the_host(wire.program) as environ:
        return await asyncio.to_thread(run, *words, environ=environ)


@pytest.mark.parametrize(
    ("words", "again"),
    [
        (("roles", "grant", "auditor", "U0EMPLOYEE", *WHY), (0, "U0EMPLOYEE holds auditor already.", "")),
        (("roles", "revoke", "helpdesk", "U0AGENT", *WHY), (0, "U0AGENT does not hold helpdesk.", "")),
        (("people", "manager", "U0EMPLOYEE", "none"), (0, "U0EMPLOYEE has no manager already.", "")),
        (
            ("break-glass", "reset", "U0EMPLOYEE", *WHY),
            (1, "", "This person's MFA is off. They turn it on themselves, in Slack; nobody can for them."),
        ),
        (
            ("apps", "create", "payroll"),
            (1, "", "There is an app named payroll already: revoke it first, or choose another name."),
        ),
    ],
    ids=lambda told: " ".join(told[:2]) if isinstance(told[0], str) else "",
)
async def test_a_command_whose_answer_is_lost_claims_nothing_and_another_look_tells(
    wire: Wire, cast: Cast, words: tuple[str, ...], again: tuple[int, str, str]
) -> None:
    assert cast.employee.id
    wire.lose_an_answer()

    lost = await mfabot(wire, *words)
    wire.mend()

    assert lost == (3, "", LOST)
    assert await mfabot(wire, *words) == again


async def test_a_key_that_was_made_and_not_shown_is_made_anew(wire: Wire) -> None:
    wire.lose_an_answer()
    await mfabot(wire, "apps", "create", "payroll")
    wire.mend()

    code, key, _ = await mfabot(wire, "apps", "rotate", "payroll", "--now")
    _, listed, _ = await mfabot(wire, "apps", "list")

    assert code == 0
    assert key.startswith("mfabot_")
    assert listed.count("key ") == 1

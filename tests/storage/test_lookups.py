"""Whom relying apps name: by Slack id or address, several at once, each answered in its place."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.people import Profile, Standing
from storage import lookups, people
from storage.pool import Connection

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BEN = Profile("T0MFA", "U0BEN", None, Standing.MEMBER, "Ben", "Ben@Example.com", None)


@pytest.mark.parametrize(
    ("others", "address", "found"),
    [
        ([], "ben@example.COM", True),
        ([], "ben@example.co", False),
        ([replace(BEN, slack_user_id="U0BEN2")], "ben@example.com", False),
        ([replace(BEN, slack_user_id="U0BEN2", standing=Standing.DELETED)], "ben@example.com", True),
        ([replace(BEN, slack_user_id="U0BEN2", standing=Standing.GUEST)], "ben@example.com", True),
        ([replace(BEN, team_id="T0OTHER")], "ben@example.com", True),
    ],
)
async def test_an_address_finds_the_one_full_member_who_has_it(
    program: Connection, others: list[Profile], address: str, *, found: bool
) -> None:
    ben = await people.save(program, BEN, now=NOON)
    for other in others:
        await people.save(program, other, now=NOON)
    await program.execute("INSERT INTO workspace VALUES ('T0MFA', NULL, 'U0BOT', now())")

    assert await lookups.by_emails(program, [("T0MFA", address)], digests=[], since=NOON) == [ben if found else None]


async def test_each_lookup_is_answered_in_its_place(program: Connection) -> None:
    ben = await people.save(program, BEN, now=NOON)
    eve = await people.save(program, replace(BEN, slack_user_id="U0EVE", email="eve@example.com"), now=NOON)
    abroad = await people.save(program, replace(BEN, team_id="T0OTHER"), now=NOON)
    await program.execute("INSERT INTO workspace VALUES ('T0MFA', NULL, 'U0BOT', now())")

    by_id = await lookups.by_slack_ids(
        program, [("T0MFA", "U0EVE"), (None, "U0NOBODY"), (None, "U0BEN"), ("T0OTHER", "U0BEN"), (None, "U0BEN")]
    )
    by_email = await lookups.by_emails(
        program,
        [(None, "eve@example.com"), (None, "%"), ("T0OTHER", "ben@example.com"), (None, "BEN@example.com")],
        digests=[],
        since=NOON,
    )

    assert by_id == [eve, None, ben, abroad, ben]
    assert by_email == [eve, None, abroad, ben]

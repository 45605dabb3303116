"""Listing and searching people: who may, page by page, and that somebody looked."""

import pytest
import pytest_asyncio

from bot.core.actions import Guard
from bot.core.people import Person
from bot.services.looking import LOOKS_A_SECOND, LookRefusal, Looks
from bot.services.users import PAGE, Page, Users
from storage import roles
from tests.support.ledger import Ledger
from tests.support.services import Services, enroll


@pytest.fixture
def users(services: Services) -> Users:
    return Users(services.means, Looks(services.means))


@pytest_asyncio.fixture
async def helper(services: Services, ada: Person) -> Person:
    """Ada, who has MFA and may view users."""
    await enroll(services, ada)
    async with services.means.pool.transaction() as conn:
        await roles.grant(conn, ada.person_id, "helpdesk", by="host:root", now=services.clock())
    return ada


async def crowd(ledger: Ledger, cast: list[tuple[str, str]]) -> None:
    await ledger.conn.executemany(
        """
        INSERT INTO person (team_id, slack_user_id, standing, name, email, seen_at)
        VALUES ('T0MFA', 'UX' || nextval(pg_get_serial_sequence('person', 'person_id')), 'member', $1, $2, now())
        """,
        cast,
    )


async def page(services: Services, users: Users, helper: Person, text: str, **place: int | None) -> Page:
    services.clock.forward(seconds=5)
    found = await users.page(by=helper.person_id, text=text, **place)
    assert isinstance(found, Page)
    return found


async def through(services: Services, users: Users, helper: Person, text: str) -> tuple[list[str], list[str]]:
    """Go through all pages to the last and back to the first; return the names met on either way, in order."""
    there: list[str] = []
    back: list[str] = []
    found = await page(services, users, helper, text)
    assert found.previous is None
    while True:
        there += [row.person.name for row in found.rows]
        if found.next is None:
            break
        found = await page(services, users, helper, text, after=found.next)
    while True:
        back = [row.person.name for row in found.rows] + back
        if found.previous is None:
            return there, back
        found = await page(services, users, helper, text, before=found.previous)


CAST = [(f"Lin {n:02}", f"l{n}@example.com") for n in range(PAGE + 3)]
OTHERS = [(f"Carolin {n:02}", f"c{n}@example.com") for n in range(2 * PAGE + 1)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", sorted([*OTHERS, *CAST])),
        ("LI", CAST),
        ("lin", [*CAST, *sorted(OTHERS)]),
        ("olin 0", OTHERS[:10]),
        ("c1", []),
        ("c1@", [OTHERS[1]]),
        ("nobody", []),
        ("example", sorted([*OTHERS, *CAST])),
    ],
)
async def test_the_pages_of_a_search_meet_everybody_once_there_and_back(
    services: Services, users: Users, helper: Person, ledger: Ledger, text: str, found: list[tuple[str, str]]
) -> None:
    await crowd(ledger, [*CAST, *OTHERS])

    there, back = await through(services, users, helper, text)

    expected = [name for name, _ in found]
    assert [name for name in there if name != helper.name] == expected
    assert back == there


async def test_a_row_shows_status_last_verification_and_roles(
    services: Services, users: Users, helper: Person, ben: Person, ledger: Ledger
) -> None:
    await ledger.conn.execute("UPDATE factor SET failures = 100")

    found = await page(services, users, helper, "")

    first, second = found.rows
    assert (first.person, first.enrolled, first.locked, first.roles) == (helper, True, True, ("helpdesk",))
    assert first.last_verified_at is not None
    assert (second.person, second.enrolled, second.locked, second.roles) == (ben, False, False, ())
    assert second.last_verified_at is None


async def test_who_renamed_themselves_meanwhile_does_not_end_the_paging(
    services: Services, users: Users, helper: Person, ledger: Ledger
) -> None:
    await crowd(ledger, CAST)
    first = await page(services, users, helper, "lin")

    await ledger.conn.execute("UPDATE person SET name = 'Zoe' WHERE person_id = $1", first.next)

    second = await page(services, users, helper, "lin", after=first.next)
    assert second.rows == ()


async def test_each_page_is_an_event_without_the_text(
    services: Services, users: Users, helper: Person, ledger: Ledger
) -> None:
    await page(services, users, helper, "lovelace")
    await page(services, users, helper, "lovelace")

    assert await ledger.details("looked") == [{"act": "list_users"}] * 2
    assert "lovelace" not in await ledger.conn.fetchval("SELECT string_agg(detail, ' ') FROM audit_event")


async def test_who_may_not_view_users_sees_nobody_and_that_is_an_event(
    services: Services, users: Users, ada: Person, ledger: Ledger
) -> None:
    without_right = await users.page(by=ada.person_id)
    async with services.means.pool.transaction() as conn:
        await roles.grant(conn, ada.person_id, "helpdesk", by="host:root", now=services.clock())
    without_mfa = await users.page(by=ada.person_id)

    assert (without_right, without_mfa) == (Guard.RIGHT, Guard.OWN_MFA)
    assert [one["why"] for one in await ledger.details("look.refused")] == ["right", "own_mfa"]


async def test_who_looks_faster_than_a_person_reads_has_to_wait(users: Users, helper: Person) -> None:
    answers = [await users.page(by=helper.person_id) for _ in range(LOOKS_A_SECOND + 1)]

    assert answers[-1] is LookRefusal.TOO_FAST
    assert all(isinstance(answer, Page) for answer in answers[:-1])


async def test_of_too_many_who_match_it_is_said_that_some_are_missing(
    services: Services, users: Users, helper: Person, ledger: Ledger
) -> None:
    await crowd(ledger, [(f"Person {n:04}", f"p{n}@example.com") for n in range(600)])
    await crowd(ledger, [("Zoe <--->", "zoe@example.com")])

    found = await page(services, users, helper, "<--->")

    assert (found.rows, found.cut) == ((), True)

"""Everybody compared with Slack's list, page by page, cut off and gone on with (X7)."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from bot.core.people import Standing
from bot.core.sync import Counts, Sync
from bot.sandbox.slack import StandIn
from handlers.outgoing import Later
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.people import ADA
from tests.support.services import Services, on_this_pool
from tests.support.syncing import BY, CROWD, GONE, Folk, cut_off_after_a_page, folk_of
from tests.support.timeouts import patient_pool


@pytest_asyncio.fixture
async def folk(services: Services, slack: StandIn) -> AsyncIterator[Folk]:
    async with folk_of(services, slack) as made:
        yield made
    assert slack.problems == []


async def test_pages_come_twenty_a_minute_and_two_hundred_people_each(folk: Folk, ledger: Ledger) -> None:
    folk.joins(*CROWD)

    done = await folk.run()

    assert done is not None
    assert done.counts == Counts(listed=460, taken_in=456)
    assert [asked["limit"] for asked in folk.asked("users.list")] == [200] * 3
    assert folk.pauses == [3.0, 3.0]
    assert await ledger.details("people.synced") == [
        {"believed": True, "listed": 460, "taken_in": 456, "changed": 0, "deactivated": 0}
    ]
    assert await ledger.conn.fetchval("SELECT actor FROM audit_event WHERE kind = 'people.synced'") == BY


async def test_a_sync_that_was_cut_off_goes_on_from_its_page(folk: Folk) -> None:
    folk.joins(*CROWD)
    await cut_off_after_a_page(folk)

    done = await folk.run()

    assert done is not None
    assert done.counts.taken_in == 456
    assert [bool(cursor) for cursor in folk.pages()] == [False, True, True]
    assert len(set(folk.pages())) == 3


@pytest.mark.parametrize("fault", ["a rate limit", "an outage", "silence"])
async def test_what_slack_does_not_answer_is_later_and_nothing_of_it_is_lost(folk: Folk, fault: str) -> None:
    folk.joins(*CROWD)
    await cut_off_after_a_page(folk, fault)

    done = await folk.run()

    assert done is not None
    assert done.counts.listed == 460
    assert len(folk.pages()) == 3


async def test_a_rate_limit_says_for_how_long(folk: Folk) -> None:
    folk.slack.faults.rate_limit("users.list", retry_after=30)

    with pytest.raises(Later) as later:
        await folk.run()

    assert later.value.after_s == 30


async def test_a_cursor_that_slack_takes_no_more_begins_anew(folk: Folk) -> None:
    folk.joins(*CROWD)
    await cut_off_after_a_page(folk)
    folk.slack.faults.error("users.list", "invalid_cursor")

    done = await folk.run()

    assert done is not None
    assert done.counts.listed == 460
    assert [bool(cursor) for cursor in folk.pages()] == [False, False, True, True]


async def test_a_cursor_that_is_never_taken_is_not_asked_for_for_ever(folk: Folk) -> None:
    folk.joins(*CROWD)
    await cut_off_after_a_page(folk)
    anew = 0

    def meanwhile(sync: Sync) -> None:
        nonlocal anew
        if sync.cursor:
            folk.slack.faults.error("users.list", "invalid_cursor")
        anew += 1

    folk.meanwhile = meanwhile  # type: ignore[method-assign]
    with pytest.raises(Later, match="invalid_cursor"):
        await folk.run()
    assert anew == 3


async def test_a_sync_that_rested_for_long_begins_anew(folk: Folk) -> None:
    folk.joins(*CROWD)
    await cut_off_after_a_page(folk)
    folk.services.clock.forward(hours=7)

    await folk.run()

    assert [bool(cursor) for cursor in folk.pages()] == [False, False, True, True]


async def test_what_slack_told_after_the_page_was_asked_for_counts_for_more(folk: Folk, database: Database) -> None:
    await folk.run()
    pool = patient_pool(database.program)
    home = await folk.outgoing.home()
    folk.services.clock.forward(minutes=1)
    running, _ = await folk.services.syncs.begin(home)
    asked_at = folk.services.syncs.now()
    page = await folk.outgoing.people("", home)
    assert page is not None

    folk.services.clock.forward(seconds=3)
    await on_this_pool(folk.services, pool).people.save(replace(ADA, standing=Standing.DELETED))
    saved = await folk.services.syncs.take_page(running, page, asked_at=asked_at)

    await pool.close()
    assert saved is not None
    assert await folk.standing("U0ADA") == GONE


async def test_two_syncs_at_once_are_one_and_the_second_hears_so(folk: Folk, database: Database) -> None:
    pool = patient_pool(database.program)
    home = await folk.outgoing.home()

    async with on_this_pool(folk.services, pool).syncs.turn(home) as free:
        second = await folk.run()

    await pool.close()
    assert free
    assert second is None
    assert folk.asked("users.list") == []


async def test_a_page_that_somebody_else_has_saved_is_not_saved_again(folk: Folk) -> None:
    folk.joins(*CROWD)
    home = await folk.outgoing.home()
    syncs = folk.services.syncs
    running, _ = await syncs.begin(home)
    page = await folk.outgoing.people("", home)
    assert page is not None

    first = await syncs.take_page(running, page, asked_at=syncs.now())
    second = await syncs.take_page(running, page, asked_at=syncs.now())

    assert first is not None
    assert second is None
    assert (await folk.row()).counts.listed == 200
    assert await syncs.anew(running) is None
    assert await syncs.finish(running, by=BY) is None


async def test_names_and_addresses_are_kept_up_with_and_noted_as_changed(folk: Folk, ledger: Ledger) -> None:
    await folk.run()
    folk.slack.workspace.people["U0BEN"].real_name = "Benjamin Okri"
    folk.slack.workspace.people["U0BEN"].email = "benjamin@example.com"

    done = await folk.run()

    assert done is not None
    assert done.counts == Counts(listed=10, changed=1)
    fields = await ledger.conn.fetch("SELECT field FROM profile_change ORDER BY field")
    assert [one["field"] for one in fields] == ["email", "name"]

"""Looking at people, requests, roles and the audit: in the time of a person, and not unseen."""

from bot.core.actions import Guard
from bot.services.audit_log import AuditLog, Page
from bot.services.looking import LOOKS_A_SECOND, LookRefusal
from bot.services.resets import Came
from bot.services.roles import Overview
from tests.support.cast import Cast
from tests.support.ledger import Ledger


async def test_the_audit_and_the_roles_are_not_read_faster_than_a_person_reads(cast: Cast, ledger: Ledger) -> None:
    log = AuditLog(cast.services.means, cast.services.looks)

    pages = [await log.page(by=cast.admin.id) for _ in range(LOOKS_A_SECOND)]
    too_fast = [await log.page(by=cast.admin.id), await cast.services.roles.overview(by=cast.admin.id)]
    cast.services.clock.forward(seconds=1)
    roles = [await cast.services.roles.overview(by=cast.admin.id) for _ in range(LOOKS_A_SECOND)]
    too_fast += [await cast.services.roles.overview(by=cast.admin.id), await log.page(by=cast.admin.id)]

    assert all(isinstance(page, Page) for page in pages)
    assert all(isinstance(found, Overview) for found in roles)
    assert too_fast == [LookRefusal.TOO_FAST] * 4
    assert (await ledger.events()).count("looked") == LOOKS_A_SECOND
    assert (await ledger.events()).count("roles.seen") == LOOKS_A_SECOND


async def test_who_opens_the_window_that_answers_a_request_is_seen_and_so_is_who_may_not(
    cast: Cast, ledger: Ledger
) -> None:
    asked = await cast.asks()

    shown = await cast.services.resets.card_for(asked.request_id, by=cast.manager.id)
    refused = await cast.services.resets.card_for(asked.request_id, by=cast.agent.id)

    assert not isinstance(shown, Came | Guard)
    assert refused is Guard.RIGHT
    assert await ledger.details("looked") == [{"act": "answer", "request": asked.request_id}]
    assert await ledger.details("look.refused") == [{"act": "answer", "request": asked.request_id, "why": "right"}]


async def test_of_seventeen_open_requests_one_more_is_returned_than_a_message_has_room_for(
    cast: Cast, ledger: Ledger
) -> None:
    asked = await cast.asks()
    for number in range(19):
        other = await cast.joins(f"other{number}")
        await ledger.conn.execute(
            """
            INSERT INTO reset_request (intent, subject_id, requester_id, factor_id, state, happened, reason, direct,
                                       privileged, opened_at, expires_at)
            SELECT gen_random_uuid(), $2, requester_id, factor_id, state, happened, reason, direct, privileged,
                   opened_at, expires_at
              FROM reset_request
             WHERE request_id = $1
            """,
            asked.request_id,
            other.id,
        )

    found = await cast.services.looks.requests(by=cast.admin.id)

    assert isinstance(found, list)
    assert [one.reset.request_id for one in found] == list(range(1, 18))

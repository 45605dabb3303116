"""Where a pending secret went is in the audit, and the owner is told how often (E11)."""

from uuid import uuid4

import pytest

from bot.core.enrollment import ConfirmRefusal
from bot.core.people import Person
from bot.services.enrollment import Confirmed, Started
from handlers.views import notices
from tests.support.ledger import Ledger
from tests.support.services import Services, enroll, scan
from tests.support.working import start


@pytest.mark.parametrize(
    ("sent", "shown", "says"),
    [
        (1, 0, "The QR code was sent once; the key was shown 0 times."),
        (2, 3, "The QR code was sent twice; the key was shown 3 times."),
    ],
)
async def test_showing_key_and_qr_are_events_and_the_notice_counts_them(
    services: Services, ada: Person, ledger: Ledger, sent: int, shown: int, says: str
) -> None:
    pending = await start(services.enrollments, ada)
    for number in range(sent):
        assert await services.deliveries.announce(pending, f"F0{number}")
        assert await services.deliveries.announce(pending, f"F0{number}")
    for _ in range(shown):
        await services.enrollments.key(pending, by=ada.person_id)
    phone = await scan(services, pending)

    confirmed = await services.enrollments.confirm(pending, by=ada.person_id, typed=phone.code())

    assert isinstance(confirmed, Confirmed)
    notice = await services.messages.notice(await ledger.message_id("enabled"))
    assert notice is not None
    assert notice.message.detail == {"qr_sent": sent, "key_shown": shown}
    assert await ledger.details("enrollment.qr_sent") == [{"enrollment": pending}] * sent
    assert await ledger.details("enrollment.key_shown") == [{"enrollment": pending}] * shown
    rows = await ledger.conn.fetch(
        "SELECT DISTINCT kind, actor FROM audit_event WHERE kind IN ('enrollment.qr_sent', 'enrollment.key_shown')"
    )
    assert {row["kind"]: row["actor"] for row in rows} == {"enrollment.qr_sent": "system"} | (
        {"enrollment.key_shown": f"person:{ada.person_id}"} if shown else {}
    )
    assert notices.sentence(notice).endswith(says)


async def test_a_replacement_counts_its_own(services: Services, ada: Person, ledger: Ledger) -> None:
    _, old = await enroll(services, ada)
    services.clock.forward(minutes=1)
    begun = await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=True, typed=old.code())
    assert isinstance(begun, Started)
    await services.enrollments.key(begun.enrollment_id, by=ada.person_id)
    new = await scan(services, begun.enrollment_id)
    await services.enrollments.confirm(begun.enrollment_id, by=ada.person_id, typed=new.code())

    notice = await services.messages.notice(await ledger.message_id("replaced"))

    assert notice is not None
    assert notice.message.detail == {"qr_sent": 0, "key_shown": 1}


async def test_a_key_or_qr_that_is_not_shown_is_no_event(
    services: Services, ada: Person, ben: Person, ledger: Ledger
) -> None:
    pending = await start(services.enrollments, ada)
    await services.enrollments.key(pending, by=ben.person_id)
    await services.enrollments.give_up(pending)

    late = await services.enrollments.key(pending, by=ada.person_id)
    sent = await services.deliveries.announce(pending, "F0LATE")

    assert (late, sent) == (ConfirmRefusal.UNDELIVERED, False)
    assert not {"enrollment.qr_sent", "enrollment.key_shown"} & set(await ledger.events())

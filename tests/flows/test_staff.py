"""Who helps others never sees or chooses a secret, a QR code or a code of theirs (A11)."""

from dataclasses import asdict
from uuid import uuid4

from bot.core.actions import Guard
from bot.core.enrollment import ConfirmRefusal
from bot.services.enrollment import Started
from bot.services.looking import LookRefusal
from bot.services.resets import Came
from tests.support.cast import Cast
from tests.support.ledger import Ledger
from tests.support.services import scan


async def test_nothing_that_staff_is_shown_holds_a_secret_or_a_code(cast: Cast, ledger: Ledger) -> None:
    asked = await cast.asks()
    staff = (cast.agent, cast.manager, cast.approver, cast.admin)
    secrets = [cast.employee.phone.secret, cast.employee.phone.code(), *cast.employee.recovery_codes]
    shown: list[object] = []

    card = await cast.services.resets.card_for(asked.request_id, by=cast.manager.id)
    person = await cast.services.looks.show(by=cast.admin.id, subject_id=cast.employee.id)
    await cast.approves(asked, cast.manager)
    ids = await ledger.conn.fetch(
        "SELECT message_id FROM message WHERE person_id = ANY ($1) AND kind <> 'enrollment'", [one.id for one in staff]
    )
    notices = [await cast.services.messages.notice(row["message_id"]) for row in ids]

    assert not isinstance(card, Came | Guard)
    assert not isinstance(person, Guard | LookRefusal)
    shown += [asdict(card), asdict(person), *(asdict(notice) for notice in notices if notice is not None)]
    assert len(shown) == 2 + len(ids)
    assert not [secret for secret in secrets if secret in str(shown)]


async def test_nobody_of_the_staff_reads_the_key_or_confirms_with_the_code_of_somebody_s_enrollment(
    cast: Cast, ledger: Ledger
) -> None:
    await cast.opens(cast.admin, cast.employee)
    started = await cast.services.enrollments.start(cast.employee.id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    phone = await scan(cast.services, started.enrollment_id)

    for staff in (cast.agent, cast.manager, cast.approver, cast.admin):
        key = await cast.services.enrollments.key(started.enrollment_id, by=staff.id)
        confirmed = await cast.services.enrollments.confirm(started.enrollment_id, by=staff.id, typed=phone.code())
        assert (key, confirmed) == (ConfirmRefusal.NOT_YOURS, ConfirmRefusal.NOT_YOURS)
    states = await ledger.conn.fetch("SELECT state FROM enrollment WHERE person_id = $1", cast.employee.id)
    assert [row["state"] for row in states].count("pending") == 1

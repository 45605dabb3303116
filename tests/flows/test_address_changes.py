"""A new e-mail address of somebody with MFA is an event, and a notice that can block (V5)."""

from dataclasses import replace

import pytest

from bot.core.people import Person, Standing
from bot.services.suspension import Stopped
from tests.support.hearing import WAYS, Hears
from tests.support.ledger import Ledger
from tests.support.people import ADA, BEN
from tests.support.services import Services, enroll


@pytest.mark.parametrize("heard", WAYS)
@pytest.mark.parametrize(
    ("email", "detail"),
    [
        ("ada.new@example.com", {"removed": False, "of_another": False}),
        ("ben.old@example.com", {"removed": False, "of_another": True}),
        (None, {"removed": True, "of_another": False}),
    ],
)
async def test_a_new_address_of_somebody_enrolled_is_an_event_and_a_notice_that_can_block(
    services: Services,
    ada: Person,
    ledger: Ledger,
    heard: Hears,
    email: str | None,
    detail: dict[str, bool],
) -> None:
    await services.people.save(replace(BEN, email="ben.old@example.com"))
    await services.people.save(BEN)
    await enroll(services, ada)

    await heard(services, replace(ADA, email=email))
    await ledger.set_up_long_ago("U0ADA")
    stopped = await services.suspension.stop(await ledger.message_id("address_changed"), by=ada.person_id)

    rows = await ledger.conn.fetch(
        "SELECT actor, subject_id, detail FROM audit_event WHERE kind = 'person.address_changed'"
    )
    assert [(row["actor"], row["subject_id"]) for row in rows] == [("system", ada.person_id)]
    assert await ledger.details("person.address_changed") == [detail]
    assert stopped is Stopped.NOW


@pytest.mark.parametrize("heard", WAYS)
async def test_without_mfa_and_for_another_spelling_there_is_neither(
    services: Services, ada: Person, ben: Person, ledger: Ledger, heard: Hears
) -> None:
    await enroll(services, ada)

    await heard(services, replace(ADA, email="ADA@example.com"))
    await heard(services, replace(BEN, email="ben.new@example.com"))

    assert ben.email == BEN.email
    assert "person.address_changed" not in await ledger.events()
    assert "address_changed" not in await ledger.notices()


async def test_somebody_who_left_is_not_told_but_the_audit_is(services: Services, ada: Person, ledger: Ledger) -> None:
    await enroll(services, ada)

    await services.people.save(replace(ADA, standing=Standing.DELETED, email=None))

    assert await ledger.details("person.address_changed") == [{"removed": True, "of_another": False}]
    assert "address_changed" not in await ledger.notices()

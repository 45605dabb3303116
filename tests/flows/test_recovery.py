"""Recovery codes: new ones, `I saved them`, and codes pasted into the DM."""

import asyncio
from uuid import uuid4

import pytest

from bot.core.codes import Verdict
from bot.core.people import Person
from bot.services.disable import Disabled
from bot.services.judging import Judged
from bot.services.recovery import MakeRefusal, NewCodes, Pasted
from tests.support.ledger import Ledger
from tests.support.services import Services, enroll


async def codes_left(services: Services, person: Person) -> int:
    known = await services.people.status(person.person_id)
    assert known is not None
    return known[1].codes_left


async def codes_saved(services: Services, person: Person) -> bool:
    known = await services.people.status(person.person_id)
    assert known is not None
    return known[1].codes_saved


async def test_a_current_code_makes_ten_new_codes_and_voids_the_old(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, phone = await enroll(services, ada)
    await services.recovery.saved(ada.person_id, set_id=confirmed.set_id)
    services.clock.forward(minutes=1)

    made = await services.recovery.renew(ada.person_id, intent=uuid4(), typed=phone.code())

    assert isinstance(made, NewCodes)
    assert set(made.codes).isdisjoint(confirmed.codes)
    assert not await codes_saved(services, ada)
    answers = [
        await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=code)
        for code in (confirmed.codes[0], made.codes[0])
    ]
    assert answers == [Judged(Verdict.WRONG_CODE), Disabled.NOW]
    assert "recovery_codes_made" in await ledger.notices()


async def test_a_recovery_code_makes_no_new_ones(services: Services, ada: Person) -> None:
    confirmed, _ = await enroll(services, ada)

    answer = await services.recovery.renew(ada.person_id, intent=uuid4(), typed=confirmed.codes[0])

    assert answer == Judged(Verdict.INVALID_FORMAT)
    assert await codes_left(services, ada) == 10


async def test_without_mfa_there_are_none_to_make(services: Services, ada: Person) -> None:
    answer = await services.recovery.renew(ada.person_id, intent=uuid4(), typed="123456")

    assert answer == Judged(Verdict.NOT_ENROLLED)


async def test_one_submission_makes_one_set_and_shows_it_once(services: Services, ada: Person, ledger: Ledger) -> None:
    _, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    intent, code = uuid4(), phone.code()

    answers = await asyncio.gather(
        *(services.recovery.renew(ada.person_id, intent=intent, typed=code) for _ in range(6))
    )

    assert sum(isinstance(answer, NewCodes) for answer in answers) == 1
    assert answers.count(MakeRefusal.ALREADY_DONE) == 5
    assert await ledger.conn.fetchval("SELECT count(*) FROM recovery_set") == 2


async def test_saved_is_remembered_once_and_for_one_s_own_present_codes_alone(
    services: Services, ada: Person, ben: Person, ledger: Ledger
) -> None:
    confirmed, _ = await enroll(services, ada)

    others = await services.recovery.saved(ben.person_id, set_id=confirmed.set_id)
    unknown = await services.recovery.saved(ada.person_id, set_id=confirmed.set_id + 1)
    before = await codes_saved(services, ada)
    twice = [await services.recovery.saved(ada.person_id, set_id=confirmed.set_id) for _ in range(2)]

    assert (others, unknown, before) == (False, False, False)
    assert twice == [True, True]
    assert await codes_saved(services, ada)
    assert (await ledger.events()).count("recovery.saved") == 1


async def test_who_saved_void_codes_is_still_reminded_of_the_new_ones(services: Services, ada: Person) -> None:
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    made = await services.recovery.renew(ada.person_id, intent=uuid4(), typed=phone.code())
    assert isinstance(made, NewCodes)

    old = await services.recovery.saved(ada.person_id, set_id=confirmed.set_id)
    reminded = not await codes_saved(services, ada)
    new = await services.recovery.saved(ada.person_id, set_id=made.set_id)

    assert (old, reminded, new) == (False, True, True)
    assert await codes_saved(services, ada)


async def test_use_of_a_code_tells_the_owner_how_many_are_left_and_refreshes_home(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, _ = await enroll(services, ada)
    before = (await ledger.jobs()).count("refresh_home")

    await services.enrollments.start(ada.person_id, intent=uuid4(), replacing=True, typed=confirmed.codes[0])

    message = await services.messages.notice(await ledger.message_id("recovery_code_used"))
    assert message is not None
    assert message.message.detail == {"left": 9, "surface": "slack", "purpose": "replace"}
    assert message.message.asks
    assert (await ledger.jobs()).count("refresh_home") == before + 2  # the codes left, and the pending enrollment


async def test_a_code_pasted_into_the_dm_is_worthless_afterwards(services: Services, ada: Person) -> None:
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)

    pasted = await services.recovery.pasted(ada.person_id, text=phone.code(), cause="1.1")
    answer = await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code())

    assert pasted is Pasted.CODE
    assert answer == Judged(Verdict.CODE_REUSED)


async def test_a_pasted_recovery_code_is_void_and_the_owner_hears_how_many_are_left(
    services: Services, ada: Person, ledger: Ledger
) -> None:
    confirmed, _ = await enroll(services, ada)

    for _ in range(2):  # the event may be delivered twice
        await services.recovery.pasted(ada.person_id, text=confirmed.codes[0], cause="1.1")

    assert await codes_left(services, ada) == 9
    assert await ledger.notices() == ["enabled", "recovery_code_pasted", "code_pasted"]
    assert await services.disable.disable_own(
        ada.person_id, factor_id=confirmed.factor_id, typed=confirmed.codes[0]
    ) == Judged(Verdict.WRONG_CODE)


@pytest.mark.parametrize("kind", ["right", "wrong", "used", "wrong recovery"])
async def test_the_reply_to_a_pasted_code_does_not_say_whether_it_was_right_and_nothing_is_counted(
    services: Services, ada: Person, ledger: Ledger, kind: str
) -> None:
    _, phone = await enroll(services, ada)
    text = {"right": phone.code(steps=1), "wrong": phone.wrong_code(), "used": phone.code(), "wrong recovery": "A" * 24}

    answer = await services.recovery.pasted(ada.person_id, text=text[kind], cause="1.1")

    assert answer is Pasted.CODE
    assert await ledger.notices() == ["enabled", "code_pasted"]
    assert await ledger.conn.fetchval("SELECT failures FROM factor") == 0
    assert await ledger.conn.fetchval("SELECT count(*) FROM attempt") == 0


async def test_an_older_pasted_code_does_not_make_a_used_one_good_again(services: Services, ada: Person) -> None:
    confirmed, phone = await enroll(services, ada)
    services.clock.forward(minutes=1)
    await services.recovery.pasted(ada.person_id, text=phone.code(steps=1), cause="1.1")
    await services.recovery.pasted(ada.person_id, text=phone.code(steps=-1), cause="1.2")

    answer = await services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.code(steps=1))

    assert answer == Judged(Verdict.CODE_REUSED)


@pytest.mark.parametrize("text", ["hello", "", "my code is 123456", "123456 and 654321", "+49 123456"])
async def test_other_messages_are_no_codes(services: Services, ada: Person, ledger: Ledger, text: str) -> None:
    assert await services.recovery.pasted(ada.person_id, text=text, cause="1.1") is Pasted.NO_CODE
    assert await ledger.notices() == []


async def test_without_mfa_a_pasted_code_gets_the_same_reply(services: Services, ada: Person, ledger: Ledger) -> None:
    assert await services.recovery.pasted(ada.person_id, text="123456", cause="1.1") is Pasted.CODE
    assert await ledger.notices() == ["code_pasted"]

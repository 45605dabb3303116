"""What is written into the DM, and what Slack tells of people by itself."""

import pytest

from bot.sandbox.slack import Person
from tests.support.bot import Bot
from tests.support.somebody import Somebody

NEVER_HERE = "Codes belong into the windows that this app opens, never into a message."
WRONG = "That code does not work."


@pytest.fixture
async def ada(ada: Somebody) -> Somebody:
    """Her MFA is on, and the code that her phone shows is used."""
    await ada.enables()
    return ada


async def test_a_pasted_code_is_worthless_afterwards(ada: Somebody) -> None:
    code = ada.next_code()

    await ada.says(code)
    told = ada.last
    await ada.types("/mfa disable")
    await ada.submits(code=code)

    assert NEVER_HERE in told
    assert ada.complaint.startswith(WRONG)


async def test_the_reply_to_a_pasted_code_does_not_say_whether_it_was_right(ada: Somebody) -> None:
    before = len(ada.messages)

    await ada.says(ada.next_code())
    await ada.says(ada.wrong_code())

    told = [text.partition("\n")[0] for text in ada.dm[before:]]
    assert told == [f"{NEVER_HERE} Please delete yours."] * 2


async def test_a_pasted_code_counts_nowhere(ada: Somebody) -> None:
    for _ in range(6):
        await ada.says(ada.wrong_code())

    await ada.types("/mfa disable")
    await ada.submits(code=ada.next_code())

    assert "*MFA is off.*" in ada.modal_text


async def test_a_pasted_recovery_code_is_void_and_its_owner_hears_how_many_are_left(ada: Somebody) -> None:
    await ada.says(ada.recovery_codes[0])
    told = "\n".join(ada.dm[-2:])

    await ada.types("/mfa disable")
    await ada.submits(code=ada.recovery_codes[0])

    assert "Recovery codes that were typed into a message are void now. Left: 9." in told
    assert NEVER_HERE in told
    assert ada.complaint.startswith(WRONG)


@pytest.mark.parametrize("around", ["{}", "My codes:\n{}\nkeep them!", "```{}```"])
async def test_who_keeps_all_recovery_codes_in_the_dm_has_none_left(ada: Somebody, around: str) -> None:
    before = len(ada.messages)

    await ada.says(around.format("\n".join(ada.recovery_codes)))
    told = sorted(text.partition("\n")[0] for text in ada.dm[before:])
    await ada.types("/mfa disable")
    await ada.submits(code=ada.recovery_codes[7])

    assert told == [
        f"{NEVER_HERE} Please delete yours.",
        "Recovery codes that were typed into a message are void now. Left: 0.",
    ]
    assert "Recovery codes left: 0." in ada.home_text
    assert ada.complaint.startswith(WRONG)


async def test_who_did_not_paste_that_recovery_code_can_stop_it(ada: Somebody) -> None:
    await ada.says(ada.recovery_codes[0])

    await ada.stops("Recovery codes that were typed into a message are void now")

    assert "*Suspended*" in ada.home_text


@pytest.mark.parametrize("text", ["hello", "my code is 123456", "12345", "", "https://example.com/123456"])
async def test_other_messages_are_none_of_the_bots_business(ada: Somebody, text: str) -> None:
    before = len(ada.messages)

    await ada.says(text)

    assert len(ada.messages) == before


@pytest.mark.parametrize(
    "also",
    [
        {"bot_id": "B0MFABOT"},
        {"subtype": "message_changed"},
        {"subtype": "bot_message"},
        {"channel_type": "channel"},
    ],
    ids=lambda also: str(next(iter(also.values()))),
)
async def test_edits_bots_and_channels_are_ignored(bot: Bot, ada: Somebody, also: dict[str, str]) -> None:
    before = len(ada.messages)
    event = {"type": "message", "channel_type": "im", "channel": "D1", "user": ada.user, "text": "123456", "ts": "1.1"}

    reply = await bot.happens(**{**event, **also})

    assert reply.status == 200
    assert len(ada.messages) == before


async def test_a_message_that_slack_delivers_twice_is_answered_once(bot: Bot, ada: Somebody) -> None:
    await ada.says(ada.next_code())
    before = len(ada.messages)

    await bot.standin.deliver_again(bot.standin.deliveries[-1])
    await bot.settle()

    assert len(ada.messages) == before


async def test_who_is_deactivated_loses_what_was_pending(bot: Bot, ben: Somebody) -> None:
    await ben.asks_for_qr()

    await bot.standin.change_user(ben.user, deleted=True)
    await bot.settle()

    assert "This QR code was cancelled." in ben.last


async def test_who_becomes_a_guest_is_turned_away(bot: Bot, ada: Somebody) -> None:
    await bot.standin.change_user(ada.user, is_restricted=True)

    await ada.types("/mfa disable")

    assert "your account is a guest's" in ada.last
    assert ada.modal is None


async def test_who_becomes_a_guest_unheard_is_refused_at_the_start(bot: Bot, ben: Somebody) -> None:
    await ben.types("/mfa enable")
    bot.standin.workspace.people[ben.user].is_restricted = True  # and the event was lost

    await ben.submits()

    assert "your account is a guest's" in ben.modal_text
    assert ben.messages == []


async def test_somebody_new_is_known_from_the_day_they_join(bot: Bot) -> None:
    await bot.standin.join(Person("U0NEW", "nell", "Nell New", "employee", "nell@example.com"))
    bot.standin.calls.clear()

    await bot.person("U0NEW").types("/mfa")

    assert "*Off.*" in bot.person("U0NEW").last
    assert bot.standin.calls.of("users.info") == []

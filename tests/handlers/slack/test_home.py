"""What people see of their own MFA, in Home and by `/mfa`, and who is turned away from both."""

import pytest

from tests.support.bot import Bot
from tests.support.somebody import Somebody

ENABLE = "Enable Multi-Factor Authentication"
DISABLE = "Disable Multi-Factor Authentication"

OUTSIDERS = [
    ("U0GUEST", "full members of the workspace"),
    ("U0ROBOT", "your account is a bot's"),
    ("U0GONE", "Your Slack account is deactivated"),
    ("U0STRANGER", "members of the workspace that installed it"),
]


async def test_with_mfa_off_home_offers_to_enable_it_and_nothing_else(ada: Somebody) -> None:
    await ada.opens_home()

    assert "Profile\n*Multi-Factor Authentication*\n*Off.*" in ada.home_text
    assert ada.buttons == [ENABLE]


async def test_with_mfa_on_home_offers_to_disable_it_and_what_else_there_is(ada: Somebody) -> None:
    await ada.enables()

    await ada.opens_home()

    assert "*On* since 12:00" in ada.home_text
    assert "Recovery codes left: 10." in ada.home_text
    assert ada.home_buttons == [DISABLE, "Replace authenticator", "Recovery codes"]


async def test_home_is_refreshed_by_itself_when_mfa_goes_on_and_off(ada: Somebody) -> None:
    await ada.enables()
    on = ada.home_buttons

    await ada.disables()

    assert DISABLE in on
    assert ada.home_buttons == [ENABLE]


async def test_home_reminds_of_recovery_codes_until_they_are_saved(ada: Somebody) -> None:
    await ada.enables(saving=False)
    await ada.opens_home()
    before = ada.home_text

    await ada.submits()

    assert "You have not said yet that you saved your recovery codes." in before
    assert "You have not said yet" not in ada.home_text


async def test_a_home_that_was_opened_before_mfa_went_on_and_comes_later_does_not_say_off(ada: Somebody) -> None:
    await ada.opens_home()

    async with ada.opening_home_slowly():
        await ada.enables()

    assert ada.home_buttons == [DISABLE, "Replace authenticator", "Recovery codes"]


async def test_home_tells_of_a_qr_code_that_waits(ada: Somebody) -> None:
    await ada.asks_for_qr()

    assert "A QR code waits for you in the Messages tab, until 12:10." in ada.home_text


async def test_slash_mfa_shows_the_same_to_the_person_alone(ada: Somebody) -> None:
    await ada.types("/mfa")
    off = ada.last

    await ada.enables()
    await ada.types("/mfa")

    assert "*Multi-Factor Authentication*\n*Off.*" in off
    assert "*On* since 12:00" in ada.last
    assert ada.messages[-1].only_for == ada.user


async def test_the_buttons_of_slash_mfa_do_what_those_of_home_do(ada: Somebody) -> None:
    await ada.types("/mfa")

    await ada.clicks(ENABLE)

    assert "Before you start" in ada.modal_text


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("enable", "Your MFA is on already."),
        ("disable", "This code turns MFA *off*"),
        ("replace", "This code starts the move to *another authenticator app*"),
        ("recovery-codes", "This code makes *ten new recovery codes*"),
        ("  DISABLE  ", "This code turns MFA *off*"),
    ],
)
async def test_each_word_of_slash_mfa_opens_its_modal_with_mfa_on(ada: Somebody, word: str, says: str) -> None:
    await ada.enables()

    await ada.types(f"/mfa {word}")

    assert says in ada.modal_text


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("enable", "Before you start"),
        ("disable", "Your MFA is off already."),
        ("replace", "Your MFA is off, so there is nothing to replace."),
        ("recovery-codes", "Your MFA is off already."),
    ],
)
async def test_each_word_of_slash_mfa_opens_its_modal_with_mfa_off(ada: Somebody, word: str, says: str) -> None:
    await ada.types(f"/mfa {word}")

    assert says in ada.modal_text


@pytest.mark.parametrize("text", ["help", "frobnicate", "enable now", "<@U0BEN>", "disable @ben", "123456"])
async def test_a_word_that_is_none_gets_the_help(ada: Somebody, text: str) -> None:
    await ada.types(f"/mfa {text}")

    assert "*`/mfa enable`* turns it on." in ada.last
    assert ada.modal is None


@pytest.mark.parametrize(("user", "says"), OUTSIDERS)
@pytest.mark.parametrize("bot", ["http", "socket"], indirect=True)
async def test_outsiders_get_a_sentence_and_a_home_without_buttons(bot: Bot, user: str, says: str) -> None:
    outsider = bot.person(user)

    await outsider.opens_home()
    await outsider.types("/mfa enable")

    assert says in outsider.last
    assert outsider.buttons == []
    assert outsider.modal is None
    if outsider.home is not None:  # Slack publishes none for bots and for who is gone
        assert says in outsider.home_text


async def test_somebody_of_whom_slack_says_nothing_is_refused_and_may_try_again(bot: Bot, ada: Somebody) -> None:
    bot.standin.faults.error("users.info", "internal_error")

    await ada.types("/mfa")
    refused = ada.last
    await ada.types("/mfa")

    assert refused == "Slack did not tell us who you are, so nothing was changed. Please try again in a minute."
    assert "*Off.*" in ada.last


async def test_a_name_shows_nowhere_that_could_mention_link_or_reorder(bot: Bot, ada: Somebody) -> None:
    bot.standin.workspace.people[ada.user].real_name = "<!channel> *Eve* \u202egnp"

    await ada.enables()

    assert "channel" not in ada.home_text + "".join(ada.dm)
    assert "\u202e" not in ada.home_text + "".join(ada.dm)


async def test_home_is_published_again_when_slack_refused_it_once(bot: Bot, ada: Somebody) -> None:
    bot.standin.faults.status("views.publish", 503)

    first = await ada.opens_home()
    await ada.opens_home()

    assert first.status == 200
    assert ada.home_buttons == [ENABLE]


async def test_the_messages_tab_publishes_no_home(bot: Bot, ada: Somebody) -> None:
    await ada.opens_home()
    bot.standin.calls.clear()

    await bot.happens(type="app_home_opened", user=ada.user, channel="D0ADA", tab="messages")

    assert bot.standin.calls.of("views.publish") == []

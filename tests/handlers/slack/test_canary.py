"""No code, key or recovery code in any log at DEBUG, in anything that Slack keeps, or in any table (X2, K5)."""

import io

import pytest

from bot import logs
from tests.support.bot import Bot
from tests.support.ledger import open_ledger
from tests.support.somebody import Somebody

pytestmark = pytest.mark.parametrize("bot", ["http", "socket"], indirect=True)
SHOWN_ONCE = ("views.open", "upload")
"""The modal with the key, and the picture: where a secret belongs."""


async def play(bot: Bot, ada: Somebody) -> list[str]:
    """Go through everything that takes or shows a secret, errors too; return the secrets."""
    seen: list[str] = []

    async def submits(code: str) -> None:
        seen.append(code)
        await ada.submits(code=code)

    await ada.asks_for_qr()
    await ada.clicks("Can't scan?")
    await ada.closes()
    await ada.clicks("Enter the code")
    await submits(ada.wrong_code())
    await submits(ada.code())
    await ada.submits()
    await ada.types(f"/mfa {ada.next_code()}")
    seen.append(ada.code())
    await ada.says(ada.next_code())
    seen.append(ada.code())
    await ada.types("/mfa recovery-codes")
    await submits(ada.next_code())
    seen.extend(ada.recovery_codes)
    await ada.submits()
    await ada.says(ada.recovery_codes[0])
    await ada.types("/mfa disable")
    await submits("not a code")
    await submits(ada.recovery_codes[0])
    bot.wire.cut()
    await submits(ada.next_code())
    bot.wire.mend()
    return [*seen, *ada.secrets]


def found(secrets: list[str], text: str) -> list[str]:
    """Return those of *secrets* that stand in *text*, however they are spelled there."""
    return [secret for secret in secrets if secret in text or secret.replace("-", "") in text]


async def test_no_secret_is_in_any_log_at_debug(bot: Bot, ada: Somebody, logging_restored: None) -> None:  # noqa: ARG001  restores what this configures
    stream = io.StringIO()
    logs.configure("DEBUG", stream=stream)

    secrets = await play(bot, ada)

    assert ("/slack/events" in stream.getvalue()) != ('"event": "envelope"' in stream.getvalue())
    assert found(secrets, stream.getvalue()) == []


async def test_no_secret_is_in_anything_that_slack_keeps_or_that_a_button_carries(bot: Bot, ada: Somebody) -> None:
    secrets = await play(bot, ada)

    kept = [str(call.arguments) for call in bot.standin.calls.all() if call.method not in SHOWN_ONCE]
    carried = [str(view.get("private_metadata", "")) for view in bot.opened_views()]
    assert found(secrets, "\n".join([*kept, *carried])) == []


async def test_no_key_and_no_recovery_code_is_in_any_table(bot: Bot, ada: Somebody) -> None:
    secrets = await play(bot, ada)

    ledger = await open_ledger(bot.database)
    rows = await ledger.everything()
    await ledger.conn.close()

    assert found([secret for secret in secrets if not secret.isdigit()], rows) == []

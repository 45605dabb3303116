"""A whole environment for the bot in tests."""

from pathlib import Path

from bot.core.sealing import Keyring, write_keyring
from tests.support.database import Database
from tests.support.signed import SECRET

TOKEN = "xoxb-1234567890-abcdefghij"
KEYRING = Keyring("k1", {"k1": bytes(range(32))})
APP_TOKEN = "xapp-1-A0MFABOT-1234567890-abcdef"


def environment(database: Database, folder: Path, **changes: str) -> dict[str, str]:
    """Return the variables for a bot on *database*, on free ports; Slack is away unless *changes* say otherwise."""
    keyring = folder / "keyring"
    if not keyring.exists():
        keyring.write_text(write_keyring(KEYRING))
        keyring.chmod(0o600)
    return {
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
        "DATABASE_URL": database.program,
        "MFABOT_OWNER_DATABASE_URL": database.owner,
        "MFABOT_WORKER_DATABASE_URL": database.worker,
        "MFABOT_KEYRING": str(keyring),
        "MFABOT_ISSUER": "Acme",
        "MFABOT_HOST": "127.0.0.1",
        "MFABOT_PORT": "0",
        "MFABOT_INTERNAL_PORT": "0",
    } | changes

"""The environment of a command that an operator runs on the host, beside a keyring."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.core.sealing import write_keyring
from tests.support.settings import KEYRING


@contextmanager
def on_the_host(database_url: str, **environ: str) -> Iterator[dict[str, str]]:
    """Yield the variables, for as long as the keyring is there."""
    with tempfile.TemporaryDirectory() as folder:
        keyring = Path(folder) / "keyring"
        keyring.write_text(write_keyring(KEYRING))
        yield {"DATABASE_URL": database_url, "MFABOT_KEYRING": str(keyring), **environ}

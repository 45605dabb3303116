"""What works and is not safe: sentences that `serve` logs when it starts, and `doctor` prints."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr

from bot.setting_checks import is_loopback

if TYPE_CHECKING:
    from bot.settings import Settings

VERIFIED = ("verify-ca", "verify-full")


def warnings(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    """Return a sentence for each setting that is accepted and unsafe, without any value."""
    return [*_keyring(environ.get("MFABOT_KEYRING", "")), *_databases(settings, environ)]


def _keyring(path: str) -> Iterator[str]:
    try:
        mode = stat.S_IMODE(Path(path).stat().st_mode)
    except OSError:
        return  # it was read from elsewhere
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield f"MFABOT_KEYRING is a file that other accounts can read or change (mode {mode:04o}): set mode 0600."


def _databases(settings: Settings, environ: Mapping[str, str]) -> Iterator[str]:
    urls = {
        "DATABASE_URL": settings.database_url,
        "MFABOT_OWNER_DATABASE_URL": settings.owner_database_url,
    }
    for name, url in urls.items():
        if url is not None and not verified(url, environ):
            yield f"{name} reaches its database without verified TLS: add sslmode=verify-full and sslrootcert."


def verified(url: SecretStr, environ: Mapping[str, str]) -> bool:
    """Whether nobody between here and the database can read along: verified TLS, this machine, or a Unix socket.

    Read as asyncpg reads it: what the URL leaves out is taken from libpq's variables.
    """
    parts = urlsplit(url.get_secret_value())
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if query.get("sslmode", environ.get("PGSSLMODE", "prefer")) in VERIFIED:
        return True
    named = unquote(parts.netloc.rpartition("@")[2]) or query.get("host", "") or environ.get("PGHOST", "")
    return all(_stays_here(_host(one)) for one in named.split(","))


def _host(spelled: str) -> str:
    """Return the host of `host`, `host:port` or `[IPv6]:port`."""
    if spelled.startswith("["):
        return spelled[1:].partition("]")[0]
    return spelled if spelled.startswith("/") else spelled.partition(":")[0]


def _stays_here(host: str) -> bool:
    return not host or host.startswith(("/", "@")) or is_loopback(host)

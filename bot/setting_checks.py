"""What a setting's value must look like; each check raises ValueError with the words that follow the setting's name."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.core.sealing import read_keyring

SLACK_API = "https://slack.com/api/"
LEAST_SECRET, LEAST_VARIETY = 20, 8  # characters, different ones


def strong_secret(secret: SecretStr) -> SecretStr:
    """Accept a secret that is long and varied enough to have been generated."""
    text = secret.get_secret_value()
    if len(text) < LEAST_SECRET or len(set(text)) < LEAST_VARIETY or not text.isascii():
        raise ValueError("is too weak for a secret: copy it whole from where it was made")
    return secret


def bot_token(secret: SecretStr) -> SecretStr:
    """Accept a bot token."""
    if not secret.get_secret_value().startswith("xoxb-"):
        raise ValueError("is no bot token: it begins with xoxb-")
    return strong_secret(secret)


def app_token(secret: SecretStr) -> SecretStr:
    """Accept an app-level token."""
    if not secret.get_secret_value().startswith("xapp-"):
        raise ValueError("is no app-level token: it begins with xapp-")
    return strong_secret(secret)


def database_url(secret: SecretStr) -> SecretStr:
    """Accept the URL of a Postgres."""
    if not secret.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("must begin with postgresql://")
    return secret


def slack_api_url(text: str) -> str:
    """Accept Slack's API, or a stand-in on loopback; return it with a final slash."""
    text = text.rstrip("/") + "/"
    parts = urlsplit(text)
    if text == SLACK_API or (parts.scheme in ("http", "https") and is_loopback(parts.hostname or "")):
        return text
    raise ValueError(f"must be {SLACK_API} or on this machine (127.0.0.1)")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, without asking any name server."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def issuer(text: str) -> str:
    """Accept what can stand before the colon of an otpauth label."""
    if ":" in text or not text.isprintable() or text != text.strip():
        raise ValueError("must be a name without a colon, as authenticator apps show it")
    return text


def keyring(path: object) -> object:
    """Read the keyring that *path* names."""
    if not isinstance(path, str):
        return path
    try:
        return read_keyring(Path(path).read_text())
    except (OSError, UnicodeDecodeError):
        raise ValueError("names a file that cannot be read; `mfabot keys new` makes one") from None


def from_json(text: object) -> object:
    """Parse JSON; leave what is no text alone."""
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        raise ValueError("is no JSON") from None

"""E-mail addresses: when two spellings are one address, and which address a person gives up.

Rules of this file (V5): an address is no identity, since it can pass from one person to another. One that belonged to
somebody else a short while ago finds nobody. What is remembered of an address that was given up is a keyed hash, which
outlives the person's row. The first that is heard of a person, and an address that nobody else had, are no change of
hands.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from datetime import timedelta
from typing import Final

from bot.core.people import Profile, Standing

MIN_AGE: Final = timedelta(days=1)
"""How long an address finds nobody after somebody else gave it up, unless the setting says otherwise."""


def fold(email: str) -> str:
    """Return the spelling that all spellings of one address share: case and Unicode's compatible forms are one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", email).casefold())


def same(one: str | None, other: str | None) -> bool:
    """Whether two addresses are one; no address is the same as no address."""
    if one is None or other is None:
        return one is other
    return fold(one) == fold(other)


def digest(key: bytes, email: str) -> bytes:
    """Return the 32-byte keyed hash by which an address that was given up is known again, however it is spelled."""
    spelled = json.dumps(["mfabot.address.1", fold(email)], separators=(",", ":"))
    return hmac.new(key, spelled.encode(), hashlib.sha256).digest()


def given_up(before: Profile, after: Profile) -> str | None:
    """Return the address that was the person's and is no longer: it changed, or the account was deactivated."""
    if before.standing is Standing.DELETED or before.email is None:
        return None
    if after.standing is not Standing.DELETED and same(before.email, after.email):
        return None
    return before.email

"""Relying apps and the keys with which they ask.

Rules of this file (V1): a key is `mfabot_<id>_<secret>` with 256 random bits, shown once and kept as a SHA-256 hash;
so much entropy needs no slow hash. A key is dead at once when its app is revoked.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SECRET_BYTES = 32
ID_BYTES = 6
_KEY = re.compile(r"mfabot_([a-z0-9]{12})_([A-Za-z0-9_-]{43})")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Scope(StrEnum):
    """What a key may ask."""

    VERIFY = "verify"
    READ = "read"


class KeyRefusal(StrEnum):
    """Why a request is not looked at, in the order of looking."""

    NO_KEY = "no_key"
    """None, one that never was, or one that is dead: nobody learns which."""
    NO_SCOPE = "no_scope"
    TOO_FAST = "too_fast"


@dataclass(frozen=True, slots=True)
class App:
    """A relying app; *rate_per_s* is None where the setting counts."""

    app_id: int
    name: str
    scopes: frozenset[Scope]
    rate_per_s: int | None


@dataclass(frozen=True, slots=True)
class ListedApp:
    """An app as the CLI lists it."""

    app: App
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Key:
    """An API key, as shown once and as presented."""

    key_id: str
    secret: str = field(repr=False)

    @property
    def spelled(self) -> str:
        """The whole key, as an application sends it."""
        return f"mfabot_{self.key_id}_{self.secret}"

    @property
    def digest(self) -> bytes:
        """What is stored of the secret."""
        return hashlib.sha256(self.secret.encode()).digest()


def make_key(random: bytes) -> Key:
    """Spell a key out of 38 random bytes.

    Raises:
        ValueError: another length.
    """
    if len(random) != ID_BYTES + SECRET_BYTES:
        raise ValueError(f"{ID_BYTES + SECRET_BYTES} random bytes are needed")
    secret = base64.urlsafe_b64encode(random[ID_BYTES:]).decode("ascii").rstrip("=")
    return Key(random[:ID_BYTES].hex(), secret)


def read_key(spelled: str) -> Key | None:
    """Read a presented key; None where it cannot be one."""
    found = _KEY.fullmatch(spelled)
    return Key(found[1], found[2]) if found else None


def fitting_name(name: str) -> bool:
    """Whether an app may be called so: it is shown in notices, so nothing that could mention, link or reorder (X6)."""
    return _NAME.fullmatch(name) is not None

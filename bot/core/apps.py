"""Relying apps and the keys with which they ask.

Rules of this file (V1): a key is `mfabot_<id>_<secret>` with 256 random bits, shown once and kept as a SHA-256 hash;
so much entropy needs no slow hash. A key is dead at once when its app is revoked, or when a rotation says so; a
rotation otherwise lets the keys before it live for a stated time, and never longer than they would have.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

SECRET_BYTES = 32
ID_BYTES = 6
OVERLAP = timedelta(hours=24)
"""How long the keys before a rotation live, unless it says otherwise."""
OVERLAP_MOST = timedelta(days=30)
_KEY = re.compile(r"mfabot_([a-z0-9]{12})_([A-Za-z0-9_-]{43})")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_SPAN = re.compile(r"([0-9]{1,7})([smhd])", re.ASCII)
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Scope(StrEnum):
    """What a key may ask."""

    VERIFY = "verify"
    READ = "read"


class LookupBy(StrEnum):
    """By what a person may be named; an e-mail address finds confirmed ones of full members alone."""

    SLACK_ID = "slack_id"
    EMAIL = "email"


class KeyRefusal(StrEnum):
    """Why a request is not looked at, in the order of looking."""

    NO_KEY = "no_key"
    """None, one that never was, or one that is dead: nobody learns which."""
    NO_SCOPE = "no_scope"
    NO_LOOKUP = "no_lookup"
    TOO_FAST = "too_fast"


@dataclass(frozen=True, slots=True)
class App:
    """A relying app; *rate_per_s* is None where the setting counts."""

    app_id: int
    name: str
    scopes: frozenset[Scope]
    rate_per_s: int | None
    lookups: frozenset[LookupBy] = frozenset(LookupBy)


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A live key without its secret; *expires_at* is None until a rotation gives it an end."""

    key_id: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedApp:
    """An app as the CLI lists it, with its live keys, newest first; *last_used_at* is of any key, a dead one too."""

    app: App
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None = None
    keys: tuple[ListedKey, ...] = ()


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


def may_ask(app: App, scope: Scope, by: LookupBy | None) -> KeyRefusal | None:
    """Return why *app* may not ask this of somebody named *by* that, or None; a senseless question names nobody."""
    if scope not in app.scopes:
        return KeyRefusal.NO_SCOPE
    return KeyRefusal.NO_LOOKUP if by is not None and by not in app.lookups else None


def read_overlap(typed: str) -> timedelta | None:
    """Read a time such as `90s`, `15m`, `24h`, `7d`; None where it is none, nothing at all, or over 30 days."""
    found = _SPAN.fullmatch(typed)
    span = int(found[1]) * _UNITS[found[2]] if found else timedelta(0)
    return span if timedelta(0) < span <= OVERLAP_MOST else None


def fitting_name(name: str) -> bool:
    """Whether an app may be called so: it is shown in notices, so nothing that could mention, link or reorder (X6)."""
    return _NAME.fullmatch(name) is not None

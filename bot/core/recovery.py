"""Recovery codes: ten of 120 random bits, shown once, kept as keyed hashes.

Rules of this file (design: "Recovery codes"; E5): RFC 4648 base32 in upper case, six groups of four joined by
hyphens. 120 bits need no slow hash and no throttle.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from bot.core.codes import RecoveryCode

HOW_MANY = 10
ENTROPY_BYTES = 15
"""120 bits: 24 base32 characters without padding."""


def make(entropy: bytes) -> tuple[str, ...]:
    """Spell ten codes out of 150 random bytes, as the owner sees them.

    Raises:
        ValueError: too few or too many bytes.
    """
    if len(entropy) != HOW_MANY * ENTROPY_BYTES:
        raise ValueError(f"{HOW_MANY * ENTROPY_BYTES} random bytes are needed")
    chunks = (entropy[i : i + ENTROPY_BYTES] for i in range(0, len(entropy), ENTROPY_BYTES))
    return tuple(_spell(base64.b32encode(chunk).decode("ascii")) for chunk in chunks)


def read(spelled: str) -> RecoveryCode:
    """Read a code that `make` spelled."""
    return RecoveryCode(spelled.replace("-", ""))


def digest(key: bytes, *, team_id: str, person_id: int, factor_id: int, code: RecoveryCode) -> bytes:
    """Return the 32-byte keyed hash under which a code is stored; it is worth nothing at another factor."""
    told = json.dumps(["mfabot.recovery.1", team_id, person_id, factor_id, code.symbols], separators=(",", ":"))
    return hmac.new(key, told.encode(), hashlib.sha256).digest()


def _spell(symbols: str) -> str:
    return "-".join(symbols[i : i + 4] for i in range(0, len(symbols), 4))

"""A plain RFC 6238 and the design's words about a code, as a second opinion: neither pyotp nor `bot.core` is used."""

import base64
import hashlib
import hmac
import struct
from dataclasses import dataclass

STEP_S = 30


def code_at(secret: str, step: int) -> str:
    """Return the six digits of a time step: HOTP (RFC 4226 section 5.3) over the step (RFC 6238 section 4.2)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def code_for(secret: str, unix_s: float) -> str:
    """Return what a phone shows whose clock tells *unix_s*."""
    return code_at(secret, int(unix_s // STEP_S))


@dataclass
class Owner:
    """What the design lets happen to a person's codes: one step to each side, and each step once, in order."""

    secret: str
    last_step: int

    def verdict(self, typed: str, unix_s: float) -> str:
        """Return the answer that is due to *typed* while the server's clock tells *unix_s*; remember what was used."""
        present = int(unix_s // STEP_S)
        fits = [step for step in (present, present - 1, present + 1) if code_at(self.secret, step) == typed]
        if not fits:
            return "wrong_code"
        if fits[0] <= self.last_step:
            return "code_reused"
        self.last_step = fits[0]
        return "accepted"

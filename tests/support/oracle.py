"""A plain RFC 6238 and the design's words about a code, as a second opinion: neither pyotp nor `bot.core` is used."""

import base64
import hashlib
import hmac
import struct
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

STEP_S = 30
DAY = timedelta(hours=24)


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


@dataclass
class Waits:
    """The design's "Throttle" over one factor: told in order what was judged, it says what may be judged next."""

    in_a_row: Counter[str] = field(default_factory=Counter)
    until: dict[str, datetime] = field(default_factory=dict)
    failed_at: dict[str, datetime] = field(default_factory=dict)
    wrong_at: list[datetime] = field(default_factory=list)
    since_success: int = 0
    was_locked: bool = False
    allowed: int = 0
    allowed_until: datetime | None = None

    @property
    def locked(self) -> bool:
        """Whether a hundred failures in a row, or two hundred with an unlock in between, stop every code."""
        return self.since_success >= (200 if self.was_locked else 100)

    def stop(self, surface: str, at: datetime) -> bool:
        """Whether a code on *surface* must not be judged now."""
        of_the_day = sum(at < wrong + DAY for wrong in self.wrong_at)
        failed_lately = surface in self.failed_at and at < self.failed_at[surface] + DAY
        allowed = self.allowed > 0 and self.allowed_until is not None and at < self.allowed_until
        waits = surface in self.until and at < self.until[surface]
        return self.locked or waits or (of_the_day >= 20 and failed_lately and not allowed)

    def wrong(self, surface: str, at: datetime) -> None:
        """Count a code that was judged wrong or used."""
        self.since_success += 1
        self.in_a_row[surface] += 1
        self.wrong_at.append(at)
        self.failed_at[surface] = at
        self.allowed = max(0, self.allowed - 1)
        if self.in_a_row[surface] >= 5:
            self.until[surface] = at + timedelta(seconds=min(30 * 2 ** (self.in_a_row[surface] - 5), 3600))

    def right(self, surface: str) -> None:
        """Count a code that was accepted."""
        self.since_success, self.was_locked = 0, False
        self.in_a_row[surface] = 0
        self.until.pop(surface, None)

    def unlock(self, at: datetime) -> None:
        """End the lock and every wait, and allow five more wrong codes for a day."""
        self.was_locked = self.was_locked or self.locked
        self.until.clear()
        self.allowed, self.allowed_until = 5, at + DAY

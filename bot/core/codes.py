"""What a person typed, which time step it belongs to, and the one verdict on it.

Rules of this file (design: "Verification"; C1, C2, C7, C9; RFC 6238 section 5.2; ASVS 6.5.1):

- Blanks (U+0020) and hyphens are dropped anywhere; then six ASCII digits are a TOTP code and 24 base32 characters of
  any case a recovery code. Anything else is `invalid_format` and counted nowhere.
- A TOTP code fits the present time step or one to either side.
- It is accepted only if its step is later than the last accepted one: what is kept is the step, never the string.
- A throttled or locked attempt is neither judged nor consumed.
- A recovery code is accepted at any time, and counts nowhere when it is wrong.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

import pyotp

from bot.core import throttle

STEP_S = 30
"""Seconds in a time step (RFC 6238's X)."""
WINDOW = 1
"""Steps to each side of the present one that are accepted (RFC 6238 section 5.2 recommends at most one)."""
DRIFT_WINDOW = 10
"""Steps to each side that are looked at to name a wrong clock while confirming, and only then (C7)."""

_TOTP = re.compile(r"[0-9]{6}")
_RECOVERY = re.compile(r"[A-Za-z2-7]{24}")
_SPELLED = re.compile(r"(?<![A-Za-z0-9-])[A-Za-z2-7]{4}(?:-[A-Za-z2-7]{4}){5}(?![A-Za-z0-9-])")
"""A recovery code among other words, as it was shown: with its hyphens nothing else looks like it."""
PASTED_AT_MOST = 20
"""Recovery codes of one message that are looked at: two sets."""


class Verdict(StrEnum):
    """The one answer to a code, whatever the surface."""

    ACCEPTED = "accepted"
    INVALID_FORMAT = "invalid_format"
    WRONG_CODE = "wrong_code"
    CODE_REUSED = "code_reused"
    THROTTLED = "throttled"
    LOCKED = "locked"
    NOT_ENROLLED = "not_enrolled"
    SUSPENDED = "suspended"
    UNKNOWN_USER = "unknown_user"


@dataclass(frozen=True, slots=True)
class TotpCode:
    """Six ASCII digits."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """Twenty-four upper-case base32 characters."""

    symbols: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, what is to be saved with it, and the wait in whole seconds where there is one."""

    verdict: Verdict
    tries: throttle.Tries
    wait_s: int | None = None


def parse(text: str) -> TotpCode | RecoveryCode | None:
    """Read what somebody typed; None is `invalid_format`.

    ASCII is asked for by the patterns: pyotp compares after NFKC and would take full-width digits (C2).
    """
    plain = text.replace(" ", "").replace("-", "")
    if _TOTP.fullmatch(plain):
        return TotpCode(plain)
    if _RECOVERY.fullmatch(plain):
        return RecoveryCode(plain.upper())
    return None


def pasted(text: str) -> Sequence[TotpCode | RecoveryCode]:
    """Read a message that should never have held a code: just a code, or recovery codes among other words.

    Who keeps the ten of a set in their own DM pastes all of them at once.
    """
    alone = parse(text)
    if alone is not None:
        return [alone]
    spelled = dict.fromkeys(found.replace("-", "").upper() for found in _SPELLED.findall(text))
    return [RecoveryCode(symbols) for symbols in list(spelled)[:PASTED_AT_MOST]]


def barred(*, suspended: bool, enrolled: bool) -> Verdict | None:
    """Return why no code of this person is looked at, or None; suspended comes first, with a factor or without."""
    if suspended:
        return Verdict.SUSPENDED
    return None if enrolled else Verdict.NOT_ENROLLED


def step_at(now: datetime) -> int:
    """Return the time step that *now* (aware) falls into."""
    return int(now.timestamp()) // STEP_S


class _Totp(pyotp.TOTP):
    """Decodes its secret once, and not anew for every step of the window."""

    @cached_property
    def _key(self) -> bytes:
        return super().byte_secret()

    def byte_secret(self) -> bytes:
        return self._key


def matching_step(secret: str, code: TotpCode, now: datetime, window: int = WINDOW) -> int | None:
    """Return the step nearest to *now* whose code this is; every step of the window is always computed and compared."""
    totp = _Totp(secret)
    present = step_at(now)
    found: int | None = None
    for distance in sorted(range(-window, window + 1), key=abs, reverse=True):
        step = present + distance
        if step >= 0 and hmac.compare_digest(totp.generate_otp(step), code.digits):
            found = step
    return found


def minutes_off(secret: str, code: TotpCode, now: datetime) -> int | None:
    """Return how many minutes the phone's clock is off (at least 1), where that explains the code."""
    step = matching_step(secret, code, now, DRIFT_WINDOW)
    if step is None:
        return None
    return max(1, round(abs(step - step_at(now)) * STEP_S / 60))


def judge(tries: throttle.Tries, step: int | None, now: datetime, limits: throttle.Limits) -> Judgement:
    """Return the verdict on a TOTP code that matches *step* (None: none in the window), and the counts afterwards."""
    refused = gate(tries, now, limits)
    if refused is not None:
        return refused
    if step is not None and step > tries.factor.last_step:
        factor = replace(tries.factor, last_step=step, failures=0, unlocked=False)
        return Judgement(Verdict.ACCEPTED, throttle.after_success(replace(tries, factor=factor)))
    verdict = Verdict.WRONG_CODE if step is None else Verdict.CODE_REUSED
    return Judgement(verdict, throttle.after_failure(tries, now, limits))


def gate(tries: throttle.Tries, now: datetime, limits: throttle.Limits) -> Judgement | None:
    """Return the refusal of an attempt that may not be judged now, else None (C3, C4, C5)."""
    if throttle.locked(tries.factor, limits):
        return Judgement(Verdict.LOCKED, tries)
    until = throttle.waits_until(tries, now, limits)
    if until is None:
        return None
    return Judgement(Verdict.THROTTLED, tries, wait_s=whole_seconds(until - now))


def unlock_helps(tries: throttle.Tries, now: datetime, limits: throttle.Limits) -> bool:
    """Whether an attempt may not be judged now, but may after an unlock."""
    opened = throttle.Tries(throttle.after_unlock(tries.factor, now, limits), replace(tries.surface, not_before=None))
    return gate(tries, now, limits) is not None and gate(opened, now, limits) is None


def burnt(factor: throttle.FactorCount, step: int) -> throttle.FactorCount:
    """Mark a step as used without accepting or counting anything: its code was shown where codes do not belong."""
    return replace(factor, last_step=max(step, factor.last_step))


def whole_seconds(wait: timedelta) -> int:
    """Round up: after that many seconds the wait is over."""
    return max(1, -(-wait // timedelta(seconds=1)))

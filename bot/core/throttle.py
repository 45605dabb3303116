"""How wrong codes slow down and stop further tries.

Rules of this file (design: "Throttle"; C3 to C5a; NIST SP 800-63B-4 section 3.2.2; ASVS 6.1.1):

(a) Per factor and surface: after 5 consecutive failures a wait of 30 s, doubling to 1 h. A success on the surface
    ends it. A surface is one relying app, or Slack: nobody makes somebody else wait where they do not share it.
(b) Per factor over all surfaces: at most 20 codes judged wrong in 24 h, whatever succeeded in between. Beyond it the
    surfaces that failed within the 24 h wait until the window moves.
(c) 100 failures without a success anywhere lock the factor; at twice the limit only a reset helps.

An unlock (by the helpdesk, by an accepted recovery code, by break-glass) ends the lock and every wait, not the counts.
For 24 h it allows 5 more wrong codes over all surfaces together before (b) holds again; those of an earlier unlock that
are left do not add up. The helpdesk may unlock a subject twice in 24 h and six times in 30 days; every unlock counts
there, but a recovery code and break-glass are never refused (C10).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

DAY = timedelta(hours=24)
MONTH = timedelta(days=30)
UNLOCK_ALLOWS = 5
"""Wrong codes that are judged after an unlock, over all surfaces together, before (b) holds again."""
UNLOCKS_A_DAY = 2
UNLOCKS_A_MONTH = 6
SLACK = "slack"
"""The surface of everything typed into Slack; the others are `app:<id>`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of (a), (b) and (c)."""

    throttle_after: int = 5
    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(hours=1)
    wrong_per_day: int = 20
    lock_after: int = 100


@dataclass(frozen=True, slots=True)
class FactorCount:
    """What is counted for one factor over all surfaces.

    *failures* counts since the last accepted TOTP code anywhere. *wrong_at* holds when the latest codes were judged
    wrong, oldest first, never more of them than `Limits.wrong_per_day`. *allowance* is how many more wrong codes the
    latest unlock allows, until *allowed_until*.
    """

    last_step: int
    failures: int
    unlocked: bool
    wrong_at: tuple[datetime, ...]
    allowance: int = 0
    allowed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SurfaceCount:
    """What is counted for one factor on one surface: consecutive *failures*, when one last happened, and the wait."""

    failures: int = 0
    failed_at: datetime | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tries:
    """The counts that decide on one attempt."""

    factor: FactorCount
    surface: SurfaceCount


class Change(StrEnum):
    """What an attempt did to the waits: each is one audit event, and those that begin are told to the owner."""

    WAIT_BEGAN = "wait_began"
    DAY_LIMIT_REACHED = "day_limit_reached"
    LOCKED = "locked"
    WAIT_ENDED = "wait_ended"


class UnlockLimit(StrEnum):
    """Which limit of the helpdesk's unlocks was reached."""

    DAY = "twice_a_day"
    MONTH = "six_in_30_days"


def locked(factor: FactorCount, limits: Limits) -> bool:
    """Whether (c) stops every TOTP code of this factor."""
    return factor.failures >= limits.lock_after * (2 if factor.unlocked else 1)


def beyond_help(factor: FactorCount, limits: Limits) -> bool:
    """Whether only a reset ends the lock."""
    return factor.failures >= limits.lock_after * 2


def waits_until(tries: Tries, now: datetime, limits: Limits) -> datetime | None:
    """Return when this surface may try again, or None where it may now."""
    ends = [end for end in (tries.surface.not_before, _day_limit_ends(tries, now, limits)) if end is not None]
    latest = max(ends, default=None)
    return latest if latest is not None and now < latest else None


def after_failure(tries: Tries, now: datetime, limits: Limits) -> Tries:
    """Count one judged failure."""
    factor = replace(
        tries.factor,
        failures=tries.factor.failures + 1,
        wrong_at=(*tries.factor.wrong_at, now)[-limits.wrong_per_day :],
        allowance=max(0, tries.factor.allowance - 1),
    )
    counted = Tries(factor, SurfaceCount(failures=tries.surface.failures + 1, failed_at=now))
    waits = (_wait_ends(counted.surface.failures, now, limits), _day_limit_ends(counted, now, limits))
    longest = max((wait for wait in waits if wait is not None), default=None)
    return replace(counted, surface=replace(counted.surface, not_before=longest))


def after_success(tries: Tries) -> Tries:
    """End (a) on the surface; (b) stands, whatever succeeded in between."""
    return replace(tries, surface=replace(tries.surface, failures=0, not_before=None))


def unlock_helps(factor: FactorCount, now: datetime, limits: Limits, *, waits: bool) -> bool:
    """Whether an unlock ends anything; *waits*: a wait that began with a failure stands on some surface.

    Where (b) holds at least the surface of the latest failure waits, whatever stands in its row.
    """
    stopped = locked(factor, limits) or waits or _day_is_full(factor, now, limits) is not None
    return stopped and not beyond_help(factor, limits)


def after_unlock(factor: FactorCount, now: datetime, limits: Limits) -> FactorCount:
    """End the lock of (c), and (b) for 5 wrong codes, without forgetting what was counted.

    Whoever saves it ends the waits in the surfaces' rows as well. At twice the limit of (c) nothing changes.
    """
    if beyond_help(factor, limits):
        return factor
    unlocked = factor.unlocked or locked(factor, limits)
    return replace(factor, unlocked=unlocked, allowance=UNLOCK_ALLOWS, allowed_until=now + DAY)


def unlock_limit(unlocked_at: Collection[datetime], now: datetime) -> UnlockLimit | None:
    """Return which limit stops one more unlock by the helpdesk of somebody who was unlocked at these times, if any."""
    if sum(at > now - DAY for at in unlocked_at) >= UNLOCKS_A_DAY:
        return UnlockLimit.DAY
    return UnlockLimit.MONTH if sum(at > now - MONTH for at in unlocked_at) >= UNLOCKS_A_MONTH else None


def changes(before: Tries, after: Tries, now: datetime, limits: Limits) -> list[Change]:
    """Return what a judged attempt began and ended."""
    found = []
    if before.surface.not_before is not None:
        found.append(Change.WAIT_ENDED)
    if locked(after.factor, limits) and not locked(before.factor, limits):
        found.append(Change.LOCKED)
    elif _day_limit_ends(after, now, limits) is not None:
        found.append(Change.DAY_LIMIT_REACHED)
    elif after.surface.not_before is not None:
        found.append(Change.WAIT_BEGAN)
    return found


def _wait_ends(failures: int, now: datetime, limits: Limits) -> datetime | None:
    beyond = failures - limits.throttle_after
    if beyond < 0:
        return None
    # 2^20 first waits are past any sensible longest wait; the cap keeps the number small.
    return now + min(limits.first_wait * (1 << min(beyond, 20)), limits.longest_wait)


def _day_limit_ends(tries: Tries, now: datetime, limits: Limits) -> datetime | None:
    failed_lately = tries.surface.failed_at is not None and now < tries.surface.failed_at + DAY
    return _day_is_full(tries.factor, now, limits) if failed_lately else None


def _day_is_full(factor: FactorCount, now: datetime, limits: Limits) -> datetime | None:
    """Return until when (b) holds where a surface failed lately, or None where it does not hold."""
    allowed = factor.allowance > 0 and factor.allowed_until is not None and now < factor.allowed_until
    if allowed or len(factor.wrong_at) < limits.wrong_per_day:
        return None
    ends = factor.wrong_at[-limits.wrong_per_day] + DAY
    return ends if now < ends else None

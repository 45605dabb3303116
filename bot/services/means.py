"""What every service is given: the database, the keys, the time, chance, and the limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core import addresses, enrollment, policy, resets, suspension, throttle
from bot.core.sealing import Keyring
from bot.services.clock_check import ClockCheck
from bot.services.counts import Counts, Uncounted
from bot.services.key_uses import KeyUses
from storage.pool import Pool


@dataclass(frozen=True, slots=True)
class Means:
    """Given once, when the process is put together; tests give their own clock."""

    pool: Pool
    keyring: Keyring = field(repr=False)
    now: Callable[[], datetime]
    """The time, aware."""
    random: Callable[[int], bytes]
    """So many bytes of the operating system's generator."""
    throttle: throttle.Limits
    enrollment: enrollment.Limits
    issuer: str
    policy: policy.Limits = field(default_factory=policy.Limits)
    resets: resets.Limits = field(default_factory=resets.Limits)
    block_ttl: timedelta = suspension.BLOCK_TTL
    """How long `Block my sign-in` works, and how far back it disputes what was changed."""
    approvers_channel: str | None = None
    """Slack's id of the private channel that gets the card at half time where nobody holds the right to approve."""
    rate_per_key_s: int = 500
    """How often a second an API key may ask, where its app has no rate of its own."""
    email_min_age: timedelta = addresses.MIN_AGE
    """How long an address finds nobody after somebody else gave it up (V5)."""
    uses: KeyUses = field(default_factory=KeyUses)
    batched: bool = True
    """Whether sign-ins that wait together are judged together; off to compare."""
    clock_check: ClockCheck = field(default_factory=lambda: ClockCheck(offset_s=0.0))
    """Whether codes may be checked by `now`; trusted where nothing compares it."""
    counts: Counts = field(default_factory=Uncounted)
    """Where it is counted what is answered."""

    def now_for_codes(self) -> datetime:
        """Return the time by which a code is checked.

        Raises:
            ClockOff: this process's clock is not to be trusted.
        """
        self.clock_check.require()
        return self.now()

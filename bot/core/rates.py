"""How often an API key may ask (V2).

Rules of this file: a key may ask *rate* times a second on the average, and as many times at once after a quiet second.
Each process counts for itself. It protects the bot from a runaway application; guessing is bounded by the throttle.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left of a key's requests at a time."""

    left: float
    at: datetime


def take(bucket: Bucket | None, now: datetime, rate: int) -> Bucket | None:
    """Return the bucket after one more request, or None where there is none to take; a new key's *bucket* is None."""
    if bucket is None:
        return Bucket(rate - 1.0, now)
    # A clock that was set back gives nothing, and takes nothing away.
    passed = max(0.0, (now - bucket.at).total_seconds())
    left = min(float(rate), bucket.left + passed * rate)
    return Bucket(left - 1.0, now) if left >= 1.0 else None

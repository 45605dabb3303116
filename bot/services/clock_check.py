"""Whether codes may be checked by this process's clock (V6).

A clock that is ahead or behind accepts codes that are not valid now, and lets waits end too early. The checkup compares
it with the database's every ten seconds and at each /readyz; the requests only look at what it found.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.faults import ClockOff

MOST_OFFSET_S = 2.0


@dataclass(slots=True)
class ClockCheck:
    """What the latest comparison found: this process's clock less the database's. None: not compared yet."""

    offset_s: float | None = None
    most_s: float = MOST_OFFSET_S

    @property
    def off(self) -> bool:
        """Whether the clock is too far off, or was not compared yet."""
        return self.offset_s is None or abs(self.offset_s) > self.most_s

    def require(self) -> None:
        """Return where codes may be checked.

        Raises:
            ClockOff: they may not.
        """
        if self.off:
            raise ClockOff("not compared yet" if self.offset_s is None else f"{self.offset_s:.1f} s")

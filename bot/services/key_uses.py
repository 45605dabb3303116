"""When API keys were last used, as far as it is not written down yet.

A sign-in writes nothing about its key: all sign-ins of an application would wait for that one row. Each process
remembers, and writes now and then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime


class KeyUses:
    """The last use of each live key, of this process; only recognized keys are noted, so no stranger makes it grow."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}

    def note(self, key_id: str, at: datetime) -> None:
        """Remember a use."""
        self._last[key_id] = at

    def taken(self) -> dict[str, datetime]:
        """Return what was noted, and forget it."""
        taken, self._last = self._last, {}
        return taken

    def put_back(self, taken: Mapping[str, datetime]) -> None:
        """Note again what could not be written, unless there is a later use meanwhile."""
        self._last = {**taken, **self._last}

"""What comes in and goes out. What the bot can do is the list below, an entry a feature."""

from __future__ import annotations

from handlers.edge import Feature
from handlers.home import HomeHandlers


def features() -> list[Feature]:
    """Return everything that people can do in Slack."""
    return [HomeHandlers()]

"""Everything that the bot can be asked, found by registering its features with nothing behind them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast
from uuid import uuid4

from slack_bolt.async_app import AsyncApp

from bot.core.people import Home
from handlers import Services, features

Listener = Callable[..., object]


@dataclass
class Recorder:
    """Takes what a feature registers, as Bolt's app would."""

    actions: set[str] = field(default_factory=set)
    views: set[str] = field(default_factory=set)
    commands: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)

    def action(self, name: str) -> Callable[[Listener], None]:
        return self._into(self.actions, name)

    def view(self, name: str) -> Callable[[Listener], None]:
        return self._into(self.views, name)

    def command(self, name: str) -> Callable[[Listener], None]:
        return self._into(self.commands, name)

    def event(self, name: str) -> Callable[[Listener], None]:
        return self._into(self.events, name)

    def _into(self, names: set[str], name: str) -> Callable[[Listener], None]:
        names.add(name)
        return lambda _listener: None


class _Nowhere:
    home: Home | None = None


def everything(services: Services) -> Recorder:
    """Return the names of all buttons, modals, commands and events that the bot listens to."""
    recorder = Recorder()

    for feature in features(services, _Nowhere(), apps=[], new_intent=uuid4):
        feature.register(cast(AsyncApp, recorder))
    return recorder

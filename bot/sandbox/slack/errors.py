"""How Slack says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.slack.workspace import Json


class SlackError(Exception):
    """A Web API call that Slack refuses.

    Args:
        error: Slack's name for it, such as `channel_not_found`.
        messages: what stands in `response_metadata.messages`.
        bug: whether only a mistake in the app leads here; it is then remembered among the problems.
        extra: further fields of the answer.
    """

    def __init__(
        self, error: str, messages: Sequence[str] = (), *, bug: bool = False, extra: Json | None = None
    ) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = list(messages)
        self.bug = bug
        self.extra = extra or {}

    def body(self) -> Json:
        """Return the body of the answer (SR1)."""
        body: Json = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            body["errors"] = self.messages
            body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return body


class NotOnScreenError(LookupError):
    """A person tried to use what they do not see."""

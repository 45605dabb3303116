"""Payloads as Slack sent them, in somebody else's name, and with any one of their leaves altered."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from bot.sandbox.slack import Delivery
from tests.support import signed

Path = tuple[str | int, ...]
OURS = {
    ("actions", "value"),
    ("view", "private_metadata"),
    ("view", "state", "values", "value"),
    ("view", "state", "values", "selected_user"),
}
"""Where our own ids come back, or somebody is named: how the path begins, and its last step."""
SAYS_WHO = {("user", "id"), ("user", "team_id"), ("team", "id"), ("user_id",), ("team_id",), ("event", "user")}
"""Who acts, and where: Slack's signature vouches for that, and for nothing else."""


@dataclass(frozen=True)
class Payload:
    """A command, click, submission or event, parsed."""

    kind: str
    fields: dict[str, Any]

    @property
    def name(self) -> str:
        """What listens to it."""
        actions, view = self.fields.get("actions"), self.fields.get("view", {})
        what = actions[0]["action_id"] if actions else self.fields.get("command") or view.get("callback_id")
        return f"{self.kind} {what or self.fields['event']['type']} {self.fields.get('text', '')}".strip()

    def body(self) -> tuple[bytes, str]:
        """Return the bytes and their content type."""
        if self.kind == "command":
            form = {name: text if isinstance(text, str) else json.dumps(text) for name, text in self.fields.items()}
            return urlencode(form).encode(), signed.FORM
        if self.kind == "event":
            return json.dumps(self.fields).encode(), signed.JSON
        return signed.interaction(self.fields), signed.FORM

    def leaves(self) -> Iterator[Path]:
        """Yield where each leaf is, but for who acts."""
        yield from (path for path in _leaves(self.fields, ()) if path not in SAYS_WHO)

    def brings_back(self, path: Path) -> bool:
        """Whether an id of ours comes back there, or somebody is named, also in the text of a command."""
        return path == ("text",) or any(path[: len(one) - 1] == one[:-1] and path[-1] == one[-1] for one in OURS)

    def altered(self, path: Path, value: object) -> "Payload":
        """Return it with *value* at *path*."""
        fields = deepcopy(self.fields)
        place: Any = fields
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        return Payload(self.kind, fields)

    def by(self, user: str, *, code: str, handles: dict[str, str]) -> "Payload":
        """Return it as if *user* had done it, with *code* wherever a code is typed.

        *handles*: what Slack would have given that user instead: trigger, view and response URL.
        """
        fields = deepcopy(self.fields)
        fields |= {name: handles[name] for name in ("trigger_id", "response_url") if name in fields}
        if "view" in fields:
            fields["view"] |= dict.fromkeys(("id", "root_view_id"), handles["view"])
        if "user_id" in fields:
            fields["user_id"] = user
        elif "event" in fields:
            fields["event"]["user"] = user
        else:
            fields["user"]["id"] = user
        for block in fields.get("view", {}).get("state", {}).get("values", {}).values():
            for name, element in block.items():
                if name == "code":
                    element["value"] = code
        return Payload(self.kind, fields)


def read(delivery: Delivery) -> Payload:
    """Parse what Slack delivered."""
    text = delivery.body.decode()
    if delivery.kind == "command":
        return Payload("command", dict(parse_qsl(text, keep_blank_values=True)))
    if delivery.kind == "event":
        return Payload("event", json.loads(text))
    return Payload(delivery.kind, json.loads(parse_qs(text)["payload"][0]))


def _leaves(part: object, path: Path) -> Iterator[Path]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from _leaves(value, (*path, number))
    else:
        yield path

"""The few kinds of blocks that the bot uses, as short calls."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers import ids

Json = dict[str, Any]
Blocks = list[Json]

CODE_MOST = 40
"""Characters of the longest thing that is typed: a recovery code with its hyphens has 29."""
TEXT_MOST = 2900
"""Characters of a list in a paragraph: Slack takes 3000, and counts some emoji as two."""


def plain(text: str) -> Json:
    """Text without markup."""
    return {"type": "plain_text", "text": text, "emoji": False}


def section(text: str) -> Json:
    """A paragraph in mrkdwn; our own words only."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def plain_section(text: str) -> Json:
    """A paragraph that shows exactly its characters."""
    return {"type": "section", "text": plain(text)}


def header(text: str) -> Json:
    """A heading."""
    return {"type": "header", "text": plain(text)}


def context(text: str) -> Json:
    """A small line in mrkdwn; our own words only."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def divider() -> Json:
    """A line across."""
    return {"type": "divider"}


def button(
    action_id: str, label: str, value: int | None = None, *, style: str | None = None, confirm: Json | None = None
) -> Json:
    """A button; *value* is the id of a row of ours, and nothing else ever."""
    made: Json = {"type": "button", "action_id": action_id, "text": plain(label)}
    if value is not None:
        made["value"] = str(value)
    if style is not None:
        made["style"] = style
    if confirm is not None:
        made["confirm"] = confirm
    return made


def confirmation(title: str, text: str, *, confirm: str, deny: str) -> Json:
    """What a button asks before it counts; a courtesy of the client's, and no check."""
    return {"title": plain(title), "text": plain(text), "confirm": plain(confirm), "deny": plain(deny)}


def actions(*buttons: Json) -> Json:
    """A row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def code_input(
    hint: str,
    *,
    label: str = "Verification code",
    block_id: str = ids.CODE,
    focus: bool = True,
    optional: bool = False,
) -> Json:
    """The one input for a code."""
    return {
        "type": "input",
        "optional": optional,
        "block_id": block_id,
        "label": plain(label),
        "hint": plain(hint),
        "element": {
            "type": "plain_text_input",
            "action_id": block_id,
            "max_length": CODE_MOST,
            "focus_on_load": focus,
        },
    }


def modal(
    title: str,
    blocks: Sequence[Json],
    *,
    callback_id: str = "",
    submit: str | None = None,
    close: str = "Close",
    metadata: str = "",
) -> Json:
    """A modal; *metadata* is an opaque id."""
    made: Json = {"type": "modal", "title": plain(title), "close": plain(close), "blocks": list(blocks)}
    if callback_id:
        made["callback_id"] = callback_id
    if submit is not None:
        made["submit"] = plain(submit)
    if metadata:
        made["private_metadata"] = metadata
    return made


def said(sentence: str, *more: Json) -> Json:
    """A modal that says a sentence and asks nothing."""
    return modal("MFA", [section(sentence), *more])


def at(when: datetime) -> str:
    """A time in the reader's own zone, in mrkdwn; people whose client cannot do that see UTC."""
    fallback = when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(when.timestamp())}^{{date_short_pretty}} at {{time}}|{fallback}>"


def seconds(wait_s: int) -> str:
    """A wait in words."""
    if wait_s < 120:  # noqa: PLR2004  below that, seconds say it best
        return f"{wait_s} seconds"
    minutes = -(-wait_s // 60)
    return f"{minutes} minutes" if minutes < 120 else f"{-(-minutes // 60)} hours"  # noqa: PLR2004  likewise


def span(length: timedelta) -> str:
    """A length of time in days, or in hours where it is no whole number of days."""
    days, rest = divmod(length, timedelta(days=1))
    return f"{days} day{'s' if days != 1 else ''}" if days and not rest else seconds(int(length.total_seconds()))


def clean(text: str, most: int) -> str:
    """Cut free text for a `plain_text`: no control or reordering characters, no line breaks (X6)."""
    kept = "".join(" " if char in "\n\r\t" else char for char in text if not _hidden(char))
    return kept if len(kept) <= most else kept[: most - 1] + "…"


def some(names: Sequence[str], *, between: str = ", ", where: str = "", count: int | None = None) -> str:
    """Join *names*, at most *count* and as many as there is room for; the rest is counted, to be found *where*."""
    whole = between.join(names)
    if _width(whole) <= TEXT_MOST and (count is None or len(names) <= count):
        return whole
    room, kept = TEXT_MOST - _width(f"{between}and {len(names)} more{where}"), list[str]()
    for name in names[:count]:
        room -= _width(name + between)
        if room < 0:
            break
        kept.append(name)
    return between.join([*kept, f"and {len(names) - len(kept)} more{where}"])


def cut(text: str, *, says: str) -> str:
    """Return as much of a text as there is room for; where it was cut, its end *says* so."""
    if _width(text) <= TEXT_MOST:
        return text
    kept = text[: TEXT_MOST - len(says)]
    while _width(kept + says) > TEXT_MOST:
        kept = kept[:-1]
    return kept + says


def links(apps: Iterable[tuple[str, str]]) -> str:
    """A list of names with their addresses."""
    return "\n".join(f"•  <{url}|{name}>" for name, url in apps)


def _hidden(char: str) -> bool:
    return char not in "\n\r\t" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn")


def _width(text: str) -> int:
    """Return the length in UTF-16, in which an emoji has two units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

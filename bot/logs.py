"""Log lines as JSON, one a line, with the request's id, and with nothing secret in them (X2, K4).

What keeps secrets out is first of all that nobody logs them. This file is the second line: it hides the values of
keys that name secrets, whatever looks like a code, key or token in any text, and the secrets of the environment; it
tells an exception by its type and place, never by its text, since the texts of drivers and parsers carry values.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Mapping, MutableMapping
from functools import lru_cache, partial
from typing import Any, TextIO

import asyncpg
import structlog
from structlog.typing import Processor

HIDDEN = "[hidden]"
OURS = ("bot", "handlers", "storage")
SENSITIVE = re.compile(
    r"(secret|token|password|passwd|authorization|cookie|signature|body|payload|code|otp|uri|url|dsn|key)s?$",
    re.IGNORECASE,
)
KEPT = frozenset(
    {
        "timestamp",
        "level",
        "logger",
        "request_id",
        "exception",
        "key_id",
        "status_code",
        "exit_code",
        "mac",
        "linked_at",
    }
)
LOOKS_SECRET = re.compile(
    r"""
      \b x(?:ox[a-z]|app)(?:\.xox[a-z])? - [\w-]+     # Slack's tokens
    | \b mfabot_[a-z0-9]{12}_[\w-]+                   # our API keys
    | \b (?:otpauth|postgres(?:ql)?) :// \S+          # provisioning URIs and DSNs
    | (?:https?|wss)://[^\s/]*slack[^\s/]*/\S+        # response URLs, addresses of Socket Mode
    | \b Bearer \s+ \S+
    | \b (?:[A-Z2-7]{4}[- ]){5} [A-Z2-7]{4} \b        # recovery codes
    | \b (?! (?-i: [A-Z][A-Za-z]*[a-z]Error \b))     # but for the name of an exception
      [A-Z2-7]{16,} \b                                # TOTP secrets, recovery codes without hyphens
    | (?<!\d) \d{3} [ -]? \d{3} (?!\d)                # TOTP codes
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Slack's libraries log bodies, blocks and response URLs at DEBUG; Bolt's check of signatures logs bodies at any level.
SILENT = ("slack_bolt.AsyncRequestVerification", "slack_bolt.RequestVerification")
_SPELL = json.JSONEncoder(default=str).encode


@lru_cache(maxsize=256)
def _names_a_secret(key: str) -> bool:
    return SENSITIVE.search(key) is not None


class Redaction:
    """A structlog processor that hides what must not be read in a log."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = tuple(sorted((secret for secret in secrets if secret), key=len, reverse=True))

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Return *event* without its secrets."""
        return {
            key: value if key in KEPT or key.startswith("_") else self._hide(key, value) for key, value in event.items()
        }

    def _hide(self, key: str, value: object) -> object:
        if _names_a_secret(key):
            return HIDDEN
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, Mapping):
            return {str(inner): self._hide(str(inner), held) for inner, held in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._hide(key, held) for held in value]
        return self.text(str(value))

    def text(self, text: str) -> str:
        """Return *text* without what is, or looks like, a secret."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return LOOKS_SECRET.sub(HIDDEN, text)


def told(error: BaseException) -> list[dict[str, Any]]:
    """Return *error* and what caused it, the last first: types, places, SQLSTATEs and constraints, but no texts."""
    chain: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None:
        frames = traceback.extract_tb(current.__traceback__)
        link: dict[str, Any] = {
            "type": f"{type(current).__module__}.{type(current).__qualname__}",
            "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        if isinstance(current, asyncpg.PostgresError):
            link |= {"sqlstate": current.sqlstate, "constraint": getattr(current, "constraint_name", None)}
        elif isinstance(current, OSError) and current.errno is not None:
            link["errno"] = current.errno
        elif type(current).__module__.split(".")[0] in OURS:
            link["says"] = str(current)
        chain.append(link)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


def _tell_exception(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace `exc_info` by what may be told of it."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = told(error)
    return event


def configure(level: str, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Send all logs, ours and the libraries', as JSON lines to *stream*, by default the standard error.

    Args:
        level: The least level of our own lines; the libraries speak at INFO at most, whatever it is.
        secrets: Values that must never be written.
        stream: Where the lines go.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=configure_ours(level, secrets, stream),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _in_json],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.getLevelNamesMapping()[level], logging.INFO))
    for name in SILENT:
        logging.getLogger(name).disabled = True
    logging.getLogger("aiohttp.access").disabled = True  # the edge writes a line of its own
    logging.captureWarnings(capture=True)


def configure_ours(level: str, secrets: Iterable[str] = (), stream: TextIO | None = None) -> list[Processor]:
    """Send our own lines alone there, and return what every line goes through.

    A detour of them through `logging` would cost half as much again, at every request.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _tell_exception,
        _forget_stack,
        Redaction(secrets),
    ]
    structlog.configure(
        processors=[*shared, _in_json],
        logger_factory=partial(_Line, stream),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=False,
    )
    return shared


class _Line:
    """Writes the lines of one logger of ours."""

    def __init__(self, stream: TextIO | None, name: str) -> None:
        self._stream = stream
        self.name = name

    def write(self, line: str) -> None:
        """Write *line*; where nobody reads any more, what it tells of goes on all the same."""
        stream = self._stream or sys.stderr
        with contextlib.suppress(OSError, ValueError):
            stream.write(line + "\n")
            stream.flush()

    debug = info = warning = error = critical = write


def _in_json(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    """Spell the line, by an encoder that is made once: structlog's own renderer makes one a line."""
    return _SPELL(event)


def _forget_stack(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what a library may have asked to be printed with the line."""
    event.pop("stack_info", None)
    event.pop("stack", None)
    return event

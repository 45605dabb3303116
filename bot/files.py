"""The files that this process may open: each connection is one."""

from __future__ import annotations

import contextlib
import resource

from handlers.connections import Limits

WANTED = 4096
RESERVED = 256
"""For everything but requests: the database, Slack, the queue, the log. At most half of all."""
INTERNAL = 32
"""Connections of the internal port, which answers however many hold the public one."""


def raise_limit() -> int:
    """Raise the limit as far as this process wants and may, and return how many files it may open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return WANTED
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def shared_out(files: int) -> dict[str, Limits]:
    """Return the limits of the public and of the internal port where so many files may be open."""
    most = Limits().connections
    public = files - min(RESERVED, files // 2) - INTERNAL
    return {"public": Limits(connections=max(1, min(public, most))), "internal": Limits(connections=INTERNAL)}

"""Links the audit's events within a second of their commit, for ever, and writes the chain's head to the log.

The log is where the head is kept out of reach of whoever can write to the database: `mfabot audit verify --log`
compares. So its lines are written whatever the level, and only after the commit.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging

import structlog

from bot.core.chain import HEAD_EVENT, HeadFault
from bot.core.faults import DatabaseAway
from bot.services.chain import Chain, Linked

logger = structlog.get_logger(__name__)
# Whatever the level is that somebody chose: a head that is not in the log proves nothing.
heads = structlog.wrap_logger(
    None, wrapper_class=structlog.make_filtering_bound_logger(logging.INFO), logger_factory_args=(__name__,)
)

EVERY_S = 0.5
LAST_ROUND_S = 5.0


class Chaining:
    """What links in one process, from `start` to `stop`; of several processes one at a time does."""

    def __init__(self, chain: Chain, *, every_s: float = EVERY_S) -> None:
        self._chain = chain
        self._every_s = every_s
        self._ending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._trouble: str | None = None

    def start(self) -> None:
        """Begin; returns at once, and the database need not be there yet."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Link what waits once more, and end."""
        self._ending.set()
        if self._task is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._task, LAST_ROUND_S)
        await self._chain.close()

    async def round(self) -> None:
        """Link what waits now."""
        try:
            while isinstance(linked := await self._chain.link(), Linked):
                self._tell(None)
                head = linked.head
                heads.info(
                    HEAD_EVENT, number=head.number, mac=head.mac.hex(), linked_at=head.linked_at, count=head.total
                )
                if not linked.more:
                    return
            self._tell(linked.value if isinstance(linked, HeadFault) else None)
        except DatabaseAway:
            self._tell("the database is away")
        except Exception as error:
            if self._trouble != type(error).__name__:
                logger.exception("linking the audit failed")
            self._trouble = type(error).__name__

    async def _run(self) -> None:
        while not self._ending.is_set():
            await self.round()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), self._every_s)
        await self.round()

    def _tell(self, trouble: str | None) -> None:
        """Log a trouble when it begins, and that it ended; whatever the level, if somebody tampered with the head."""
        if trouble != self._trouble:
            log = heads.error if trouble in list(HeadFault) else logger.warning
            log("the audit is linked again" if trouble is None else "the audit is not linked", why=trouble)
        self._trouble = trouble

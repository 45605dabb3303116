"""How commands of the host ask a service: on a pool of their own, with a reason, and with a sentence for every no."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli.say import not_known, refuse, settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.core.host import HostRefusal
    from bot.core.permissions import RoleFault
    from bot.core.resets import ReasonFault
    from bot.services.means import Means
    from storage.pool import Pool

    Answer = TypeVar("Answer")

SlackId = Annotated[str, typer.Argument(metavar="SLACK_ID", help="The person's id in Slack: U…, never a name.")]
Reason = Annotated[str, typer.Option(help="Why, in 10 to 500 characters: kept, and shown to those concerned.")]
NOT_PRIVILEGED = "42501"
OWNER_NEEDED = "This takes the owner of the schema: set MFABOT_OWNER_DATABASE_URL."
Team = Annotated[str | None, typer.Option(help="The workspace's id (T…), where several are known.")]


def ask(question: Callable[[Means], Awaitable[Answer]], *, statement_s: float = 5.0, keyed: bool = False) -> Answer:
    """Ask, or refuse where the database is away, or say that its answer was lost.

    *statement_s* is the longest that one statement may take. *keyed*: it may have to store the hash of a word (E10).
    """
    import secrets

    from bot.clock import now
    from bot.core import enrollment, throttle
    from bot.core.sealing import Keyring
    from bot.services.means import Means
    from bot.settings import HostSettings, KeyedHostSettings

    found: HostSettings
    if keyed:
        found, _ = settings(KeyedHostSettings)
    else:
        found, _ = settings(HostSettings)
    # But for a word's hash the host seals and opens nothing (S2, A11).
    keyring = found.keyring if isinstance(found, KeyedHostSettings) else Keyring("none", {})

    async def on_means(pool: Pool) -> Answer:
        means = Means(
            pool=pool,
            keyring=keyring,
            now=now,
            random=secrets.token_bytes,
            throttle=throttle.Limits(lock_after=found.lock_after),
            enrollment=enrollment.Limits(),
            issuer="",
        )
        return await question(means)

    return on_a_pool(found.database_url.get_secret_value(), on_means, statement_s=statement_s, not_privileged=None)


def why_not(refused: HostRefusal | RoleFault | ReasonFault) -> str:
    """Say why the host is refused."""
    from bot.cli.refusals import SENTENCES

    return SENTENCES[refused]


def on_a_pool(
    dsn: str,
    question: Callable[[Pool], Awaitable[Answer]],
    *,
    statement_s: float = 60.0,
    not_privileged: str | None = OWNER_NEEDED,
) -> Answer:
    """Ask on a pool of its own at *dsn*, or refuse where the database is away, or say that its answer was lost.

    Counting and sorting millions of events takes a while. *not_privileged* is what to say if
    the role of *dsn* lacks the right.
    """
    from bot.core.faults import AnswerLost, DatabaseAway
    from storage.pool import DatabaseFault, Pool

    async def asking() -> Answer:
        pool = Pool(dsn, size=1, connect_s=5.0, statement_s=statement_s)
        try:
            return await question(pool)
        finally:
            await pool.close()

    try:
        return asyncio.run(asking())
    except AnswerLost:
        not_known()
    except DatabaseAway as away:
        refuse(f"The database cannot be reached, or is not migrated ({away}).")
    except DatabaseFault as fault:
        if not_privileged is not None and str(fault).startswith(NOT_PRIVILEGED):
            refuse(not_privileged)
        refuse(f"The database refused ({fault}).")

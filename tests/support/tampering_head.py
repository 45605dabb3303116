"""What may be done to the chain's head, and past it, by the owner and by the role that links; neither has the key."""

import secrets
from dataclasses import replace
from random import Random

import asyncpg

from bot.core import acceptance, chain
from bot.core.acceptance import Acceptance
from bot.core.chain import Link
from bot.core.sealing import Keyring
from storage import acceptances
from storage import chain as chain_rows
from tests.support.audit import REASON, Audit

FOREIGN = Keyring("k1", {"k1": secrets.token_bytes(32)})
GARBLING = (
    "UPDATE audit_head SET total = total + 1",
    "UPDATE audit_head SET seal = decode(repeat('ab', 32), 'hex')",
    "UPDATE audit_head SET mac = decode(repeat('ab', 32), 'hex')",
    "UPDATE audit_head SET key_id = 'k9'",
    "UPDATE audit_head SET linked_at = linked_at + interval '1 microsecond'",
    "DELETE FROM audit_head",
)


async def forge(audit: Audit, events: int = 2) -> Link:
    """Append a link as the role of the jobs, with the right predecessor and without the key."""
    await audit.write(events)
    head = (await chain_rows.standing(audit.conn)).head
    assert head is not None
    rows = await audit.conn.fetch("SELECT event_id FROM audit_unlinked ORDER BY event_id")
    ids = tuple(row["event_id"] for row in rows)
    link = Link(head.number + 1, head.linked_at, "k1", head.mac, ids, secrets.token_bytes(32 * len(ids)), 0)
    forged = replace(link, mac=secrets.token_bytes(32))
    worker = await asyncpg.connect(audit.database.worker)
    await chain_rows.append(worker, forged, replace(head, seal=secrets.token_bytes(32)))
    await worker.close()
    return forged


async def garble_the_head(audit: Audit, rng: Random) -> None:
    await audit.conn.execute(rng.choice(GARBLING))
    if rng.random() < 0.5:
        await audit.grow(1)  # nothing is linked any more


async def garble_it_again(audit: Audit, rng: Random) -> None:
    """Do the very same once somebody has acknowledged it."""
    garbling = rng.choice(GARBLING)
    await audit.conn.execute(garbling)
    await audit.accept()
    await audit.grow(rng.randrange(2))
    await audit.conn.execute(garbling)


async def append_without_the_key(audit: Audit, rng: Random) -> None:
    await forge(audit, rng.randrange(1, 5))
    await audit.write(rng.randrange(3))


async def append_without_the_key_again(audit: Audit, rng: Random) -> None:
    await forge(audit)
    await audit.accept()
    await audit.grow(rng.randrange(2))
    await forge(audit)


async def acknowledge_without_the_key(audit: Audit, _rng: Random) -> None:
    """Edit an event, and write an acceptance of it as one would who guesses the key."""
    await audit.conn.execute("UPDATE audit_event SET actor = 'person:97' WHERE event_id = 3")
    places = b"".join((await audit.check()).places)
    forged = Acceptance(1, "2026-11-24T12:00:00.000000Z", REASON, "k1", places)
    await acceptances.insert(audit.conn, acceptance.made(forged, chain.keys(FOREIGN)))

"""What may be done to events, by somebody who can do everything to the tables and has no key."""

import secrets
from dataclasses import replace
from random import Random

from bot.core import chain
from bot.core.chain import Entry
from tests.support.audit import Audit
from tests.support.tampering_chain import links, overwrite

EDITS = (
    "actor = 'person:99'",
    "kind = 'mfa.disabled'",
    "surface = 'cli'",
    "subject_id = 99",
    "subject_id = NULL",
    "detail = '{}'",
    "detail = detail || ' '",
    "at = at + interval '1 microsecond'",
    "at = at - interval '2 hours'",
)


async def linked(audit: Audit) -> list[int]:
    return [row["id"] for row in await audit.conn.fetch("SELECT unnest(event_ids) AS id FROM audit_link ORDER BY id")]


async def insert(audit: Audit, event_id: int, *, at: str = "now()") -> Entry:
    await audit.conn.execute(
        "INSERT INTO audit_event (event_id, at, kind, actor, surface, subject_id, detail) "  # noqa: S608  our own words
        f"VALUES ($1, {at}, 'mfa.reset', 'person:1', 'slack', 2, '{{}}')",
        event_id,
    )
    return Entry(event_id, "", "mfa.reset", "person:1", "slack", 2, "{}")


async def edit_a_field(audit: Audit, rng: Random) -> None:
    await audit.conn.execute(
        f"UPDATE audit_event SET {rng.choice(EDITS)} WHERE event_id = $1",  # noqa: S608  our own words
        rng.choice(await linked(audit)),
    )


async def edit_several(audit: Audit, rng: Random) -> None:
    await audit.conn.execute(
        "UPDATE audit_event SET actor = 'person:98' WHERE event_id = ANY ($1)", rng.sample(await linked(audit), 3)
    )


async def edit_before_it_is_linked(audit: Audit, _rng: Random) -> None:
    await audit.write(2)
    await audit.conn.execute(
        "UPDATE audit_event SET at = at - interval '1 hour' WHERE event_id = (SELECT max(event_id) FROM audit_event)"
    )
    await audit.link()


async def delete_one(audit: Audit, rng: Random) -> None:
    await audit.conn.execute("DELETE FROM audit_event WHERE event_id = $1", rng.choice(await linked(audit)))


async def delete_several(audit: Audit, rng: Random) -> None:
    chosen = rng.sample(await linked(audit), 3)
    await audit.conn.execute("DELETE FROM audit_event WHERE event_id = ANY ($1)", chosen)


async def delete_those_of_one_person(audit: Audit, _rng: Random) -> None:
    await audit.conn.execute("DELETE FROM audit_event WHERE subject_id = 3")


async def delete_before_it_is_linked(audit: Audit, rng: Random) -> None:
    await audit.write(2)
    await audit.conn.execute("DELETE FROM audit_event WHERE event_id = (SELECT max(event_id) FROM audit_event)")
    if rng.random() < 0.5:
        await audit.link()


async def insert_one(audit: Audit, _rng: Random) -> None:
    await insert(audit, await audit.conn.fetchval("SELECT max(event_id) + 1 FROM audit_event"))


async def insert_where_no_id_is(audit: Audit, rng: Random) -> None:
    await insert(audit, -rng.randrange(1, 1000), at="'2020-05-05 05:05:05Z'")


async def insert_under_the_id_of_another(audit: Audit, rng: Random) -> None:
    away = rng.choice(["+", "-"])
    await insert(audit, rng.choice(await linked(audit)), at=f"now() {away} interval '90 days'")


async def insert_into_a_link(audit: Audit, rng: Random) -> None:
    entry = await insert(audit, await audit.conn.fetchval("SELECT max(event_id) + 1 FROM audit_event"))
    link = rng.choice(await links(audit))
    ids, digests = (*link.event_ids, entry.event_id), link.digests + chain.digest(entry)
    await overwrite(audit, replace(link, event_ids=ids, digests=digests, total=link.total + rng.randrange(2)))


async def insert_with_a_link_of_its_own(audit: Audit, _rng: Random) -> None:
    entry = await insert(audit, await audit.conn.fetchval("SELECT max(event_id) + 1 FROM audit_event"))
    last = (await links(audit))[-1]
    link = replace(
        last,
        number=last.number + 1,
        previous=last.mac,
        event_ids=(entry.event_id,),
        digests=chain.digest(entry),
        total=last.total + 1,
    )
    await audit.put_link(replace(link, mac=chain.mac(link, secrets.token_bytes(32))))


async def hide_from_the_chain(audit: Audit, _rng: Random) -> None:
    await audit.write(1)
    await audit.conn.execute("DELETE FROM audit_unlinked")
    await audit.grow(1)


async def swap_two_events(audit: Audit, rng: Random) -> None:
    one, other = rng.sample(await linked(audit), 2)
    for was, becomes in ((one, -1), (other, one), (-1, other)):
        await audit.conn.execute("UPDATE audit_event SET event_id = $2 WHERE event_id = $1", was, becomes)


async def move_an_event_to_another_id(audit: Audit, rng: Random) -> None:
    await audit.conn.execute(
        "UPDATE audit_event SET event_id = (SELECT max(event_id) + 1 FROM audit_event) WHERE event_id = $1",
        rng.choice(await linked(audit)),
    )


async def reverse_a_link(audit: Audit, rng: Random) -> None:
    link = rng.choice(await links(audit))
    pairs = list(link.places())[::-1]
    digests = b"".join(digest for _, digest in pairs) if rng.random() < 0.5 else link.digests
    await overwrite(audit, replace(link, event_ids=tuple(event_id for event_id, _ in pairs), digests=digests))


async def swap_two_links(audit: Audit, rng: Random) -> None:
    one, other = rng.sample(await links(audit), 2)
    await overwrite(audit, replace(one, number=other.number))
    await overwrite(audit, replace(other, number=one.number))

"""What may be done to the chain, by somebody who can do everything to the tables and has no key."""

import secrets
from dataclasses import replace
from random import Random

from bot.core import chain
from bot.core.chain import Link
from storage import chain as chain_rows
from tests.support.audit import TABLES, Audit
from tests.support.tampering_head import FOREIGN, garble_the_head


async def links(audit: Audit) -> list[Link]:
    async with audit.conn.transaction():
        return await (await chain_rows.links(audit.conn)).fetch()


async def overwrite(audit: Audit, link: Link) -> None:
    await audit.conn.execute("DELETE FROM audit_link WHERE link_no = $1", link.number)
    await audit.put_link(link)


async def cut_links_and_events(audit: Audit, rng: Random) -> None:
    cut = (await links(audit))[-rng.randrange(1, 4) :]
    await audit.conn.execute("DELETE FROM audit_link WHERE link_no >= $1", cut[0].number)
    await audit.conn.execute("DELETE FROM audit_event WHERE event_id >= $1", cut[0].event_ids[0])


async def cut_links_alone(audit: Audit, rng: Random) -> None:
    cut = (await links(audit))[-rng.randrange(1, 4) :]
    await audit.conn.execute("DELETE FROM audit_link WHERE link_no >= $1", cut[0].number)


async def cut_the_head_off_too(audit: Audit, rng: Random) -> None:
    await cut_links_and_events(audit, rng)
    await audit.conn.execute("TRUNCATE audit_head")


async def cut_and_make_a_head_that_fits(audit: Audit, rng: Random) -> None:
    await cut_links_and_events(audit, rng)
    last = (await links(audit))[-1]
    await chain_rows.save_head(audit.conn, chain.head_of(last, FOREIGN))


async def cut_and_let_the_worker_go_on(audit: Audit, rng: Random) -> None:
    await rng.choice((cut_links_and_events, cut_the_head_off_too))(audit, rng)
    await audit.grow(2)


async def truncate_all(audit: Audit, _rng: Random) -> None:
    await audit.conn.execute(f"TRUNCATE {', '.join(TABLES)}")


async def truncate_some(audit: Audit, rng: Random) -> None:
    tables = rng.choice(["audit_event", "audit_link", "audit_event, audit_link", "audit_link, audit_head"])
    await audit.conn.execute(f"TRUNCATE {tables}")


async def truncate_and_let_the_worker_go_on(audit: Audit, _rng: Random) -> None:
    await audit.conn.execute("TRUNCATE audit_event, audit_link")
    await audit.grow(2)


async def make_anew_with_another_key(audit: Audit, rng: Random) -> None:
    """Change an event, and every link from its own to the last, as somebody would who guesses the key."""
    all_links = await links(audit)
    begin = rng.choice(all_links)
    event_id = rng.choice(begin.event_ids)
    await audit.conn.execute("UPDATE audit_event SET actor = 'person:97' WHERE event_id = $1", event_id)
    previous = begin.previous
    for link in all_links[begin.number - 1 :]:
        made = replace(link, previous=previous, digests=secrets.token_bytes(len(link.digests)))
        made = replace(made, mac=chain.mac(made, chain.keys(FOREIGN)["k1"]))
        await overwrite(audit, made)
        previous = made.mac
    await chain_rows.save_head(audit.conn, chain.head_of(made, FOREIGN))


async def let_the_worker_make_it_anew(audit: Audit, rng: Random) -> None:
    """Empty everything, write other events and let the worker link them: every link is genuine."""
    keep = rng.randrange(3)
    copy = await audit.copy()
    await truncate_all(audit, rng)
    events = [tuple(row.values()) for row in copy["audit_event"]][keep:]
    await audit.conn.copy_records_to_table("audit_event", records=events)
    await audit.conn.execute("INSERT INTO audit_unlinked SELECT event_id, at FROM audit_event")
    await audit.link()
    await audit.grow(rng.randrange(3))


async def put_an_older_copy_back(audit: Audit, rng: Random) -> None:
    copy = await audit.copy()
    await audit.grow(rng.randrange(1, 4))
    await audit.put_back(copy)


async def put_an_older_copy_back_and_go_on(audit: Audit, rng: Random) -> None:
    await put_an_older_copy_back(audit, rng)
    await audit.grow(rng.randrange(1, 5))


async def put_an_older_copy_of_the_chain_back(audit: Audit, rng: Random) -> None:
    """Leave the newer events where they are, without a link."""
    copy = await audit.copy()
    await audit.grow(rng.randrange(1, 4))
    events = await audit.copy()
    await audit.put_back(copy | {"audit_event": events["audit_event"]})


async def garble_accept_and_put_an_older_copy_back(audit: Audit, rng: Random) -> None:
    """Garble the head, so that somebody has to acknowledge it, and roll back to a copy of before or after that."""
    before = await audit.copy()
    await audit.grow(rng.randrange(1, 3))
    await garble_the_head(audit, rng)
    await audit.accept(with_log=rng.random() < 0.5)
    await audit.grow(rng.randrange(1, 3))
    copy = rng.choice([before, await audit.copy()])
    await audit.grow(rng.randrange(1, 3))
    await audit.put_back(copy)
    await audit.grow(rng.randrange(3))

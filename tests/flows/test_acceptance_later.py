"""What somebody acknowledged hides nothing that is done later, whatever was acknowledged and whatever is done (K9)."""

from collections.abc import Awaitable, Callable

import pytest

from bot.core.tampering import Kind
from bot.services.acceptance import Accepted
from tests.support.audit import Audit
from tests.support.tampering_events import insert
from tests.support.tampering_head import forge


async def kinds(audit: Audit, *, with_log: bool = True) -> set[Kind]:
    return {finding.kind for finding in (await audit.check(with_log=with_log)).findings}


async def edit(audit: Audit) -> None:
    await audit.conn.execute("UPDATE audit_event SET actor = 'person:9' WHERE event_id = 6")


async def edit_again(audit: Audit) -> None:
    await audit.conn.execute("UPDATE audit_event SET actor = 'person:8' WHERE event_id = 6")


async def edit_another(audit: Audit) -> None:
    await audit.conn.execute("UPDATE audit_event SET actor = 'person:9' WHERE event_id = 7")


async def delete(audit: Audit) -> None:
    await audit.conn.execute("DELETE FROM audit_event WHERE event_id = 6")


async def put_another_in_its_place(audit: Audit) -> None:
    await insert(audit, 6)


async def cut_links(audit: Audit) -> None:
    await audit.conn.execute("DELETE FROM audit_link WHERE link_no = 2")


async def cut_one_more(audit: Audit) -> None:
    await audit.conn.execute("DELETE FROM audit_link WHERE link_no = 3")


async def put_in(audit: Audit) -> None:
    """Put in no more events than the links that are gone covered."""
    await insert(audit, 1_000_000)


async def garble(audit: Audit) -> None:
    await audit.conn.execute("UPDATE audit_head SET seal = decode(repeat('ab', 32), 'hex')")


async def forge_one(audit: Audit) -> None:
    await forge(audit)


Act = Callable[[Audit], Awaitable[None]]


@pytest.mark.parametrize(
    ("first", "then", "found"),
    [
        (edit, edit_again, Kind.EDITED),
        (edit, edit_another, Kind.EDITED),
        (edit, delete, Kind.DELETED),
        (delete, put_another_in_its_place, Kind.EDITED),
        (delete, put_in, Kind.INSERTED),
        (cut_links, cut_one_more, Kind.CUT),
        (cut_links, put_in, Kind.INSERTED),
        (garble, garble, Kind.GARBLED),
        (garble, cut_links, Kind.CUT),
        (forge_one, garble, Kind.GARBLED),
        (forge_one, forge_one, Kind.FORGED),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
async def test_what_was_acknowledged_hides_nothing_that_is_done_later(
    audit: Audit, first: Act, then: Act, found: Kind
) -> None:
    await audit.grow(4)
    await first(audit)

    accepted = await audit.accept()
    clean = await kinds(audit)
    await then(audit)

    assert isinstance(accepted, Accepted)
    assert clean == set()
    assert await kinds(audit) == await kinds(audit, with_log=False) == {found}

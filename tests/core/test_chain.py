"""What a link covers, and what the next one goes on from."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import chain
from bot.core.audit import canonical
from bot.core.chain import NOTHING, Entry, Head, HeadFault, Link, Standing, head_fault, read_head
from bot.core.sealing import Keyring

NOON = datetime(2026, 11, 24, 12, 0, 0, 5, tzinfo=UTC)
K1, K2 = bytes(range(32)), bytes(range(32, 64))
RING = Keyring("k1", {"k1": K1})
OWN = chain.keys(RING)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
ENTRIES = st.builds(
    Entry,
    st.integers(-9, 9),
    TEXT,
    TEXT,
    TEXT,
    TEXT,
    st.none() | st.integers(-9, 9),
    st.sampled_from(["{}", '{"a":1}', '{},"event_id":1,"kind":"k"', '"', "\\"]) | TEXT,
)


def entry(event_id: int, detail: str = '{"verdict":"accepted"}') -> Entry:
    return Entry(event_id, "2026-11-24T12:00:00.000005Z", "verification", "app:1", "app:1", 3, detail)


def link_of(*event_ids: int, head: Head | None = None, ring: Keyring = RING) -> Link:
    return chain.next_link([(event_id, entry(event_id)) for event_id in event_ids], head=head, ring=ring, now=NOON)


FIRST = link_of(1, 2)
HEAD = chain.head_of(FIRST, RING)


@given(ENTRIES, ENTRIES, st.sets(st.sampled_from([field.name for field in fields(Entry)]), max_size=2))
def test_different_events_have_different_lines(one: Entry, other: Entry, changed: set[str]) -> None:
    """Two that are drawn by themselves differ in nearly everything: what is changed is one or two things."""
    altered = replace(one, **{name: getattr(other, name) for name in changed})

    assert (one.line == altered.line) == (one == altered)
    assert (one.line == other.line) == (one == other)


def test_the_line_of_an_event_is_canonical_json_of_all_that_is_kept() -> None:
    told = {field.name: getattr(entry(7), field.name) for field in fields(Entry)} | {"detail": {"verdict": "accepted"}}

    assert entry(7).line == canonical(told)


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 2},
        {"linked_at": "2026-11-24T12:00:00.000006Z"},
        {"previous": bytes(31) + b"\1"},
        {"event_ids": (2, 1)},
        {"event_ids": (1,), "digests": FIRST.digests[:32]},
        {"event_ids": (1, 3)},
        {"digests": FIRST.digests[32:] + FIRST.digests[:32]},
        {"total": 3},
        {"mac": bytes(32)},
        {"key_id": "k2"},
        # The same bytes, cut in other places.
        {"previous": NOTHING + FIRST.digests[:8], "digests": FIRST.digests[8:]},
        {"previous": b""},
    ],
)
def test_a_link_does_not_verify_with_anything_changed(changes: dict[str, Any]) -> None:
    assert chain.is_genuine(FIRST, OWN)
    assert not chain.is_genuine(replace(FIRST, **changes), {"k1": OWN["k1"], "k2": OWN["k1"]})


@pytest.mark.parametrize(
    "changes",
    [{"number": 2}, {"mac": bytes(32)}, {"linked_at": ""}, {"total": 3}, {"key_id": "k2"}, {"seal": bytes(32)}],
)
def test_a_head_does_not_verify_with_anything_changed(changes: dict[str, Any]) -> None:
    assert chain.is_sealed(HEAD, OWN)
    assert not chain.is_sealed(replace(HEAD, **changes), {"k1": OWN["k1"], "k2": OWN["k1"]})


def test_neither_link_nor_head_can_be_made_with_another_key() -> None:
    foreign = Keyring("k1", {"k1": K2})

    assert not chain.is_genuine(link_of(1, 2, ring=foreign), OWN)
    assert not chain.is_sealed(chain.head_of(FIRST, foreign), OWN)


def test_the_key_of_the_chain_is_no_master_key() -> None:
    assert OWN["k1"] not in (K1, b"")


def test_after_a_rotation_old_links_verify_under_their_key_and_new_ones_under_the_new() -> None:
    both = Keyring("k2", {"k1": K1, "k2": K2})

    second = link_of(3, head=HEAD, ring=both)

    assert second.key_id == "k2"
    assert second.previous == FIRST.mac
    assert all(chain.is_genuine(link, chain.keys(both)) for link in (FIRST, second))
    assert not chain.is_genuine(second, OWN)


def test_events_stand_in_the_order_of_their_ids_and_one_that_is_gone_keeps_its_place() -> None:
    link = chain.next_link([(9, entry(9)), (4, None), (5, entry(5))], head=None, ring=RING, now=NOON)

    assert link.event_ids == (4, 5, 9)
    assert [digest for _, digest in link.places()] == [NOTHING, chain.digest(entry(5)), chain.digest(entry(9))]


@pytest.mark.parametrize(
    ("head", "number", "previous", "total"), [(None, 1, NOTHING, 2), (HEAD, 2, FIRST.mac, 4)], ids=["first", "next"]
)
def test_a_link_goes_on_from_the_head(head: Head | None, number: int, previous: bytes, total: int) -> None:
    link = link_of(3, 4, head=head)

    assert (link.number, link.previous, link.total) == (number, previous, total)
    assert chain.is_genuine(link, OWN)


@pytest.mark.parametrize(
    ("standing", "fault"),
    [
        (Standing(None, links=False, overtaken=False), None),
        (Standing(HEAD, links=True, overtaken=False), None),
        # The end was cut off: the head knows better.
        (Standing(HEAD, links=False, overtaken=False), None),
        (Standing(None, links=True, overtaken=False), HeadFault.MISSING),
        (Standing(replace(HEAD, number=99), links=True, overtaken=False), HeadFault.NOT_GENUINE),
        (Standing(replace(HEAD, key_id="k2"), links=True, overtaken=False), HeadFault.UNKNOWN_KEY),
        # An older head, or a link that somebody put after it.
        (Standing(HEAD, links=True, overtaken=True), HeadFault.OVERTAKEN),
    ],
)
def test_no_link_follows_a_head_that_does_not_fit(standing: Standing, fault: HeadFault | None) -> None:
    assert head_fault(standing, OWN) is fault


LINE = {"event": "audit head", "number": 57, "mac": "ab" * 32, "linked_at": "2026-11-24T12:00:00.000000Z", "count": 99}


@pytest.mark.parametrize("before", ["", "mfabot-1  | ", "Nov 24 12:00:00 host mfabot[1]: "])
def test_a_head_is_read_from_a_line_of_the_log_whatever_stands_before_it(before: str) -> None:
    assert read_head(before + json.dumps(LINE)) == Head(57, b"\xab" * 32, "2026-11-24T12:00:00.000000Z", 99)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "audit head",
        '{"event": "audit head"',
        '{"event": "said audit head", "number": 1}',
        json.dumps({"event": "audit head"}),
        json.dumps(LINE | {"mac": "[hidden]"}),
        json.dumps(LINE | {"number": "many"}),
        json.dumps(["audit head"]),
    ],
)
def test_other_lines_are_no_heads(line: str) -> None:
    assert read_head(line) is None

"""Recovery codes: their form, and that their hash is worth nothing elsewhere."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import codes, recovery

ENTROPY = bytes(range(150))
CODE = recovery.read(recovery.make(ENTROPY)[0])


@given(st.binary(min_size=150, max_size=150))
def test_ten_codes_of_six_groups_of_four_that_read_back(entropy: bytes) -> None:
    shown = recovery.make(entropy)

    assert len(shown) == 10
    for code in shown:
        assert re.fullmatch(r"(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}", code)
        assert codes.parse(code.lower()) == recovery.read(code)


def test_every_bit_of_the_entropy_counts() -> None:
    flipped = bytes([ENTROPY[0] ^ 1]) + ENTROPY[1:]

    assert recovery.make(flipped)[0] != recovery.make(ENTROPY)[0]
    assert recovery.make(flipped)[1:] == recovery.make(ENTROPY)[1:]


@pytest.mark.parametrize("length", [0, 149, 151])
def test_other_amounts_of_entropy_are_a_bug(length: int) -> None:
    with pytest.raises(ValueError, match="150 random bytes"):
        recovery.make(bytes(length))


def test_a_hash_is_worth_nothing_under_another_key_or_at_another_place() -> None:
    digests = {
        recovery.digest(key, team_id=team, person_id=person, factor_id=factor, code=CODE)
        for key in (b"a" * 32, b"b" * 32)
        for team in ("T1", "T2")
        for person in (1, 11)
        for factor in (1, 11)
    }

    assert len(digests) == 16
    assert {len(digest) for digest in digests} == {32}
    assert not any(CODE.symbols.encode() in digest for digest in digests)

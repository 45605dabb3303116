"""Secrets at rest, and the keyring's file."""

import base64
import json
from dataclasses import replace

import pytest

from bot.core.sealing import Keyring, Place, Purpose, Sealed, Unopenable, read_keyring, write_keyring

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
RING = Keyring("k1", {"k1": KEY})
PLACE = Place(Purpose.FACTOR, "T0MFA", 7, 11)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NONCE = b"123456789012"
SEALED = RING.seal(PLACE, SECRET, NONCE)


def spelled(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_a_secret_opens_where_it_was_sealed() -> None:
    assert RING.open(PLACE, SEALED) == SECRET
    assert SECRET.encode() not in SEALED.box


@pytest.mark.parametrize(
    "place",
    [
        replace(PLACE, purpose=Purpose.ENROLLMENT),
        replace(PLACE, team_id="T0OTHER"),
        replace(PLACE, person_id=8),
        replace(PLACE, row_id=12),
        replace(PLACE, person_id=71, row_id=1),  # the same digits, divided otherwise
    ],
)
def test_a_secret_that_was_moved_does_not_open(place: Place) -> None:
    with pytest.raises(Unopenable):
        RING.open(place, SEALED)


@pytest.mark.parametrize("position", range(len(SEALED.box)))
def test_a_secret_of_which_one_bit_was_changed_does_not_open(position: int) -> None:
    box = bytearray(SEALED.box)
    box[position] ^= 1

    with pytest.raises(Unopenable):
        RING.open(PLACE, replace(SEALED, box=bytes(box)))


@pytest.mark.parametrize("length", [0, 1, 11, 12, 27, 28])
def test_a_box_cut_short_does_not_open(length: int) -> None:
    with pytest.raises(Unopenable):
        RING.open(PLACE, replace(SEALED, box=SEALED.box[:length]))


def test_an_older_key_opens_what_it_sealed_and_the_primary_seals() -> None:
    rotated = Keyring("k2", {"k1": KEY, "k2": OTHER})

    assert rotated.open(PLACE, SEALED) == SECRET
    assert rotated.seal(PLACE, SECRET, NONCE).key_id == "k2"


def test_a_secret_does_not_open_under_the_id_of_another_key() -> None:
    same_key_twice = Keyring("k1", {"k1": KEY, "k2": KEY})

    with pytest.raises(Unopenable):
        same_key_twice.open(PLACE, Sealed("k2", SEALED.box))


def test_a_key_that_is_gone_is_named_and_nothing_else() -> None:
    with pytest.raises(Unopenable) as caught:
        Keyring("k2", {"k2": OTHER}).open(PLACE, SEALED)

    assert str(caught.value) == "no key 'k1' in the keyring"


def test_no_two_purposes_share_a_key() -> None:
    assert len({RING.derived(purpose, "k1") for purpose in Purpose} | {KEY}) == len(Purpose) + 1


def test_neither_keys_nor_ciphertext_show_in_a_repr() -> None:
    assert "keys" not in repr(RING)
    assert "box" not in repr(SEALED)


def test_a_keyring_reads_back_as_it_was_written() -> None:
    ring = Keyring("k2", {"k1": KEY, "k2": OTHER})

    assert read_keyring(write_keyring(ring)) == ring


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[]",
        "null",
        "{}",
        '"k1"',
        '{"primary": "k1"}',
        '{"primary": "k1", "keys": null}',
        '{"primary": "k1", "keys": "k1"}',
        json.dumps({"primary": "k2", "keys": {"k1": spelled(KEY)}}),
        json.dumps({"primary": [], "keys": {"k1": spelled(KEY)}}),
        json.dumps({"primary": 1, "keys": [[1, spelled(KEY)]]}),
        json.dumps({"primary": "k1", "keys": [["k1", spelled(KEY)], [2, spelled(KEY)]]}),
        json.dumps({"primary": "k1", "keys": {"k1": spelled(KEY[:31])}}),
        json.dumps({"primary": "k1", "keys": {"k1": spelled(bytes(32))}}),
        json.dumps({"primary": "k1", "keys": {"k1": "not base64!"}}),
        json.dumps({"primary": "k1", "keys": {"k1": "\u00e9" * 44}}),
        json.dumps({"primary": "k1", "keys": {"k1": 5}}),
        json.dumps({"primary": "k1", "keys": {"k1": spelled(KEY), "K 2": spelled(OTHER)}}),
        json.dumps({"primary": "", "keys": {"": spelled(KEY)}}),
    ],
)
def test_a_keyring_that_cannot_be_right_is_refused_in_words_without_keys(told: str) -> None:
    with pytest.raises(ValueError, match="key") as caught:
        read_keyring(told)

    assert spelled(KEY)[:8] not in str(caught.value)


def test_what_was_sealed_by_the_first_version_opens() -> None:
    box = "000000000000000000000000d1e2c193bc3b14bcdf72691caaff4b9312ba82afc9409ee80acd5383f59d001e"
    place = Place(Purpose.FACTOR, "T0MFA", 12, 34)

    assert RING.open(place, Sealed("k1", bytes.fromhex(box))) == "JBSWY3DPEHPK3PXP"

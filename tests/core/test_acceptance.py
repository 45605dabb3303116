"""What an acceptance names and how it is kept: the answers are written out, calculated with SHA-256 and HMAC alone."""

from dataclasses import replace

import pytest

from bot.core import acceptance
from bot.core.acceptance import Acceptance
from bot.core.chain import Entry, Head, Link

KEY = bytes.fromhex("3053a399e6d0aaa194a9c2b21bb620801b2f3e089e81f8d59f4cd25248e52b54")
OWN = {"k1": KEY}
EVENT = Entry(41, "2026-11-24T12:00:00.000005Z", "verification", "app:1", "app:1", 3, '{"verdict":"accepted"}')
MAC = bytes.fromhex("53d87c17acd5b09c69fb9564ed8bcb9f1640811d7dba2b8fe378633f3e8dfff8")
DIGESTS = bytes.fromhex(
    "84b695f2dfbb82f74c0f56151a5ff079bc9351d4653074df0f3f8b1a3c07c5fd"
    "514a25b89c4ec2b63ae8fa6cb046c95d8d28da556ab65d97f09a251c97f030c6"
)
LINK = Link(8, "2026-11-24T12:00:02.000000Z", "k1", bytes.fromhex("11" * 32), (41, 42), DIGESTS, 19, MAC)
HEAD = Head(8, MAC, "2026-11-24T12:00:02.000000Z", 19)
GONE = bytes.fromhex("181ea375162b8e8b3ba0f55e88a780e9d743a907ff9308f67af2a9a0dc780cdc")
GAP = bytes.fromhex("236aec23c19241bf97d1b3da0a6a1679fae151f4137024e2e4ac789faa671fc8")
PLAIN = Acceptance(2, "2026-11-24T13:00:00.000000Z", "Looked at by hand.", "k1", GONE + GAP)
MADE = replace(PLAIN, mac=bytes.fromhex("27b0e1e5f41b5bf80268f0ab0c3eba9d30c5db8492feb7afc7dcfa67682eaab4"))


def test_each_place_has_the_fingerprint_that_was_kept() -> None:
    assert [
        acceptance.of_event(EVENT).hex(),
        acceptance.of_gone(43),
        acceptance.of_twice(41, 9).hex(),
        acceptance.of_link(LINK).hex(),
        acceptance.of_gap(3, 5),
        acceptance.of_logged(HEAD).hex(),
        acceptance.of_acceptance(MADE).hex(),
    ] == [
        "e8273a3d8bc9e36c6ced63f5724bac9f0bf8d28d054507747d6b8ec61611db24",
        GONE,
        "e0a58b43c46db61b3160a3d727a68f3855a6357eb76d0e97141b0d9512764894",
        "126389c9d88a48080d138f4117b0030b8e04b850f7e4cbf4a837bb10dcc9d7d7",
        GAP,
        "aeea319810c6d4148e01c52f127d55f25c2c5694bcaa99525207838ba457cf5b",
        "7c9715fc51b97c3d5ec8c3356072ba169a38a2a4304de7c105ce2dd942a0a3a7",
    ]


def test_an_acceptance_that_was_made_once_is_genuine_and_is_made_the_same_today() -> None:
    assert acceptance.made(PLAIN, OWN) == MADE
    assert acceptance.is_genuine(MADE, OWN)
    assert list(MADE.places()) == [GONE, GAP]


@pytest.mark.parametrize(
    "altered",
    [
        replace(MADE, number=3),
        replace(MADE, accepted_at="2026-11-24T13:00:01.000000Z"),
        replace(MADE, reason="Looked at."),
        replace(MADE, key_id="k2"),
        replace(MADE, fingerprints=GONE),
        replace(MADE, mac=bytes(32)),
    ],
)
def test_an_acceptance_with_anything_altered_acknowledges_nothing(altered: Acceptance) -> None:
    assert not acceptance.is_genuine(altered, OWN)
    assert acceptance.accepted([altered], OWN) == {}


def test_a_place_counts_as_acknowledged_when_that_was_done_last() -> None:
    later = acceptance.made(replace(PLAIN, number=3, accepted_at="2026-11-25T13:00:00.000000Z", fingerprints=GAP), OWN)

    assert acceptance.accepted([later, MADE], OWN) == {GONE: MADE.accepted_at, GAP: later.accepted_at}

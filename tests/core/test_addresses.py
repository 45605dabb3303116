"""When two spellings are one address, and which address a person gives up (V5)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import addresses
from bot.core.people import Profile, Standing

KEY = bytes.fromhex("6992df0d956ecdbbf4c42482440a05de9e05f69f2b00f21335d6e5a0fcdf4bcb")
ADA = Profile("T0MFA", "U0ADA", None, Standing.MEMBER, "Ada", "ada@example.com", "Europe/London")
GONE = replace(ADA, standing=Standing.DELETED)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ada@example.com", "ADA@Example.com", True),
        ("stra\u00dfe@example.com", "STRASSE@example.com", True),
        ("\uff41da@example.com", "ada@example.com", True),  # a full-width letter
        ("ada@example.com", "adam@example.com", False),
        ("ada@example.com", None, False),
        (None, "ada@example.com", False),
        (None, None, True),
    ],
)
def test_spellings_of_one_address_are_one(one: str | None, other: str | None, *, same: bool) -> None:
    assert addresses.same(one, other) is same


def test_all_spellings_of_an_address_have_the_digest_that_was_kept() -> None:
    digests = {addresses.digest(KEY, spelled).hex() for spelled in ("ada@example.com", "ADA@EXAMPLE.COM")}

    assert digests == {"8ffa23bcaa0d19d49828ba0b9df8dbda59b3ff062f8c326faf4448649f1a1c3a"}
    assert addresses.digest(bytes(32), "ada@example.com").hex() not in digests
    assert timedelta(days=1) == addresses.MIN_AGE


@pytest.mark.parametrize(
    ("before", "after", "given_up"),
    [
        (ADA, ADA, None),
        (ADA, replace(ADA, email="Ada@Example.com"), None),
        (ADA, replace(ADA, email="lovelace@example.com"), "ada@example.com"),
        (ADA, replace(ADA, email=None), "ada@example.com"),
        (ADA, GONE, "ada@example.com"),
        (GONE, ADA, None),
        (GONE, replace(GONE, email="lovelace@example.com"), None),
        (replace(ADA, email=None), ADA, None),
    ],
)
def test_an_address_is_given_up_by_a_change_of_it_or_with_the_account(
    before: Profile, after: Profile, given_up: str | None
) -> None:
    assert addresses.given_up(before, after) == given_up

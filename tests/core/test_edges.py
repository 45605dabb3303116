"""Edges of the rules that mutants showed to be untested: the very moment, the first step, what is absent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import apps, chain, codes, enrollment, factors, resets, suspension, throttle
from bot.core.chain import Link
from bot.core.codes import RecoveryCode, TotpCode, Verdict
from bot.core.factors import Factor
from bot.core.people import Person, Standing, SuspendedWhy
from bot.core.sealing import Place, Purpose, Sealed, read_keyring
from bot.core.throttle import FactorCount, Limits, SurfaceCount, Tries

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LIMITS = Limits()
SECRET = "7P7WZAD2GQJVD2QWBYSABC6CRFPZ5ONI"
TWICE = TotpCode("566580")
"""The code of SECRET for the steps 7 and 2 before NOON's."""
PERSON = Person(7, "T0MFA", "U0ADA", Standing.MEMBER, "Ada", "ada@example.com", None, None)
DELETED = replace(PERSON, standing=Standing.DELETED)
FULL = FactorCount(last_step=0, failures=20, unlocked=False, wrong_at=(NOON,) * 20)


@pytest.mark.parametrize(
    ("suspended", "enrolled", "verdict"),
    [
        (True, True, Verdict.SUSPENDED),
        (True, False, Verdict.SUSPENDED),
        (False, False, Verdict.NOT_ENROLLED),
        (False, True, None),
    ],
)
def test_who_is_suspended_is_told_so_before_anything_else(
    verdict: Verdict | None, *, suspended: bool, enrolled: bool
) -> None:
    assert codes.barred(suspended=suspended, enrolled=enrolled) is verdict


def test_of_two_steps_with_one_code_the_nearer_counts() -> None:
    assert codes.matching_step(SECRET, TWICE, NOON, 10) == codes.step_at(NOON) - 2
    assert codes.minutes_off(SECRET, TWICE, NOON) == 1


def test_the_first_step_is_step_0_and_none_comes_before_it() -> None:
    first = TotpCode(codes._Totp(SECRET).generate_otp(0))

    assert codes.matching_step(SECRET, first, EPOCH) == 0


def test_no_code_shows_in_a_repr() -> None:
    assert "123456" not in repr(TotpCode("123456"))
    assert "AAAQ" not in repr(RecoveryCode("AAAQEAYEAUDAOCAJBIFQYDIO"))


@pytest.mark.parametrize(
    ("tries", "helps"),
    [
        (Tries(FULL, SurfaceCount(failures=1, failed_at=NOON)), True),
        (Tries(replace(FULL, failures=100), SurfaceCount()), True),
        (Tries(replace(FULL, failures=200), SurfaceCount()), False),
        (Tries(replace(FULL, failures=0, wrong_at=()), SurfaceCount()), False),
    ],
    ids=["the day is full", "locked", "locked for good", "nothing is to be opened"],
)
def test_an_unlock_helps_only_where_something_is_shut_that_it_opens(tries: Tries, *, helps: bool) -> None:
    assert codes.unlock_helps(tries, NOON, LIMITS) is helps


def test_a_surface_is_free_again_a_day_after_its_failure_to_the_moment() -> None:
    failed_before = SurfaceCount(failures=1, failed_at=NOON - DAY)
    failed_after = replace(failed_before, failed_at=NOON - DAY + timedelta(microseconds=1))

    assert throttle.waits_until(Tries(FULL, failed_before), NOON, LIMITS) is None
    assert throttle.waits_until(Tries(FULL, failed_after), NOON, LIMITS) == NOON + DAY


def test_the_day_is_over_at_its_end_to_the_moment() -> None:
    tries = Tries(FULL, SurfaceCount(failures=1, failed_at=NOON + timedelta(hours=1)))

    assert throttle.waits_until(tries, NOON + DAY - timedelta(microseconds=1), LIMITS) == NOON + DAY
    assert throttle.waits_until(tries, NOON + DAY, LIMITS) is None


def test_nothing_is_allowed_beyond_the_limit_unless_an_unlock_says_so() -> None:
    assert FactorCount(last_step=0, failures=0, unlocked=False, wrong_at=()).allowance == 0


@pytest.mark.parametrize(
    ("person", "left"),
    [
        (PERSON, False),
        (DELETED, True),
        (replace(DELETED, suspended_at=NOON, suspended_why=SuspendedWhy.DEACTIVATED), False),
        (replace(DELETED, suspended_at=NOON, suspended_why=SuspendedWhy.NOT_ME), True),
        (replace(PERSON, suspended_at=NOON, suspended_why=SuspendedWhy.NOT_ME), False),
    ],
)
def test_an_account_has_left_until_the_suspension_that_follows_stands(person: Person, *, left: bool) -> None:
    assert suspension.left(person) is left


def test_a_new_factor_keeps_the_age_of_the_old_one_only_where_a_code_of_it_says_so() -> None:
    long_ago = NOON - 30 * DAY
    count = FactorCount(last_step=0, failures=0, unlocked=False, wrong_at=())
    old = Factor(1, 7, Sealed("k1", b""), count, long_ago, long_ago, None, None)

    assert factors.trusted_since(old, keeps_age=True, now=NOON) == long_ago
    assert factors.trusted_since(old, keeps_age=False, now=NOON) == NOON
    assert factors.trusted_since(None, keeps_age=True, now=NOON) == NOON
    assert factors.trusted_since(None, keeps_age=False, now=NOON) == NOON


def test_without_a_factor_there_are_no_codes_and_nothing_waits_to_be_saved() -> None:
    none = factors.Status()

    assert (none.codes_left, none.codes_saved, none.release_offered) == (0, True, False)


def test_a_pending_secret_is_sealed_for_its_enrollment() -> None:
    assert enrollment.secret_place(PERSON, 11) == Place(Purpose.ENROLLMENT, "T0MFA", 7, 11)


def test_a_link_of_which_only_one_part_has_its_length_is_not_genuine() -> None:
    own = {"k1": bytes(range(32))}
    link = Link(1, "2026-11-24T12:00:00.000000Z", "k1", bytes(32), (1,), bytes(32), 1)
    for odd in (replace(link, previous=bytes(31)), replace(link, digests=bytes(31)), replace(link, digests=b"")):
        assert not chain.is_genuine(replace(odd, mac=chain.mac(odd, own["k1"])), own)

    assert chain.is_genuine(replace(link, mac=chain.mac(link, own["k1"])), own)


def test_the_old_key_of_an_app_lives_for_a_day_after_a_rotation() -> None:
    assert apps.OVERLAP == DAY


@pytest.mark.parametrize(
    "spelled", ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=!", "*AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]
)
def test_a_master_key_with_anything_else_in_it_is_refused(spelled: str) -> None:
    with pytest.raises(ValueError, match="not 32 random bytes"):
        read_keyring(f'{{"primary": "k1", "keys": {{"k1": "{spelled}"}}}}')


def test_letters_count_as_what_one_can_see() -> None:
    assert resets.reason("XXXXXXXXXX") == "XXXXXXXXXX"

"""What was typed, its time step, and the one verdict; oathtool and RFC 6238 are the witnesses."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import codes
from bot.core.codes import RecoveryCode, TotpCode, Verdict
from bot.core.throttle import FactorCount, Limits, SurfaceCount, Tries
from tests.support.tools import run_tool

NOON = datetime(2026, 11, 24, 12, 0, 10, tzinfo=UTC)
STEP = codes.step_at(NOON)
LIMITS = Limits()
FRESH = Tries(FactorCount(last_step=0, failures=0, unlocked=False, wrong_at=()), SurfaceCount())
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RECOVERY = "ABCDEFGHIJKLMNOPQRSTUVWX"


def oathtool(secret: str, at: datetime) -> str:
    return run_tool("oathtool", "--totp", "--base32", f"--now=@{int(at.timestamp())}", secret).strip()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (" 123 456", [TotpCode("123456")]),
        ("abcdefghijklmnopqrstuvwx", [RecoveryCode(RECOVERY)]),
        ("mine: abcd-efgh-ijkl-mnop-qrst-uvwx, ABCD-EFGH-IJKL-MNOP-QRST-UVWX", [RecoveryCode(RECOVERY)]),
        ("ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ23", []),
        ("call 123456", []),
        ("abcdefghijklmnopqrstuvwx it is", []),
    ],
)
def test_in_a_message_a_code_alone_is_one_and_recovery_codes_anywhere(
    text: str, found: list[TotpCode | RecoveryCode]
) -> None:
    assert codes.pasted(text) == found


@pytest.mark.parametrize(
    "typed",
    ["123456", "123 456", "123-456", " 123456 ", "1-2-3-4-5-6", "12 34 56", "--123456--", "123 - 456"],
)
def test_six_ascii_digits_are_a_code_wherever_blanks_and_hyphens_stand(typed: str) -> None:
    assert codes.parse(typed) == TotpCode("123456")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "12345",
        "1234567",
        "12345a",
        "\uff11\uff12\uff13\uff14\uff15\uff16",  # full-width digits
        "\u0661\u0662\u0663\u0664\u0665\u0666",  # Arabic-Indic digits
        "\U0001d7d9\U0001d7da\U0001d7db\U0001d7dc\U0001d7dd\U0001d7de",  # double-struck digits
        "12345\u00b2",
        "123\u00a0456",  # no-break space
        "123\u2009456",  # thin space
        "123\u2013456",  # dash
        "123_456",
        "123.456",
        "123,456",
        "123\t456",
        "123456\n",
        "\n123456",
        "123456\r",
        "123\u200b456",
        "\ufeff123456",
        "123456\x00",
        "+12345",
        "0x1234",
        "12e456",
        "123456;",
        "123456 123456",
        "'123456'",
    ],
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert codes.parse(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        RECOVERY,
        RECOVERY.lower(),
        "ABCD-EFGH-IJKL-MNOP-QRST-UVWX",
        "abcd efgh ijkl mnop qrst uvwx",
        " AbCd-EfGh IjKl-MnOp QrSt-UvWx ",
    ],
)
def test_a_recovery_code_is_taken_in_any_case_and_grouping(typed: str) -> None:
    assert codes.parse(typed) == RecoveryCode(RECOVERY)


@pytest.mark.parametrize(
    "typed", [RECOVERY[:-1], RECOVERY + "A", RECOVERY[:-1] + "1", RECOVERY[:-1] + "0", RECOVERY[:-1] + "\u0130"]
)
def test_a_recovery_code_has_24_symbols_of_base32(typed: str) -> None:
    assert codes.parse(typed) is None


def test_a_code_does_not_show_in_its_repr() -> None:
    assert "123456" not in repr(TotpCode("123456"))
    assert RECOVERY not in repr(RecoveryCode(RECOVERY))


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_vectors_of_rfc_6238_match(seconds: int, eight_digits: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)

    assert codes.matching_step(RFC_SECRET, TotpCode(eight_digits[-6:]), at, window=0) == seconds // 30


@pytest.mark.parametrize(
    "at",
    [
        NOON,
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),  # Europe's clocks go forward
        datetime(2026, 10, 25, 1, 0, tzinfo=UTC),  # and back
        datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),  # past 2^31 seconds
        datetime(2028, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_the_codes_of_oathtool_match(at: datetime) -> None:
    assert codes.matching_step(SECRET, TotpCode(oathtool(SECRET, at)), at) == codes.step_at(at)


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_fits_one_step_to_each_side(steps: int, *, fits: bool) -> None:
    code = TotpCode(oathtool(SECRET, NOON + timedelta(seconds=30 * steps)))

    assert codes.matching_step(SECRET, code, NOON) == (STEP + steps if fits else None)


@pytest.mark.parametrize(
    ("steps", "minutes"), [(-11, None), (-10, 5), (-6, 3), (-2, 1), (2, 1), (3, 2), (10, 5), (11, None)]
)
def test_a_clock_that_is_off_is_named_up_to_ten_steps(steps: int, minutes: int | None) -> None:
    code = TotpCode(oathtool(SECRET, NOON + timedelta(seconds=30 * steps)))

    assert codes.minutes_off(SECRET, code, NOON) == minutes


@pytest.mark.parametrize(
    ("last_step", "step", "verdict"),
    [
        (STEP - 1, STEP, Verdict.ACCEPTED),
        (STEP, STEP + 1, Verdict.ACCEPTED),
        (STEP, STEP, Verdict.CODE_REUSED),
        (STEP, STEP - 1, Verdict.CODE_REUSED),
        (STEP + 1, STEP, Verdict.CODE_REUSED),
        (STEP, None, Verdict.WRONG_CODE),
    ],
)
def test_a_step_is_accepted_only_if_it_is_later_than_the_last(
    last_step: int, step: int | None, verdict: Verdict
) -> None:
    tries = replace(FRESH, factor=replace(FRESH.factor, last_step=last_step))

    judged = codes.judge(tries, step, NOON, LIMITS)

    assert judged.verdict is verdict
    assert judged.tries.factor.last_step == (step if verdict is Verdict.ACCEPTED else last_step)
    assert judged.tries.factor.failures == (0 if verdict is Verdict.ACCEPTED else 1)


@given(st.lists(st.integers(min_value=-1, max_value=1), min_size=1, max_size=19))
def test_whatever_the_order_no_step_is_accepted_twice(distances: list[int]) -> None:
    """Nineteen at most: of twenty wrong ones the limit of a day would refuse the next."""
    tries, accepted, later = FRESH, list[int](), list[int]()
    for number, distance in enumerate(distances):
        step = STEP + number // 3 + distance
        judged = codes.judge(tries, step, NOON, LIMITS)
        tries = replace(judged.tries, surface=SurfaceCount())
        if judged.verdict is Verdict.ACCEPTED:
            accepted.append(step)
        if step > max(later, default=FRESH.factor.last_step):
            later.append(step)

    assert accepted == later
    assert accepted


def test_a_success_forgets_failures_and_the_unlock_but_not_the_day() -> None:
    wrong_at = (NOON - timedelta(hours=1),)
    tries = Tries(FactorCount(0, 120, unlocked=True, wrong_at=wrong_at), SurfaceCount(3, NOON))

    judged = codes.judge(tries, STEP, NOON, LIMITS)

    assert judged.tries == Tries(FactorCount(STEP, 0, unlocked=False, wrong_at=wrong_at), SurfaceCount(0, NOON))


@pytest.mark.parametrize(
    ("tries", "verdict", "wait_s"),
    [
        (replace(FRESH, surface=SurfaceCount(5, NOON, NOON + timedelta(seconds=30))), Verdict.THROTTLED, 30),
        (replace(FRESH, surface=SurfaceCount(5, NOON, NOON + timedelta(microseconds=1))), Verdict.THROTTLED, 1),
        (replace(FRESH, factor=replace(FRESH.factor, failures=100)), Verdict.LOCKED, None),
        (replace(FRESH, factor=replace(FRESH.factor, failures=200, unlocked=True)), Verdict.LOCKED, None),
    ],
)
def test_a_throttled_or_locked_attempt_is_neither_judged_nor_consumed(
    tries: Tries, verdict: Verdict, wait_s: int | None
) -> None:
    judged = codes.judge(tries, STEP, NOON, LIMITS)

    assert judged == codes.Judgement(verdict, tries, wait_s)


def test_the_wait_that_is_told_is_never_shorter_than_the_wait() -> None:
    waits = [timedelta(microseconds=1), timedelta(seconds=30), timedelta(seconds=30, microseconds=1)]

    assert [codes.whole_seconds(wait) for wait in waits] == [1, 30, 31]


def test_a_burnt_step_counts_nothing_and_never_goes_back() -> None:
    count = FactorCount(STEP, 7, unlocked=True, wrong_at=(NOON,))

    assert codes.burnt(count, STEP + 1) == replace(count, last_step=STEP + 1)
    assert codes.burnt(count, STEP - 1) == count

"""What is typed reads as the design has it, whatever it is: compared with a second reading, over drawn texts."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core import codes
from bot.core.codes import RecoveryCode, TotpCode

DIGITS, BASE32 = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
BETWEEN = st.sampled_from([*" -", "", "", "", "", "", ""])
ODD = st.sampled_from(
    ["", "", "", "", "\u0130", "\u0131", "\u017f", "\uff11", "\u0661", "\u00a0", "\u2010", "_", "1", "A"]
)


def spelled(symbols: str, *lengths: int) -> st.SearchStrategy[str]:
    """Return codes of one of *lengths*, in either case, with what people put between."""
    one = st.tuples(st.sampled_from(symbols + symbols.lower()), BETWEEN).map("".join)
    return st.sampled_from(lengths).flatmap(lambda n: st.lists(one, min_size=n, max_size=n)).map("".join)


def as_the_design_has_it(typed: str) -> TotpCode | RecoveryCode | None:
    """Design, section 3: drop U+0020 and `-`; six ASCII digits, or 24 symbols of base32 in any case."""
    left = typed.replace(" ", "").replace("-", "")
    if len(left) == 6 and all(one in DIGITS for one in left):
        return TotpCode(left)
    if len(left) == 24 and all(one in BASE32 + BASE32.lower() for one in left):
        return RecoveryCode(left.upper())
    return None


@given(spelled(DIGITS, 6))
def test_six_digits_are_a_code_whatever_stands_between(typed: str) -> None:
    found = codes.parse(typed)

    assert isinstance(found, TotpCode)
    assert found == as_the_design_has_it(typed)


@given(spelled(BASE32, 24))
def test_twenty_four_symbols_are_a_recovery_code_whatever_stands_between(typed: str) -> None:
    found = codes.parse(typed)

    assert isinstance(found, RecoveryCode)
    assert found == as_the_design_has_it(typed)


@given(st.text(max_size=40) | st.tuples(spelled(DIGITS, 5, 6, 7) | spelled(BASE32, 23, 24, 25), ODD).map("".join))
def test_whatever_is_typed_reads_as_a_code_of_exact_form_or_as_none(typed: str) -> None:
    assert codes.parse(typed) == as_the_design_has_it(typed)

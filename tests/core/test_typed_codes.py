"""What is typed reads as the design has it, whatever it is: compared with a second reading, over drawn texts."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import codes
from bot.core.codes import RecoveryCode, TotpCode

DIGITS, BASE32 = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
BETWEEN = st.sampled_from([*" -", "", "", "", "", "", ""])
ODD = st.sampled_from(
    ["", "", "", "", "\u0130", "\u0131", "\u017f", "\uff11", "\u0661", "\u00a0", "\u2010", "_", "1", "A"]
)


def typed_from(symbols: str, length: int) -> st.SearchStrategy[str]:
    """Return codes of about that length, with what people put between, and now and then something that is no code."""
    one = st.tuples(st.sampled_from(symbols + symbols.lower()), BETWEEN).map("".join)
    lengths = st.sampled_from([length, length, length, length - 1, length + 1])
    return st.tuples(lengths.flatmap(lambda n: st.lists(one, min_size=n, max_size=n)).map("".join), ODD).map("".join)


def as_the_design_has_it(typed: str) -> TotpCode | RecoveryCode | None:
    """Design, section 3: drop U+0020 and `-`; six ASCII digits, or 24 symbols of base32 in any case."""
    left = typed.replace(" ", "").replace("-", "")
    if len(left) == 6 and all(one in DIGITS for one in left):
        return TotpCode(left)
    if len(left) == 24 and all(one in BASE32 + BASE32.lower() for one in left):
        return RecoveryCode(left.upper())
    return None


DRAWN = Counter[type]()


# The same texts each time: how many of a kind are drawn by chance differs too much.
@settings(derandomize=True, max_examples=300)
@given(st.text(max_size=40) | typed_from(DIGITS, 6) | typed_from(BASE32, 24))
def compare_with_the_design(typed: str) -> None:
    found = codes.parse(typed)

    DRAWN[type(found)] += 1
    assert found == as_the_design_has_it(typed)


def test_whatever_is_typed_reads_as_a_code_of_exact_form_or_as_none() -> None:
    DRAWN.clear()

    compare_with_the_design()

    # A text that is drawn at random is never a code: of each kind there have to be some.
    assert set(DRAWN) == {TotpCode, RecoveryCode, type(None)}
    assert min(DRAWN.values()) >= 5

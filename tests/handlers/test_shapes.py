"""A form is read as urllib reads it, but strictly."""

import re
from urllib.parse import quote_plus, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import shapes

STRAY = re.compile("%(?![0-9A-Fa-f]{2})")
PIECES = st.sampled_from(
    ["%", "+", "=", "\\", "\\x41", "u", "N{DASH}", "\n", "ü", "%22", "%5C", "%5c", "%C3%BC", "%ff", "7"]
)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_quoted_reads_back(text: str) -> None:
    assert shapes._plain(quote_plus(text)) == text


@given(st.lists(PIECES).map("".join))
def test_whatever_comes_reads_as_urllib_reads_it_or_is_refused(text: str) -> None:
    try:
        meant = None if STRAY.search(text) else unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        meant = None

    if meant is None:
        with pytest.raises(ValueError, match="decode"):
            shapes._plain(text)
    else:
        assert shapes._plain(text) == meant


def test_a_form_keeps_empty_fields_and_knows_the_first_equals_sign() -> None:
    assert shapes._form("a=&b=1=2&c") == {"a": "", "b": "1=2", "c": ""}

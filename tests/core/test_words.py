"""The word from the approver: how it is spelled, read and stored."""

from itertools import combinations

import pytest

from bot.core import words
from bot.core.words import WORDS, Awaited

WORD = "acid tiger zipper owl crocodile"
KEY = bytes(range(32))


def test_it_is_one_of_two_to_the_fortieth_and_each_byte_is_a_word_of_its_own() -> None:
    assert len(WORDS) == len(set(WORDS)) == 256
    assert words.make(bytes([0, 255, 255, 0, 1])) == " ".join([WORDS[0], WORDS[255], WORDS[255], WORDS[0], WORDS[1]])


@pytest.mark.parametrize("entropy", [b"", bytes(4), bytes(6)])
def test_another_number_of_bytes_is_a_bug(entropy: bytes) -> None:
    with pytest.raises(ValueError, match="5 random bytes"):
        words.make(entropy)


def test_no_two_words_of_the_list_are_a_letter_apart() -> None:
    near = [
        (one, other)
        for one, other in combinations(WORDS, 2)
        if len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1
    ]

    assert near == []
    assert all(word.isascii() and word.islower() and 3 <= len(word) <= 9 for word in WORDS)


@pytest.mark.parametrize(
    "typed",
    [
        WORD,
        "ACID Tiger zipper owl crocodile",
        "  acid-tiger-zipper-owl-crocodile\n",
        "acid, tiger, zipper, owl, crocodile.",
        "1. acid 2. tiger 3. zipper 4. owl 5. crocodile",
    ],
)
def test_case_and_separators_do_not_matter(typed: str) -> None:
    assert words.read(typed) == WORD


@pytest.mark.parametrize(
    "typed",
    ["", "tiger", "acid tiger zipper owl", f"{WORD} tiger", "acid tigger zipper owl crocodile", "ácid tiger " * 9],
)
def test_what_is_no_five_words_of_the_list_is_no_word(typed: str) -> None:
    assert words.read(typed) is None


def test_a_stored_word_has_a_known_answer_and_is_bound_to_its_person() -> None:
    mine = words.digest(KEY, team_id="T0MFA", person_id=1, word=WORD)
    others = [
        words.digest(KEY, team_id="T0MFA", person_id=2, word=WORD),
        words.digest(KEY, team_id="T0OTHER", person_id=1, word=WORD),
        words.digest(KEY[::-1], team_id="T0MFA", person_id=1, word=WORD),
        words.digest(KEY, team_id="T0MFA", person_id=1, word=WORD.replace("owl", "wolf")),
    ]

    assert mine.hex() == "cecffe301995e479ede107211756654a2a40d3535b0f4206081988fe4da1398d"
    assert words.matches(mine, bytes(mine))
    assert not any(words.matches(mine, other) for other in others)


def test_five_wrong_guesses_leave_none() -> None:
    assert [words.left(wrong) for wrong in range(7)] == [5, 4, 3, 2, 1, 0, 0]


def test_no_representation_shows_what_is_stored() -> None:
    assert "secret" not in repr(Awaited(1, 2, "k1", b"secret" * 5 + b"xx", 0))

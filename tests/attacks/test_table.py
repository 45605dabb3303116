"""The page of `make attacks` is renewed attack by attack."""

from tests.support.attacks import Row, renewed

HEAD = "# Attacks\n\n| id | what | tried | held |\n|---|---|--:|--:|\n"


def test_the_lines_of_what_ran_are_renewed_and_the_others_stay_in_order() -> None:
    empty = renewed(HEAD, [Row("T14", "restart", 8, 8), Row("T2", "guess", 50_000, 50_000), Row("T2", "old", 1, 1)])

    assert renewed(empty, [Row("T2", "guess", 10, 9)]) == HEAD + "| T2 | guess | 10 | 9 |\n| T14 | restart | 8 | 8 |\n"

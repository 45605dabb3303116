"""What a typed text asks for."""

import pytest

from bot.core.users import TEXT_MOST, By, Search, read


@pytest.mark.parametrize(
    ("typed", "search"),
    [
        ("", Search(By.NOTHING)),
        (" \t\r\n\u200b\0", Search(By.NOTHING)),
        ("a", Search(By.BEGINNING, "a")),
        ("Li", Search(By.BEGINNING, "Li")),
        ("Lin", Search(By.PART, "Lin")),
        ("  Ada   Lovelace ", Search(By.PART, "Ada Lovelace")),
        ("ada@", Search(By.EMAIL, "ada@")),
        ("Ada@Example.com", Search(By.EMAIL, "Ada@Example.com")),
        ("@example.com", Search(By.PART, "@example.com")),
        ("@a", Search(By.BEGINNING, "@a")),
        ("a\0d\ud800a", Search(By.PART, "ada")),
        ("\u202eada", Search(By.PART, "ada")),
        ("100%", Search(By.PART, "100%")),
        ("x" * 5000, Search(By.PART, "x" * TEXT_MOST)),
    ],
)
def test_what_is_asked_for_depends_on_the_text_alone(typed: str, search: Search) -> None:
    assert read(typed) == search

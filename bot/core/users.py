"""Searching people: what a typed text asks for.

Rules of this file: no text lists everybody; one or two letters ask for names that begin so; three or more also for
names and addresses that hold them anywhere; a text with an @ inside asks for addresses that begin so. Upper and lower
case are one. Nobody's name or address identifies them: a search finds rows to look at, and acts on nothing.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

PART_LEAST = 3
"""Characters of a part: the index of parts knows groups of three."""
TEXT_MOST = 100


class By(StrEnum):
    """What is searched by."""

    NOTHING = "nothing"
    BEGINNING = "beginning"
    PART = "part"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched by, and the text, clean and not folded."""

    by: By
    text: str = ""


def read(typed: str) -> Search:
    """Read what was typed into a search field or after a command."""
    # Lone surrogates and NUL, which JSON allows, are nothing that a database could be asked for.
    plain = "".join(" " if one.isspace() else one for one in typed if one.isspace() or _shown(one))
    text = " ".join(plain.split())[:TEXT_MOST].strip()
    if not text:
        return Search(By.NOTHING)
    if "@" in text[1:]:
        return Search(By.EMAIL, text)
    return Search(By.PART if len(text) >= PART_LEAST else By.BEGINNING, text)


def _shown(one: str) -> bool:
    return unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn")

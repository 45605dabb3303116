"""The word from the approver: what proves, by voice, whose enrollment it is after a reset that somebody else provoked.

Rules of this file (design: "Reset request", `executed`; E10):

- It is five words out of a list of 256, each drawn by one random byte: 40 bits. Five guesses find it with a chance of
  5 in 2^40, about 1 in 200 billion, so that no slow hash is needed; who has the database has no key to try it with.
- It is shown once, to the person who approved or disabled, and stored as a keyed hash that is bound to the person.
- What is no five words of the list is a slip, and not counted; five wrong guesses end it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from typing import Final

ENTROPY_BYTES: Final = 5
"""One byte a word."""
WRONG_AT_MOST: Final = 5
"""Wrong guesses that end a word."""
TYPED_MOST: Final = 80
"""Characters of what is typed; the longest words with their blanks have 49."""
_SPELLED: Final = (
    "acid actor alarm album angle apple arrow atlas attic bacon badge baker balcony bamboo banana barrel basket "
    "beach beard bicycle bird blanket bottle bracket branch bread bridge broccoli brush bucket butter button cabin "
    "cactus camel camera canal candle canoe carpet carrot castle cello chain chalk cheese cherry chicken chimney "
    "circus clock cloud clover coffee comet copper corner cotton crayon cricket crocodile curtain daisy dancer "
    "daylight desert diamond diary dinner doctor dolphin domino donkey dragon drawer eagle earth elbow elephant "
    "engine envelope eraser evening fabric falcon farmer feather fiddle finger flamingo flower flute forest "
    "fountain freezer galaxy garage garden garlic giraffe glacier glove goblin guitar hammer hammock harbor hazel "
    "hedgehog helmet honey hotel hurricane igloo insect island ivory jacket jaguar jelly jigsaw jungle kangaroo "
    "kettle kitchen kitten koala ladder lagoon lantern lemon leopard letter library lizard lobster locker magnet "
    "mammoth mango maple marble market meadow melon mirror mosaic muffin mushroom mustard napkin needle nickel "
    "noodle notebook nutmeg oasis ocean octopus olive onion orange orchid ostrich oven owl paddle palace pancake "
    "panda paper peanut pebble pelican pencil penguin pepper piano pillow pilot pirate planet pocket potato pretzel "
    "pumpkin puzzle quarter quilt rabbit radio raisin ribbon river robin ruby sailor salad salmon sandal saturn "
    "scarf school scissors shadow shovel silver skeleton sofa sparrow spider spinach sponge squirrel statue sugar "
    "summer sunset swan table teapot temple tennis thunder tiger tomato tower tractor trombone trumpet tulip tunnel "
    "turtle umbrella uncle unicorn valley vanilla velvet village violin volcano wagon walnut walrus water whale "
    "whistle window winter wolf yacht yellow yogurt zebra zipper"
)
WORDS: Final = tuple(_SPELLED.split())
"""Common English words of different sound, no two of them a letter apart."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """The word that a person's enrollment asks for. Without a digest none works, and a new one has to be made."""

    word_id: int
    person_id: int
    key_id: str | None
    digest: bytes | None = field(repr=False)
    wrong: int

    @property
    def live(self) -> bool:
        """Whether there is a word that would be accepted."""
        return self.digest is not None


def make(entropy: bytes) -> str:
    """Spell a word out of five random bytes, as it is read out.

    Raises:
        ValueError: too few or too many bytes.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"{ENTROPY_BYTES} random bytes are needed")
    return " ".join(WORDS[byte] for byte in entropy)


def read(typed: str) -> str | None:
    """Read what somebody typed, in any case and with any separators; None where it is no word of ours."""
    parts = [part for part in re.split(r"[^a-z]+", typed[:TYPED_MOST].casefold()) if part]
    return " ".join(parts) if len(parts) == ENTROPY_BYTES and _KNOWN.issuperset(parts) else None


def digest(key: bytes, *, team_id: str, person_id: int, word: str) -> bytes:
    """Return the 32-byte keyed hash under which a word is stored; it is worth nothing for another person."""
    bound = json.dumps(["mfabot.word.1", team_id, person_id, word], separators=(",", ":"))
    return hmac.new(key, bound.encode(), hashlib.sha256).digest()


def matches(stored: bytes, given: bytes) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(stored, given)


def left(wrong: int) -> int:
    """Return how many guesses remain after *wrong* ones."""
    return max(0, WRONG_AT_MOST - wrong)


_KNOWN: Final = frozenset(WORDS)

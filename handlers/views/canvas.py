"""Pixels: boxes and words on a picture, written as PNG (W3C PNG, third edition). A library for this weighs 20 MB."""

from __future__ import annotations

import itertools
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

Color = tuple[int, int, int]
SIGNATURE = b"\x89PNG\r\n\x1a\n"
GLYPHS = Path(__file__).parent / "glyphs"
FIRST, UNKNOWN = 32, "?"
_RGB, _BITS = 2, 8


class Font(StrEnum):
    """A picture of glyphs, by its file's name."""

    REGULAR = "regular"
    BOLD = "bold"


class Align(StrEnum):
    """Which side of a text stands at its place."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Printable ASCII, side by side: a byte a pixel, 0 where there is no ink. *starts* has one more than there are."""

    rows: tuple[bytes, ...]
    starts: tuple[int, ...]

    def place(self, char: str) -> tuple[int, int]:
        """Return from where to where a character goes."""
        number = ord(char) - FIRST
        if not 0 <= number < len(self.starts) - 1:
            number = ord(UNKNOWN) - FIRST
        return self.starts[number], self.starts[number + 1]

    def width(self, text: str) -> int:
        """Return how wide a text is."""
        return sum(end - begin for begin, end in map(self.place, text))


class Canvas:
    """A picture, white to begin with. Places are in pixels from the top left."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._rows = [bytearray(b"\xff" * 3 * width) for _ in range(height)]

    def box(self, x: int, y: int, width: int, height: int, color: Color) -> None:
        """Fill a box; what lies outside of the picture is left away."""
        left, right = max(0, x), min(self.width, x + width)
        if right <= left:
            return
        line = bytes(color) * (right - left)
        for row in self._rows[max(0, y) : max(0, y + height)]:
            row[3 * left : 3 * right] = line

    def text(
        self, x: int, y: int, text: str, color: Color, *, font: Font = Font.REGULAR, align: Align = Align.LEFT
    ) -> int:
        """Write a text whose top is at *y*; return its width."""
        found = glyphs(font)
        width = found.width(text)
        at = x - {Align.LEFT: 0, Align.CENTER: width // 2, Align.RIGHT: width}[align]
        for char in text:
            begin, end = found.place(char)
            for row, inks in zip(self._rows[y:], found.rows, strict=False):
                _ink(row, at, inks[begin:end], color)
            at += end - begin
        return width

    def png(self) -> bytes:
        """Return the picture as PNG."""
        header = struct.pack(">IIBBBBB", self.width, self.height, _BITS, _RGB, 0, 0, 0)
        pixels = zlib.compress(b"".join(b"\0" + row for row in self._rows))
        chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
        return SIGNATURE + b"".join(
            struct.pack(">I", len(one)) + kind + one + struct.pack(">I", zlib.crc32(kind + one)) for kind, one in chunks
        )


@cache
def glyphs(font: Font) -> Glyphs:
    """Read the glyphs of a font, as `.ci/glyphs.py` wrote them: gray, no filter; the first row marks where one begins.

    Raises:
        OSError: the file is not there.
    """
    data = (GLYPHS / f"{font}.png").read_bytes()
    at, packed, width = len(SIGNATURE), b"", 0
    while at < len(data):
        (length,), kind = struct.unpack_from(">I", data, at), data[at + 4 : at + 8]
        content = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            (width,) = struct.unpack_from(">I", content)
        elif kind == b"IDAT":
            packed += content
        at += 12 + length
    raw = zlib.decompress(packed)
    marks, *rows = (raw[start + 1 : start + 1 + width] for start in range(0, len(raw), width + 1))
    return Glyphs(tuple(rows), (*itertools.compress(range(width), marks), width))


def _ink(row: bytearray, at: int, inks: bytes, color: Color) -> None:
    """Lay ink over the pixels from *at* on; 255 covers what was there."""
    for x, ink in enumerate(inks, at):
        if ink and 0 <= x < len(row) // 3:
            for channel, value in enumerate(color, 3 * x):
                row[channel] += (value - row[channel]) * ink // 255

"""PNG bytes to gray pixels, enough of the format (W3C PNG, third edition) to look at a picture with a QR code.

The phone is given the file that the chat shows and decodes it here instead of letting the page draw it on a canvas and
send the pixels: what a canvas returns depends on the size and the scale of the screen, and with the file a broken
picture fails where a person would see that it is broken.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
PIXELS_MAX: Final = 4_000_000
# Color type: samples a pixel. Palette pictures have one, which is an index.
SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
GRAY, PALETTE = 0, 3
DEPTHS: Final = {GRAY: (1, 2, 4, 8), PALETTE: (1, 2, 4, 8), 2: (8,), 4: (8,), 6: (8,)}
WHITE: Final = 255


class PngError(ValueError):
    """The bytes are no PNG, a broken one, or one of a kind that is not read here (interlaced, 16 bits)."""


@dataclass(frozen=True, slots=True)
class Gray:
    """A picture, row by row, a byte a pixel: 0 is black, 255 is white; what is transparent lies on white."""

    width: int
    height: int
    pixels: bytes


def read(data: bytes) -> Gray:
    """Return the picture in *data*; PngError when that cannot be done."""
    chunks = _chunks(data)
    try:
        width, height, depth, color, compression, filtering, interlace = struct.unpack(">IIBBBBB", chunks["IHDR"])
    except (KeyError, struct.error):
        raise PngError("the picture has no header") from None
    if depth not in DEPTHS.get(color, ()) or compression or filtering or interlace:
        raise PngError("this kind of PNG cannot be read here")
    if not 0 < width * height <= PIXELS_MAX:
        raise PngError("the picture is empty or too large")
    row_bytes = (width * SAMPLES[color] * depth + 7) // 8
    rows = _unfilter(
        _inflate(chunks.get("IDAT", b""), height * (row_bytes + 1)), row_bytes, max(1, SAMPLES[color] * depth // 8)
    )
    shades = _shades(depth, color, chunks)
    return Gray(width, height, b"".join(_gray(row, width, depth, color, shades) for row in rows))


def _chunks(data: bytes) -> dict[str, bytes]:
    """Return each chunk's content by its name; chunks of one name (IDAT) are joined."""
    if not data.startswith(SIGNATURE):
        raise PngError("this is no PNG")
    found: dict[str, bytes] = {}
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        checksum = data[at + 8 + length : at + 12 + length]
        if zlib.crc32(kind + content).to_bytes(4, "big") != checksum:
            raise PngError("the picture is damaged")
        name = kind.decode("latin-1")
        found[name] = found.get(name, b"") + content
        at += 12 + length
        if name == "IEND":
            return found
    raise PngError("the picture is cut off")


def _inflate(packed: bytes, size: int) -> bytes:
    try:
        raw = zlib.decompressobj().decompress(packed, size)
    except zlib.error:
        raise PngError("the picture is damaged") from None
    if len(raw) != size:
        raise PngError("the picture is cut off")
    return raw


def _unfilter(raw: bytes, row_bytes: int, step: int) -> list[bytes]:
    """Undo the filter that each row names in its first byte; *step* is the bytes from a pixel to the next one."""
    rows: list[bytes] = []
    above = bytes(row_bytes)
    for start in range(0, len(raw), row_bytes + 1):
        row = bytearray(raw[start + 1 : start + 1 + row_bytes])
        match raw[start]:
            case 0:
                pass
            case 1 | 3 | 4 as kind:
                for i in range(row_bytes):
                    left = row[i - step] if i >= step else 0
                    corner = above[i - step] if i >= step else 0
                    row[i] = (row[i] + _predicted(kind, left, above[i], corner)) & 0xFF
            case 2:
                row = bytearray((x + y) & 0xFF for x, y in zip(row, above, strict=True))
            case _:
                raise PngError("the picture is damaged")
        above = bytes(row)
        rows.append(above)
    return rows


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == 3:  # noqa: PLR2004  the filter's number in the format
        return (left + up) // 2
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))


def _shades(depth: int, color: int, chunks: dict[str, bytes]) -> bytes:
    """Return the gray of each sample value, or of each palette entry."""
    if color != PALETTE:
        top = (1 << depth) - 1
        return bytes(value * WHITE // top for value in range(top + 1))
    entries = chunks.get("PLTE", b"")
    alphas = chunks.get("tRNS", b"").ljust(len(entries) // 3, b"\xff")
    grays = [_luminance(*entries[3 * i : 3 * i + 3], alpha=alphas[i]) for i in range(len(entries) // 3)]
    return bytes(grays).ljust(256, b"\x00")


def _luminance(red: int, green: int, blue: int, *, alpha: int = WHITE) -> int:
    light = (299 * red + 587 * green + 114 * blue) // 1000
    return (light * alpha + WHITE * (WHITE - alpha)) // WHITE


def _gray(row: bytes, width: int, depth: int, color: int, shades: bytes) -> bytes:
    if color in (GRAY, PALETTE):
        if depth == 8:  # noqa: PLR2004  a byte a pixel
            return row.translate(shades.ljust(256, b"\x00"))
        per_byte, mask = 8 // depth, (1 << depth) - 1
        samples = (byte >> (8 - depth * (i + 1)) & mask for byte in row for i in range(per_byte))
        return bytes(shades[sample] for sample, _ in zip(samples, range(width), strict=False))
    size = SAMPLES[color]
    pixels = (row[i : i + size] for i in range(0, len(row), size))
    if color == 4:  # noqa: PLR2004  gray with alpha
        return bytes(_luminance(gray, gray, gray, alpha=alpha) for gray, alpha in pixels)
    return bytes(_luminance(*pixel[:3], alpha=pixel[3] if size > 3 else WHITE) for pixel in pixels)  # noqa: PLR2004  RGBA

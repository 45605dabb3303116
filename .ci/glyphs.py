"""Draw the glyphs of charts anew: ASCII in DejaVu Sans, as gray pictures, by the browser that the tests use.

`python .ci/glyphs.py` needs Chromium and the font (Debian: fonts-dejavu-core). A picture is one line of glyphs; where
its first row is white, a glyph begins. How to read one stands in handlers/views/canvas.py.
"""

import asyncio
import base64
import struct
import sys
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.browser import browser  # noqa: E402  found by the line above

TEXT = "".join(map(chr, range(32, 127)))
FONTS = {"regular": "26px 'DejaVu Sans'", "bold": "bold 34px 'DejaVu Sans'"}
DRAWN = """([text, font]) => {
    const canvas = document.createElement("canvas");
    let context = canvas.getContext("2d");
    context.font = font;
    const widths = [...text].map((glyph) => Math.round(context.measureText(glyph).width));
    const box = context.measureText(text);
    const [above, below] = [Math.ceil(box.actualBoundingBoxAscent), Math.ceil(box.actualBoundingBoxDescent)];
    [canvas.width, canvas.height] = [widths.reduce((sum, width) => sum + width, 0), above + below];
    context = canvas.getContext("2d");
    context.fillRect(0, 0, canvas.width, canvas.height);
    [context.font, context.fillStyle, context.textBaseline] = [font, "white", "alphabetic"];
    let x = 0;
    [...text].forEach((glyph, i) => { context.fillText(glyph, x, above); x += widths[i]; });
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    let gray = "";
    for (let i = 1; i < pixels.length; i += 4) gray += String.fromCharCode(pixels[i]);
    return [canvas.width, canvas.height, widths, btoa(gray)];
}"""


def png(width: int, height: int, gray: bytes) -> bytes:
    """Return a gray picture, a byte a pixel, as the reader wants it: no filter, one chunk of pixels."""
    rows = b"".join(b"\0" + gray[y * width : (y + 1) * width] for y in range(height))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    spelled = (
        struct.pack(">I", len(one)) + kind + one + struct.pack(">I", zlib.crc32(kind + one)) for kind, one in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(spelled)


async def main() -> None:
    """Write the pictures."""
    async with browser() as started:
        page = await started.new_page()
        for name, font in FONTS.items():
            width, height, widths, spelled = await page.evaluate(DRAWN, [TEXT, font])
            marks = bytearray(width)
            at = 0
            for one in widths:
                marks[at] = 255
                at += one
            gray = bytes(marks) + base64.b64decode(spelled)
            file = ROOT / "handlers/views/glyphs" / f"{name}.png"
            file.write_bytes(png(width, height + 1, gray))
            print(f"{file.name}: {width} x {height}, {file.stat().st_size} bytes")


if __name__ == "__main__":
    asyncio.run(main())

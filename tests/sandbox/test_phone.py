import base64
import io
import json
import stat
import struct
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import segno
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox import png
from bot.sandbox.phone import Account, Phone, PhoneError, account_of, code_at, seen_in, typed_by_hand
from tests.support.tools import run_tool

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
URI = f"otpauth://totp/Acme:ada%40example.com?secret={SECRET}&issuer=Acme&algorithm=SHA1&digits=6&period=30"
NOON = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)


def picture(text: str, **how: object) -> bytes:
    file = io.BytesIO()
    segno.make(text, error="m", micro=False).save(file, kind="png", scale=8, border=4, **how)
    return file.getvalue()


def of_rfc(algorithm: str) -> Account:
    """Return the account of RFC 6238, appendix B: the ASCII digits 1234567890 repeated to the length of the hash."""
    length = {"SHA1": 20, "SHA256": 32, "SHA512": 64}[algorithm]
    secret = base64.b32encode((b"1234567890" * 7)[:length]).decode().rstrip("=")
    return Account(id="1", issuer="", account="rfc", secret=secret, algorithm=algorithm, digits=8)


@pytest.mark.parametrize(
    ("algorithm", "seconds", "code"),
    [
        ("SHA1", 59, "94287082"),
        ("SHA256", 59, "46119246"),
        ("SHA512", 59, "90693936"),
        ("SHA1", 1111111109, "07081804"),
        ("SHA256", 1111111111, "67062674"),
        ("SHA512", 1234567890, "93441116"),
        ("SHA1", 2000000000, "69279037"),
        ("SHA512", 20000000000, "47863826"),
    ],
)
def test_codes_are_those_of_rfc_6238(algorithm: str, seconds: int, code: str) -> None:
    assert code_at(of_rfc(algorithm), datetime.fromtimestamp(seconds, UTC)) == code


def test_codes_are_those_of_oathtool() -> None:
    expected = run_tool("oathtool", "--totp", "--base32", "--now", "2026-03-01 12:00:10 UTC", SECRET)

    assert code_at(account_of(URI), NOON) == expected.strip()


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"dark": "#000", "light": "#fff"},
        {"dark": "#102a43", "light": "#fff6e0"},
        {"dark": "black", "light": None},
        {"dark": "#00f", "light": "#ff0", "data_dark": "#020"},
    ],
)
def test_the_phone_reads_the_picture_of_a_qr_code(how: dict[str, object]) -> None:
    assert seen_in(picture(URI, **how)) == URI


def test_a_picture_with_nothing_in_it_gets_a_sentence() -> None:
    with pytest.raises(PhoneError, match="sees no QR code"):
        seen_in(of_rows(b"\x00" + b"\xff" * 64, height=64, width=64))


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"GIF89a",
        picture(URI)[:200],
        picture(URI).replace(b"IDAT", b"IDOT"),
        png.SIGNATURE + bytes(40),
    ],
)
def test_a_broken_picture_gets_a_sentence(broken: bytes) -> None:
    with pytest.raises(PhoneError, match="cannot look at this picture"):
        seen_in(broken)


def of_rows(row: bytes, *, height: int, width: int, color: int = 0) -> bytes:
    """Return a PNG of 8 bits a sample whose rows (filter byte first) are all *row*."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    header = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    return png.SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("row", "color", "pixels"),
    [
        (b"\x00\x10\x20\x30", 0, b"\x10\x20\x30" * 2),
        (b"\x01\x10\x01\x01", 0, b"\x10\x11\x12" * 2),
        (b"\x02\x10\x20\x30", 0, b"\x10\x20\x30\x20\x40\x60"),
        (b"\x03\x10\x00\x00", 0, b"\x10\x08\x04\x18\x10\x0a"),
        (b"\x04\x10\x01\x01", 0, b"\x10\x11\x12\x20\x21\x22"),
        (b"\x00" + b"\xff\xff\xff" * 2 + b"\x00\x00\x00", 2, b"\xff\xff\x00" * 2),
        (b"\x00" + b"\x00\x00" * 2 + b"\x00\xff", 4, b"\xff\xff\x00" * 2),
        (b"\x00" + b"\x00\x00\x00\x00" * 2 + b"\x00\x00\x00\xff", 6, b"\xff\xff\x00" * 2),
    ],
)
def test_rows_are_unfiltered_and_what_is_transparent_is_white(row: bytes, color: int, pixels: bytes) -> None:
    assert png.read(of_rows(row, height=2, width=3, color=color)).pixels == pixels


@pytest.mark.parametrize(
    ("uri", "issuer", "account"),
    [
        (URI, "Acme", "ada@example.com"),
        (f"otpauth://totp/Acme%3Aada?secret={SECRET}", "Acme", "ada"),
        (f"otpauth://totp/ada?secret={SECRET}&issuer=Other", "Other", "ada"),
        (f"otpauth://TOTP/Acme:%20ada?secret={SECRET.lower()}", "Acme", "ada"),
    ],
)
def test_a_uri_names_its_issuer_and_account(uri: str, issuer: str, account: str) -> None:
    made = account_of(uri)

    assert (made.issuer, made.account, made.secret) == (issuer, account, SECRET)


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com/",
        "otpauth://[totp/ada",
        f"otpauth://hotp/ada?secret={SECRET}&counter=1",
        "otpauth://totp/ada?issuer=Acme",
        "otpauth://totp/ada?secret=NOT1BASE32",
        f"otpauth://totp/ada?secret={SECRET}&digits=seven",
        f"otpauth://totp/ada?secret={SECRET}&digits=99",
        f"otpauth://totp/ada?secret={SECRET}&period=0",
        f"otpauth://totp/ada?secret={SECRET}&algorithm=MD5",
    ],
)
def test_another_uri_gets_a_sentence(uri: str) -> None:
    with pytest.raises(PhoneError, match=r"\.$"):
        account_of(uri)


def test_a_key_may_be_typed_in_groups_and_small_letters() -> None:
    made = typed_by_hand({"secret": "jbsw y3dp-ehpk 3pxp", "label": "ada"})

    assert (made.account, made.secret) == ("ada", "JBSWY3DPEHPK3PXP")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "phone.json"


def client_of(phone: Phone) -> TestClient[web.Request, web.Application]:
    app = web.Application()
    app.add_routes(phone.routes())
    return TestClient(TestServer(app))


async def test_a_scanned_account_shows_its_code_to_its_owner_alone_and_goes_when_removed(store: Path) -> None:
    async with client_of(Phone(store, lambda: NOON)) as client:
        answer = await client.post("/phone/scan?user=U0ADA", data=picture(URI), headers={"Content-Type": "image/png"})
        assert await answer.json() == {"ok": True, "label": "Acme: ada@example.com"}

        (shown,) = (await (await client.get("/phone?user=U0ADA")).json())["accounts"]
        others = (await (await client.get("/phone?user=U0BEA")).json())["accounts"]
        strange = await client.delete(f"/phone/{shown['id']}?user=U0BEA")
        removed = await client.delete(f"/phone/{shown['id']}?user=U0ADA")
        left = (await (await client.get("/phone?user=U0ADA")).json())["accounts"]

    assert shown == {
        "id": shown["id"],
        "issuer": "Acme",
        "account": "ada@example.com",
        "code": code_at(account_of(URI), NOON),
        "next_code": code_at(account_of(URI), NOON + timedelta(seconds=30)),
        "next_in_s": 20.0,
        "period": 30,
    }
    assert (others, strange.status, removed.status, left) == ([], 404, 200, [])


async def test_a_bad_picture_or_key_is_refused_with_a_sentence(store: Path) -> None:
    async with client_of(Phone(store, lambda: NOON)) as client:
        scan = await client.post("/phone/scan?user=U0ADA", data=b"?", headers={"Content-Type": "image/png"})
        key = await client.post("/phone/key?user=U0ADA", json={"secret": "0189", "label": ""})

        assert (scan.status, (await scan.json())["ok"]) == (422, False)
        assert (key.status, (await key.json())["error"][-1]) == (422, ".")


async def test_a_form_on_a_foreign_page_reaches_nothing(store: Path) -> None:
    plain = {"Content-Type": "text/plain"}

    async with client_of(Phone(store, lambda: NOON)) as client:
        scan = await client.post("/phone/scan?user=U0ADA", data=picture(URI), headers=plain)
        key = await client.post("/phone/key?user=U0ADA", data=json.dumps({"uri": URI}), headers=plain)
        nobody = await client.get("/phone")

    assert (scan.status, key.status, nobody.status) == (415, 415, 400)


def test_accounts_are_kept_for_the_owner_of_the_file_only(store: Path) -> None:
    Phone(store, lambda: NOON).add("U0ADA", account_of(URI))

    again = Phone(store, lambda: NOON)

    assert [shown["account"] for shown in again.shown("U0ADA")] == ["ada@example.com"]
    assert stat.S_IMODE(store.stat().st_mode) == 0o600


def test_the_same_key_scanned_again_makes_no_second_entry() -> None:
    phone = Phone(None, lambda: NOON)

    for _ in range(2):
        phone.add("U0ADA", account_of(URI))

    assert len(phone.shown("U0ADA")) == 1

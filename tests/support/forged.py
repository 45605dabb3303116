"""Requests to the edge that Slack never made: twelve families, each of as many requests as one likes.

Each is the bytes of one request, made by chance. All carry the canary where a careless program would log it.
"""

import gzip
import json
from collections.abc import Callable
from random import Random

from handlers.edge import MOST_BYTES, PATH
from tests.support import signed
from tests.support.edge import CANARY, NOW
from tests.support.signed import FORM, JSON

Make = Callable[[Random], bytes]
STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


def request(body: bytes, headers: dict[str, str], *, line: str = f"POST {PATH}", length: int | None = None) -> bytes:
    """Return the bytes of a request; *length* is what it says of its body, if that is not the truth."""
    fields = {"Host": "mfabot", "Connection": "close", "Content-Length": str(len(body) if length is None else length)}
    head = f"{line} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in (fields | headers).items())
    return head.encode("utf-8", "surrogateescape") + b"\r\n" + body


def good(chance: Random) -> tuple[bytes, str]:
    """Return a body that a listener would get if it were signed, and its type."""
    word = f"{CANARY} {chance.randrange(10**6)}"
    return chance.choice(
        [
            (signed.command(text=word), FORM),
            (signed.interaction(signed.click(trigger_id=word)), FORM),
            (signed.interaction(signed.submission(trigger_id=word)), FORM),
            (json.dumps(signed.event(event_id=word)).encode(), JSON),
        ]
    )


def junk(chance: Random, most: int = 300) -> bytes:
    return chance.randbytes(chance.randrange(1, most)) + CANARY.encode()


def sign(body: bytes, content_type: str = FORM, *, at: float = NOW, secret: str = signed.SECRET) -> dict[str, str]:
    return signed.headers(body, at=at, content_type=content_type, secret=secret)


def without_headers(chance: Random) -> bytes:
    body, kind = good(chance)
    headers = sign(body, kind)
    for name in chance.choice([[STAMP], [SIGNATURE], [STAMP, SIGNATURE]]):
        del headers[name]
    return request(body, headers)


def with_another_secret(chance: Random) -> bytes:
    body, kind = good(chance)
    secrets = ["", " ", signed.SECRET[:-1], signed.SECRET.upper(), signed.SECRET + "\n", str(chance.random())]
    return request(body, sign(body, kind, secret=chance.choice(secrets)))


def with_another_body(chance: Random) -> bytes:
    body, kind = good(chance)
    headers = sign(body, kind)
    at = chance.randrange(len(body))
    changed = [
        body + chance.choice([b" ", b"\n", b"\0", b"&a=1", b"\r\n\r\n"]),
        chance.choice([b" ", b"\n", b"&"]) + body,
        body[:at] + bytes([body[at] ^ (1 << chance.randrange(8))]) + body[at + 1 :],
        body[:at],
        body.replace(b"U0ADA", b"U0EVE"),
        good(chance)[0] + b" ",
    ]
    return request(chance.choice(changed), headers)


def at_another_time(chance: Random) -> bytes:
    body, kind = good(chance)
    off = chance.choice([-1, 1]) * (301 + chance.randrange(10 ** chance.randrange(1, 10)))
    return request(body, sign(body, kind, at=max(0.0, NOW + off)))


def with_an_odd_timestamp(chance: Random) -> bytes:
    body, kind = good(chance)
    stamp = str(int(NOW))
    odd = [f"+{stamp}", f"{stamp}.0", f"0{stamp}1", "-1", "", "soon", "9" * 5000, hex(int(NOW)), f"{stamp},{stamp}"]
    odd += [stamp.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), f"{stamp[:5]}_{stamp[5:]}", "1e9", CANARY]
    return request(body, sign(body, kind) | {STAMP: chance.choice(odd)})


def with_an_odd_signature(chance: Random) -> bytes:
    body, kind = good(chance)
    right = sign(body, kind)[SIGNATURE]
    at = chance.randrange(3, len(right))
    other = chance.choice([digit for digit in "0123456789abcdef" if digit != right[at]])
    odd = [right[:-1], right + "0", right.upper(), right[3:], f"v1={right[3:]}", f"v0={'é' * 64}", "v0=", CANARY]
    odd += [right[:at] + other + right[at + 1 :], f"{right}, {right}", f'"{right}"', f"v0={'0' * 64}", "v0=" + "f" * 64]
    return request(body, sign(body, kind) | {SIGNATURE: chance.choice(odd)})


def signed_junk(chance: Random) -> bytes:
    body = junk(chance)
    return request(body, sign(body, chance.choice([FORM, JSON, "text/plain", "multipart/form-data; boundary=x", ""])))


def signed_and_senseless(chance: Random) -> bytes:
    number = chance.randrange(10**6)
    deep = chance.randrange(200, 50_000)
    senseless = [
        (b"[" * deep + b"]" * deep, JSON),
        (b"payload=" + b"[" * deep + b"]" * deep, FORM),
        (b'{"type": ' + b"9" * deep + b"}", JSON),
        (json.dumps([CANARY, number]).encode(), JSON),
        (json.dumps(signed.event(event=[CANARY, number])).encode(), JSON),
        (signed.interaction(signed.click(type=f"{CANARY}{number}")), FORM),
        (signed.interaction(signed.click(user={"id": number})), FORM),
        (signed.interaction(signed.click(actions=[CANARY, number])), FORM),
        (signed.interaction(signed.submission(view=CANARY)), FORM),
        (signed.command(command=f"/{CANARY}{number}"), FORM),
        (signed.command(text=CANARY) + f"&command={number}".encode(), FORM),
        (signed.command(text=CANARY) + b"&a=%zz" + str(number).encode(), FORM),
        (signed.command(text=f"{CANARY}\0{number}"), FORM),
    ]
    body, kind = chance.choice(senseless)
    return request(body, sign(body, kind))


def to_another_address(chance: Random) -> bytes:
    body, kind = good(chance)
    lines = [f"{method} {PATH}" for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW")]
    lines += [
        f"POST {path}" for path in (f"{PATH}/{CANARY}", "/", "//slack/events", "/slack/events%2f..", "/SLACK/EVENTS")
    ]
    lines += [f"POST /slack/../slack/events/{CANARY}?{CANARY}", f"GET /{CANARY}?code=123456", f"POST {'/a' * 2000}"]
    return request(body, sign(body, kind), line=chance.choice(lines))


def too_large(chance: Random) -> bytes:
    body, kind = good(chance)
    said = MOST_BYTES + 1 + chance.randrange(10 ** chance.randrange(1, 12))
    return request(body, sign(body, kind), length=said)


def in_another_shape(chance: Random) -> bytes:
    """Compressed, chunked, cut off, or with a length that is no length: what a proxy may see with other eyes."""
    body, kind = good(chance)
    headers = sign(body, kind)
    chunks = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    squeezed = gzip.compress(body)
    lengths = [str(len(body) + 5), "-1", "0x10", "1e3", f"{len(body)}, {len(body) + 1}", "9" * 40, CANARY]
    return chance.choice(
        [
            request(squeezed, headers | {"Content-Encoding": "gzip"}),
            request(chunks, headers | {"Transfer-Encoding": "chunked"}),
            request(chunks, headers | {"Transfer-Encoding": "chunked, identity"}),
            request(body, headers | {"Content-Length": chance.choice(lengths)}),
            request(body, headers)[: -chance.randrange(1, len(body))],
            request(body, headers | {"Content-Length\r\nContent-Length": "0"}),
        ]
    )


def no_http(chance: Random) -> bytes:
    """Bytes that begin as a request may, or not at all."""
    body, kind = good(chance)
    whole = bytearray(request(body, sign(body, kind)))
    head = whole.index(b"\r\n\r\n")
    match chance.randrange(4):
        case 0:
            return junk(chance, 3000) + b"\r\n\r\n"
        case 1:
            whole[chance.randrange(4)] = chance.choice(b"\0\x01 \xff")
        case 2:
            whole[head:head] = b"\r\n" + junk(chance, 40).replace(b":", b"")
        case _:
            whole[head:head] = b"\r\n\0" + CANARY.encode() + b": 1"
    return bytes(whole)


FAMILIES: dict[str, Make] = {
    make.__name__: make
    for make in (
        without_headers,
        with_another_secret,
        with_another_body,
        at_another_time,
        with_an_odd_timestamp,
        with_an_odd_signature,
        signed_junk,
        signed_and_senseless,
        to_another_address,
        too_large,
        in_another_shape,
        no_http,
    )
}

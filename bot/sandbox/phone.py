"""The phone on the page: an authenticator app that is given a picture and nothing else.

It plays the part of somebody else's program, so it shares no code with the bot: its own reading of the picture, of
the URI (as Google Authenticator's "Key Uri Format" describes it) and of RFC 6238, on the standard library.
"""

import base64
import binascii
import hmac
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

import zxingcpp
from aiohttp import web

from bot.sandbox import png

ALGORITHMS: Final = ("SHA1", "SHA256", "SHA512")
DIGITS: Final = (6, 7, 8)
PERIODS_S: Final = range(10, 301)
NO_ACCOUNT: Final = "This is not a code for an authenticator app."

QR_ONLY: Final = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

Json: TypeAlias = dict[str, object]


class PhoneError(ValueError):
    """What the phone tells the person who holds it, in a sentence."""


@dataclass(frozen=True, slots=True)
class Account:
    """An entry in the authenticator app; *secret* is base32 without padding, *period* in seconds."""

    id: str
    issuer: str
    account: str
    secret: str = field(repr=False)
    algorithm: str = "SHA1"
    digits: int = 6
    period: int = 30


def code_at(account: Account, now: datetime) -> str:
    """Return the code of *account* at *now* (RFC 6238, section 4; truncation: RFC 4226, section 5.3)."""
    step = int(now.timestamp()) // account.period
    digest = hmac.digest(_key(account.secret), step.to_bytes(8, "big"), account.algorithm.lower())
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**account.digits).zfill(account.digits)


def seen_in(picture: bytes) -> str:
    """Return the text of the QR code in *picture*, a PNG; PhoneError when there is none to read."""
    try:
        gray = png.read(picture)
    except png.PngError as exc:
        raise PhoneError(f"The phone cannot look at this picture: {exc}.") from None
    view = memoryview(gray.pixels).cast("B", (gray.height, gray.width))
    codes = zxingcpp.read_barcodes(view, formats=QR_ONLY)
    if len(codes) != 1:
        raise PhoneError("The phone sees no QR code in this picture." if not codes else "The phone sees several codes.")
    return str(codes[0].text)


def account_of(uri: str) -> Account:
    """Return what an `otpauth://totp/` URI describes; PhoneError names what is wrong with it."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        raise PhoneError(NO_ACCOUNT) from None
    if parts.scheme != "otpauth" or parts.netloc.lower() != "totp":
        raise PhoneError(NO_ACCOUNT)
    given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    label = unquote(parts.path.lstrip("/"))
    prefix, colon, name = label.partition(":")
    account = Account(
        id=secrets.token_urlsafe(9),
        issuer=given.get("issuer") or (prefix if colon else ""),
        account=(name if colon else label).strip(),
        secret=_normal(given.get("secret", "")),
        algorithm=given.get("algorithm", "SHA1").upper(),
        digits=_number(given.get("digits", "6")),
        period=_number(given.get("period", "30")),
    )
    if account.algorithm not in ALGORITHMS or account.digits not in DIGITS or account.period not in PERIODS_S:
        raise PhoneError("This authenticator app cannot make codes of that kind.")
    return account


def typed_by_hand(fields: Mapping[str, object]) -> Account:
    """Return the account for a `uri`, or for a `secret` with a `label`, as a person types them."""
    uri, secret, label = (str(fields.get(name) or "").strip() for name in ("uri", "secret", "label"))
    if uri:
        return account_of(uri)
    return Account(id=secrets.token_urlsafe(9), issuer="", account=label or "Typed by hand", secret=_normal(secret))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1


def _normal(secret: str) -> str:
    """Return a key as people type it (small letters, spaces, dashes) in the form that is kept."""
    plain = secret.upper().replace(" ", "").replace("-", "").rstrip("=")
    try:
        key = _key(plain)
    except (binascii.Error, ValueError):
        raise PhoneError("The key has a letter or digit that no key has. Compare it once more.") from None
    if not key:
        raise PhoneError("There is no key to keep.")
    return plain


def _key(secret: str) -> bytes:
    return base64.b32decode(secret + "=" * (-len(secret) % 8))


class Phone:
    """The phones of all people in the sandbox, one each, kept in *store* (mode 0600; None: only in memory).

    The application it is mounted on limits the size of a picture (`client_max_size`).
    """

    def __init__(self, store: Path | None, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._accounts: dict[str, list[Account]] = {}
        if store is not None and store.exists():
            kept = json.loads(store.read_text("utf-8"))
            self._accounts = {user: [Account(**account) for account in accounts] for user, accounts in kept.items()}

    def routes(self) -> list[web.RouteDef]:
        """Return what the page calls; each takes `?user=`, whose phone it is."""
        return [
            web.get("/phone", self._show),
            web.post("/phone/scan", self._scan),
            web.post("/phone/key", self._type),
            web.delete("/phone/{id}", self._remove),
        ]

    def scan(self, user: str, picture: bytes) -> Account:
        """Take in the account that *picture*, a PNG, shows; PhoneError when there is none."""
        account = account_of(seen_in(picture))
        self.add(user, account)
        return account

    def type_in(self, user: str, fields: Mapping[str, object]) -> Account:
        """Take in the account that somebody types by hand; PhoneError names what is wrong with it."""
        account = typed_by_hand(fields)
        self.add(user, account)
        return account

    def add(self, user: str, account: Account) -> None:
        """Put *account* on top of the list; the same key again takes the place of the older entry."""
        others = [known for known in self._accounts.get(user, []) if known.secret != account.secret]
        self._accounts[user] = [account, *others]
        self._save()

    def empty(self, user: str) -> None:
        """Remove every account."""
        self._accounts[user] = []
        self._save()

    def shown(self, user: str) -> list[Json]:
        """Return what the screen shows: each account with its code and the seconds that the code still lives."""
        now = self._now()
        return [
            {
                "id": account.id,
                "issuer": account.issuer,
                "account": account.account,
                "code": code_at(account, now),
                "next_code": code_at(account, now + timedelta(seconds=account.period)),
                "next_in_s": round(account.period - now.timestamp() % account.period, 3),
                "period": account.period,
            }
            for account in self._accounts.get(user, [])
        ]

    async def _show(self, request: web.Request) -> web.Response:
        return web.json_response({"accounts": self.shown(_user(request))}, headers={"Cache-Control": "no-store"})

    async def _scan(self, request: web.Request) -> web.Response:
        _expect(request, "image/png")
        picture = await request.read()
        user = _user(request)
        return _taken_in(lambda: self.scan(user, picture))

    async def _type(self, request: web.Request) -> web.Response:
        _expect(request, "application/json")
        try:
            fields = await request.json()
        except ValueError:
            raise web.HTTPBadRequest from None
        if not isinstance(fields, dict):
            raise web.HTTPBadRequest
        user = _user(request)
        return _taken_in(lambda: self.type_in(user, fields))

    async def _remove(self, request: web.Request) -> web.Response:
        user, gone = _user(request), request.match_info["id"]
        accounts = self._accounts.get(user, [])
        left = [account for account in accounts if account.id != gone]
        if len(left) == len(accounts):
            raise web.HTTPNotFound
        self._accounts[user] = left
        self._save()
        return web.json_response({"ok": True})

    def _save(self) -> None:
        if self._store is None:
            return
        kept = {user: [asdict(account) for account in accounts] for user, accounts in self._accounts.items()}
        fresh = self._store.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(kept, file)
        fresh.replace(self._store)


def _taken_in(take_in: Callable[[], Account]) -> web.Response:
    try:
        account = take_in()
    except PhoneError as exc:
        return _refused(str(exc))
    return web.json_response({"ok": True, "label": ": ".join(filter(None, (account.issuer, account.account)))})


def _user(request: web.Request) -> str:
    user = request.query.get("user", "")
    if not user:
        raise web.HTTPBadRequest
    return user


def _expect(request: web.Request, content_type: str) -> None:
    """Refuse other kinds of body: a form on a foreign page can send text, but neither of these two kinds."""
    if request.content_type != content_type:
        raise web.HTTPUnsupportedMediaType


def _refused(sentence: str) -> web.Response:
    return web.json_response({"ok": False, "error": sentence}, status=HTTPStatus.UNPROCESSABLE_ENTITY)

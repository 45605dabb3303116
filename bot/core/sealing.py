"""Secrets at rest: AES-256-GCM under a keyring, each bound to the place where it is kept.

Rules of this file (K1 to K3; OWASP Cryptographic Storage):

- The associated data name format, purpose, team, person, row and key: a ciphertext that is moved to another row, or
  used for another purpose, does not open.
- Each purpose has its own key, derived from a master key by HKDF (RFC 5869).
- Keys carry an id. New secrets are sealed under the primary key; older keys still open theirs.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = "mfabot.sealed.1"
KEY_BYTES = 32
NONCE_BYTES = 12
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


class Purpose(StrEnum):
    """What a derived key is for; never two things."""

    FACTOR = "factor-secret"
    ENROLLMENT = "enrollment-secret"
    RECOVERY = "recovery-code"
    CHAIN = "audit-chain"
    ADDRESS = "former-address"
    WORD = "enrollment-word"


class Unopenable(Exception):  # noqa: N818  reads as what the secret is; it never carries the secret
    """A sealed value that no key of the ring opens at this place: moved, altered, or its key is gone."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives."""

    purpose: Purpose
    team_id: str
    person_id: int
    row_id: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed secret: nonce, ciphertext and tag in one, and the id of the key that opens it."""

    key_id: str
    box: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keyring:
    """Master keys by id, and which of them seals."""

    primary: str
    keys: Mapping[str, bytes] = field(repr=False)

    def seal(self, place: Place, secret: str, nonce: bytes) -> Sealed:
        """Seal *secret* for *place* under the primary key; *nonce* is 12 random bytes, never used twice."""
        cipher = _cipher(self.derived(place.purpose, self.primary))
        sealed = cipher.encrypt(nonce, secret.encode(), _associated_data(place, self.primary))
        return Sealed(self.primary, nonce + sealed)

    def open(self, place: Place, sealed: Sealed) -> str:
        """Open what was sealed for *place*.

        Raises:
            Unopenable: no such key, or the value was not sealed for this place.
        """
        if sealed.key_id not in self.keys:
            raise Unopenable(f"no key {sealed.key_id!r} in the keyring")
        cipher = _cipher(self.derived(place.purpose, sealed.key_id))
        nonce, body = sealed.box[:NONCE_BYTES], sealed.box[NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, body, _associated_data(place, sealed.key_id)).decode()
        except (InvalidTag, ValueError):
            raise Unopenable(f"a sealed {place.purpose.value} does not open at its place") from None

    def derived(self, purpose: Purpose, key_id: str) -> bytes:
        """Return the 32-byte key of *purpose* under the master key *key_id* (K3)."""
        return _derived(self.keys[key_id], purpose)


@lru_cache
def _derived(key: bytes, purpose: Purpose) -> bytes:
    info = f"{FORMAT}/{purpose.value}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(key)


@lru_cache
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def read_keyring(text: str) -> Keyring:
    """Read a keyring file: `{"primary": id, "keys": {id: 32 bytes in base64}}`.

    Raises:
        ValueError: in words for whoever runs the bot, without any key.
    """
    try:
        told = json.loads(text)
        primary, keys = told["primary"], dict(told["keys"])
    except (ValueError, KeyError, TypeError):
        raise ValueError('the keyring is no JSON of the form {"primary": id, "keys": {id: base64}}') from None
    if not isinstance(primary, str) or primary not in keys:
        raise ValueError("the keyring has no key of the id that it names as primary")
    return Keyring(primary, {str(key_id): _read_key(key_id, key) for key_id, key in keys.items()})


def write_keyring(ring: Keyring) -> str:
    """Spell a keyring as its file holds it."""
    keys = {key_id: base64.b64encode(key).decode("ascii") for key_id, key in ring.keys.items()}
    return json.dumps({"primary": ring.primary, "keys": keys}, indent=2) + "\n"


def _read_key(key_id: object, spelled: object) -> bytes:
    if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
        raise ValueError("a key id is 1 to 32 of a-z, 0-9 and hyphen, and begins with no hyphen")
    try:
        key = base64.b64decode(spelled if isinstance(spelled, str) else "", validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES or len(set(key)) == 1:
        raise ValueError(f"key {key_id!r} of the keyring is not {KEY_BYTES} random bytes in base64")
    return key


def _associated_data(place: Place, key_id: str) -> bytes:
    """Name the place in JSON: no other place is spelled the same."""
    purpose, team_id = quoted(place.purpose), quoted(place.team_id)
    return f'["{FORMAT}",{purpose},{team_id},{place.person_id},{place.row_id},{quoted(key_id)}]'.encode()

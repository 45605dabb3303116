"""The secret and the provisioning URI that the QR code carries.

The URI follows the Key URI format that authenticator apps share; every parameter is written out because apps differ
in what they assume. SHA1, six digits and 30 s are the only combination that all of them take.
"""

from __future__ import annotations

import base64
from urllib.parse import quote, urlencode

from bot.core.codes import STEP_S

SECRET_BYTES = 20
"""160 bits, the length of the hash (C7; RFC 4226 section 4, R6)."""
ACCOUNT_AT_MOST = 320
"""Characters of the account as the URI spells it: any e-mail address, and a QR code that a phone can still read."""


def spell_secret(random: bytes) -> str:
    """Spell 20 random bytes as 32 base32 characters.

    Raises:
        ValueError: another length.
    """
    if len(random) != SECRET_BYTES:
        raise ValueError(f"{SECRET_BYTES} random bytes are needed")
    return base64.b32encode(random).decode("ascii")


def provisioning_uri(*, secret: str, issuer: str, account: str) -> str:
    """Return the `otpauth://` URI of a base32 *secret*; *issuer* has no colon (settings refuse one).

    An *account* that is too long for the QR code is shortened: it is only the label by which its owner knows it.
    """
    while len(quote(account, safe="@")) > ACCOUNT_AT_MOST:
        account = account[:-1]
    label = f"{quote(issuer, safe='')}:{quote(account, safe='@')}"
    query = urlencode(
        {"secret": secret, "issuer": issuer, "algorithm": "SHA1", "digits": 6, "period": STEP_S}, quote_via=quote
    )
    return f"otpauth://totp/{label}?{query}"


def grouped(secret: str) -> str:
    """Spell a secret in groups of four, for typing by hand."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))

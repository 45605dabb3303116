"""The provisioning URI, as authenticator apps read it."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import segno

from bot.core import otpauth

SECRET = otpauth.spell_secret(bytes(range(20)))


def test_160_bits_are_spelled_as_32_symbols_without_padding() -> None:
    assert len(SECRET) == 32
    assert "=" not in SECRET


@pytest.mark.parametrize("length", [0, 16, 19, 21])
def test_a_secret_of_another_length_is_a_bug(length: int) -> None:
    with pytest.raises(ValueError, match="20 random bytes"):
        otpauth.spell_secret(bytes(length))


@pytest.mark.parametrize("account", ["ada@example.com", "Ada Lovelace", "a:b/c?d#e&f=g", "Ada \u00dc\U0001f512"])
def test_the_uri_carries_issuer_account_and_every_parameter(account: str) -> None:
    uri = otpauth.provisioning_uri(secret=SECRET, issuer="Acme & Sons", account=account)

    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("otpauth", "totp", "")
    assert parts.path.count(":") == 1
    assert unquote(parts.path) == f"/Acme & Sons:{account}"
    assert parse_qs(parts.query, strict_parsing=True) == {
        "secret": [SECRET],
        "issuer": ["Acme & Sons"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }
    assert "+" not in parts.query  # several apps read a plus as a plus


def test_the_longest_name_still_makes_a_qr_code_that_a_phone_can_read() -> None:
    uri = otpauth.provisioning_uri(secret=SECRET, issuer="Acme & Sons", account="\U0001f512" * 200)

    code = segno.make(uri, error="m", micro=False)

    assert isinstance(code.version, int)
    assert code.version <= 20


def test_the_key_to_type_by_hand_is_grouped_by_four() -> None:
    assert otpauth.grouped("ABCDEFGHIJ") == "ABCD EFGH IJ"

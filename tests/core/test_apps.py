"""The keys of relying apps."""

import re
from datetime import timedelta

import pytest

from bot.core import apps
from bot.core.apps import App, KeyRefusal, LookupBy, Scope

RANDOM = b"\xab" + bytes(range(37))
KEY = apps.make_key(RANDOM)


def test_a_key_has_256_random_bits_and_reads_back() -> None:
    assert re.fullmatch(r"mfabot_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", KEY.spelled)
    assert apps.read_key(KEY.spelled) == KEY
    assert len(KEY.digest) == 32


@pytest.mark.parametrize("length", [0, 37, 39])
def test_another_amount_of_randomness_is_a_bug(length: int) -> None:
    with pytest.raises(ValueError, match="38 random bytes"):
        apps.make_key(bytes(length))


def test_the_secret_does_not_show_in_a_repr_and_the_hash_is_not_the_secret() -> None:
    assert KEY.secret not in repr(KEY)
    assert KEY.secret.encode() not in KEY.digest


@pytest.mark.parametrize(
    "presented",
    [
        "",
        "mfabot_",
        KEY.spelled[:-1],
        KEY.spelled + "A",
        KEY.spelled + "\n",
        " " + KEY.spelled,
        KEY.spelled.replace("mfabot", "MFABOT"),
        KEY.spelled[:-1] + "\u00e9",
        KEY.spelled[:-1] + "\0",
        f"mfabot_{KEY.key_id.upper()}_{KEY.secret}",
    ],
)
def test_what_cannot_be_a_key_is_none(presented: str) -> None:
    assert apps.read_key(presented) is None


@pytest.mark.parametrize(("name", "fits"), [("wiki", True), ("vpn-2", True), ("a" * 63, True), ("a" * 64, False)])
def test_a_name_is_short(name: str, *, fits: bool) -> None:
    assert apps.fitting_name(name) is fits


@pytest.mark.parametrize(
    "name", ["", "Wiki", "-wiki", "<!channel>", "a b", "wiki\n", "\u202ewiki", "w\u0456ki", "@ada"]
)
def test_a_name_can_neither_mention_nor_link_nor_reorder(name: str) -> None:
    assert not apps.fitting_name(name)


@pytest.mark.parametrize(
    ("scope", "by", "refusal"),
    [
        (Scope.READ, LookupBy.SLACK_ID, None),
        (Scope.READ, None, None),
        (Scope.READ, LookupBy.EMAIL, KeyRefusal.NO_LOOKUP),
        (Scope.VERIFY, LookupBy.SLACK_ID, KeyRefusal.NO_SCOPE),
        (Scope.VERIFY, LookupBy.EMAIL, KeyRefusal.NO_SCOPE),
    ],
)
def test_an_app_asks_only_what_it_may_and_only_of_people_named_as_it_may(
    scope: Scope, by: LookupBy | None, refusal: KeyRefusal | None
) -> None:
    app = App(1, "wiki", frozenset({Scope.READ}), None, frozenset({LookupBy.SLACK_ID}))

    assert apps.may_ask(app, scope, by) is refusal


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("24h", timedelta(hours=24)),
        ("30d", timedelta(days=30)),
        ("31d", None),
        ("0h", None),
        ("24", None),
        ("-1h", None),
        ("1.5h", None),
        ("24h ", None),
        ("24H", None),
        ("\uff12h", None),
        ("99999999d", None),
        ("", None),
    ],
)
def test_an_overlap_is_a_number_and_a_unit_and_no_longer_than_a_month(typed: str, span: timedelta | None) -> None:
    assert apps.read_overlap(typed) == span

"""What is kept for long has one form, written out here: a version that spells it otherwise cannot read it any more.

The answers were calculated without the program: HKDF (RFC 5869) and the MACs with HMAC-SHA-256 alone, AES-GCM with its
primitives. A new value is added here; none that is here is ever changed. A change of format needs a new name of the
format, code that reads both, and answers for both.
"""

import pytest

from bot.core import addresses, chain, jobs, recovery
from bot.core.apps import make_key, read_key
from bot.core.chain import Entry, Head, Link
from bot.core.codes import RecoveryCode
from bot.core.sealing import Keyring, Place, Purpose, Sealed, read_keyring
from handlers import ids

RING = read_keyring('{"primary": "k1", "keys": {"k1": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}}')
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NONCE = "6465666768696a6b6c6d6e6f"
BOXES = {
    Place(Purpose.FACTOR, "T0MFA", 7, 11): (
        "6465666768696a6b6c6d6e6fa935fc04edb1e4dca02c585a427ef3b6029f2faa7dfe3a2cbfbbb3fed8e07736"
        "cfbbe9676e4a63df4baacbd3fd4c7516"
    ),
    Place(Purpose.ENROLLMENT, "T0MFA", 7, 12): (
        "6465666768696a6b6c6d6e6f928b737e8b90984245c54fa203e3d574847f1c46ccf23359a21aaf3a96060de3"
        "02057e9a0794a8836b090f59595540d6"
    ),
}
"""What AES-256-GCM makes of SECRET with NONCE: nonce, ciphertext, tag."""

KEYS = {
    "factor-secret": "6b5590c5d42830fcc7f28dfd62112797404ebdbf06e0c8165004a5dca6c3d53e",
    "enrollment-secret": "cf15abd660c3fe357b7de60f6b76dd5757a78715b357cd700ae9f7c1f1fcb475",
    "recovery-code": "8bb991f9cd44b65096c8494a1f433d0f23fb9715798c78be303a60c59f310bc3",
    "audit-chain": "3053a399e6d0aaa194a9c2b21bb620801b2f3e089e81f8d59f4cd25248e52b54",
    "former-address": "6992df0d956ecdbbf4c42482440a05de9e05f69f2b00f21335d6e5a0fcdf4bcb",
    "enrollment-word": "6816c09666f378a5f9a6725c01b0e62df9f166d17219d2e47cfa65e39b06e7fc",
}

EVENTS = {
    41: Entry(41, "2026-11-24T12:00:00.000005Z", "verification", "app:1", "app:1", 3, '{"verdict":"accepted"}'),
    42: Entry(42, "2026-11-24T12:00:01.000000Z", "people.synced", "system", "system", None, "{}"),
}
LINES = {
    41: (
        '{"actor":"app:1","at":"2026-11-24T12:00:00.000005Z","detail":{"verdict":"accepted"},"event_id":41,'
        '"kind":"verification","subject_id":3,"surface":"app:1"}'
    ),
    42: (
        '{"actor":"system","at":"2026-11-24T12:00:01.000000Z","detail":{},"event_id":42,'
        '"kind":"people.synced","subject_id":null,"surface":"system"}'
    ),
}
DIGESTS = (
    "84b695f2dfbb82f74c0f56151a5ff079bc9351d4653074df0f3f8b1a3c07c5fd"
    "514a25b89c4ec2b63ae8fa6cb046c95d8d28da556ab65d97f09a251c97f030c6"
)
LINK = Link(
    number=8,
    linked_at="2026-11-24T12:00:02.000000Z",
    key_id="k1",
    previous=bytes.fromhex("11" * 32),
    event_ids=(41, 42),
    digests=bytes.fromhex(DIGESTS),
    total=19,
    mac=bytes.fromhex("53d87c17acd5b09c69fb9564ed8bcb9f1640811d7dba2b8fe378633f3e8dfff8"),
)
HEAD = Head(
    number=8,
    mac=LINK.mac,
    linked_at=LINK.linked_at,
    total=19,
    key_id="k1",
    seal=bytes.fromhex("df9ff9696147e43472a69987f27c54a5855b395106effdcecae16aecb61b01fb"),
)

JOBS = {
    "deliver_qr": ("DeliverQr", b'{"enrollment_id":42}'),
    "shred_qr": ("ShredQr", b'{"enrollment_id":42}'),
    "expire_enrollment": ("ExpireEnrollment", b'{"enrollment_id":42}'),
    "notify": ("Notify", b'{"message_id":42}'),
    "edit_message": ("EditMessage", b'{"message_id":42}'),
    "refresh_home": ("RefreshHome", b'{"person_id":42}'),
    "expire_reset": ("ExpireReset", b'{"request_id":42}'),
    "remind_reset": ("RemindReset", b'{"request_id":42}'),
    "execute_reset": ("ExecuteReset", b'{"request_id":42}'),
    "sync_people": ("SyncPeople", b'{"sync_id":42}'),
    "deliver_report": ("DeliverReport", b'{"message_id":42}'),
}

IDS = {
    "ENABLE": "mfa_enable",
    "DISABLE": "mfa_disable",
    "REPLACE": "mfa_replace",
    "RECOVERY_CODES": "mfa_recovery_codes",
    "ENTER_CODE": "enrollment_enter_code",
    "CANT_SCAN": "enrollment_cant_scan",
    "CANCEL": "enrollment_cancel",
    "NOT_ME": "notice_not_me",
    "WAS_ME": "mfa_was_me",
    "APPROVE_RESET": "reset_approve",
    "DENY_RESET": "reset_deny",
    "CANCEL_RESET": "reset_cancel",
    "DISABLE_OTHER": "reset_begin",
    "DISMISS": "dismiss",
    "UNLOCK": "unlock",
    "RELEASE": "release_other",
    "WAKE_RIGHTS": "rights_wake",
    "WAKE_RIGHTS_OF": "rights_wake_of",
    "START_FORM": "enrollment_start",
    "REPLACE_FORM": "enrollment_replace",
    "CONFIRM_FORM": "enrollment_confirm",
    "CODES_SHOWN": "recovery_codes_shown",
    "DISABLE_FORM": "disable",
    "RENEW_FORM": "recovery_codes_renew",
    "RELEASE_FORM": "release",
    "RESET_FORM": "reset",
    "APPROVAL_FORM": "reset_approval",
    "DENIAL_FORM": "reset_denial",
    "CANCEL_FORM": "reset_cancel",
    "UNLOCK_FORM": "unlock",
    "RELEASE_OTHER_FORM": "release_other",
    "LOCKDOWN_FORM": "lockdown",
    "LIFT_FORM": "lockdown_lift",
    "GRANT_FORM": "role_grant",
    "REVOKE_FORM": "role_revoke",
    "WAKE_FORM": "rights_wake",
    "CODE": "code",
    "RECOVERY_CODE": "recovery_code",
    "WORD": "word",
    "REASON": "reason",
    "HAPPENED": "happened",
    "IDENTITY_CHECK": "identity_check",
    "ROLE": "role",
    "WHOM": "whom",
    "USERS": "users",
    "REQUESTS": "requests",
    "ROLES": "roles",
    "AUDIT": "audit",
    "GRANT": "roles_grant",
    "REVOKE": "roles_revoke",
    "AUDIT_OLDER": "audit_older",
    "AUDIT_NEWER": "audit_newer",
    "AUDIT_WINDOW": "audit",
    "USERS_WINDOW": "users",
    "USERS_AFTER": "users_after",
    "USERS_BEFORE": "users_before",
    "OPEN_PERSON": "users_open",
    "SEARCH": "search",
    "UNENROLLED": "unenrolled",
    "UNENROLLED_WINDOW": "unenrolled",
    "UNENROLLED_AFTER": "unenrolled_after",
    "UNENROLLED_BEFORE": "unenrolled_before",
}


@pytest.mark.parametrize("place", BOXES, ids=lambda place: place.purpose.value)
def test_what_was_sealed_once_opens_and_is_sealed_the_same_today(place: Place) -> None:
    assert RING.open(place, Sealed("k1", bytes.fromhex(BOXES[place]))) == SECRET
    assert RING.seal(place, SECRET, bytes.fromhex(NONCE)) == Sealed("k1", bytes.fromhex(BOXES[place]))


def test_each_purpose_has_the_key_that_hkdf_makes_of_the_master_key() -> None:
    assert {purpose.value: RING.derived(purpose, "k1").hex() for purpose in Purpose} == KEYS
    assert Keyring("k1", {"k1": bytes(range(32))}) == RING


def test_a_recovery_code_that_was_issued_once_has_the_digest_that_was_kept() -> None:
    shown = recovery.make(bytes(range(150)))[0]
    key = bytes.fromhex(KEYS["recovery-code"])

    kept = recovery.digest(key, team_id="T0MFA", person_id=7, factor_id=11, code=recovery.read(shown))

    assert shown == "AAAQ-EAYE-AUDA-OCAJ-BIFQ-YDIO"
    assert recovery.read(shown) == RecoveryCode("AAAQEAYEAUDAOCAJBIFQYDIO")
    assert kept.hex() == "09093b943adf64d6fc31ea4157e871500256f7ce2aa46e880c84f06186393d1b"


def test_an_address_that_was_given_up_once_has_the_digest_that_was_kept() -> None:
    kept = addresses.digest(bytes.fromhex(KEYS["former-address"]), "Ada@Example.com")

    assert kept.hex() == "8ffa23bcaa0d19d49828ba0b9df8dbda59b3ff062f8c326faf4448649f1a1c3a"


def test_an_api_key_that_was_issued_once_has_the_digest_that_was_kept() -> None:
    key = make_key(bytes(range(38)))

    assert key.spelled == "mfabot_000102030405_BgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCU"
    assert read_key(key.spelled) == key
    assert key.digest.hex() == "0979c62cb5d7ad7253863028f233bc7f2ec3d3d3c5d6cd398a1355a96458f466"


def test_the_line_of_an_event_and_its_digest_are_what_a_link_holds() -> None:
    assert {event_id: entry.line for event_id, entry in EVENTS.items()} == LINES
    assert b"".join(map(chain.digest, EVENTS.values())).hex() == DIGESTS


def test_a_link_and_a_head_that_were_made_once_are_genuine_and_are_made_the_same_today() -> None:
    own = chain.keys(RING)

    assert own == {"k1": bytes.fromhex(KEYS["audit-chain"])}
    assert chain.mac(LINK, own["k1"]) == LINK.mac
    assert chain.is_genuine(LINK, own)
    assert chain.head_of(LINK, RING) == HEAD
    assert chain.is_sealed(HEAD, own)


def test_a_job_that_was_queued_once_is_read_and_is_queued_the_same_today() -> None:
    kinds = {name: kind for kind, name in jobs.NAMES.items()}

    assert {name: (kind.__name__, jobs.spell(kind(42))) for name, kind in kinds.items()} == JOBS
    for name, (_, payload) in JOBS.items():
        assert jobs.read(kinds[name], payload) == kinds[name](42)


def test_a_button_in_an_old_message_is_known_by_the_name_that_it_was_sent_with() -> None:
    assert {name: value for name, value in vars(ids).items() if name.isupper()} == IDS

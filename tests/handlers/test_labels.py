"""What the stories promise in words: who is told what, and by which label it is found."""

from typing import Any
from uuid import UUID

import pytest

from bot.core import otpauth
from bot.core.codes import Verdict
from bot.core.enrollment import ConfirmRefusal, StartRefusal
from bot.core.factors import Status
from bot.core.people import Person, Standing
from bot.core.suspension import ReleaseRefusal
from bot.services.disable import Disabled
from bot.services.enrollment import PendingKey
from bot.services.judging import Judged
from bot.settings import AUTHENTICATOR_APPS
from handlers.people import Turned
from handlers.views import blocks, codes, disable, enrollment, home, recovery, suspension
from tests.support.services import NOON

ADA = Person(1, "T0MFA", "U0ADA", Standing.MEMBER, "Ada", None, None, None)
INTENT = UUID(int=7)
SECRET = otpauth.spell_secret(bytes(range(20)))


def submit(view: dict[str, Any]) -> str:
    return str(view["submit"]["text"])


def test_before_the_start_seven_authenticator_apps_are_recommended_with_links() -> None:
    apps = [(app.name, str(app.url)) for app in AUTHENTICATOR_APPS]

    view = enrollment.before_you_start(apps, INTENT)

    told = str(view["blocks"])
    for name in ("Google Authenticator", "Microsoft Authenticator", "2FAS", "Aegis", "Ente Auth", "1Password"):
        assert f"|{name}>" in told
    assert "|Bitwarden>" in told
    assert told.count("<https://") == 7
    assert "Before you start" in told
    assert submit(view) == "Send QR code"


def test_other_apps_can_be_recommended() -> None:
    view = enrollment.before_you_start([("Our Own", "https://example.com/app")], INTENT)

    assert "<https://example.com/app|Our Own>" in str(view)
    assert "Aegis" not in str(view)


def test_the_profile_section_and_the_command_show_the_same() -> None:
    view = home.home(ADA, Status())
    _, answered = home.answer(ADA, Status())

    words = [block["text"]["text"] for block in view["blocks"] if "text" in block]
    assert words[:2] == ["Profile", "*Multi-Factor Authentication*"]
    assert view["blocks"][2:] == answered


def test_the_key_to_type_by_hand_stands_in_a_modal_without_input_or_button() -> None:
    view = enrollment.key_by_hand(PendingKey(SECRET, INTENT))

    assert otpauth.grouped(SECRET) in str(view)
    assert {block["type"] for block in view["blocks"]} == {"section", "context"}
    assert "submit" not in view
    assert SECRET not in view.get("private_metadata", "")


@pytest.mark.parametrize(
    ("view", "label", "does"),
    [
        (enrollment.confirm_form(3, replacing=False), "Verify Code", "turns MFA on"),
        (enrollment.confirm_form(3, replacing=True), "Verify Code", "moves your MFA to this app"),
        (enrollment.replace_form(INTENT), "Send QR code", "another authenticator app"),
        (recovery.form(INTENT), "Verify Code", "ten new recovery codes"),
        (disable.form(5), "Disable", "turns MFA *off*"),
    ],
)
def test_a_form_that_takes_a_code_says_what_the_code_will_do(view: dict[str, Any], label: str, does: str) -> None:
    inputs = [block for block in view["blocks"] if block["type"] == "input"]

    assert submit(view) == label
    assert does in str(view["blocks"][0])
    assert [block["label"]["text"] for block in inputs] == ["Verification code"]


@pytest.mark.parametrize("done", list(Disabled))
def test_afterwards_one_is_told_to_remove_the_account_from_the_authenticator_app(done: Disabled) -> None:
    assert "remove the account from your authenticator app" in str(disable.outcome(done))


@pytest.mark.parametrize(
    ("recovers", "says"),
    [
        (True, "Codes are locked after too many wrong ones. Ask your helpdesk, or use a recovery code."),
        (False, "Codes are locked after too many wrong ones. Ask your helpdesk to unlock you."),
    ],
)
def test_a_locked_answer_names_the_way_out(*, recovers: bool, says: str) -> None:
    assert codes.refused(Judged(Verdict.LOCKED), recovery=recovers) == says


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ada\u202eecalevoL", "AdaecalevoL"),
        ("Ada\u200b\u2066\u0000\ud800", "Ada"),
        ("a\nb\tc", "a b c"),
        ("x" * 20, "x" * 9 + "\u2026"),
    ],
)
def test_free_text_is_cut_and_cannot_reorder(text: str, shown: str) -> None:
    assert blocks.clean(text, 10 if len(text) > 12 else 20) == shown


def test_a_name_is_shown_to_nobody_as_markup() -> None:
    hostile = Person(1, "T0MFA", "U0ADA", Standing.MEMBER, "<!channel> <https://evil.example|Ada>", None, None, None)
    status = Status(factor_id=5, since=NOON, codes_left=10)

    told = str((home.home(hostile, status), home.answer(hostile, status)))

    assert "<!channel>" not in told
    assert "evil.example" not in told


@pytest.mark.parametrize("standing", [standing for standing in Standing if standing is not Standing.MEMBER])
def test_whoever_is_no_member_reads_what_they_are_at_every_step(standing: Standing) -> None:
    told = blocks.said(home.turned_away(Turned(standing.value)))

    assert enrollment.start_refused(StartRefusal(standing.value)) == told
    assert enrollment.confirm_refused(ConfirmRefusal(standing.value)) == told
    assert suspension.refused(ReleaseRefusal(standing.value)) == told

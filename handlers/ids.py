"""Names under which buttons, modals and inputs are known. They are in messages already sent: none is ever renamed."""

from __future__ import annotations

from typing import Final

# Buttons of Home, of `/mfa` and of messages.
ENABLE: Final = "mfa_enable"
DISABLE: Final = "mfa_disable"
REPLACE: Final = "mfa_replace"
RECOVERY_CODES: Final = "mfa_recovery_codes"
ENTER_CODE: Final = "enrollment_enter_code"
CANT_SCAN: Final = "enrollment_cant_scan"
CANCEL: Final = "enrollment_cancel"
NOT_ME: Final = "notice_not_me"
WAS_ME: Final = "mfa_was_me"

# Modals, by callback id.
START_FORM: Final = "enrollment_start"
REPLACE_FORM: Final = "enrollment_replace"
CONFIRM_FORM: Final = "enrollment_confirm"
CODES_SHOWN: Final = "recovery_codes_shown"
DISABLE_FORM: Final = "disable"
RENEW_FORM: Final = "recovery_codes_renew"
RELEASE_FORM: Final = "release"

# Inputs; block id and action id are the same.
CODE: Final = "code"
RECOVERY_CODE: Final = "recovery_code"

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

APPROVE_RESET: Final = "reset_approve"
DENY_RESET: Final = "reset_deny"
CANCEL_RESET: Final = "reset_cancel"
DISABLE_OTHER: Final = "reset_begin"
DISMISS: Final = "dismiss"
UNLOCK: Final = "unlock"
RELEASE: Final = "release_other"
WAKE_RIGHTS: Final = "rights_wake"

# Modals, by callback id.
START_FORM: Final = "enrollment_start"
REPLACE_FORM: Final = "enrollment_replace"
CONFIRM_FORM: Final = "enrollment_confirm"
CODES_SHOWN: Final = "recovery_codes_shown"
DISABLE_FORM: Final = "disable"
RENEW_FORM: Final = "recovery_codes_renew"
RELEASE_FORM: Final = "release"
RESET_FORM: Final = "reset"
APPROVAL_FORM: Final = "reset_approval"
DENIAL_FORM: Final = "reset_denial"
UNLOCK_FORM: Final = "unlock"
RELEASE_OTHER_FORM: Final = "release_other"
LOCKDOWN_FORM: Final = "lockdown"
LIFT_FORM: Final = "lockdown_lift"
GRANT_FORM: Final = "role_grant"
REVOKE_FORM: Final = "role_revoke"
WAKE_FORM: Final = "rights_wake"

# Inputs; block id and action id are the same.
CODE: Final = "code"
RECOVERY_CODE: Final = "recovery_code"
REASON: Final = "reason"
HAPPENED: Final = "happened"
ROLE: Final = "role"
WHOM: Final = "whom"

# Buttons of Home for who may, and of the windows behind them.
USERS: Final = "users"
REQUESTS: Final = "requests"
ROLES: Final = "roles"
AUDIT: Final = "audit"
GRANT: Final = "roles_grant"
REVOKE: Final = "roles_revoke"
AUDIT_OLDER: Final = "audit_older"
AUDIT_NEWER: Final = "audit_newer"
AUDIT_WINDOW: Final = "audit"
USERS_WINDOW: Final = "users"
USERS_AFTER: Final = "users_after"
USERS_BEFORE: Final = "users_before"
OPEN_PERSON: Final = "users_open"
SEARCH: Final = "search"

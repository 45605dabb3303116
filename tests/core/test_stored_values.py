"""Words that rows, events, metrics and applications hold: each is written out here, and none is ever renamed.

A new word is added where it is known; the test asks that those which are here stay, in their order.
"""

import importlib

import pytest

from bot.core import permissions, throttle
from bot.core.permissions import Permission

WORDS = {
    "actions.Action": """
        list_users show why requests roles audit report disable_other ask approve unlock release grant wake
        lift_lockdown revoke deny veto cancel cancel_lifting deny_lifting lockdown disable_own replace_own
        renew_own
    """,
    "actions.Guard": """
        actor_is_member actor_not_suspended right own_mfa actor_confirmed subject_known not_oneself
        subject_is_member subject_confirmed subject_not_suspended subject_suspended subject_has_mfa
        subject_has_dormant_rights no_lockdown lockdown_on lockdown_by_another not_the_requester own_request
        about_oneself not_the_cause right_old_enough factor_old_enough another_admin
    """,
    "apps.KeyRefusal": "no_key no_scope no_lookup too_fast",
    "apps.LookupBy": "slack_id email",
    "apps.Scope": "verify read",
    "audit.Kind": """
        enrollment.started enrollment.refused enrollment.wrong_code enrollment.ended enrollment.qr_sent
        enrollment.key_shown mfa.enabled mfa.replaced mfa.disabled own.refused recovery.made recovery.saved
        verification throttle.wait_began throttle.day_limit_reached throttle.locked throttle.wait_ended
        throttle.unlocked person.protected person.unprotected protection.refused person.suspended
        person.released code.pasted reset.opened reset.refused reset.approved reset.ended mfa.reset roles.seen
        role.defined role.granted role.revoked role.refused lockdown.started lockdown.lifted lockdown.refused
        unlock.refused release.offered release.refused looked look.refused people.synced person.address_changed
        manager.set manager.refused glass.broken glass.refused rights.dormant rights.woken audit.accepted
        audit.exported audit.refused app.created app.rotated app.revoked app.refused
    """,
    "chain.HeadFault": "head_missing head_not_genuine head_under_unknown_key head_overtaken",
    "codes.Verdict": """
        accepted invalid_format wrong_code code_reused throttled locked not_enrolled suspended unknown_user
    """,
    "enrollment.ConfirmRefusal": """
        not_yours suspended stranger guest bot deleted confirmed expired cancelled superseded exhausted
        undelivered lockdown
    """,
    "enrollment.StartRefusal": """
        stranger guest bot deleted suspended already_on nothing_to_replace too_many_starts lockdown
    """,
    "enrollment.State": "pending confirmed expired cancelled superseded exhausted undelivered",
    "factors.RevokedWhy": "disabled reset replaced",
    "host.BreakGlass": "reset unlock wake lift_lockdown",
    "identity_check.IdentityCheck": "called_back seen vouched not_checked",
    "identity_check.IdentityFault": "identity_not_checked",
    "messages.Kind": """
        enrollment enabled replaced disabled recovery_codes_made recovery_code_used recovery_code_pasted
        code_pasted slowed_down locked unlocked suspended released reset_opened reset_mine reset_card
        reset_reminder reset_outcome reset_done stolen_reported stolen_vetoed rights_dormant rights_woken
        role_granted role_revoked lockdown_started lockdown_lifted release_offered role_defined protected
        unprotected manager_set managers_set glass_broken report address_changed
    """,
    "messages.Posted": "saved second ended",
    "messages.Settled": "ended stopped outdated",
    "people.Standing": "member guest bot deleted stranger",
    "people.SuspendedWhy": "not_me stolen deactivated",
    "permissions.Permission": """
        security.users.view security.users.disable_two_factor security.resets.request security.resets.approve
        security.roles.manage security.audit.view security.lockdown
    """,
    "reset_opening.OpenRefusal": "already_open too_many_open too_many_stolen no_approver",
    "resets.AnswerRefusal": "ended holding expired other_factor requester",
    "resets.Happened": "lost stolen",
    "resets.ReasonFault": "too_short too_long",
    "resets.State": """
        awaiting_approval holding executed denied vetoed self_cancelled cancelled expired superseded refused
    """,
    "suspension.ReleaseRefusal": "not_suspended stranger guest bot deleted no_factor",
    "sync.Fate": "new changed same not_ours overtaken",
    "tampering.Kind": "edited deleted inserted reordered cut truncated remade older garbled forged",
    "throttle.Change": "wait_began day_limit_reached locked wait_ended",
    "throttle.UnlockLimit": "twice_a_day six_in_30_days",
}


@pytest.mark.parametrize("name", WORDS)
def test_a_word_that_was_stored_is_known(name: str) -> None:
    module, _, enum = name.partition(".")

    words = [one.value for one in getattr(importlib.import_module(f"bot.core.{module}"), enum)]

    assert [word for word in words if word in WORDS[name].split()] == WORDS[name].split()


def test_permissions_are_shown_as_the_customers_product_shows_them() -> None:
    assert {permission.value: shown for permission, shown in permissions.SHOWN_AS.items()} == {
        "security.users.view": "Utilities > Security > Users > View Users",
        "security.users.disable_two_factor": "Utilities > Security > Users > Disable Two-Factor Authentication",
        "security.resets.request": "Utilities > Security > Resets > Request",
        "security.resets.approve": "Utilities > Security > Resets > Approve",
        "security.roles.manage": "Utilities > Security > Roles > Manage",
        "security.audit.view": "Utilities > Security > Audit > View",
        "security.lockdown": "Utilities > Security > Lockdown",
    }


def test_the_built_in_roles_are_those_of_the_design() -> None:
    assert {name: {one.value for one in held} for name, held in permissions.BUILT_IN.items()} == {
        "admin": {one.value for one in Permission},
        "helpdesk": {"security.users.view", "security.resets.request"},
        "approver": {"security.users.view", "security.resets.approve"},
        "auditor": {"security.audit.view"},
    }
    assert permissions.ALWAYS.isoformat() == "1970-01-01T00:00:00+00:00"


def test_the_surface_of_slack_is_stored_under_its_name() -> None:
    assert throttle.SLACK == "slack"

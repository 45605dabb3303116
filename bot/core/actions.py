"""The words of the policy: what is done, by and to whom, and the guards that may refuse it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.people import Person, Standing
from bot.core.permissions import NONE, Rights


class Action(StrEnum):
    """What somebody is about to do."""

    LIST_USERS = "list_users"
    SHOW = "show"
    WHY = "why"
    REQUESTS = "requests"
    ROLES = "roles"
    AUDIT = "audit"
    REPORT = "report"
    DISABLE_OTHER = "disable_other"
    ASK = "ask"
    APPROVE = "approve"
    UNLOCK = "unlock"
    RELEASE = "release"
    GRANT = "grant"
    WAKE = "wake"
    LIFT_LOCKDOWN = "lift_lockdown"
    REVOKE = "revoke"
    DENY = "deny"
    VETO = "veto"
    CANCEL = "cancel"
    CANCEL_LIFTING = "cancel_lifting"
    DENY_LIFTING = "deny_lifting"
    LOCKDOWN = "lockdown"
    DISABLE_OWN = "disable_own"
    REPLACE_OWN = "replace_own"
    RENEW_OWN = "renew_own"


class Guard(StrEnum):
    """One rule. As a refusal it names the rule that failed."""

    ACTOR_IS_MEMBER = "actor_is_member"
    ACTOR_NOT_SUSPENDED = "actor_not_suspended"
    RIGHT = "right"
    OWN_MFA = "own_mfa"
    ACTOR_CONFIRMED = "actor_confirmed"
    SUBJECT_KNOWN = "subject_known"
    NOT_ONESELF = "not_oneself"
    SUBJECT_IS_MEMBER = "subject_is_member"
    SUBJECT_CONFIRMED = "subject_confirmed"
    SUBJECT_NOT_SUSPENDED = "subject_not_suspended"
    SUBJECT_SUSPENDED = "subject_suspended"
    SUBJECT_HAS_MFA = "subject_has_mfa"
    SUBJECT_HAS_DORMANT_RIGHTS = "subject_has_dormant_rights"
    NO_LOCKDOWN = "no_lockdown"
    LOCKDOWN_ON = "lockdown_on"
    LOCKDOWN_BY_ANOTHER = "lockdown_by_another"
    NOT_THE_REQUESTER = "not_the_requester"
    OWN_REQUEST = "own_request"
    ABOUT_ONESELF = "about_oneself"
    NOT_THE_CAUSE = "not_the_cause"
    NOT_DISPUTED = "not_disputed"
    RELEASE_IN_REACH = "release_in_reach"
    RIGHT_OLD_ENOUGH = "right_old_enough"
    FACTOR_OLD_ENOUGH = "factor_old_enough"
    ANOTHER_ADMIN = "another_admin"


@dataclass(frozen=True, slots=True)
class Party:
    """Actor or subject, as read under lock. *confirmed*: Slack has just said so, in this very request.

    *trusted_since*: how long their active factor counts as theirs; *protected*: an operator has them count as
    privileged, whatever they hold.
    *disputed*: the active factor is.
    """

    person: Person
    enrolled: bool
    rights: Rights = NONE
    confirmed: bool = False
    trusted_since: datetime | None = None
    protected: bool = False

    @property
    def privileged(self) -> bool:
        """Whether they are never disabled by one person alone: they hold rights, dormant or not, or are protected."""
        return self.protected or self.rights.privileged

    disputed: bool = False

    @property
    def able(self) -> bool:
        """Whether a right of theirs counts: a member with MFA, not suspended."""
        return self.person.standing is Standing.MEMBER and self.enrolled and not self.person.suspended


@dataclass(frozen=True, slots=True)
class Lockdown:
    """A lockdown that stands, since when, by whom (None: by the host)."""

    since: datetime
    by: int | None

"""What the host reads when it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.host import HostRefusal
from bot.core.managers import Fault
from bot.core.permissions import Permission, RoleFault
from bot.core.resets import REASON_LEAST, REASON_MOST, ReasonFault

if TYPE_CHECKING:
    from collections.abc import Mapping

_REASON: Final = f"The reason has to be {REASON_LEAST} to {REASON_MOST} characters long."

SENTENCES: Final[Mapping[HostRefusal | RoleFault | ReasonFault, str]] = {
    ReasonFault.TOO_SHORT: _REASON,
    ReasonFault.TOO_LONG: _REASON,
    RoleFault.NAME: "A role's name is 1 to 40 of a-z, 0-9 and hyphen, and begins with a letter.",
    RoleFault.BUILT_IN: "The built-in roles stay as they are: choose another name.",
    RoleFault.EMPTY: "A role carries at least one permission.",
    RoleFault.UNKNOWN_PERMISSION: f"A permission is one of {', '.join(Permission)}.",
    HostRefusal.WHICH_TEAM: "Several workspaces are known: say which one with --team.",
    HostRefusal.UNKNOWN_PERSON: "Nobody of this id is known; `mfabot people sync` takes everybody in.",
    HostRefusal.UNKNOWN_ROLE: "There is no such role: see `mfabot roles list`.",
    HostRefusal.NOT_A_MEMBER: "This is no active full member of the workspace.",
    HostRefusal.SUSPENDED: "This person is suspended: that has to end first.",
    HostRefusal.NO_MFA: "This person's MFA is off. They turn it on themselves, in Slack; nobody can for them.",
    HostRefusal.LAST_ADMIN: f"Nobody would be left with {Permission.MANAGE_ROLES.value}: grant it to another first.",
    HostRefusal.NOTHING_DORMANT: "This person has no rights that sleep.",
    HostRefusal.NO_LOCKDOWN: "There is no lockdown.",
    HostRefusal.NOTHING_TO_UNLOCK: "This person's codes are neither locked nor waiting.",
    HostRefusal.NOT_SUSPENDED: "This person is not suspended.",
    HostRefusal.DISPUTED: (
        "This person's authenticator is disputed, so a release would let in whoever set it up. "
        "Use `mfabot break-glass reset`."
    ),
    HostRefusal.ONLY_A_RESET: "There were too many wrong codes: only a reset helps now.",
}

LINES: Final[Mapping[Fault, str]] = {
    Fault.ENCODING: "is not UTF-8",
    Fault.COLUMNS: "has not two columns, slack_id and manager_slack_id, with a comma between",
    Fault.NO_ID: "“{about}” is no id of Slack's",
    Fault.UNKNOWN: "{about} is nobody whom we know; `mfabot people sync` takes everybody in",
    Fault.ONESELF: "{about} cannot manage themselves",
    Fault.TWICE: "names somebody whom line {about} names already",
    Fault.CYCLE: "{about} would come to manage themselves, over others",
}
"""What is wrong with a line of a file, or with a pair that was typed."""

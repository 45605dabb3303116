"""A factor: the stored TOTP credential of one person.

Rules of this file (design: "Factor"): `active` becomes `revoked` once, by its owner, by a reset, or by a replacement;
at most one is active a person. A revoked factor keeps no secret. How old it is counts for its owner's word about others
(A16): a replacement keeps the age if a TOTP code of the old factor authorized it, and starts it for a recovery code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.permissions import NONE, Rights
from bot.core.sealing import Sealed
from bot.core.throttle import FactorCount


class RevokedWhy(StrEnum):
    """How a factor ended."""

    DISABLED = "disabled"
    RESET = "reset"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Factor:
    """An active factor. *codes_saved_at* is when its owner pressed `I saved them`; *disputed_at*: when they blocked.

    *trusted_since*: how long it counts as its owner's: a replacement that a TOTP code authorized keeps it.
    """

    factor_id: int
    person_id: int
    sealed: Sealed
    count: FactorCount
    created_at: datetime
    trusted_since: datetime
    codes_saved_at: datetime | None
    told_at: datetime | None
    disputed_at: datetime | None = None


def trusted_since(old: Factor | None, *, keeps_age: bool, now: datetime) -> datetime:
    """Return since when a new factor counts as its owner's; *keeps_age*: a TOTP code of *old* authorized it."""
    return old.trusted_since if old is not None and keeps_age else now


@dataclass(frozen=True, slots=True)
class Status:
    """What a person's own page shows of their MFA. Times are None where there is nothing to tell.

    *release_offered*: helpdesk has released a suspended person, whose own code is still to come. *rights*: what counts
    now, so none without MFA. *disputed*: only a reset ends the suspension. *awaits_word*: after such a reset the next
    enrollment ends it, with a word; *word_live*: there is one that works.
    """

    factor_id: int | None = None
    since: datetime | None = None
    last_verified_at: datetime | None = None
    codes_left: int = 0
    codes_saved: bool = True
    pending_enrollment: int | None = None
    pending_until: datetime | None = None
    release_offered: bool = False
    disputed: bool = False
    awaits_word: bool = False
    word_live: bool = False
    rights: Rights = NONE

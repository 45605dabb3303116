"""Addresses that people give up, remembered by keyed hashes, so that the next holder is not taken for them (V5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core import addresses
from bot.core.people import Known, Profile
from bot.core.sealing import Keyring, Purpose
from bot.services.means import Means
from storage import former_emails
from storage.former_emails import Former
from storage.pool import Connection


def digests(keyring: Keyring, email: str) -> dict[str, bytes]:
    """Return the hashes under which an address may have been remembered, by key id."""
    return {key_id: addresses.digest(keyring.derived(Purpose.ADDRESS, key_id), email) for key_id in keyring.keys}


async def note_given_up(
    conn: Connection, means: Means, changes: Sequence[tuple[Known, Profile]], *, now: datetime
) -> None:
    """Remember the addresses that people, whose rows are held, give up by what Slack says of them now."""
    key_id = means.keyring.primary
    given_up = [
        Former(before.person.team_id, before.person.person_id, key_id, digests(means.keyring, email)[key_id])
        for before, told in changes
        if (email := addresses.given_up(before.profile, told)) is not None
    ]
    if given_up:
        await former_emails.note(conn, given_up, now=now)


async def was_of_another(conn: Connection, means: Means, one: Known, email: str | None, *, now: datetime) -> bool:
    """Whether somebody else had this address a short while ago."""
    return email is not None and await former_emails.of_others(
        conn,
        team_id=one.person.team_id,
        person_id=one.person.person_id,
        digests=digests(means.keyring, email).values(),
        since=now - means.email_min_age,
    )

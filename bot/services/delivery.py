"""The QR on its way into Slack and out again: what the jobs read before they call Slack, and save afterwards.

Each save looks again, under lock: where the enrollment has ended meanwhile, the shredding is enqueued once more (E4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from bot.core import otpauth
from bot.core.audit import SYSTEM, Kind
from bot.core.enrollment import Enrollment, State, secret_place
from bot.core.jobs import ShredQr
from bot.core.messages import Message, Posted
from bot.core.people import Person
from bot.services.ending import record
from bot.services.means import Means
from storage import enrollments, jobs, key_views, messages, people, qr_files
from storage.pool import Connection


@dataclass(frozen=True, slots=True)
class Delivery:
    """A pending enrollment, as far as it has come."""

    message: Message
    slack_user_id: str
    expires_at: datetime
    replacing: bool
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What Slack may still hold of an ended enrollment."""

    message: Message
    state: State
    ended_at: datetime
    file_ids: tuple[str, ...]
    key_views: tuple[UUID, ...] = ()
    """The modals that may still show the key."""


class Deliveries:
    """Reads and saves for the jobs that deliver and shred."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def pending(self, enrollment_id: int) -> Delivery | None:
        """Return what to deliver; None where the enrollment has ended, and then its shredding is enqueued."""
        async with self._means.pool.transaction() as conn:
            held = await self._hold(conn, enrollment_id)
            if held is None:
                return None
            person, enrollment, message = held
            if enrollment.state is not State.PENDING or enrollment.sealed is None:
                await self._shred_again(conn, enrollment)
                return None
            uri = otpauth.provisioning_uri(
                secret=self._means.keyring.open(secret_place(person, enrollment_id), enrollment.sealed),
                issuer=self._means.issuer,
                account=person.email or person.name,
            )
            return Delivery(
                message, person.slack_user_id, enrollment.expires_at, replacing=enrollment.replaces is not None, uri=uri
            )

    async def announce(self, enrollment_id: int, file_id: str) -> bool:
        """Store a file's id before its bytes are sent; False where the enrollment has ended: send nothing."""
        async with self._means.pool.transaction() as conn:
            held = await self._hold(conn, enrollment_id)
            if held is None:
                return False
            now = self._means.now()
            new = await qr_files.announce(conn, file_id, enrollment_id=enrollment_id, now=now)
            if not await self._look_again(conn, held[1]):
                return False
            if new:
                await record(conn, Kind.QR_SENT, held[0], now, {"enrollment": enrollment_id}, actor=SYSTEM)
            return True

    async def posted(self, enrollment_id: int, *, channel: str, ts: str) -> Posted:
        """Store where the bare sentence is."""
        async with self._means.pool.transaction() as conn:
            held = await self._hold(conn, enrollment_id)
            if held is None:
                return Posted.ENDED
            if not await messages.save_reference(conn, held[2].message_id, channel=channel, ts=ts):
                return Posted.SECOND
            return Posted.SAVED if await self._look_again(conn, held[1]) else Posted.ENDED

    async def completed(self, enrollment_id: int) -> bool:
        """Store that image and buttons are shown; False where the enrollment has ended and they have to go again."""
        async with self._means.pool.transaction() as conn:
            held = await self._hold(conn, enrollment_id)
            if held is None:
                return False
            await messages.mark_complete(conn, held[2].message_id)
            return await self._look_again(conn, held[1])

    async def files(self, enrollment_id: int) -> tuple[str, ...]:
        """Return the files that Slack may hold of an enrollment, pending or not."""
        async with self._means.pool.transaction() as conn:
            return tuple(file.file_id for file in await qr_files.undeleted(conn, enrollment_id))

    async def leftovers(self, enrollment_id: int) -> Leftovers | None:
        """Return what to remove; None where the enrollment is pending, or not there."""
        async with self._means.pool.transaction() as conn:
            held = await self._hold(conn, enrollment_id)
            if held is None or held[1].ended_at is None:
                return None
            files = tuple(file.file_id for file in await qr_files.undeleted(conn, enrollment_id))
            views = tuple(await key_views.unclosed(conn, enrollment_id))
            return Leftovers(held[2], held[1].state, held[1].ended_at, files, views)

    async def file_deleted(self, file_id: str) -> None:
        """Remember that Slack holds this file no more."""
        async with self._means.pool.transaction() as conn:
            await qr_files.mark_deleted(conn, file_id, now=self._means.now())

    async def key_view_closed(self, external_id: UUID) -> None:
        """Remember that a modal shows the key no more."""
        async with self._means.pool.transaction() as conn:
            await key_views.mark_closed(conn, external_id, now=self._means.now())

    async def shredded(self, enrollment_id: int, *, seen: Leftovers) -> bool:
        """Remember that nothing is left; False where more has come to light since *seen* was read: go again."""
        async with self._means.pool.transaction() as conn:
            held = await self._hold(conn, enrollment_id)
            if held is None:
                return True
            if held[2].ts != seen.message.ts or await qr_files.undeleted(conn, enrollment_id):
                return False
            if await key_views.unclosed(conn, enrollment_id):
                return False
            await enrollments.mark_shredded(conn, enrollment_id, now=self._means.now())
            return True

    async def _hold(self, conn: Connection, enrollment_id: int) -> tuple[Person, Enrollment, Message] | None:
        found = await enrollments.get(conn, enrollment_id)
        message = await messages.of_enrollment(conn, enrollment_id)
        if found is None or message is None:
            return None
        person = (await people.lock(conn, [found.person_id]))[found.person_id]
        # Read again: the first look, without the person's row, only told whose row to hold.
        enrollment = await enrollments.get(conn, enrollment_id)
        message = await messages.of_enrollment(conn, enrollment_id)
        return None if enrollment is None or message is None else (person, enrollment, message)

    async def _look_again(self, conn: Connection, enrollment: Enrollment) -> bool:
        if enrollment.state is State.PENDING:
            return True
        await self._shred_again(conn, enrollment)
        return False

    async def _shred_again(self, conn: Connection, enrollment: Enrollment) -> None:
        # A file on its way is one that Slack does not know yet: told so, the shredding took it for deleted.
        await qr_files.forget_deletions(conn, enrollment.enrollment_id)
        await enrollments.mark_unshredded(conn, enrollment.enrollment_id)
        await jobs.enqueue(conn, ShredQr(enrollment.enrollment_id))

"""Twenty acts of the people in the office, each of which one request carries out."""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext

from tests.support.ledger import Ledger
from tests.support.office import DISABLE, REASON, Office
from tests.support.somebody import Somebody

STOP = "Stop this request"
BLOCK = "Block my sign-in"
FORM = {"happened": "lost", "identity_check": "seen", "reason": REASON}
OPENED, MINE = "Somebody asked to disable your MFA.", "Your request to disable"

Doubled = Callable[[], AbstractContextManager[None]]


class Acts:
    """Everything that people do here for themselves and for each other, each act so that one request does it."""

    def __init__(self, office: Office, ledger: Ledger, doubled: Doubled = nullcontext) -> None:
        self.office = office
        self._ledger = ledger
        self._doubled = doubled

    async def once(self, event: str, act: Callable[[], Awaitable[object]], *, codes: int = 1) -> None:
        """Do something while deliveries are doubled: *event* is written once, nothing is told twice.

        *codes*: how many are judged at most. Refusals are no effects.
        """
        before = await self._written()
        with self._doubled():
            await act()
        effects = await self._written() - before
        judged = effects.pop(("verification", None), 0)
        several = [kind for (kind, _), count in effects.items() if count > 1 and not kind.endswith(".refused")]
        assert effects[event, None] == 1, (event, effects)
        assert (several, judged) == ([], min(judged, codes)), (event, effects)

    async def _written(self) -> Counter[tuple[str, int | None]]:
        """Count the events by kind, and the messages by kind and person."""
        rows = await self._ledger.conn.fetch(
            """
            SELECT kind, NULL AS person_id, count(*) FROM audit_event GROUP BY kind
             UNION ALL
            SELECT kind, person_id, count(*) FROM message GROUP BY kind, person_id
            """
        )
        return Counter({(row["kind"], row["person_id"]): row["count"] for row in rows})

    # What they do

    async def submits(self, event: str, who: Somebody, **typed: str) -> None:
        await self.once(event, lambda: who.submits(**typed))
        await who.closes()

    async def asks(self, by: Somebody) -> None:
        await self.office.asks(by)
        assert "Sent." in by.modal_text, by.modal_text
        await by.closes()

    async def form(self, by: Somebody) -> None:
        await by.types("/mfa-admin disable @ada")
        await by.clicks(DISABLE)

    async def answers(self, event: str, button: str, **typed: str) -> None:
        await self.office.mia.clicks(button)
        await self.submits(event, self.office.mia, **typed)

    async def stops(self) -> None:
        ada = self.office.ada
        await self.once("reset.ended", lambda: ada.clicks(STOP, place=ada.message_with(OPENED)))
        await ada.closes()
        # The same requester asks again after a day (A17).
        self.office.bot.clock.forward(days=1)

    async def cancels(self) -> None:
        hal = self.office.hal
        await self.once("reset.ended", lambda: hal.clicks("Cancel request", place=hal.message_with(MINE)))

    async def resets(self) -> None:
        """A request is opened, denied, stopped, cancelled, approved; and where one may, none is needed."""
        ada, hal, amy = self.office.ada, self.office.hal, self.office.amy
        await self.form(hal)
        await self.submits("reset.opened", hal, **FORM, code=hal.next_code())
        await self.answers("reset.ended", "Deny", reason=REASON)
        await self.asks(hal)
        await self.stops()
        await self.asks(hal)
        await self.cancels()
        await self.asks(hal)
        await self.answers("mfa.reset", "Approve", code=self.office.mia.next_code())
        await ada.enables()
        await self.form(amy)
        await self.submits("mfa.reset", amy, **FORM, code=amy.next_code())
        await ada.enables()

    async def own_mfa(self) -> None:
        """MFA goes off and on, is replaced, and gets new recovery codes."""
        ada = self.office.ada
        await ada.types("/mfa disable")
        await self.submits("mfa.disabled", ada, code=ada.next_code())
        for command, code in (("/mfa enable", ""), ("/mfa replace", "next")):
            await ada.types(command)
            await self.submits("enrollment.started", ada, **({"code": ada.next_code()} if code else {}))
            await ada.scans()
            await ada.clicks("Enter the code")
            await self.submits("mfa.replaced" if code else "mfa.enabled", ada, code=ada.code())
        await ada.types("/mfa recovery-codes")
        await self.submits("recovery.made", ada, code=ada.next_code())

    async def help(self) -> None:
        """A lock is ended; a code is pasted; somebody is stopped, and comes back."""
        ada, hal = self.office.ada, self.office.hal
        await self.office.bot.lock(ada)
        await hal.types("/mfa-admin unlock @ada")
        await self.submits("throttle.unlocked", hal, reason=REASON, code=hal.next_code())
        await self.once("code.pasted", lambda: ada.says(ada.next_code()))
        notice = ada.message_with("Your MFA is on.")
        await self.office.bot.set_up_long_ago(ada)
        await self.once("person.suspended", lambda: ada.clicks(BLOCK, place=notice))
        await ada.closes()
        await ada.clicks("It was me", place=ada.home)
        typed = {"recovery_code": ada.recovery_codes.pop(), "code": ada.next_code()}
        await self.once("person.released", lambda: ada.submits(**typed), codes=2)
        await ada.closes()

    async def rights(self) -> None:
        """A role is granted and revoked; a lockdown begins and ends."""
        amy, mia = self.office.amy, self.office.mia
        for button, event in (("Grant", "role.granted"), ("Revoke", "role.revoked")):
            await amy.types("/mfa-admin roles")
            await amy.clicks(button)
            await self.submits(event, amy, whom="U0HAL", role="auditor", reason=REASON, code=amy.next_code())
        await amy.types("/mfa-admin lockdown on")
        await self.submits("lockdown.started", amy, reason=REASON)
        await mia.types("/mfa-admin lockdown off")
        await self.submits("lockdown.lifted", mia, code=mia.next_code())

"""People whose MFA is used, attacked and reset at random; what is known of them, and what must hold at every step."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from bot.core.apps import Key
from tests.support.cast import Cast, Member
from tests.support.ledger import Ledger
from tests.support.oracle import STEP_S, Owner, Waits, code_at
from tests.support.replicas import Replicas
from tests.support.volley import Heard, at_once, sign_in

JUDGED = ("accepted", "wrong_code", "code_reused")
UNJUDGED = ("throttled", "locked", "suspended", "not_enrolled")
STEPS = {"right": 0, "before": -1, "after": 1, "old": -2}
STATE = """
    SELECT suspended_at IS NOT NULL AS suspended,
           (SELECT count(*) FROM factor WHERE person_id = $1 AND state = 'active') AS active,
           (SELECT count(*) FROM enrollment WHERE person_id = $1 AND state = 'pending') AS pending,
           (SELECT max(factor_id) FROM factor WHERE person_id = $1 AND state = 'active') AS factor_id,
           (SELECT last_step FROM factor WHERE person_id = $1 AND state = 'active') AS last_step,
           (SELECT failures FROM factor WHERE person_id = $1 AND state = 'active') AS failures,
           (SELECT allowance FROM factor WHERE person_id = $1 AND state = 'active') AS allowance,
           (SELECT count(*) FROM factor WHERE person_id = $1) AS factors,
           (SELECT count(*) FROM factor WHERE person_id = $1 AND revoked_why = 'disabled') AS disabled,
           (SELECT count(*) FROM factor WHERE person_id = $1 AND revoked_why = 'reset') AS reset,
           (SELECT count(*) FROM reset_request WHERE subject_id = $1) AS requests,
           (SELECT count(*) FROM reset_request WHERE subject_id = $1
               AND state IN ('awaiting_approval', 'holding')) AS open_requests,
           (SELECT count(*) FROM recovery_set JOIN factor USING (factor_id)
             WHERE person_id = $1 AND state = 'active' AND void_at IS NULL) AS live_sets,
           (SELECT count(*) FROM message WHERE person_id = $1) AS messages
      FROM person
     WHERE person_id = $1
"""


@dataclass
class Person:
    """One of those to whom it happens, and what their phone and their drawer hold."""

    member: Member
    owner: Owner | None = None
    recovery: list[str] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    """The last event that was looked at."""
    no_totp: set[int] = field(default_factory=set)
    """Events of recovery codes that were refused, which count nowhere."""

    @property
    def user(self) -> str:
        return self.member.profile.slack_user_id


@dataclass
class World:
    """Three processes, their database, and applications."""

    cast: Cast
    ledger: Ledger
    crowd: Replicas
    keys: Sequence[Key]
    surfaces: Sequence[str]
    steps: int = 0
    people: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    """Kinds of events that happened."""

    @property
    def unix_s(self) -> float:
        return self.cast.services.clock().timestamp()

    async def ask(self, person: Person, asked: Sequence[tuple[Key, str]], *, first: int = 0) -> list[Heard]:
        """Have applications ask about codes at once, dealt out to the processes from the *first* on."""
        self.crowd.look_at_the_clock()
        ports = [*self.crowd.ports[first:], *self.crowd.ports[:first]]
        heard = await at_once(ports, [sign_in(key, person.user, typed) for key, typed in asked])
        self.answers.update(one.result for one in heard)
        return heard

    async def state(self, person: Person) -> dict[str, Any]:
        row = await self.ledger.conn.fetchrow(STATE, person.member.id)
        assert row is not None
        return dict(row)

    async def events(self, person: Person) -> list[asyncpg.Record]:
        return await self.ledger.conn.fetch(
            "SELECT event_id, at, kind, surface, detail FROM audit_event WHERE subject_id = $1 ORDER BY event_id",
            person.member.id,
        )

    async def waits(self, person: Person) -> Waits:
        """Return what is counted of a person by the design, told by their events; nothing was judged that had to wait.

        Nothing is accepted at an application while a suspension stands, either.
        """
        waits, suspended = Waits(), False
        for event in await self.events(person):
            detail = json.loads(event["detail"])
            match event["kind"]:
                case "mfa.enabled" | "mfa.replaced":
                    waits, suspended = Waits(), False
                case "person.suspended":
                    suspended = True
                case "person.released" | "mfa.reset":
                    suspended = False
                case "throttle.unlocked":
                    waits.unlock(event["at"])
                case "verification" if detail["method"] != "recovery_code" and event["event_id"] not in person.no_totp:
                    assert not waits.stop(event["surface"], event["at"]), (dict(event), waits)
                    if detail["verdict"] == "accepted":
                        waits.right(event["surface"])
                    else:
                        waits.wrong(event["surface"], event["at"])
            if event["kind"] == "verification" and detail["verdict"] == "accepted":
                assert not (suspended and detail["purpose"] == "sign-in"), dict(event)
        return waits

    async def used(self, person: Person, typed: str, result: str) -> None:
        """Remember what came of one sign-in; a recovery code that was refused counts nowhere."""
        if len(typed) > 6 and result == "accepted":
            person.recovery.remove(typed)
            person.spent.append(typed)
        elif len(typed) > 6 and result == "wrong_code":
            person.no_totp.add((await self.events(person))[-1]["event_id"])

    async def used_at_once(self, person: Person, accepted: Sequence[str]) -> None:
        """Compare what was accepted of many with what is stored: each step once, and none before the last."""
        if person.owner is None or not accepted:
            return
        steps = [self._step(person.owner, typed) for typed in accepted]
        assert len(set(steps)) == len(steps), steps
        assert min(steps) > person.owner.last_step, steps
        person.owner.last_step = max(steps)

    async def read_back(self, person: Person) -> None:
        """Take over what an act that took codes has left, which never goes back."""
        state = await self.state(person)
        if person.owner is not None and state["active"]:
            assert state["last_step"] >= person.owner.last_step
            person.owner.last_step = state["last_step"]
        # They are typed in their order.
        used = await self.ledger.conn.fetchval(
            """
            SELECT count(*) FROM recovery_code JOIN recovery_set USING (recovery_set_id)
             WHERE factor_id = $1 AND used_at IS NOT NULL
            """,
            person.member.factor_id,
        )
        codes = [*person.spent, *person.recovery]
        person.spent, person.recovery = codes[:used], codes[used:]

    async def newest_notice(self, person: Person) -> int | None:
        """Return the newest notice that may suspend its reader."""
        found: int | None = await self.ledger.conn.fetchval(
            """
            SELECT max(message_id) FROM message
             WHERE person_id = $1 AND settled IS NULL AND kind <> 'reset_opened' AND kind <> 'enrollment'
            """,
            person.member.id,
        )
        return found

    async def open_requests(self, person: Person) -> list[int]:
        rows = await self.ledger.conn.fetch(
            """
            SELECT request_id FROM reset_request
             WHERE subject_id = $1 AND state IN ('awaiting_approval', 'holding')
            """,
            person.member.id,
        )
        return [row["request_id"] for row in rows]

    async def due(self, person: Person, surface: str, typed: str) -> str:
        """Return the one right answer to one sign-in, by the oracle."""
        state = await self.state(person)
        if state["suspended"]:
            return "suspended"
        if person.owner is None or not state["active"]:
            return "not_enrolled"
        if len(typed) > 6:
            return "accepted" if typed in person.recovery and state["live_sets"] else "wrong_code"
        waits = await self.waits(person)
        if waits.locked:
            return "locked"
        if waits.stop(surface, self.cast.services.clock()):
            return "throttled"
        return person.owner.verdict(typed, self.unix_s)

    def _step(self, owner: Owner, typed: str) -> int:
        present = int(self.unix_s // STEP_S)
        return next(step for step in (present, present - 1, present + 1) if code_at(owner.secret, step) == typed)

    def code(self, person: Person, what: str) -> str:
        """Return what somebody types: a code of a step near now, a recovery code, or what is no code of theirs."""
        if person.owner is None:
            return "123456"
        if what == "recovery" and person.recovery:
            return person.recovery[0]
        if what == "spent" and person.spent:
            return person.spent[-1]
        present = int(self.unix_s // STEP_S)
        if what in STEPS:
            return code_at(person.owner.secret, present + STEPS[what])
        near = {code_at(person.owner.secret, present + step) for step in range(-3, 4)}
        return next(typed for number in range(20) if (typed := f"{number:06d}") not in near)

    async def holds(self, person: Person) -> None:
        """Compare what is stored with what is known and with the audit: what changed has its event and its notice."""
        now, events = await self.state(person), await self.events(person)
        await self.waits(person)
        kinds = Counter(event["kind"] for event in events)
        lately = [event["kind"] for event in events if event["event_id"] > person.seen]
        new = set(lately)
        self.done.update(kind for kind in lately if kind != "verification")
        before = person.before or now
        assert now["active"] <= 1
        assert now["pending"] <= 1
        assert now["open_requests"] <= 1
        assert now["factors"] == kinds["mfa.enabled"] + kinds["mfa.replaced"]
        assert now["disabled"] == kinds["mfa.disabled"]
        assert now["reset"] == kinds["mfa.reset"]
        assert now["requests"] == kinds["reset.opened"]
        if now["suspended"] != before["suspended"]:
            assert new & {"person.suspended", "person.released", "mfa.reset", "mfa.enabled"}
            assert now["messages"] > before["messages"]
        if now["open_requests"] != before["open_requests"]:
            assert new & {"reset.opened", "reset.ended", "mfa.reset"}
            assert now["messages"] > before["messages"]
        if now["factor_id"] != before["factor_id"]:
            assert new & {"mfa.enabled", "mfa.disabled", "mfa.reset"}
            assert now["messages"] > before["messages"]
        elif (now["last_step"], now["failures"]) != (before["last_step"], before["failures"]):
            assert "verification" in new
        if (now["allowance"] or 0) > (before["allowance"] or 0):
            assert "throttle.unlocked" in new
        if person.owner is not None and now["active"]:
            assert now["last_step"] == person.owner.last_step
        person.before, person.seen = now, events[-1]["event_id"] if events else 0

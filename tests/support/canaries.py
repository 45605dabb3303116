"""Secrets that are looked for in whatever the bot leaves behind, and a bot that is led along error paths."""

import asyncio
import base64
import io
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
from prometheus_client import generate_latest

from bot.core.apps import Key, LookupBy, Scope
from bot.core.people import Person
from bot.services.enrollment import Started
from tests.support import signed
from tests.support.bot import Bot
from tests.support.ledger import Ledger
from tests.support.people import BEN
from tests.support.services import scan
from tests.support.settings import TOKEN
from tests.support.somebody import Somebody
from tests.support.working import shown, working

WITHIN_S = 30
TOTP, CODE, RECOVERY = "TOTP secret", "code", "recovery code"
ALLOWED = {"views.open": TOTP, "view_submission": RECOVERY}
"""The modal with the key, and the answer that shows the recovery codes: there such a secret belongs."""


@dataclass
class Canaries:
    """Secrets by kind, each in every spelling in which it could be written somewhere."""

    spelled: dict[str, set[bytes]] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)

    def note(self, kind: str, *secrets: str) -> None:
        """Look for *secrets* from now on."""
        for secret in secrets:
            if kind == CODE:
                self.codes.add(secret)
                continue
            plain = secret.replace("-", "").replace(" ", "")
            grouped = " ".join(plain[place : place + 4] for place in range(0, len(plain), 4))
            forms = {secret, plain, grouped, plain.lower(), base64.b64encode(secret.encode()).decode().rstrip("=")}
            self.spelled.setdefault(kind, set()).update(form.encode() for form in forms)

    def note_key(self, kind: str, key: bytes) -> None:
        """Look for the bytes of *key* too."""
        encoded = base64.b64encode(key)
        self.spelled.setdefault(kind, set()).update({key, key.hex().encode(), encoded, encoded.rstrip(b"=")})

    def found(self, content: bytes, *, but: str | None = None) -> set[str]:
        """Return the kinds of secrets that stand in *content*, all *but* one that belongs there."""
        kinds = {kind for kind, forms in self.spelled.items() if any(form in content for form in forms)}
        # What has a point before it is a fraction of a second.
        digits = re.compile(rb"(?<![0-9A-Za-z.])[0-9]{6}(?![0-9A-Za-z])")
        if self.codes & {one.decode() for one in digits.findall(content)}:
            kinds.add(CODE)
        return kinds - {but}


@dataclass
class Hunt:
    """A bot that people and applications use wrongly, and all that it says meanwhile."""

    bot: Bot
    ada: Somebody
    key: Key
    http: aiohttp.ClientSession
    ledger: Ledger
    log: io.StringIO
    canaries: Canaries
    folder: Path
    heard: list[str] = field(default_factory=list)
    """What HTTP and the command line answered."""

    def code(self) -> str:
        """Return a code of Ada's that nobody has used."""
        self.canaries.note(CODE, found := self.ada.next_code())
        return found

    def wrong(self) -> str:
        """Return six digits that are no code of Ada's."""
        self.canaries.note(CODE, found := self.ada.wrong_code())
        return found

    @property
    def secret(self) -> str:
        """What Ada's phone holds."""
        return self.ada.secrets[-1]

    @property
    def recovery(self) -> str:
        """One of Ada's recovery codes."""
        return self.ada.recovery_codes[0]

    async def asks(self, body: str, method: str = "POST", path: str = "/v1/verifications", **headers: str) -> None:
        """Have an application ask something."""
        sent = {"Content-Type": "application/json", "Authorization": f"Bearer {self.key.spelled}"} | headers
        async with self.http.request(method, self.bot.public + path, data=body.encode(), headers=sent) as answer:
            self.heard.append(f"{dict(answer.headers)} {await answer.text()}")

    async def verifies(self, typed: object, **user: object) -> None:
        """Have an application ask about a code."""
        await self.asks(json.dumps({"user": user or {"slack_id": "U0ADA"}, "code": typed}))

    async def sends(self, body: bytes, content_type: str = signed.FORM, **headers: str) -> None:
        """Send what Slack, or somebody who would like to be taken for it, might send."""
        made = signed.headers(body, at=self.bot.clock().timestamp(), content_type=content_type) | headers
        async with self.http.post(f"{self.bot.public}/slack/events", data=io.BytesIO(body), headers=made) as answer:
            self.heard.append(f"{dict(answer.headers)} {await answer.text()}")

    async def submits(self, word: str, **typed: str) -> None:
        """Have Ada open a form by a word of `/mfa`, and submit it."""
        await self.ada.types(f"/mfa {word}")
        await self.ada.submits(**typed)
        while self.ada.modal is not None:
            await self.ada.closes()

    @asynccontextmanager
    async def without_the_database(self) -> AsyncIterator[None]:
        self.bot.wire.cut()
        yield
        await self._mended()

    @asynccontextmanager
    async def losing_an_answer(self) -> AsyncIterator[None]:
        self.bot.wire.lose_an_answer()
        yield
        await self._mended()

    @asynccontextmanager
    async def with_rows_refused(self, table: str) -> AsyncIterator[None]:
        """Have the database refuse to write a table's rows, and say so with the values in its words."""
        await self.ledger.conn.execute(f"ALTER TABLE {table} ADD CONSTRAINT no_more CHECK (false) NOT VALID")
        yield
        await self.ledger.conn.execute(f"ALTER TABLE {table} DROP CONSTRAINT no_more")

    @asynccontextmanager
    async def without_the_right(self, table: str) -> AsyncIterator[None]:
        """Have the database refuse the program any change of a table."""
        await self.ledger.conn.execute(f"REVOKE INSERT, UPDATE ON {table} FROM mfabot")
        yield
        await self.ledger.conn.execute(f"GRANT INSERT, UPDATE ON {table} TO mfabot")

    @property
    def ben(self) -> Somebody:
        """Somebody who is setting MFA up."""
        return self.bot.person("U0BEN")

    async def begins_somebody(self) -> None:
        """Have Ben scan a QR code, and look for its secret."""
        self.bot.clock.forward(minutes=15)
        await self.ben.asks_for_qr()
        self.canaries.note(TOTP, self.ben.secrets[-1])
        self.canaries.note(CODE, self.ben.code())

    async def leaves_somebody(self) -> None:
        """Have Ben give up, and everything that follows arrive."""
        while self.ben.modal is not None:
            await self.ben.closes()
        person = await self._ben()
        status = await self.bot.services.people.status(person.person_id)
        if status is not None and status[1].pending_enrollment is not None:
            await self.bot.services.enrollments.cancel(status[1].pending_enrollment, by=person.person_id)
        await self.bot.settle()

    async def delivers(self, *, before: str | None = None, until: str | None = None) -> None:
        """Have the bot's own worker bring Ben a QR code, until it has come, or until a line stands in the log."""
        self.bot.clock.forward(minutes=15)
        services, person = self.bot.services, await self._ben()
        started = await services.enrollments.start(person.person_id, intent=uuid4(), replacing=False)
        assert isinstance(started, Started)
        self.canaries.note(TOTP, (await scan(services, started.enrollment_id)).secret)
        if before is not None:
            await self.ledger.conn.execute(before)
        came = {"image", "actions"}
        async with working(self.bot.app.means, self.bot.database, self.bot.standin) as jobs, asyncio.timeout(WITHIN_S):
            jobs.start()
            while not (until in self.log.getvalue() if until else came <= set(shown(self.bot.standin, "U0BEN"))):
                await self.ledger.conn.fetchval("SELECT 1")
        await self.leaves_somebody()

    async def _ben(self) -> Person:
        return await self.bot.services.people.save(BEN)

    async def _mended(self) -> None:
        self.bot.wire.mend()
        await self.bot.reconnects()

    async def leaks(self) -> set[tuple[str, str]]:
        """Return what stands where it must not, of all that was said since the last look, and in the tables."""
        calls, deliveries = self.bot.standin.calls, self.bot.standin.deliveries
        said: list[tuple[str, bytes, str | None]] = [("log", self.log.getvalue().encode(), None)]
        said += [("answer", one.encode(), None) for one in self.heard]
        said += [("call to Slack", _spelled(call.arguments), ALLOWED.get(call.method)) for call in calls.all()]
        said += [("answer to Slack", one.answer, ALLOWED.get(one.kind)) for one in deliveries]
        said.append(("metrics", generate_latest(self.bot.app.metrics.registry), None))
        said.append(("tables", (await self.ledger.everything()).encode(), None))
        self.heard.clear()
        self.log.seek(0)
        self.log.truncate()
        return {(kind, where) for where, text, but in said for kind in self.canaries.found(text, but=but)}


def _spelled(arguments: dict[str, Any]) -> bytes:
    return json.dumps(arguments, default=str, ensure_ascii=False).encode()


async def begin(bot: Bot, http: aiohttp.ClientSession, log: io.StringIO, folder: Path) -> Hunt:
    """Have Ada set up MFA and an application get its key; all their secrets are canaries."""
    canaries = Canaries()
    ada = bot.person("U0ADA")
    await ada.enables()
    key = await bot.services.apps.create(
        "payroll", scopes=frozenset(Scope), lookups=frozenset(LookupBy), rate_per_s=None, by="host:test"
    )
    assert isinstance(key, Key)
    canaries.note(TOTP, *ada.secrets)
    canaries.note(CODE, ada.code())
    canaries.note(RECOVERY, *ada.recovery_codes)
    canaries.note("API key", key.secret, key.spelled)
    canaries.note("bot token", TOKEN)
    canaries.note("signing secret", signed.SECRET)
    for master in bot.app.means.keyring.keys.values():
        canaries.note_key("keyring key", master)
    ledger = Ledger(await asyncpg.connect(bot.database.superuser))
    return Hunt(bot, ada, key, http, ledger, log, canaries, folder)

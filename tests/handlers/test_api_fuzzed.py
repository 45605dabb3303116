"""Whatever schemathesis makes of the API's own description: no 5xx, nothing undescribed, nobody signed in.

In the description that it is given, two people who are known, and codes of six digits, come up often; otherwise it is
the bot's own, so that what is wrong in it is found as well.
"""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.core.apps import Key, KeyRefusal
from bot.core.codes import Verdict
from bot.core.people import Person
from bot.services.judging import Judge, Judged
from bot.services.lookups import BySlackId, Lookup
from bot.services.verification import Verification
from handlers.api import OPENAPI
from tests.support.api import RelyingApp, api_of
from tests.support.people import BEN
from tests.support.services import Services, enroll, make_key
from tests.support.serving import serving

SEED, EXAMPLES = "20261124", "60"
CONFIG = """
[[operations]]
include-operation-id = "factor"
# A query names somebody in exactly one way, which no list of parameters can say.
checks.positive_data_acceptance.expected-statuses = [200, 404, 422]
"""
OFTEN = [
    ('"pattern": "^[UW][A-Z0-9]{1,31}$"', '"pattern": "^(U0ADA|U0BEN|[UW][A-Z0-9]{1,31})$"'),
    ('"pattern": "^[^@', '"pattern": "^ada@example[.]com$|^[^@'),
    ('"maxLength": 64', '"maxLength": 64, "anyOf": [{"pattern": "^[0-9]{6}$"}, {"type": "string"}]'),
]


async def test_schemathesis_finds_nothing_and_signs_nobody_in(
    services: Services, ada: Person, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    await enroll(services, ada)
    await services.people.save(BEN)
    key, statuses = await make_key(services), Counter[int]()
    verification = services.verification = Overheard(services)

    async def count(_request: web.Request, response: web.StreamResponse) -> None:
        statuses[response.status] += 1

    app = api_of(services)
    app.on_response_prepare.append(count)
    async with serving(app) as url:
        described = await RelyingApp(http, url, key).ask("GET", OPENAPI, Authorization="")
        (tmp_path / "openapi.json").write_text(with_known_people(json.dumps(described.body)))
        code, said = await schemathesis(tmp_path, url, key)

    assert code == 0, said
    assert max(statuses) < 500, statuses
    assert set(statuses) >= {200, 401, 404, 405, 422}, statuses
    verdicts = verification.verdicts
    assert all(Verdict.ACCEPTED not in found for found in verdicts.values())
    of_ada = verdicts["U0ADA"] | verdicts["ada@example.com"]
    assert of_ada >= {Verdict.WRONG_CODE, Verdict.INVALID_FORMAT}
    assert Verdict.NOT_ENROLLED not in of_ada
    assert verdicts["U0BEN"] == {Verdict.NOT_ENROLLED}


class Overheard(Verification):
    """Answers as ever, and keeps what it said of whom, by id or address."""

    def __init__(self, services: Services) -> None:
        super().__init__(services.means, Judge(services.means))
        self.verdicts: dict[str, set[Verdict]] = {}

    async def check(self, key: Key, who: Lookup, *, typed: str) -> Judged | KeyRefusal:
        answer = await super().check(key, who, typed=typed)
        if isinstance(answer, Judged) and who.team_id is None:
            name = who.slack_id if isinstance(who, BySlackId) else who.email
            self.verdicts.setdefault(name, set()).add(answer.verdict)
        return answer


def with_known_people(described: str) -> str:
    for own, often in OFTEN:
        assert own in described
        described = described.replace(own, often)
    return described


async def schemathesis(folder: Path, url: str, key: Key) -> tuple[int | None, str]:
    """Run it in *folder*, where its settings and the description are; return its exit code and what it says."""
    (folder / "schemathesis.toml").write_text(CONFIG)
    words = ["run", "openapi.json", "--url", url, "--header", f"Authorization: Bearer {key.spelled}"]
    words += ["--checks", "all", "--seed", SEED, "--max-examples", EXAMPLES, "--workers", "4", "--no-color"]
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "schemathesis.cli", *words),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await running.communicate()
    return running.returncode, said.decode()

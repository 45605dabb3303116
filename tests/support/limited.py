"""`mfabot serve` as an operator starts it, in a process that may open few files; and clients that finish nothing."""

import asyncio
import json
import re
import resource
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.core.people import Person
from bot.core.sealing import write_keyring
from tests.support.database import Database
from tests.support.services import Services, enroll, make_key
from tests.support.settings import environment
from tests.support.volley import Line

ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 10
LISTENING = re.compile(r'"public": "127\.0\.0\.1:(\d+)", "internal": "127\.0\.0\.1:(\d+)"')


@dataclass
class Limited:
    """A bot that serves, its log, and somebody who can sign in ten times."""

    pid: int
    public: int
    internal: int
    log: Path
    key: str
    codes: list[str]

    def resident_mib(self) -> float:
        """Return how much memory it has."""
        [kib] = re.findall(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{self.pid}/status").read_text(), re.MULTILINE)
        return int(kib) / 1024

    def connections(self) -> int:
        """Return how many sockets it has open."""
        held = (link.readlink() for link in Path(f"/proc/{self.pid}/fd").iterdir())
        return sum(str(target).startswith("socket:") for target in held)

    async def signs_in(self) -> bool:
        """Sign in over a new connection."""
        body = json.dumps({"user": {"slack_id": "U0ADA"}, "code": self.codes.pop()})
        fields = f"Authorization: Bearer {self.key}\r\nContent-Type: application/json\r\n"
        answer = await _ask(self.public, f"POST /v1/verifications HTTP/1.1\r\nHost: mfabot\r\n{fields}", body)
        return '"accepted"' in answer

    async def answers(self, path: str) -> bool:
        """Ask the internal port."""
        return (await _ask(self.internal, f"GET {path} HTTP/1.1\r\nHost: mfabot\r\n")).startswith("HTTP/1.1 200 ")


async def _ask(port: int, head: str, body: str = "") -> str:
    """Send a request over a new connection; return the answer, or nothing where none came in time."""
    request = f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}" if body else f"{head}\r\n"
    writer = None
    try:
        async with asyncio.timeout(WITHIN_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request.encode())
            return (await reader.readuntil(b"\r\n\r\n") + await reader.read(4096)).decode()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return ""
    finally:
        if writer:
            writer.transport.abort()


@asynccontextmanager
async def limited_bot(
    services: Services, ada: Person, database: Database, folder: Path, *, files: int
) -> AsyncIterator[Limited]:
    """Yield a bot that may open so many *files*, and not one more."""
    services.clock.at = datetime.now(UTC)
    confirmed, _ = await enroll(services, ada)
    key = await make_key(services)
    (folder / "keyring").write_text(write_keyring(services.means.keyring))
    log = folder / "log"
    with log.open("wb") as stream:
        running = await asyncio.create_subprocess_exec(
            *("sh", "-c", f'ulimit -n {files} && exec "$@"', "sh", sys.executable, "-m", "bot", "serve", "--no-jobs"),
            env=environment(database, folder) | {"PYTHONPATH": str(ROOT)},
            cwd=folder,
            stderr=stream,
        )
    try:
        async with asyncio.timeout(WITHIN_S):
            while not (found := LISTENING.search(log.read_text())):
                assert running.returncode is None, log.read_text()
                await asyncio.sleep(0.05)
        public, internal = map(int, found.groups())
        yield Limited(running.pid, public, internal, log, key.spelled, list(confirmed.codes))
    finally:
        running.kill()
        await running.wait()


@contextmanager
def many_files(wanted: int) -> Iterator[None]:
    """Let the test itself open so many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(wanted, hard)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@asynccontextmanager
async def unfinished(port: int, count: int, beginning: bytes) -> AsyncIterator[list[Line]]:
    """Yield so many connections that have sent *beginning* and send no end."""
    lines = await asyncio.gather(*(Line.to(port) for _ in range(count)))
    try:
        for line in lines:
            line.send(beginning)
        yield list(lines)
    finally:
        for line in lines:
            line.abandon()

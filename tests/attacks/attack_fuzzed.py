"""Whatever Hypothesis draws, for as long as FUZZ_SECONDS says: edge, API, the CSV of managers, what is typed as a code.

Each target has an oracle of its own and a defect that it finds: `X1-fuzzed.patch`, `V2-fuzzed.patch`,
`S13-fuzzed.patch`, `C2-fuzzed.patch`.
"""

import asyncio
import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.core import codes, managers
from bot.core.people import Person
from bot.metrics import Metrics
from handlers import edge
from handlers.web import application
from tests.support.api import api_of
from tests.support.edge import CANARY, NOW, Installed, Listeners
from tests.support.fuzzing import ROUND, for_the_api, for_the_edge, over_and_over, statuses, talk
from tests.support.services import Services, enroll, make_key
from tests.support.serving import listening
from tests.support.signed import SECRET

DIGITS, BASE32 = set("0123456789"), set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567")
ALPHABET = st.sampled_from(
    [*"0123456789 -ABYZabyz8", "٣", "\uff13", "½", "²", "\u0131", "\u017f", "\u00a0", "\u2010", "\n", "\0", "Ⅷ"]
)
TYPED = st.one_of(
    st.text(ALPHABET, max_size=30),
    st.text(),
    st.text(ALPHABET, min_size=6, max_size=6),
    st.text(st.sampled_from("0123456789"), min_size=5, max_size=7),
    st.text(st.sampled_from("ABCZ234567az18\u017f\u0131"), min_size=23, max_size=25),
)
IDS = st.sampled_from(
    ["U0ADA", "U0BEN", "W1EVE", "u0ada", "U", "T0MFA", "U0ADA\u0301", "", '"U0CY"', "none", "None", "\uff350ADA"]
)
CELLS = IDS | st.text(max_size=6)
CSV_LINES = st.lists(CELLS, max_size=4).map(",".join) | st.just("slack_id,manager_slack_id") | st.text(max_size=20)
FILES = st.binary(max_size=300) | st.lists(CSV_LINES, max_size=8).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n", "\r", "\x0b", "\u2028"]).map(
        lambda end: end.join(lines).encode("utf-8", "surrogatepass")
    )
)


@pytest.mark.timeout(7200)
@pytest.mark.attack("X1", "bytes drawn for the edge, signed and not: no 5xx, nothing unsigned reaches a listener")
async def test_whatever_bytes_come_to_the_edge(log: io.StringIO, tally: Callable[[int, int], None]) -> None:
    listeners, tried = Listeners(), 0
    client = AsyncWebClient(base_url="http://127.0.0.1:1/api/", retry_handlers=[])
    app = edge.bolt_app([listeners], client, Installed().authorize)
    made = edge.Edge(app, signing_secret=SECRET, now=lambda: datetime.fromtimestamp(NOW, UTC), body_s=0.05)
    web_app = application(Metrics(), most_bytes=edge.MOST_BYTES)
    web_app.add_routes(made.routes())
    async with listening(web_app) as listener:
        port = int(listener.address.rpartition(":")[2])

        @ROUND
        @given(for_the_edge())
        def test(drawn: tuple[bytes, bool]) -> None:
            nonlocal tried
            request, is_signed = drawn
            tried, before = tried + 1, listeners.runs
            told = statuses(talk(port, request))
            assert all(status < 500 for status in told), (told, request)
            assert is_signed or (listeners.runs == before and 200 not in told), request

        await asyncio.to_thread(over_and_over, test)

    tally(tried, tried)
    assert CANARY not in log.getvalue()
    assert '"exception"' not in log.getvalue()


@pytest.mark.timeout(7200)
@pytest.mark.attack("V2", "bytes drawn for the API: no 500, and nobody is signed in")
async def test_whatever_bytes_come_to_the_api(
    services: Services, ada: Person, log: io.StringIO, tally: Callable[[int, int], None]
) -> None:
    await enroll(services, ada)
    key, tried = (await make_key(services)).spelled, 0
    async with listening(api_of(services, body_s=0.05)) as listener:
        port = int(listener.address.rpartition(":")[2])

        @ROUND
        @given(for_the_api(key))
        def test(request: bytes) -> None:
            nonlocal tried
            tried += 1
            answer = talk(port, request)
            told = statuses(answer)
            assert b'"accepted"' not in answer
            # 503 is what a database says that is busy; it is never an answer about the code.
            assert all(status < 500 or status == 503 for status in told), (told, request)

        await asyncio.to_thread(over_and_over, test)

    tally(tried, tried)
    assert CANARY not in log.getvalue()
    assert key not in log.getvalue()


@pytest.mark.timeout(7200)
@pytest.mark.attack("S13", "files drawn for the import of managers: each line is a pair, told as bad, or empty")
def test_whatever_file_is_imported(tally: Callable[[int, int], None]) -> None:
    tried = 0

    @ROUND
    @given(FILES)
    def test(content: bytes) -> None:
        nonlocal tried
        tried += 1
        lines, bad = managers.read(content)
        numbers = [line.number for line in lines] + [one.number for one in bad]
        assert len(numbers) == len(set(numbers))
        assert all(1 <= number <= content.count(b"\n") + content.count(b"\r") + 1 for number in numbers)
        assert len({line.subject for line in lines}) == len(lines)
        for line in lines:
            for slack_id in filter(None, (line.subject, line.manager)):
                assert slack_id.isascii()
                assert slack_id.isalnum()
                assert slack_id.upper() == slack_id
                assert slack_id.encode() in content
            assert line.subject != line.manager
        assert all(one.about.isascii() and one.about.isprintable() for one in bad)

    over_and_over(test)

    tally(tried, tried)


@pytest.mark.timeout(7200)
@pytest.mark.attack("C2", "texts drawn as a code: six ASCII digits or 24 base32 characters, and nothing else, is read")
def test_whatever_is_typed_as_a_code(tally: Callable[[int, int], None]) -> None:
    tried = 0

    @ROUND
    @given(TYPED)
    def test(text: str) -> None:
        nonlocal tried
        tried += 1
        left = [symbol for symbol in text if symbol not in {" ", "-"}]
        found = codes.parse(text)
        if len(left) == 6 and set(left) <= DIGITS:
            assert found == codes.TotpCode("".join(left))
        elif len(left) == 24 and set(left) <= BASE32:
            assert found == codes.RecoveryCode("".join(left).upper())
        else:
            assert found is None, ascii(text)
        codes.pasted(text)

    over_and_over(test)

    tally(tried, tried)

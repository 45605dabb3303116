"""A connection that keeps the bot waiting ends; when all places are taken, the slowest gives way (X8)."""

import asyncio
import io
import json
import os
import resource
from collections import Counter

import pytest

from bot import files
from handlers.connections import Limits
from handlers.listener import BURST
from handlers.web import Seldom
from tests.support.slow import GET, POST, slow_port, until

HALF, REST = GET[:-2] + b"A: ", b"b\r\n\r\n"
WAITING = GET.replace(b"/quick", b"/waiting")


@pytest.mark.parametrize("says", [(), (b"\r\n\r\n",), (HALF,)], ids=["nothing", "empty lines", "half a head"])
async def test_a_connection_without_a_whole_head_ends_after_10_s(says: tuple[bytes, ...]) -> None:
    async with slow_port() as port:
        line = await port.client(*says)

        await port.passes(9.9)
        assert len(port.connections) == 1
        await port.passes(0.1)

        assert port.connections.ended == {"head": 1}
        await line.ended()


async def test_a_byte_a_second_does_not_extend_it() -> None:
    async with slow_port() as port:
        line = await port.client(HALF)
        [connection] = port.connections.heads
        for second in range(10):
            so_far = len(HALF) + second
            await until(lambda so_far=so_far: connection._unasked == so_far)  # type: ignore[misc]
            assert len(port.connections) == 1
            await port.passes(1)
            line.send(b"x")

        assert port.connections.ended == {"head": 1}
        await line.ended()


async def test_an_idle_connection_stays_and_a_further_head_has_10_s_of_its_own() -> None:
    async with slow_port() as port:
        line = await port.client(GET)
        assert (await line.hear()).status == 200
        await port.passes(600)
        assert (await line.ask(GET)).status == 200

        line.send(HALF)
        await until(lambda: len(port.connections.heads) == 1)
        await port.passes(9.9)
        assert len(port.connections) == 1
        await port.passes(0.1)

        assert port.connections.ended == {"head": 1}
        await line.ended()


async def test_half_a_head_that_came_while_the_request_before_it_ran_has_10_s() -> None:
    async with slow_port() as port:
        line = await port.client(WAITING)
        await until(lambda: len(port.connections.busy) == 1)
        [connection] = port.connections.busy
        line.send(HALF)
        await until(lambda: connection._unasked == len(HALF))
        port.let_go.set()
        await line.hear()

        await port.passes(10)

        assert port.connections.ended == {"head": 1}
        await line.ended()


async def test_a_body_that_nobody_waits_for_any_more_ends() -> None:
    async with slow_port() as port:
        line = await port.client(POST, b"x" * 1000)
        await until(lambda: len(port.connections.bodies) == 1)

        await port.passes(5)

        await line.ended()
        assert port.connections.ended == {"body": 1}
        assert port.connections.held == 0


async def test_a_whole_body_is_read_in_pieces_and_nothing_is_held_afterwards() -> None:
    async with slow_port() as port:
        line = await port.client(POST, b"x" * 60_000)
        await until(lambda: port.connections.held == 60_000)
        line.send(b"y" * 40_000)

        assert (await line.hear()).status == 200
        assert port.connections.held == 0
        assert len(port.connections.idle) == 1


async def test_when_all_bodies_hold_too_much_the_oldest_is_ended() -> None:
    async with slow_port(Limits(waiting_bytes=150_000)) as port:
        first = await port.client(POST, b"x" * 90_000)
        await until(lambda: port.connections.held == 90_000)
        second = await port.client(POST, b"y" * 100_000)

        assert (await second.hear()).status == 200
        assert port.connections.ended == {"memory": 1}
        await first.ended()
        assert port.connections.held == 0


async def test_a_head_without_end_ends_as_soon_as_it_is_too_long() -> None:
    async with slow_port() as port:
        fields = b"".join(b"X-%d: " % number + b"x" * 7000 + b"\r\n" for number in range(20))

        line = await port.client(GET[:-2] + fields)

        await line.ended()
        assert port.connections.ended == {"size": 1}


async def test_an_answer_that_is_not_taken_ends_the_connection() -> None:
    async with slow_port() as port:
        line = await port.client()
        line._reader._transport.pause_reading()  # type: ignore[attr-defined]
        line.send(GET.replace(b"/quick", b"/endless"))
        await until(lambda: len(port.connections.unread) == 1)

        await port.passes(10)

        assert port.connections.ended == {"unread": 1}
        assert len(port.connections) == 0


async def test_when_all_places_are_taken_the_slowest_head_gives_way() -> None:
    async with slow_port(Limits(connections=3)) as port:
        slowest = await port.client(HALF)
        await port.passes(1)
        for _ in range(2):
            await port.client(HALF)
        await port.passes(1)

        signing_in = await port.client(GET)

        assert (await signing_in.hear()).status == 200
        await slowest.ended()
        assert port.connections.ended == {"room": 1}
        assert len(port.connections) == 3


async def test_when_all_places_are_idle_the_longest_idle_gives_way_and_not_a_head_that_has_just_begun() -> None:
    async with slow_port(Limits(connections=3)) as port:
        longest, idle = [await port.client(GET), await port.client(GET)]
        for line in (longest, idle):
            await line.hear()
        await until(lambda: len(port.connections.idle) == 2)
        just_begun = await port.client(HALF)

        signing_in = await port.client(GET)

        assert (await signing_in.hear()).status == 200
        await longest.ended()
        just_begun.send(REST)
        assert (await just_begun.hear()).status == 200
        assert (await idle.ask(GET)).status == 200


async def test_a_request_that_is_being_answered_never_gives_way() -> None:
    async with slow_port(Limits(connections=2)) as port:
        running = [await port.client(WAITING) for _ in range(2)]
        await until(lambda: len(port.connections.busy) == 2)

        refused = await port.client(GET)
        await refused.ended()
        port.let_go.set()

        assert [(await line.hear()).status for line in running] == [200, 200]
        assert port.connections.ended == {"refused": 1}


async def test_with_no_file_left_nothing_spins_and_what_waits_is_taken_in_later() -> None:
    async with slow_port() as port:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        line = asyncio.ensure_future(port.client(GET))
        probe = os.open(os.devnull, os.O_RDONLY)
        resource.setrlimit(resource.RLIMIT_NOFILE, (probe + 4, hard))
        taken = [probe]
        try:
            while len(taken) < 100:
                taken.append(os.dup(probe))
        except OSError:
            os.close(taken.pop())  # the client needs one
            await until(lambda: bool(port.connections.ended))
            for _ in range(50):
                await asyncio.sleep(0)
            seen = Counter(port.connections.ended)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            for file in taken:
                os.close(file)

        assert (await (await line).hear()).status == 200
        assert seen == {"no_files": 1}


async def test_a_flood_writes_one_line_a_second(log: io.StringIO) -> None:
    async with slow_port(Limits(connections=2 * BURST)) as port:
        log.truncate(0)
        for _ in range(5 * BURST):
            await port.client(HALF)
        for _ in range(20):
            await (await port.client(b"GET / HTTP/7\r\n\r\n")).ended()
        await port.passes(10)
        port.listener.sweep()

        lines = [json.loads(line) for line in log.getvalue().replace("\0", "").splitlines()]
        [told] = [line for line in lines if line["event"] == "connections ended"]
        assert told["no_http"] == 20
        assert told["room"] + told.get("head", 0) >= 5 * BURST
        assert len(lines) == 1


def test_a_line_that_is_left_out_is_counted_in_the_next() -> None:
    at = [0.0]
    seldom = Seldom(now=lambda: at[0])

    first = [seldom.left_out() for _ in range(3)]
    at[0] = 1.0
    later = [seldom.left_out() for _ in range(2)]

    assert first == [0, None, None]
    assert later == [2, None]


@pytest.mark.parametrize(
    ("open_files", "public", "internal"),
    [(64, 0, 32), (256, 96, 32), (1024, 736, 32), (4096, 2048, 32), (1_000_000, 2048, 32)],
)
def test_the_files_that_a_process_may_open_are_shared_out(open_files: int, public: int, internal: int) -> None:
    limits = files.shared_out(open_files)

    assert limits["public"].connections == max(1, public)
    assert limits["internal"].connections == internal
    assert public + internal + files.RESERVED // 8 <= open_files

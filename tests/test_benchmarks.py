"""What `make bench` measures is there to be measured."""

import asyncio
import io
from pathlib import Path

import pytest
from aiohttp import web
from rich.console import Console

from tests.benchmarks import load, memory, sign_ins
from tests.benchmarks.answers import circumstances, everything, measure, table
from tests.benchmarks.memory import Footprint, Grown, Load, Memory
from tests.support.database import Database
from tests.support.serving import serving


async def test_the_table_of_answers_has_its_rows_and_a_verdict(database: Database, tmp_path: Path) -> None:
    measured = await measure(database, tmp_path, rounds=1, requests=1)

    printed = io.StringIO()
    Console(file=printed, width=200).print(table(measured), await circumstances(database))
    shown = printed.getvalue()
    for one in everything():
        assert one.name in shown
    assert shown.count(" ms ") == 3 * len(measured)
    assert shown.count("reached") == 1


async def test_the_tables_of_sign_ins_have_their_rows_and_a_verdict_each(database: Database, tmp_path: Path) -> None:
    async with sign_ins.place(database, 70) as few:
        found = await sign_ins.measure(few, few, tmp_path, rounds=1, times=70)

    printed = io.StringIO()
    Console(file=printed, width=200).print(*sign_ins.tables(found))
    shown = printed.getvalue()
    assert all(side.name in shown for side in found.sides.values())
    assert shown.count("reached") == len(found.goals())
    assert [side.refused for name, side in found.sides.items() if name not in ("alone", "pgbench")] == [0] * 5


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux alone says what a process takes")
async def test_the_tables_of_memory_have_their_rows_and_a_verdict_each(database: Database, tmp_path: Path) -> None:
    async with sign_ins.place(database, 70) as few:
        found = await memory.measure(few, tmp_path, Load(rounds=1, few=20, many=70, in_all=140))

    printed = io.StringIO()
    Console(file=printed, width=200).print(*memory.tables(found))
    shown = printed.getvalue()
    assert [accepted for accepted, _ in found.grown.seen] == [70, 140]
    seen = [*found.bolt, *found.serve, *found.bolt_later, *found.serve_later, *(one for _, one in found.grown.seen)]
    assert len(seen) == 6
    assert all(0 < one.uss <= one.pss < one.rss for one in seen)
    assert found.bolt[0].rss < found.serve[0].rss
    assert shown.count("reached") == len(found.goals())


def test_memory_is_judged_by_the_resident_part_of_each_round_and_by_its_greatest_change_either_way() -> None:
    def rss(*figures: float) -> list[Memory]:
        return [Memory(rss=figure, pss=1.0, uss=1.0) for figure in figures]

    series = list(zip((5, 10, 15), rss(100, 94, 103), strict=True))

    found = Footprint(rss(10, 20, 10), rss(17, 36, 90), rss(10, 10, 10), rss(19, 18.5, 10), Grown(series))

    assert [goal.ratio for goal in found.goals()] == pytest.approx([1.8, 1.85, 6])
    assert [goal.reached for goal in found.goals()] == [True, False, False]


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_load_gets_every_answer_whether_or_not_connections_are_kept(*, keeps: bool) -> None:
    asked: list[bytes] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(await request.read())
        response = web.Response(text=f"answer to {asked[-1].decode()}")
        if not keeps:
            response.force_close()
        return response

    app = web.Application()
    app.router.add_post("/", answer)
    async with serving(app) as base:
        requests = [load.post("/", b"%d" % number) for number in range(20)]
        ports = [int(base.rpartition(":")[2])]
        burst = await asyncio.to_thread(load.drive, ports, requests, connections=3, right=lambda it: b"answer" in it)
        with pytest.raises(AssertionError):
            await asyncio.to_thread(load.drive, ports, requests, connections=3, right=lambda it: b"else" in it)

    assert sorted(set(asked[:20])) == sorted(b"%d" % number for number in range(20))
    assert len(burst.latencies) == 20


async def test_a_load_closes_what_the_server_said_it_closes_so_that_a_worker_that_waits_for_that_goes_on() -> None:
    worker = asyncio.Lock()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with worker:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nyes")
            await reader.read()  # all there is, until the client closes
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        ports = [server.sockets[0].getsockname()[1]]
        requests = [load.post("/", b"")] * 3
        burst = await asyncio.to_thread(load.drive, ports, requests, connections=3, right=lambda it: b"yes" in it)

    assert len(burst.latencies) == 3

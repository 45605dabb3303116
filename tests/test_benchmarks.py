"""What `make bench` measures is there to be measured."""

import asyncio
import io
from pathlib import Path

import pytest
from aiohttp import web
from rich.console import Console

from tests.benchmarks import sign_ins
from tests.benchmarks.answers import circumstances, everything, measure, table
from tests.benchmarks.peers import asking
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
        requests = [asking.post("/", b"%d" % number) for number in range(20)]
        port = int(base.rpartition(":")[2])
        driven = await asyncio.to_thread(
            asking.drive, port, requests, connections=3, right=lambda it: b"answer to" in it
        )
        with pytest.raises(AssertionError):
            await asyncio.to_thread(asking.drive, port, requests, connections=3, right=lambda it: b"else" in it)

    assert sorted(set(asked[:20])) == sorted(b"%d" % number for number in range(20))
    assert len(driven.answers_s) == 20

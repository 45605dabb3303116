"""How much memory `serve` takes, and whether it goes on taking more. SIGN_INS of one (100,000), ROUNDS before (5)."""

import os
from pathlib import Path

import pytest
from rich.console import Console

from tests.benchmarks.answers import circumstances
from tests.benchmarks.memory import Load, measure, tables
from tests.benchmarks.sign_ins import place
from tests.support.database import Database

LOAD = Load(
    rounds=int(os.environ.get("ROUNDS", "5")),
    few=500,
    many=5_000,
    in_all=int(os.environ.get("SIGN_INS", "100000")),
)


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux alone says what a process takes")
@pytest.mark.timeout(1800)
async def test_the_memory_of_serve_beside_a_minimal_bolt_application(durable: Database, tmp_path: Path) -> None:
    async with place(durable, LOAD.many) as where:
        found = await measure(where, tmp_path, LOAD)

    console = Console(width=120)
    console.print()
    said = f"{LOAD.rounds} rounds of fresh processes; few are {LOAD.few:,} commands, many {LOAD.many:,} requests more"
    console.print(*tables(found), said, soft_wrap=True)
    console.print(await circumstances(durable), highlight=False, soft_wrap=True)

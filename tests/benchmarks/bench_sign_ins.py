"""How many sign-ins a second, in batches and one by one, beside pgbench. SCALE people beside 1,000 (100,000)."""

import os
from pathlib import Path

import pytest
from rich.console import Console

from storage.migrations.runner import migrate
from tests.benchmarks.answers import circumstances
from tests.benchmarks.sign_ins import measure, place, tables
from tests.support import database as databases
from tests.support.database import Database

FEW = 1_000
MANY = int(os.environ.get("SCALE", "100000"))
ROUNDS = int(os.environ.get("ROUNDS", "9"))


@pytest.mark.timeout(1800)
async def test_sign_ins_in_batches_beside_one_by_one_and_beside_pgbench(durable: Database, tmp_path: Path) -> None:
    other = await databases.create(durable.server, "many")
    await migrate(owner_dsn=other.owner, program_dsn=other.program, worker_dsn=other.worker)

    async with place(durable, FEW) as few, place(other, MANY) as many:
        found = await measure(few, many, tmp_path, rounds=ROUNDS, times=FEW)

    console = Console(width=140)
    console.print()
    console.print(*tables(found), f"medians of {ROUNDS} rounds in turn, {FEW} sign-ins each", soft_wrap=True)
    console.print(
        f"the batched process: {found.memory[0]:.0f} MiB after the first round, {found.memory[-1]:.0f} MiB at the end",
        soft_wrap=True,
    )
    console.print(await circumstances(durable), highlight=False, soft_wrap=True)

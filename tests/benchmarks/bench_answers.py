"""How long an ack and `/mfa` take, beside a bare handler and Bolt's default mode. `make bench` prints the figures."""

from pathlib import Path

from rich.console import Console

from tests.benchmarks.answers import circumstances, measure, table
from tests.support.database import Database

ROUNDS = 25
REQUESTS = 40


async def test_an_ack_and_mfa_beside_the_least_that_could_answer(durable: Database, tmp_path: Path) -> None:
    measured = await measure(durable, tmp_path, rounds=ROUNDS, requests=REQUESTS)

    console = Console(width=120)
    console.print()
    console.print(table(measured), f"medians of {ROUNDS} rounds in turn, {REQUESTS} requests each", soft_wrap=True)
    console.print(await circumstances(durable), highlight=False, soft_wrap=True)

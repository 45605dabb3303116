"""Sixty spellings of a live code: those that the design names are right, no other, and one of them once (T4, C2).

Blanks (U+0020) and hyphens (U+002D) are dropped anywhere; then it has to be six ASCII digits. What is refused for its
spelling is counted nowhere. Seeded defect: `defects/T4.patch` reads a text by its look (NFKC), as pyotp does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.core.apps import Key
from bot.core.codes import Verdict
from bot.sandbox.slack import StandIn
from tests.support.attacks import times
from tests.support.cast import Member, join
from tests.support.database import Database
from tests.support.replicas import Replicas, replicas
from tests.support.services import Services, make_key
from tests.support.volley import Line, at_once, sign_in

CODES = times(1, full=20)
REFUSED = {Verdict.INVALID_FORMAT, "422"}
"""No code by its spelling, or no text at all."""
RIGHT: list[Callable[[str], str]] = [
    lambda c: c,
    lambda c: f"{c[:3]} {c[3:]}",
    lambda c: f"{c[:3]}-{c[3:]}",
    lambda c: f"{c[:3]} - {c[3:]}",
    lambda c: f"{c[:2]} {c[2:4]} {c[4:]}",
    lambda c: f"{c[:2]}-{c[2:4]}-{c[4:]}",
    " ".join,
    "-".join,
    lambda c: f" {c}",
    lambda c: f"{c} ",
    lambda c: f"   {c}   ",
    lambda c: f"-{c}",
    lambda c: f"{c}-",
    lambda c: f"--{c[:3]}--{c[3:]}--",
    lambda c: f"{c[0]}     {c[1:]}",
    lambda c: f"{c[:5]}-{c[5]}",
    " - ".join,
    lambda c: f"{' ' * 29}{c}{'-' * 29}",
]
OTHER_DIGITS = (0xFF10, 0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0x1D7CE, 0x1D7D8, 0x1D7F6, 0x1FBF0)
"""Where other digits begin: full-width, Arabic, Persian, Devanagari, Bengali, Thai, mathematical, segmented."""
OTHER_BLANKS = "\t\n\r\v\f\u00a0\u2003\u200b\u3000\ufeff"
OTHER_HYPHENS = "_.,/\u00ad\u2010\u2013\u2212"
WRONG: list[Callable[[str], object]] = [
    *(lambda c, zero=zero: "".join(chr(zero + int(digit)) for digit in c) for zero in OTHER_DIGITS),
    *(lambda c, blank=blank: f"{c[:3]}{blank}{c[3:]}" for blank in OTHER_BLANKS),
    *(lambda c, hyphen=hyphen: f"{c[:3]}{hyphen}{c[3:]}" for hyphen in OTHER_HYPHENS),
    lambda c: f"{c}\n",
    lambda c: f"\u202e{c[::-1]}",
    lambda c: f"{c}\0",
    lambda c: f"+{c}",
    lambda c: f"0{c}",
    lambda c: f"{c}0",
    lambda c: c[:5],
    lambda c: c + c,
    lambda c: f"'{c}'",
    lambda c: f"{c[:5]}{chr(0xFF10 + int(c[5]))}",
    lambda c: f"{c[0]}\u20e3{c[1:]}",
    lambda c: f"0x{int(c):x}",
    int,
    lambda c: [c],
]


@dataclass
class Desk:
    """Where somebody types codes, and their phone."""

    crowd: Replicas
    line: Line
    key: Key
    ada: Member

    def next_code(self) -> str:
        """Wait for the next code, and read it."""
        code = self.ada.code()
        self.crowd.look_at_the_clock()
        return code

    def asked(self, typed: object) -> bytes:
        return sign_in(self.key, self.ada.profile.slack_user_id, typed)

    async def said(self, typed: object) -> str:
        return (await self.line.ask(self.asked(typed))).result


async def judged_as_the_design_says(desk: Desk) -> int:
    """Type each spelling of a live code by itself; return how many were accepted or refused as they should be."""
    code = desk.next_code()
    refused = [await desk.said(spelled(code)) for spelled in WRONG]
    # It was live all the time, and nothing was counted.
    assert await desk.said(code) == Verdict.ACCEPTED
    accepted = [await desk.said(spelled(desk.next_code())) for spelled in RIGHT]
    return sum(one in REFUSED for one in refused) + accepted.count(Verdict.ACCEPTED)


async def accepted_of_all_at_once(desk: Desk) -> int:
    """Type all spellings of a live code at once; return how many were accepted."""
    code = desk.next_code()
    heard = await at_once(desk.crowd.ports, [desk.asked(spelled(code)) for spelled in (*RIGHT, *WRONG)])
    return [one.result for one in heard].count(Verdict.ACCEPTED)


@pytest.mark.timeout(3600)
@pytest.mark.attack("T4", "60 spellings of a live code: those of the design accepted and no other; at once, one")
async def test_of_sixty_spellings_those_of_the_design_are_accepted_and_of_one_code_one(
    services: Services, database: Database, slack: StandIn, tmp_path: Path, tally: Callable[[int, int], None]
) -> None:
    ada = await join(services, "ada")
    await ada.enrolls()
    held = 0
    async with replicas(services, database, slack, tmp_path) as crowd:
        desk = Desk(crowd, await Line.to(crowd.ports[0]), await make_key(services), ada)
        for _ in range(CODES):
            # The wrong codes of the last round are a day old.
            services.clock.forward(hours=25)
            as_they_should = await judged_as_the_design_says(desk)
            services.clock.forward(hours=25)
            held += as_they_should if await accepted_of_all_at_once(desk) == 1 else 0
        await desk.line.close()

    tried = CODES * (len(RIGHT) + len(WRONG))
    tally(tried, held)
    assert held == tried

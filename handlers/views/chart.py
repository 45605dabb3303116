"""The report's chart: a bar a day, codes above and resets below, each with a scale of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.report import Report, What
from handlers.views.canvas import Align, Canvas, Color, Font

WIDTH, HEIGHT = 900, 760  # Slack may show it at a third of that, and then words are still read
LEFT, RIGHT = 100, 860
MARGIN = 24
INK, GRAY, LINE = (29, 28, 29), (97, 96, 97), (221, 221, 221)
BLUE, ORANGE, PURPLE = (18, 100, 163), (224, 122, 31), (122, 48, 130)  # told apart by the color-blind, and in gray
DATES_EVERY = 5


@dataclass(frozen=True, slots=True)
class Series:
    """What is drawn of a day: the counts of one kind, and their color."""

    what: What
    name: str
    color: Color


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars between two heights; the series of a panel stand on each other."""

    top: int
    bottom: int
    title: str
    most_steps: int
    series: tuple[Series, ...]


CODES = Panel(
    130,
    450,
    "codes a day:",
    5,
    (Series(What.ACCEPTED, "accepted", BLUE), Series(What.REFUSED, "refused", ORANGE)),
)
RESETS = Panel(540, 680, "resets a day:", 3, (Series(What.RESET, "by somebody else", PURPLE),))


def draw(report: Report) -> bytes:
    """Return the chart as PNG."""
    canvas = Canvas(WIDTH, HEIGHT)
    draw_on(canvas, report)
    return canvas.png()


def draw_on(canvas: Canvas, report: Report) -> None:
    """Draw the chart on a picture of its size."""
    first, last = report.days[0].day, report.days[-1].day
    title = f"Codes and resets, {first.day} {first:%b} to {last.day} {last:%b %Y}"
    canvas.text(MARGIN, 14, title, INK, font=Font.BOLD)
    for panel in (CODES, RESETS):
        _panel(canvas, panel, report)
    _dates(canvas, report)


def scale(most: int, most_steps: int) -> Sequence[int]:
    """Return round numbers for the lines of a scale, from 0 to at least *most*."""
    step = 1
    while step * most_steps < most:
        # 1, 2, 5, 10, 20, 50 ...
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    steps = max(1, -(-most // step))
    return range(0, steps * step + 1, step)


def short(number: int) -> str:
    """Spell a number of a scale in few characters."""
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if number >= unit:
            return f"{number / unit:g}{name}"
    return str(number)


def _panel(canvas: Canvas, panel: Panel, report: Report) -> None:
    height = panel.bottom - panel.top
    lines = scale(max(sum(day.of(series.what) for series in panel.series) for day in report.days), panel.most_steps)
    legend = panel.top - 56
    x = MARGIN + canvas.text(MARGIN, legend, panel.title, GRAY) + 20
    for series in panel.series:
        canvas.box(x, legend + 3, 22, 22, series.color)
        x += 32 + canvas.text(x + 32, legend, series.name, INK) + 30
    for number in lines:
        y = panel.bottom - height * number // lines[-1]
        canvas.box(LEFT, y, RIGHT - LEFT, 2, GRAY if number == 0 else LINE)
        canvas.text(LEFT - 14, y - 14, short(number), GRAY, align=Align.RIGHT)
    for number, day in enumerate(report.days):
        begin, end = _place(number, report), _place(number + 1, report)
        under = 0
        for series in panel.series:
            count = day.of(series.what)
            base = panel.bottom - height * under // lines[-1]
            # What happened at all can be seen, however little it is.
            tall = max(3, height * count // lines[-1]) if count else 0
            canvas.box(begin + 3, base - tall, end - begin - 6, tall, series.color)
            under += count


def _dates(canvas: Canvas, report: Report) -> None:
    for number in range(len(report.days) - 1, -1, -DATES_EVERY):
        day = report.days[number].day
        middle = (_place(number, report) + _place(number + 1, report)) // 2
        canvas.box(middle - 1, RESETS.bottom, 2, 9, GRAY)
        canvas.text(middle, RESETS.bottom + 12, f"{day.day} {day:%b}", GRAY, align=Align.CENTER)
    canvas.text((LEFT + RIGHT) // 2, RESETS.bottom + 44, "day (UTC)", GRAY, align=Align.CENTER)


def _place(number: int, report: Report) -> int:
    return LEFT + (RIGHT - LEFT) * number // len(report.days)

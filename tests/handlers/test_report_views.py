"""The report as Slack takes it: coverage, a table, the chart with its figures in words, and who has no MFA."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.core.actions import Guard
from bot.core.people import Person, Standing
from bot.core.report import Report, What, last_days
from bot.sandbox import png
from bot.sandbox.blocks import problems
from bot.services.looking import LookRefusal
from bot.services.report import AskRefusal, Unenrolled, page
from handlers.views import chart, refusals
from handlers.views import report as views
from handlers.views.canvas import Canvas, Font, glyphs
from tests.support.reading import texts_in

TODAY = date(2026, 11, 24)
COUNTS = {
    (TODAY, What.ACCEPTED): 1_200,
    (TODAY, What.REFUSED): 300,
    (TODAY - timedelta(days=3), What.RESET): 2,
    (TODAY - timedelta(days=20), What.ACCEPTED): 34,
    (TODAY - timedelta(days=20), What.ENABLED): 5,
}
REPORT = Report(last_days(COUNTS, TODAY), 1_001, 900, datetime(2026, 11, 24, 12, tzinfo=UTC))
NOTHING = Report(last_days({}, TODAY), 0, 0, REPORT.at)
HUGE = Report(last_days({(TODAY, what): 10**12 for what in What}, TODAY), 10**9, 10**9 - 1, REPORT.at)
REPORTS = [REPORT, NOTHING, HUGE]


def person(number: int) -> Person:
    return Person(number, "T0MFA", f"U0{number}", Standing.MEMBER, f"Somebody <!channel> {number}", None, None, None)


def labels(blocks: list[dict[str, Any]]) -> list[str]:
    elements = (element for block in blocks for element in (*block.get("elements", ()), block.get("accessory", {})))
    return [element["text"]["text"] for element in elements if element.get("type") == "button"]


@pytest.mark.parametrize("report", REPORTS)
def test_slack_takes_the_message_whatever_the_figures(report: Report) -> None:
    text, blocks = views.message(report, "F0CHART")

    assert problems("message", {"text": text, "blocks": blocks}) == []
    assert len(views.alt_text(report)) < 1000
    assert len(views.file_name(report)) < 100


def test_the_message_tells_coverage_and_a_table_of_what_happened() -> None:
    text, blocks = views.message(REPORT, "F0CHART")

    [table] = [block["rows"] for block in blocks if block["type"] == "table"]
    assert "900 of 1,001 members have MFA on (89.9%)." in text
    assert [[cell["text"] for cell in row] for row in table] == [
        ["Counted", "Today", "7 days", "30 days"],
        ["Codes accepted", "1,200", "1,200", "1,234"],
        ["Codes refused", "300", "300", "300"],
        ["MFA turned on", "0", "0", "5"],
        ["MFA turned off by its owner", "0", "0", "0"],
        ["Resets by somebody else", "0", "2", "2"],
    ]
    assert "101 members have MFA off." in "\n".join(texts_in(blocks))
    assert labels(blocks) == ["Open"]


def test_where_everybody_has_mfa_there_is_nobody_to_open() -> None:
    assert labels(views.message(replace(REPORT, members=900), "F0CHART")[1]) == []


def test_the_chart_tells_its_figures_to_who_does_not_see_it() -> None:
    [image] = [block for block in views.message(REPORT, "F0CHART")[1] if block["type"] == "image"]

    assert image["slack_file"] == {"id": "F0CHART"}
    assert image["alt_text"] == (
        "Bars for each day from 2026-10-26 to 2026-11-24. Codes accepted: 1,234, on the busiest day, 2026-11-24, "
        "1,200. Codes refused: 300. Resets by somebody else: 2."
    )
    assert "Codes accepted: 0. Codes refused: 0." in views.alt_text(NOTHING)


@pytest.mark.parametrize("report", REPORTS)
def test_the_chart_is_a_picture_that_another_program_reads(report: Report) -> None:
    seen = png.read(chart.draw(report))

    assert (seen.width, seen.height) == (chart.WIDTH, chart.HEIGHT)
    assert len(chart.draw(report)) < 200_000


def drawn(report: Report, color: tuple[int, int, int], panel: chart.Panel) -> dict[int, int]:
    """Return how many pixels of a color stand over each other, by column, between a panel's heights."""
    canvas = Canvas(chart.WIDTH, chart.HEIGHT)
    chart.draw_on(canvas, report)
    rows = canvas._rows[panel.top : panel.bottom]
    columns = ((x, sum(tuple(row[3 * x : 3 * x + 3]) == color for row in rows)) for x in range(chart.WIDTH))
    return {x: tall for x, tall in columns if tall}


def test_a_bar_is_as_tall_as_its_figure_and_stands_at_its_day() -> None:
    accepted, refused = (drawn(REPORT, color, chart.CODES) for color in (chart.BLUE, chart.ORANGE))
    resets = drawn(REPORT, chart.PURPLE, chart.RESETS)

    scale = chart.scale(1_500, 5)[-1]
    height = chart.CODES.bottom - chart.CODES.top
    assert max(accepted.values()) == pytest.approx(height * 1_200 / scale, abs=2)
    assert set(refused.values()) == {height * 300 // scale}
    assert min(accepted.values()) == pytest.approx(height * 34 / scale, abs=2)
    assert max(resets.values()) == chart.RESETS.bottom - chart.RESETS.top
    assert max(accepted) > chart.RIGHT - 40
    assert max(refused) == max(accepted)
    assert max(resets) == pytest.approx(max(accepted) - 3 * (chart.RIGHT - chart.LEFT) / 30, abs=2)


@pytest.mark.parametrize(
    ("most", "expected"),
    [(0, [0, 1]), (1, [0, 1]), (5, [0, 1, 2, 3, 4, 5]), (7, [0, 2, 4, 6, 8]), (449, list(range(0, 501, 100)))],
)
def test_a_scale_has_round_numbers_and_reaches_the_tallest(most: int, expected: list[int]) -> None:
    assert list(chart.scale(most, 5)) == expected


def test_what_has_no_glyph_is_written_as_a_question_mark_and_nothing_is_written_beyond_the_edge() -> None:
    found = glyphs(Font.REGULAR)
    canvas = Canvas(20, 10)

    canvas.text(15, 5, "W\N{SNOWMAN}W", (0, 0, 0))
    canvas.box(-5, -5, 100, 7, (1, 2, 3))

    assert found.place("\N{SNOWMAN}") == found.place("?")
    assert found.width("MM") == 2 * found.width("M") > found.width("ii")
    seen = png.read(canvas.png())
    assert (seen.width, seen.height) == (20, 10)


def test_the_window_lists_people_and_turns_its_pages() -> None:
    window = views.unenrolled(Unenrolled(tuple(map(person, range(1, 11))), previous=1, next=10))

    assert problems("modal", window) == []
    assert labels(window["blocks"]) == ["Open"] * 10 + ["Previous", "Next"]
    assert window["title"]["text"].startswith("MFA")
    assert "mrkdwn" not in str(window)


@pytest.mark.parametrize("more", [None, 7])
def test_an_empty_page_says_so(more: int | None) -> None:
    window = views.unenrolled(Unenrolled((), previous=None, next=more))

    assert problems("modal", window) == []
    assert "MFA off" in str(window) if more is None else "Next" in labels(window["blocks"])


def test_every_refusal_has_a_sentence() -> None:
    for refused in (*AskRefusal, *LookRefusal, Guard.RIGHT):
        assert refusals.report(refused).endswith(".")


PEOPLE = [person(number) for number in range(1, 13)]


@pytest.mark.parametrize(
    ("found", "edge", "place", "back", "expected"),
    [
        (PEOPLE[:3], None, None, False, (3, None, None)),
        (PEOPLE[:11], None, None, False, (10, None, 10)),
        (PEOPLE[:3], 99, None, False, (3, None, 99)),
        ([], 99, 5, False, (0, 5, 99)),
        (PEOPLE[:3], None, 7, False, (3, 1, None)),
        (PEOPLE[:11], None, 7, True, (10, 10, 1)),
        (PEOPLE[:3], None, 7, True, (3, None, 1)),
        ([], 99, 7, True, (0, 99, 99)),
        ([], None, 7, True, (0, None, 0)),
    ],
)
def test_a_page_goes_on_from_where_the_walk_ended(
    found: list[Person],
    edge: int | None,
    place: int | None,
    *,
    back: bool,
    expected: tuple[int, int | None, int | None],
) -> None:
    shown = page(found, edge=edge, place=place, back=back)

    assert (len(shown.people), shown.previous, shown.next) == expected

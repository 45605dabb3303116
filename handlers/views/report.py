"""The report in the DM, and the window of those who have no MFA."""

from __future__ import annotations

from bot.core.report import DAYS, Report, What
from bot.services.report import Unenrolled
from handlers import ids
from handlers.views.blocks import Blocks, Json, actions, at, button, context, header, modal, plain, section
from handlers.views.resets import named

SENTENCE = "Here is the report that you asked for."
ON_ITS_WAY = "Your report is on its way to the Messages tab of this app, where you alone see it."
FILE_TITLE = "MFA report"
_WEEK = 7
_ROWS = {
    What.ACCEPTED: "Codes accepted",
    What.REFUSED: "Codes refused",
    What.ENABLED: "MFA turned on",
    What.DISABLED: "MFA turned off by its owner",
    What.RESET: "Resets by somebody else",
}


def message(report: Report, file_id: str) -> tuple[str, Blocks]:
    """Return text and blocks of the report; *file_id* is the chart's."""
    off = report.members - report.enrolled
    without = f"{_members(off)} {'has' if off == 1 else 'have'} MFA off."
    blocks: Blocks = [
        header("MFA report"),
        section(f"*{_coverage(report)}*"),
        _table(report),
        {"type": "image", "slack_file": {"id": file_id}, "alt_text": alt_text(report)},
        section(without) | ({"accessory": button(ids.UNENROLLED, "Open")} if off else {}),
        context(f"As of {at(report.at)}. A day is one in UTC, and codes typed into the bot's own windows count too."),
    ]
    return f"{SENTENCE} {_coverage(report)}", blocks


def alt_text(report: Report) -> str:
    """Tell the chart's figures to whoever does not see it."""
    first, last = report.days[0].day, report.days[-1].day
    accepted, refused, resets = (report.total(what) for what in (What.ACCEPTED, What.REFUSED, What.RESET))
    busiest = max(report.days, key=lambda day: day.of(What.ACCEPTED))
    peak = f", on the busiest day, {busiest.day:%Y-%m-%d}, {busiest.of(What.ACCEPTED):,}" if accepted else ""
    told = [
        f"Bars for each day from {first:%Y-%m-%d} to {last:%Y-%m-%d}.",
        f"Codes accepted: {accepted:,}{peak}.",
        f"Codes refused: {refused:,}.",
        f"Resets by somebody else: {resets:,}.",
    ]
    return " ".join(told)


def file_name(report: Report) -> str:
    """Name the chart's file by its last day."""
    return f"mfa-report-{report.days[-1].day:%Y-%m-%d}.png"


def unenrolled(found: Unenrolled) -> Json:
    """Return the window with one page of members without MFA."""
    blocks: Blocks = [_person(person.person_id, named(person)) for person in found.people]
    if not found.people:
        blocks.append(section("Nobody here has MFA off." if found.next is None else "Nobody on this page."))
    turns = []
    if found.previous is not None:
        turns.append(button(ids.UNENROLLED_BEFORE, "Previous", found.previous))
    if found.next is not None:
        turns.append(button(ids.UNENROLLED_AFTER, "Next", found.next))
    if turns:
        blocks.append(actions(*turns))
    return modal("MFA: not enrolled", blocks, callback_id=ids.UNENROLLED_WINDOW)


def _coverage(report: Report) -> str:
    have = "has" if report.members == 1 else "have"
    return f"{report.enrolled:,} of {_members(report.members)} {have} MFA on ({report.share:.1%})."


def _members(count: int) -> str:
    return f"{count:,} member" if count == 1 else f"{count:,} members"


def _table(report: Report) -> Json:
    spans = (1, _WEEK, DAYS)
    rows = [["Counted", "Today", f"{_WEEK} days", f"{DAYS} days"]]
    rows += [[name, *(f"{report.total(what, days):,}" for days in spans)] for what, name in _ROWS.items()]
    return {
        "type": "table",
        "column_settings": [{"align": "left"}, *({"align": "right"} for _ in spans)],
        "rows": [[{"type": "raw_text", "text": cell} for cell in row] for row in rows],
    }


def _person(person_id: int, name: str) -> Json:
    return {"type": "section", "text": plain(name), "accessory": button(ids.OPEN_PERSON, "Open", person_id)}

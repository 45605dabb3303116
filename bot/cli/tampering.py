"""What `mfabot audit verify` says: a sentence for each finding, and one for the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.chain import Head
    from bot.core.tampering import Finding
    from bot.services.acceptance import Accepted
    from bot.services.chain_check import Report

SENTENCES_AT_MOST = 50
# By the value of the kind; and what is said where no event and no link can be named.
WORDS = {
    "edited": ("Edited", ""),
    "deleted": ("Deleted", ""),
    "inserted": ("Inserted", ""),
    "reordered": ("Moved to another place", ""),
    "cut": ("Cut off", "links at the end are gone"),
    "truncated": ("Truncated", "links or events are gone altogether"),
    "remade": ("Made anew without the key", "the chain begins later than the log"),
    "older": ("An older copy put back", "the chain leaves what the log tells"),
    "garbled": ("Garbled", "the head is gone or not made with its key, so links at the end may be gone"),
    "forged": ("Forged, not made with the chain's key", "an acknowledgment in table audit_acceptance"),
}

NOT_ACCEPTED = {
    "nothing_found": "Nothing to acknowledge: the audit is whole. If only a log shows a finding, give it with --log.",
    "changed": "The audit has changed since it was checked. Nothing was acknowledged; run this again.",
}


def sentences(report: Report, *, compared: int) -> str:
    """Say what was found, and what was checked; *compared* heads of a log."""
    lines = [_sentence(finding) for finding in report.findings[:SENTENCES_AT_MOST]]
    if unsaid := len(report.findings) - len(lines) + report.more:
        lines.append(f"... and {unsaid} more.")
    whole = "Somebody tampered with the audit" if report.findings else "The audit is whole"
    head = f", the last of {report.head.linked_at}" if report.head else ""
    lines.append(f"{whole}: {report.events} events, {report.links} links{head}.")
    if report.accepted:
        lines.append(f"Acknowledged before, and as it was then: {report.accepted} places.")
    if report.findings and report.unlinked:
        lines.append(
            f"{len(report.unlinked)} events have neither a genuine link nor a mark; `audit accept` has them linked."
        )
    if report.waiting:
        lines.append(f"{report.waiting} events wait to be linked; a worker does it within a second.")
    if compared:
        lines.append(f"Compared with {compared} heads of the log.")
    else:
        lines.append(
            "Not compared with a log: an audit that was emptied, made anew or put back whole shows only there."
        )
    return "\n".join(lines)


def told(report: Report, *, compared: int) -> dict[str, object]:
    """Tell the same to scripts."""
    return {
        "ok": not report.findings,
        "findings": [
            {
                "kind": finding.kind,
                "events": finding.events,
                "links": finding.links,
                "head": finding.head and _head(finding.head),
            }
            for finding in report.findings
        ],
        "more": report.more,
        "events": report.events,
        "covered": report.covered,
        "waiting": report.waiting,
        "links": report.links,
        "accepted": report.accepted,
        "unlinked": len(report.unlinked),
        "head": report.head and _head(report.head),
        "compared": compared,
    }


def _head(head: Head) -> dict[str, object]:
    return {"number": head.number, "mac": head.mac.hex(), "linked_at": head.linked_at, "count": head.total}


def _sentence(finding: Finding) -> str:
    kind, elsewhere = WORDS[finding.kind]
    places = [_range("event", finding.events), _range("link", finding.links)]
    sentence = f"{kind}: {', '.join(place for place in places if place) or elsewhere}."
    if finding.head:
        sentence += f" The log tells head {finding.head.number} of {finding.head.linked_at}, which the chain lacks."
    return sentence


def _range(noun: str, numbers: tuple[int, int] | None) -> str:
    if numbers is None:
        return ""
    first, last = numbers
    return f"{noun} {first}" if first == last else f"{noun}s {first} to {last}"


def acknowledged(report: Report, accepted: Accepted, *, compared: int) -> str:
    """Say what was acknowledged, and what comes of it; *compared* heads of a log."""
    lines = [_sentence(finding) for finding in report.findings[:SENTENCES_AT_MOST]]
    if unsaid := len(report.findings) - len(lines) + report.more:
        lines.append(f"... and {unsaid} more.")
    lines.append(f"Acknowledged, as number {accepted.acceptance.number}. It is in the audit.")
    if accepted.marked:
        lines.append(f"{accepted.marked} events are linked again; a worker does it within a second.")
    if accepted.head:
        lines.append(f"The head was made again: the next link is {accepted.head.number + 1}.")
    if not compared:
        lines.append("Not compared with a log: what shows only there was not acknowledged.")
    return "\n".join(lines)

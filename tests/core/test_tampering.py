"""How what was found is told: neighbors in one, and no more than can be read."""

from bot.core.tampering import KEPT_AT_MOST, Finding, Findings, Kind


def test_neighbors_become_one_finding() -> None:
    findings = Findings()
    for event_id, link in ((5, 1), (6, 1), (7, 2), (9, 2)):
        findings.add(Kind.DELETED, event=event_id, links=(link, link))
    findings.add(Kind.EDITED, event=10, links=(2, 2))
    for number in (3, 4, 6):
        findings.add(Kind.REMADE, links=(number, number))

    assert findings.kept == [
        Finding(Kind.DELETED, (5, 7), (1, 2)),
        Finding(Kind.DELETED, (9, 9), (2, 2)),
        Finding(Kind.EDITED, (10, 10), (2, 2)),
        Finding(Kind.REMADE, None, (3, 4)),
        Finding(Kind.REMADE, None, (6, 6)),
    ]


def test_what_is_not_kept_is_counted() -> None:
    findings = Findings()
    for number in range(KEPT_AT_MOST + 7):
        findings.add(Kind.EDITED, event=2 * number, links=(1, 1))

    assert (len(findings.kept), findings.more) == (KEPT_AT_MOST, 7)

"""Reading who manages whom: every line that will not do is found, by its number."""

import random

import pytest

from bot.core.managers import BadLine, Fault, Line, changes, faults, read

HEADER = b"slack_id,manager_slack_id\n"
KNOWN = {f"U{n}": n for n in range(1, 10)}


@pytest.mark.parametrize(
    "content",
    [
        b"U1,U2\nU3,none\n",
        HEADER + b"U1,U2\nU3,none",
        b"\xef\xbb\xbf" + HEADER + b"U1,U2\nU3,none\n",
        b"\xef\xbb\xbfU1,U2\r\nU3,none\r\n",
        b"U1,U2\rU3,none\r",
        b'"U1", "U2"\n\n  \nU3 , none\n'.replace(b', "', b',"'),
        b'"slack_id","manager_slack_id"\nU1,U2\nU3,none\n',
        b"Slack_ID, Manager_Slack_ID\nU1,U2\nU3,none\n",
    ],
)
def test_a_file_is_read_with_or_without_header_mark_quotes_and_whatever_ends_its_lines(content: bytes) -> None:
    lines, bad = read(content)

    assert bad == []
    assert [(line.subject, line.manager) for line in lines] == [("U1", "U2"), ("U3", None)]


def test_an_empty_file_says_nothing() -> None:
    assert read(b"") == read(HEADER) == read(b"\n\n") == ([], [])


@pytest.mark.parametrize(
    ("line", "fault", "about"),
    [
        (b"U1", Fault.COLUMNS, ""),
        (b"U1;U2", Fault.COLUMNS, ""),
        (b"U1,U2,", Fault.COLUMNS, ""),
        (b'"U1,U2', Fault.COLUMNS, ""),
        (b'"U1"x,U2', Fault.COLUMNS, ""),
        (b"U1,", Fault.NO_ID, ""),
        (b",U1", Fault.NO_ID, ""),
        (b"none,U1", Fault.NO_ID, "none"),
        (b"none,none", Fault.NO_ID, "none"),
        (b"U1,NONE!", Fault.NO_ID, "NONE!"),
        (b"u1,U2", Fault.NO_ID, "u1"),
        (b"ada@example.com,U2", Fault.NO_ID, "ada@example.com"),
        (b"U1,<@U2>", Fault.NO_ID, "<@U2>"),
        (b"=U1,U2", Fault.NO_ID, "=U1"),
        ("U1,Ü2".encode(), Fault.NO_ID, r"\xdc2"),
        (b"U1,\x1b[2J", Fault.NO_ID, r"\x1b[2J"),
        (b"U1,U2\x00", Fault.NO_ID, r"U2\x00"),
        (b"U" + b"1" * 70 + b",U2", Fault.NO_ID, "U" + "1" * 39),
        ("U1,Ü2".encode("latin-1"), Fault.ENCODING, ""),
        (b"U1,U1", Fault.ONESELF, "U1"),
        (b"slack_id,manager_slack_id", Fault.NO_ID, "slack_id"),
    ],
)
def test_a_line_that_will_not_do_is_told_by_its_number_and_the_others_are_read(
    line: bytes, fault: Fault, about: str
) -> None:
    lines, bad = read(HEADER + b"U5,U6\n" + line + b"\nU7,U8\n")

    assert bad == [BadLine(3, fault, about)]
    assert lines == [Line(2, "U5", "U6"), Line(4, "U7", "U8")]


def test_every_bad_line_is_told() -> None:
    _, bad = read(b"U1,U2\nx,U2\nU3\nU1,U4\n\nU1,U5\nU3,U3\n")

    assert bad == [
        BadLine(2, Fault.NO_ID, "x"),
        BadLine(3, Fault.COLUMNS),
        BadLine(4, Fault.TWICE, "1"),
        BadLine(6, Fault.TWICE, "1"),
        BadLine(7, Fault.ONESELF, "U3"),
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_another_encoding_is_a_fault_and_no_pair(encoding: str) -> None:
    lines, bad = read("slack_id,manager_slack_id\nU1,U2\n".encode(encoding))

    assert lines == []
    assert bad[0].number == 1


def lines_of(*pairs: str) -> list[Line]:
    made = []
    for number, text in enumerate(pairs, 1):
        subject, manager = text.split(">")
        made.append(Line(number, subject, None if manager == "none" else manager))
    return made


@pytest.mark.parametrize(
    ("managers", "lines", "found"),
    [
        ({}, ["U1>U2", "U2>U3"], []),
        ({}, ["U1>U2", "U2>U1"], [(1, Fault.CYCLE), (2, Fault.CYCLE)]),
        ({}, ["U4>U1", "U1>U2", "U2>U3", "U3>U1"], [(2, Fault.CYCLE), (3, Fault.CYCLE), (4, Fault.CYCLE)]),
        ({2: 1}, ["U1>U2"], [(1, Fault.CYCLE)]),
        ({2: 1}, ["U1>U2", "U2>U3"], []),
        ({2: 1}, ["U1>U2", "U2>none"], []),
        ({2: 3, 3: 4}, ["U4>U2", "U5>U2"], [(1, Fault.CYCLE)]),
        ({1: 2}, ["U1>U2"], []),
        ({}, ["U1>U99", "U98>U97"], [(1, Fault.UNKNOWN), (2, Fault.UNKNOWN), (2, Fault.UNKNOWN)]),
        ({}, ["U1>none", "U99>none"], [(2, Fault.UNKNOWN)]),
    ],
)
def test_unknown_people_and_circles_are_found_also_with_what_was_there_before(
    managers: dict[int, int], lines: list[str], found: list[tuple[int, Fault]]
) -> None:
    bad = faults(lines_of(*lines), known=KNOWN, managers=managers)

    assert [(one.number, one.fault) for one in bad] == found


def test_what_is_changed_is_what_the_lines_say() -> None:
    assert changes(lines_of("U1>U2", "U3>none"), known=KNOWN) == {1: 2, 3: None}


def test_a_long_chain_is_no_circle_until_its_end_is_tied_to_its_beginning() -> None:
    count = 100_000
    known = {f"U{n}": n for n in range(count)}
    numbers = list(range(count - 1))
    random.Random(1).shuffle(numbers)  # noqa: S311  an order
    chain = [Line(n, f"U{one}", f"U{one + 1}") for n, one in enumerate(numbers, 1)]

    assert faults(chain, known=known, managers={}) == []
    tied = faults([*chain, Line(count, f"U{count - 1}", "U0")], known=known, managers={})
    assert len(tied) == count

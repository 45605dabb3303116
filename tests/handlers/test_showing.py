"""How ids come back from a window, also where a payload has no window."""

from handlers.showing import metadata
from tests.support.signed import click, submission


def test_a_modal_gives_back_what_it_carries_and_a_message_carries_nothing() -> None:
    assert metadata(submission()) == "1"
    assert metadata(click()) == ""

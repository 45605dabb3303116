"""What the stand-in takes for a message, a modal or a Home tab, and what it refuses, in which words."""

import json

import pytest

from bot.sandbox.blocks import Surface, problems
from tests.support.blocks import (
    Json,
    actions,
    button,
    code_field,
    confirm,
    field,
    home,
    image,
    message,
    modal,
    mrkdwn,
    option,
    plain,
    radio_buttons,
    section,
    static_select,
    table,
    with_,
    without,
)

DIVIDER: Json = {"type": "divider"}
HEADER: Json = {"type": "header", "text": plain("Profile")}
CONTEXT: Json = {"type": "context", "elements": [mrkdwn("since *today*"), plain("by you"), image()]}
RICH_TEXT: Json = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "hi", "style": {"bold": True}}]}],
}
USERS: Json = {"type": "users_select", "action_id": "person", "placeholder": plain("Search")}
OVERFLOW: Json = {"type": "overflow", "action_id": "more", "options": [with_(option("a"), url="https://example.com")]}
EMAIL: Json = {"type": "email_text_input", "action_id": "email"}
FILE_INPUT: Json = {"type": "file_input", "action_id": "file"}
VERIFY = plain("Verify Code")

GOOD: list[tuple[Surface, Json]] = [
    ("message", {"text": "a bare sentence", "channel": "D0ADA"}),
    (
        "message",
        message(section("Scan this."), image(title=plain("QR")), actions(button(), button("cancel", "Cancel"))),
    ),
    ("message", message(image(slack_file={"url": "https://files.slack.com/x.png"}))),
    ("message", message(section(accessory=button(style="danger", value="x" * 2000, confirm=confirm())))),
    ("message", message(HEADER, DIVIDER, CONTEXT, RICH_TEXT, {"type": "section", "fields": [plain("a"), mrkdwn("b")]})),
    ("message", message(table(100, 20, "c"))),
    ("message", message(*[DIVIDER] * 50)),
    ("message", message({"type": "markdown", "text": "**bold**"}, actions(OVERFLOW, static_select("a"), USERS))),
    ("message", message(field(code_field()), actions(button()))),
    ("modal", modal(section(), *[DIVIDER] * 99)),
    ("modal", modal(field(code_field(focus_on_load=True), hint=plain("or a recovery code")), submit=VERIFY)),
    ("modal", modal(field(static_select("lost", "stolen")), field(radio_buttons("a"), "b"), submit=VERIFY)),
    ("modal", modal(field(USERS, "who"), field(code_field(multiline=True, min_length=10), "why"), submit=VERIFY)),
    ("modal", modal(field(radio_buttons("a", "b", initial_option=option("b"))), submit=VERIFY, close=plain("Cancel"))),
    (
        "modal",
        modal(field(FILE_INPUT), field(EMAIL, "mail", optional=True), submit=VERIFY, private_metadata="x" * 3000),
    ),
    ("modal", modal({"type": "alert", "text": plain("careful"), "level": "warning"}, image(), CONTEXT, RICH_TEXT)),
    ("home", home(HEADER, section(accessory=button()), DIVIDER, CONTEXT, actions(button()), image())),
    ("home", home(field(code_field()), private_metadata="")),
]


@pytest.mark.parametrize(("surface", "payload"), GOOD)
def test_what_slack_takes_has_no_problems(surface: Surface, payload: Json) -> None:
    found = problems(surface, payload)

    assert found == []


TABLE = table()
LONG_OPTIONS = [str(number) for number in range(101)]
TWO_FOCUSED = (field(code_field(focus_on_load=True)), field(code_field(focus_on_load=True), "again"))

BAD: list[tuple[Surface, Json, str]] = [
    # Nothing to show
    ("message", {}, "neither text nor blocks"),
    ("message", {"text": "", "blocks": []}, "neither text nor blocks"),
    ("message", {"blocks": [DIVIDER]}, "text is missing"),
    ("message", {"text": "x" * 40_001}, "text has 40001 characters; at most 40000"),
    ("message", message(attachments=[]), "attachments"),
    ("message", {"text": "a", "blocks": "[]"}, "blocks must be a list"),
    ("message", {"text": "a", "blocks": ["section"]}, "blocks[0] must be an object"),
    # Types and keys
    ("message", message({"type": "sektion"}), "blocks[0].type is `sektion`; it must be one of `actions`"),
    ("message", message({}), "blocks[0] lacks `type`"),
    ("message", message(section(colour="red")), "blocks[0] has the unknown key `colour`"),
    ("message", message({"type": "section", "text": "hi"}), "blocks[0].text must be an object"),
    ("message", message({"type": "header", "text": mrkdwn("*a*")}), "text.type is `mrkdwn`; it must be `plain_text`"),
    ("message", message(actions(code_field())), "blocks[0].elements[0].type is `plain_text_input`"),
    ("message", message(actions(button(style="default"))), "`primary`, `danger`"),
    ("message", message(without(field(code_field()), "label")), "blocks[0] lacks `label`"),
    ("message", message(actions(button(confirm=without(confirm(), "deny")))), "elements[0].confirm lacks `deny`"),
    ("modal", without(modal(DIVIDER), "title"), "the view lacks `title`"),
    ("modal", without(modal(DIVIDER), "blocks"), "the view lacks `blocks`"),
    ("modal", modal(DIVIDER, submit_disabled=True), "the view has the unknown key `submit_disabled`"),
    ("modal", home(DIVIDER), "type is `home`; it must be `modal`"),
    ("home", modal(DIVIDER), "type is `modal`; it must be `home`"),
    ("home", home(DIVIDER, submit=VERIFY), "unknown key `submit`"),
    # Too long, too short, too many, too few
    ("message", message(*[DIVIDER] * 51), "blocks has 51 items; at most 50 go into a message"),
    ("modal", modal(*[DIVIDER] * 101), "blocks has 101 items; at most 100 go into a modal"),
    ("message", message(section("x" * 3001)), "blocks[0].text.text has 3001 characters; at most 3000"),
    ("message", message(section("")), "blocks[0].text.text is empty"),
    ("message", message({"type": "section"}), "blocks[0] needs `text` or `fields`"),
    ("message", message({"type": "section", "fields": [plain("a")] * 11}), "blocks[0].fields has 11 items; at most 10"),
    ("message", message({"type": "section", "fields": [plain("x" * 2001)]}), "fields[0].text has 2001 characters"),
    ("message", message({"type": "header", "text": plain("x" * 151)}), "text.text has 151 characters; at most 150"),
    ("message", message(actions()), "blocks[0].elements has 0 items; at least 1"),
    ("message", message(actions(*[button(f"b{i}") for i in range(26)])), "elements has 26 items; at most 25"),
    ("message", message(actions(button(text="x" * 76))), "elements[0].text.text has 76 characters; at most 75"),
    ("message", message(actions(button(value="x" * 2001))), "elements[0].value has 2001 characters; at most 2000"),
    ("message", message(actions(button("x" * 256))), "elements[0].action_id has 256 characters; at most 255"),
    ("message", message(actions(button(""))), "elements[0].action_id is empty"),
    ("message", message(section(block_id="")), "blocks[0].block_id is empty"),
    ("message", message(actions(button(confirm=confirm(title=plain("x" * 101))))), "title.text has 101 characters"),
    ("message", message(actions(button(confirm=confirm(text=plain("x" * 301))))), "text.text has 301 characters"),
    ("message", message(actions(button(confirm=confirm(deny=plain("x" * 31))))), "deny.text has 31 characters"),
    ("message", message({"type": "context", "elements": [plain("a")] * 11}), "elements has 11 items; at most 10"),
    ("message", message(actions(static_select(*LONG_OPTIONS))), "elements[0].options has 101 items; at most 100"),
    ("message", message(actions(static_select())), "elements[0].options has 0 items; at least 1"),
    ("message", message(actions(without(static_select("a"), "options"))), "one of `options` or `option_groups`"),
    ("message", message(actions(radio_buttons(*LONG_OPTIONS[:11]))), "elements[0].options has 11 items; at most 10"),
    ("message", message(actions(static_select("x" * 76))), "options[0].value has 76 characters; at most 75"),
    ("modal", modal(DIVIDER, title=plain("x" * 25)), "title.text has 25 characters; at most 24"),
    ("modal", modal(DIVIDER, submit=plain("x" * 25)), "submit.text has 25 characters; at most 24"),
    ("modal", modal(DIVIDER, close=plain("")), "close.text is empty"),
    ("modal", modal(DIVIDER, private_metadata="x" * 3001), "private_metadata has 3001 characters; at most 3000"),
    ("modal", modal(DIVIDER, callback_id="x" * 256), "callback_id has 256 characters; at most 255"),
    ("modal", modal(*[section("é" * 1400)] * 100), "bytes; at most 250000 are allowed (view_too_large)"),
    ("modal", modal(field(code_field(max_length=3001)), submit=VERIFY), "element.max_length is 3001; at most 3000"),
    ("modal", modal(field(code_field(max_length=0)), submit=VERIFY), "element.max_length is 0; at least 1"),
    ("modal", modal(field(code_field(max_length="6")), submit=VERIFY), "element.max_length must be a whole number"),
    ("modal", modal(field(code_field(placeholder=plain("x" * 151))), submit=VERIFY), "placeholder.text has 151"),
    # Images
    ("message", message(without(image(), "slack_file")), "blocks[0] needs exactly one of `image_url` or `slack_file`"),
    ("message", message(image(image_url="https://example.com/a.png")), "exactly one of `image_url` or `slack_file`"),
    ("message", message(image(slack_file={})), "blocks[0].slack_file needs exactly one of `url` or `id`"),
    ("message", message(without(image(), "alt_text")), "blocks[0] lacks `alt_text`"),
    ("message", message(image(alt_text="")), "blocks[0].alt_text is empty"),
    # What two places must not do together
    ("message", message(section(block_id="a"), section(block_id="a")), "the block_id `a` 2 times"),
    ("message", message(actions(button("a"), button("a"))), "blocks[0] has the action_id `a` 2 times"),
    ("modal", modal(field(code_field())), "blocks[0] is an input block, but the modal has no `submit`"),
    ("modal", modal(*TWO_FOCUSED, submit=VERIFY), "focus_on_load is set 2 times: blocks[0].element, blocks[1].element"),
    ("modal", modal(field(code_field(min_length=41)), submit=VERIFY), "min_length of 41 above its max_length of 40"),
    ("message", message(actions(radio_buttons("a", initial_option=option("b")))), "an initial option that is none"),
    ("message", message(actions(static_select("a", options=OVERFLOW["options"]))), "only an overflow menu's option"),
    ("modal", modal(field(FILE_INPUT, dispatch_action=True), submit=VERIFY), "blocks[0] sets dispatch_action"),
    # Tables
    ("message", message(table(101, 1)), "blocks[0].rows has 101 items; at most 100"),
    ("message", message(table(1, 21)), "blocks[0].rows[0] has 21 items; at most 20"),
    ("message", message(table(2, 2, "")), "blocks[0].rows[0][0].text is empty"),
    ("message", message(TABLE, TABLE), "the message has 2 tables"),
    ("message", message(table(10, 10, "x" * 101)), "10100 characters; at most 10000"),
    # Surfaces
    ("modal", modal(TABLE), "blocks[0] is a `table` block, which a modal does not take (only a message)"),
    ("home", home(TABLE), "which a Home tab does not take"),
    ("modal", modal({"type": "markdown", "text": "a"}), "`markdown` block, which a modal does not take"),
    ("message", message({"type": "alert", "text": plain("a")}), "`alert` block, which a message does not take"),
    ("message", message({"type": "file", "source": "remote", "external_id": "a"}), "an app cannot send it"),
    ("message", message(field(FILE_INPUT)), "blocks[0].element is a `file_input` element, which a message"),
]  # fmt: skip


@pytest.mark.parametrize(("surface", "payload", "expected"), BAD)
def test_what_slack_refuses_is_named_with_its_place(surface: Surface, payload: Json, expected: str) -> None:
    found = problems(surface, payload)

    assert expected in "\n".join(found)


def test_every_fault_is_told_in_one_go() -> None:
    payload = message(section(""), actions(button("a", "x" * 76), button("a", colour=1)), {"type": "nothing"})

    found = problems("message", payload)

    assert [sentence.split(" ")[0] for sentence in found] == [
        "blocks[0].text.text",
        "blocks[1].elements[0].text.text",
        "blocks[1].elements[1]",
        "blocks[2].type",
        "blocks[1]",
    ]


def test_one_fault_is_told_in_one_sentence_that_blames_no_other_block() -> None:
    found = problems("message", message({"type": "section"}))

    assert found == ["blocks[0] needs `text` or `fields`"]


def test_a_sentence_quotes_no_text_that_may_be_secret() -> None:
    secret = "JBSWY3DPEHPK3PXP"
    payload = modal(section(secret * 200), field(code_field(initial_value=secret, style=secret)), title=secret)

    found = problems("modal", payload)

    assert len(found) > 3
    assert secret not in json.dumps(found)

from playwright.async_api import Page, expect

from tests.support.canned import Canned, Json, button, message, modal, mrkdwn, plain, section, show_dm


def option(value: str, **more: object) -> Json:
    return {"value": value.lower(), "text": plain(value), **more}


def asked(block_id: str, label: str, element: Json, **more: object) -> Json:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


async def test_every_kind_of_block_in_a_message_is_drawn(canned: Canned, page: Page) -> None:
    rows = [[{"type": "raw_text", "text": text} for text in row] for row in (("Person", "MFA"), ("Ben Okri", "on"))]
    blocks = [
        {"type": "header", "block_id": "1", "text": plain("A heading")},
        section("A sentence", block_id="2", fields=[mrkdwn("*Who*\nBen"), plain("a field")],
                accessory=button("b", "Open")),
        {"type": "divider", "block_id": "3"},
        {"type": "context", "block_id": "4", "elements": [mrkdwn("small print")]},
        {"type": "image", "block_id": "5", "slack_file": {"id": "F0QR"}, "alt_text": "A picture",
         "title": plain("Its title")},
        {"type": "table", "block_id": "6", "rows": rows},
        {"type": "actions", "block_id": "7", "elements": [
            button("c", "Deny", style="danger"),
            {"type": "static_select", "action_id": "d", "placeholder": plain("Pick"),
             "options": [option("One"), option("Two")]},
        ]},
    ]  # fmt: skip

    log = await show_dm(canned, page, message(1, "fallback", blocks))

    await expect(log.get_by_role("heading", name="A heading")).to_be_visible()
    for words in ("A sentence", "Who", "a field", "small print", "Its title"):
        await expect(log.get_by_text(words, exact=True)).to_be_visible()
    await expect(log.get_by_role("separator")).to_be_visible()
    await expect(log.get_by_role("columnheader", name="MFA")).to_be_visible()
    await expect(log.get_by_role("cell", name="Ben Okri")).to_be_visible()
    await expect(log.get_by_role("button", name="Open")).to_be_visible()
    await expect(log.get_by_role("button", name="Deny")).to_be_visible()
    box = await log.get_by_role("img", name="A picture").bounding_box()
    assert box is not None
    assert box["width"] >= 264
    await expect(log.get_by_text("fallback")).to_have_count(0)
    await expect(page.get_by_text("cannot show")).to_have_count(0)

    canned.acted.clear()
    await log.get_by_role("combobox", name="Pick").select_option("two")
    await canned.acted.wait()
    assert canned.acts == [
        {"user": "U0ADA", "do": "click", "ts": "1772442001.000100", "block_id": "7", "action_id": "d", "value": "two"}
    ]


async def test_every_kind_of_input_is_drawn_and_sent(canned: Canned, page: Page) -> None:
    choices = [option("Lost", description=plain("or broken")), option("Stolen")]
    view = modal(1, "MFA: form", [
        asked("1", "Reason", {"type": "plain_text_input", "action_id": "a", "multiline": True}),
        asked("2", "What happened", {"type": "radio_buttons", "action_id": "a", "options": choices}),
        asked("3", "Also", {"type": "checkboxes", "action_id": "a", "options": choices}),
        asked("4", "Kind", {"type": "static_select", "action_id": "a", "options": choices}),
        asked("5", "Person", {"type": "users_select", "action_id": "a"}),
        asked("6", "Note", {"type": "plain_text_input", "action_id": "a"}, optional=True),
    ], submit=plain("Disable"))  # fmt: skip
    await canned.show(modals=[view])
    dialog = page.get_by_role("dialog", name="MFA: form")

    await dialog.get_by_label("Reason").fill("lost in a lake")
    await dialog.get_by_role("group", name="What happened").get_by_role("radio", name="Stolen").check()
    await dialog.get_by_role("group", name="Also").get_by_role("checkbox", name="Lost").check()
    await dialog.get_by_role("combobox", name="Kind").select_option("Lost")
    await dialog.get_by_role("combobox", name="Person").select_option("U0BEN")
    await dialog.get_by_role("button", name="Disable").click()
    await canned.acted.wait()

    assert canned.acts[0]["do"] == "submit"
    assert {block: value["a"] for block, value in canned.acts[0]["values"].items()} == {
        "1": "lost in a lake",
        "2": "stolen",
        "3": "lost",
        "4": "lost",
        "5": "U0BEN",
        "6": None,
    }


async def test_what_the_page_does_not_know_complains_by_name(canned: Canned, page: Page) -> None:
    log = await show_dm(canned, page, message(1, "", [
        {"type": "carousel", "block_id": "1"},
        {"type": "actions", "block_id": "2", "elements": [{"type": "datepicker", "action_id": "a"}]},
        section("see <javascript:alert(1)|this> and <!channel>", block_id="3"),
        {"type": "image", "block_id": "4", "image_url": "https://example.com/qr.png", "alt_text": "QR"},
    ]))  # fmt: skip

    for what in ('a block of type "carousel"', 'an element of type "datepicker"', "<javascript:alert(1)|this>",
                 "<!channel>", "a picture that is no file"):  # fmt: skip
        await expect(log.get_by_text(f"cannot show {what}")).to_be_visible()


async def test_text_is_formatted_and_never_becomes_html(canned: Canned, page: Page) -> None:
    text = (
        "*bold* _slanted_ ~gone~ `a*b*c` <https://example.com/_x_|the *page*> <@U0BEN> 2*3*4 :lock:\n"
        "<img src=x onerror=alert(1)> &lt;b&gt; &amp;amp;\n&gt; quoted\n```ABCD-EFGH\nIJKL```"
    )

    log = await show_dm(canned, page, message(1, "", [section(text, block_id="1")]))
    block = log.get_by_role("article")

    await expect(block.get_by_role("strong")).to_have_text("bold")
    await expect(block.get_by_role("emphasis")).to_have_text("slanted")
    await expect(block.get_by_role("link")).to_have_attribute("href", "https://example.com/_x_")
    await expect(block.get_by_role("link")).to_have_attribute("rel", "noopener noreferrer")
    await expect(block).to_contain_text("a*b*c the *page* @Ben Okri 2*3*4 🔒")
    await expect(block).to_contain_text("<b> &amp;")
    await expect(block.get_by_role("blockquote")).to_have_text("quoted")
    await expect(block).to_contain_text("ABCD-EFGH\nIJKL")
    await expect(block.get_by_role("img")).to_have_count(0)


async def test_an_ephemeral_message_is_marked_and_an_edited_one_changes_in_place(canned: Canned, page: Page) -> None:
    live = message(2, "", [section("Scan this", block_id="1"), {"type": "actions", "block_id": "2", "elements": [
        button("go", "Enter the code")]}])  # fmt: skip
    log = await show_dm(canned, page, message(1, "psst", [], ephemeral=True), live)
    await expect(log.get_by_role("article").first).to_contain_text("Only visible to you")
    await log.get_by_role("button", name="Enter the code").focus()

    settled = message(2, "", [section("MFA is on", block_id="1")], edited=True)
    await canned.show(dm={"channel": "D0ADA", "messages": [message(1, "psst", [], ephemeral=True), settled]})

    await expect(log.get_by_role("article")).to_have_count(2)
    await expect(log.get_by_text("Only visible to you")).to_have_count(1)
    await expect(log.get_by_role("article").last).to_contain_text("MFA is on")
    await expect(log.get_by_role("article").last).to_contain_text("(edited)")
    await expect(log.get_by_role("article").last).to_be_focused()

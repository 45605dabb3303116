import re

from playwright.async_api import Page, expect

from tests.support.canned import Canned, button, code_modal, message, modal, plain, qr_message, section, show_dm

NARROW = {"width": 390, "height": 844}


async def test_typed_text_and_focus_survive_a_new_state(canned: Canned, page: Page) -> None:
    log = await show_dm(canned, page)
    await page.get_by_role("combobox", name="Message").fill("half a sen")
    await canned.show(modals=[code_modal()])
    code = page.get_by_role("dialog").get_by_label("Verification code")
    await expect(code).to_be_focused()
    await page.keyboard.type("123")

    await canned.show(
        dm={"channel": "D0ADA", "messages": [message(1, "news", [])]},
        modals=[code_modal(errors={"code": "Not this one."})],
    )
    await expect(log.get_by_text("news")).to_be_attached()
    await page.keyboard.type("456")

    await expect(code).to_have_value("123456")
    await canned.show(modals=[])
    await expect(page.get_by_role("combobox", name="Message")).to_have_value("half a sen")
    await expect(page.get_by_role("combobox", name="Message")).to_be_focused()


async def test_a_modal_is_used_with_the_keyboard_alone(canned: Canned, page: Page) -> None:
    await canned.show(modals=[code_modal()])
    dialog = page.get_by_role("dialog", name="MFA: enter the code")
    code = dialog.get_by_label("Verification code")
    await expect(code).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(code).to_have_accessible_description(re.compile(r"Please complete this required field\. Six digits\."))
    await expect(code).to_have_attribute("aria-invalid", "true")

    stops = []
    for _ in range(4):
        await page.keyboard.press("Tab")
        stops.append(
            await page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent || 'input'")
        )
    assert stops == ["Cancel", "Verify Code", "Close dialog", "input"]
    await page.keyboard.type("287082")
    await page.keyboard.press("Enter")
    await canned.acted.wait()
    canned.acted.clear()
    await page.keyboard.press("Escape")
    await canned.acted.wait()

    assert canned.acts == [
        {"user": "U0ADA", "do": "submit", "view_id": "V01", "values": {"code": {"typed": "287082"}}},
        {"user": "U0ADA", "do": "close", "view_id": "V01"},
    ]


async def test_a_view_that_changes_in_place_takes_the_focus_along(canned: Canned, page: Page) -> None:
    await canned.show(modals=[code_modal()])
    await page.get_by_role("button", name="Verify Code").focus()

    await canned.show(
        modals=[modal(1, "MFA is on", [section("```AAAA-BBBB```", block_id="1")], submit=plain("I saved them"))]
    )

    await expect(page.get_by_role("heading", name="MFA is on")).to_be_focused()


async def test_the_phone_stays_in_reach_while_a_modal_is_open(canned: Canned, page: Page) -> None:
    await canned.show(modals=[code_modal()])
    await expect(page.get_by_label("Verification code")).to_be_focused()

    await page.keyboard.press("F6")

    await expect(page.get_by_role("button", name="Scan the QR code in the chat")).to_be_focused()


async def test_a_button_with_a_question_acts_only_when_it_is_confirmed(canned: Canned, page: Page) -> None:
    question = {
        "title": plain("Sure?"),
        "text": plain("It is gone then."),
        "confirm": plain("Do it"),
        "deny": plain("No"),
    }
    asking = {"type": "actions", "block_id": "1", "elements": [button("x", "Deny", value="7", confirm=question)]}
    log = await show_dm(canned, page, message(1, "", [asking]))

    await log.get_by_role("button", name="Deny").click()
    await expect(page.get_by_role("alertdialog", name="Sure?")).to_have_accessible_description("It is gone then.")
    await page.get_by_role("button", name="No", exact=True).click()
    await log.get_by_role("button", name="Deny").click()
    await page.get_by_role("button", name="Do it").click()
    await canned.acted.wait()

    assert [act["value"] for act in canned.acts] == ["7"]


async def test_a_slash_command_is_suggested_and_sent(canned: Canned, page: Page) -> None:
    await show_dm(canned, page)
    box = page.get_by_role("combobox", name="Message")

    await box.press_sequentially("/mfa-")
    await expect(page.get_by_role("option", name="/mfa-admin")).to_be_visible()
    await box.press("Tab")
    await box.press_sequentially("show @be")
    await box.press("ArrowDown")
    await box.press("Enter")
    await expect(box).to_have_value("/mfa-admin show @ben ")
    await box.press("Enter")
    await canned.acted.wait()

    assert canned.acts == [{"user": "U0ADA", "do": "command", "command": "/mfa-admin", "text": "show @ben"}]


async def test_the_page_finds_its_way_back_after_a_cut(canned: Canned, page: Page) -> None:
    await canned.cut()
    await expect(page.get_by_role("status").get_by_text("Reconnecting...")).to_be_visible()

    await expect(page.get_by_text("Reconnecting...")).to_have_count(0, timeout=15_000)
    await canned.show(problems=["chat.postMessage: no such block"])

    await expect(page.get_by_role("alert", name="Problems")).to_contain_text("no such block")


async def test_another_person_sees_another_screen(page: Page) -> None:
    await page.get_by_role("radio", name="Ben Okri").check(force=True)

    await expect(page.get_by_role("heading", name="Ben's phone")).to_be_visible()
    await expect(page).to_have_url(re.compile("#U0BEN$"))


async def test_the_phone_reads_the_code_in_the_chat_and_the_guide_notices(canned: Canned, page: Page) -> None:
    phone = page.get_by_role("complementary", name="Phone")
    await phone.get_by_role("button", name="Scan the QR code in the chat").click()
    await expect(phone.get_by_text("There is no QR code in the chat")).to_be_visible()
    await show_dm(canned, page, qr_message())

    await phone.get_by_role("button", name="Scan the QR code in the chat").click()

    await expect(phone.get_by_label("Code for Example Ltd: ada@example.com")).to_have_value(
        re.compile(r"^\d{3} \d{3}$")
    )
    await expect(page.get_by_role("listitem").filter(has_text="Enter the code")).to_have_attribute(
        "aria-current", "step"
    )
    await phone.get_by_role("button", name="Remove account").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    await expect(phone.get_by_text("No accounts yet.")).to_be_visible()


async def test_a_key_can_be_typed_into_the_phone(page: Page) -> None:
    phone = page.get_by_role("complementary", name="Phone")
    await phone.get_by_role("button", name="Type a key by hand").click()

    await phone.get_by_label("Key", exact=True).fill("not a key 1")
    await phone.get_by_label("Account name").fill("By hand")
    await phone.get_by_role("button", name="Add account").click()
    await expect(phone.get_by_text("Compare it once more")).to_be_visible()
    await phone.get_by_label("Key", exact=True).fill("jbsw y3dp ehpk 3pxp")
    await phone.get_by_role("button", name="Add account").click()

    await expect(phone.get_by_label("Code for By hand")).to_be_visible()


async def test_nothing_is_wider_than_a_small_screen(canned: Canned, page: Page) -> None:
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    wide = [[{"type": "raw_text", "text": "a cell that is rather wide"}] * 8] * 3
    long = section("W" * 300 + " <https://example.com/" + "x" * 200 + ">", block_id="1")
    log = await show_dm(
        canned, page, message(1, "", [long, {"type": "table", "block_id": "2", "rows": wide}]), qr_message()
    )
    await expect(log.get_by_role("img")).to_be_visible()
    widths = [await page.evaluate("document.documentElement.scrollWidth")]
    await page.get_by_role("tab", name="Home").click()
    await canned.show(modals=[code_modal(errors={"code": "W" * 200})], problems=["P" * 300])
    await expect(page.get_by_role("dialog")).to_be_visible()
    widths.append(await page.evaluate("document.documentElement.scrollWidth"))
    await page.get_by_role("complementary", name="Phone").get_by_role("button", name="Phone").click()
    await expect(page.get_by_role("button", name="Scan the QR code in the chat")).to_be_visible()
    widths.append(await page.evaluate("document.documentElement.scrollWidth"))

    assert widths == [390, 390, 390]

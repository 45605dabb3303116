"""Several windows, a person each."""

from playwright.async_api import Page, expect

from tests.support.canned import Canned, button, message, modal, plain, section, show_dm

SEEN = """how => {
    Object.defineProperty(document, "hidden", { configurable: true, value: how === "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


async def test_another_window_plays_another_person(page: Page) -> None:
    async with page.expect_popup() as opening:
        await page.get_by_role("link", name="Open another window as Hal Desk").click()
    other = await opening.value

    await expect(other.get_by_role("heading", name="Hal's phone")).to_be_visible()
    await expect(other).to_have_title("Hal Desk - Sandbox - no real Slack")
    await expect(page).to_have_title("Ada Byron - Sandbox - no real Slack")
    await expect(page.get_by_role("radio", name="Ada Byron")).to_be_checked()


async def test_who_is_deactivated_is_there_and_cannot_be_played(page: Page) -> None:
    await expect(page.get_by_role("radio", name="Dora Gone")).to_be_disabled()
    await expect(page.get_by_role("link", name="Open another window as Dora Gone")).to_have_count(0)


async def test_a_window_that_nobody_sees_leaves_its_connection_to_others(canned: Canned, page: Page) -> None:
    notice = page.get_by_role("status", name="Sandbox")
    await page.evaluate(SEEN, "hidden")
    await canned.show(notice="Still starting.")
    await expect(notice).to_be_hidden()

    await page.evaluate(SEEN, "visible")

    await expect(notice).to_have_text("Still starting.")
    assert canned.connections == 2
    await canned.show(notice="")
    await expect(notice).to_be_hidden()


async def test_a_message_that_grows_stays_in_sight(canned: Canned, page: Page) -> None:
    earlier = [message(number, "a line", []) for number in range(1, 30)]
    log = await show_dm(canned, page, *earlier, message(30, "A reset waits.", []))
    await expect(log.get_by_text("A reset waits.")).to_be_in_viewport()

    facts = [section(f"fact {number}", block_id=str(number)) for number in range(12)]
    answers = {"type": "actions", "block_id": "a", "elements": [button("approve", "Approve")]}
    await canned.show(dm={"channel": "D0ADA", "messages": [*earlier, message(30, "A reset waits.", [*facts, answers])]})

    await expect(log.get_by_role("button", name="Approve")).to_be_in_viewport()


async def test_the_helpdesk_is_led_through_a_request(canned: Canned, page: Page) -> None:
    await page.get_by_role("radio", name="Hal Desk").check(force=True)
    steps = page.get_by_role("complementary", name="Guide").get_by_role("listitem")
    await expect(steps.first).to_have_attribute("aria-current", "step")

    card = {"type": "actions", "block_id": "a", "elements": [button("x", "Disable Multi-Factor Authentication")]}
    await show_dm(canned, page, message(1, "", [card], ephemeral=True))
    await expect(steps.filter(has_text="on the card")).to_have_attribute("aria-current", "step")
    await canned.show(modals=[modal(1, "MFA: form", [section("Whom")], submit=plain("Send request"))])
    await expect(steps.filter(has_text="Send request")).to_have_attribute("aria-current", "step")
    asked = {"type": "actions", "block_id": "b", "elements": [button("y", "Cancel request")]}
    await canned.show(
        modals=[], dm={"channel": "D", "messages": [message(2, "Your request to disable somebody's MFA.", [asked])]}
    )
    await expect(steps.filter(has_text="Watch your request")).to_have_attribute("aria-current", "step")
    await canned.show(dm={"channel": "D", "messages": [message(2, "Your request to disable somebody's MFA.", [])]})

    await expect(steps.filter(has_text="(done)")).to_have_count(5)

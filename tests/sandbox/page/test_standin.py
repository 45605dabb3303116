from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import StandIn
from tests.support.canned import button, plain, section
from tests.support.tiny_bot import TinyBot


@pytest.fixture
async def played(browser: Browser, standin: StandIn) -> AsyncIterator[Page]:
    """The page in front of the stand-in itself."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(standin.base_url)
    yield page
    await context.close()


async def test_a_first_visitor_is_somebody_and_opens_their_home(played: Page, tiny_bot: TinyBot) -> None:
    await expect(played.get_by_role("radio", name="Ada Byron")).to_be_checked()
    await expect(played.get_by_text("The bot has not shown its Home yet.")).to_be_visible()

    assert tiny_bot.last.payload["event"]["type"] == "app_home_opened"


async def test_what_is_pressed_typed_and_answered_passes_through_the_stand_in(
    played: Page, standin: StandIn, tiny_bot: TinyBot, slack: AsyncWebClient
) -> None:
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button("go", "Start")]}]}
    await slack.views_publish(user_id="U0ADA", view=home)
    asked = {"type": "input", "block_id": "code", "label": plain("Verification code"),
             "element": {"type": "plain_text_input", "action_id": "typed"}}  # fmt: skip
    form = {"type": "modal", "title": plain("MFA"), "submit": plain("Verify Code"), "blocks": [section("hi"), asked]}
    await played.get_by_role("button", name="Start").click()
    await expect(played.get_by_role("button", name="Start")).not_to_have_attribute("aria-busy", "true")
    await slack.views_open(trigger_id=tiny_bot.last.payload["trigger_id"], view=form)

    tiny_bot.answer = {"response_action": "errors", "errors": {"code": "Not this one."}}
    await played.get_by_label("Verification code").fill("123456")
    await played.get_by_role("button", name="Verify Code").click()
    await expect(played.get_by_label("Verification code")).to_have_accessible_description("Not this one.")
    assert tiny_bot.last.payload["view"]["state"]["values"]["code"]["typed"]["value"] == "123456"
    tiny_bot.answer = ""
    await played.get_by_role("button", name="Verify Code").click()

    await expect(played.get_by_role("dialog")).to_have_count(0)
    assert standin.problems == []


async def test_a_bot_that_fails_is_shown_failing(played: Page, tiny_bot: TinyBot) -> None:
    await played.get_by_role("tab", name="Messages").click()
    tiny_bot.status = 500

    await played.get_by_role("combobox", name="Message").fill("/mfa")
    await played.get_by_role("combobox", name="Message").press("Enter")

    await expect(played.get_by_role("alert", name="Problems")).to_contain_text("500")
    await played.get_by_role("button", name="Dismiss notice").click()
    await expect(played.get_by_role("button", name="Dismiss notice")).to_have_count(0)

"""The report of the bot itself, as the sandbox's page shows it: the figures, the table, and the chart's pixels.

PICTURES names a folder that keeps the screenshot which the README shows.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.sandbox.slack import Person
from handlers.views import chart
from tests.support.bot import serving_bot
from tests.support.database import Database
from tests.support.office import Office

HISTORY = """
    INSERT INTO event_day (day, what, count)
    SELECT day::date, what, count
      FROM generate_series(date '2026-10-26', date '2026-11-24', '1 day') AS day,
           LATERAL (SELECT extract(isodow FROM day) > 5 AS free, extract(doy FROM day)::int AS number) AS it,
           LATERAL (VALUES ('accepted', CASE WHEN free THEN 12 + number % 7 ELSE 140 + number * 13 % 47 END),
                           ('refused', 3 + number * 7 % 11),
                           ('enabled', number * 5 % 4),
                           ('reset', CASE WHEN free THEN 0 ELSE number * 11 % 3 END)) AS counted (what, count)
     WHERE count > 0
"""


@pytest_asyncio.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    async with serving_bot(database, tmp_path) as bot:
        made = Office(bot)
        await made.opens()
        for number in range(3):
            user, name = f"U0NEW{number}", f"New Person {number}"
            bot.standin.workspace.people[user] = Person(user, user.lower(), name, "employee", f"{user}@example.com")
            await bot.person(user).opens_home()
        await made.tells(HISTORY)
        yield made
        assert bot.standin.problems == []


async def test_the_page_shows_the_report_with_its_table_and_chart(office: Office, browser: Browser) -> None:
    await office.hal.types("/mfa-admin report")
    context = await browser.new_context(viewport={"width": 1280, "height": 1000})
    page = await context.new_page()
    await page.goto(office.bot.standin.base_url)
    await page.get_by_role("radio", name="Hal Desk").check()
    await page.get_by_role("tab", name="Messages").click()
    log = page.get_by_role("log", name="Conversation")

    image = log.get_by_role("img", name="Bars for each day from 2026-10-26 to 2026-11-24.")
    await expect(image).to_be_visible()
    await image.evaluate("image => image.decode()")
    size = await image.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    await expect(log).to_contain_text("4 of 7 members have MFA on (57.1%).")
    await expect(log.get_by_role("row", name="Codes accepted")).to_contain_text("3,")
    if folder := os.environ.get("PICTURES"):
        await log.get_by_role("img", name="Bars").scroll_into_view_if_needed()
        await page.screenshot(path=f"{folder}/report.png", animations="disabled")
    await log.get_by_role("button", name="Open").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("New Person 2")
    await expect(dialog).not_to_contain_text("Ada")

    assert size == [chart.WIDTH, chart.HEIGHT]
    await context.close()

"""What Prometheus reads: answers by result and app, jobs by outcome; no person in a label."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest_asyncio

from bot.app import App
from bot.core.jobs import NAMES, ExpireEnrollment, Notify
from bot.core.messages import Kind
from bot.core.people import Person
from bot.core.throttle import Change
from bot.metrics import Metrics
from bot.settings import Settings, load
from storage import jobs, messages
from tests.support.api import RelyingApp
from tests.support.database import Database
from tests.support.people import ADA
from tests.support.scraped import Scraped, scraped_bot
from tests.support.services import HOME, NOON, Clock, enroll, make_key
from tests.support.settings import environment
from tests.support.timeouts import LONG


@pytest_asyncio.fixture
async def bot(database: Database, tmp_path: Path, clock: Clock) -> AsyncIterator[Scraped]:
    async with scraped_bot(database, tmp_path, clock) as scraped:
        yield scraped


@pytest_asyncio.fixture
async def ada(bot: Scraped) -> Person:
    await bot.services.people.save_home(HOME)
    return await bot.services.people.save(ADA)


async def test_answers_are_counted_by_app_and_result_and_waits_by_app(bot: Scraped, ada: Person) -> None:
    _, phone = await enroll(bot.services, ada)
    payroll = RelyingApp(bot.http, bot.public, await make_key(bot.services))
    bot.clock.forward(minutes=1)

    await payroll.verify(phone.code())
    for _ in range(6):
        await payroll.verify(phone.wrong_code())
    await payroll.verify("123456", slack_id="U0NOBODY")
    await payroll.verify("not a code")
    told = await bot.samples()

    def answered(app: str, result: str) -> float | None:
        return told.get(("mfabot_verifications_total", (("app", app), ("result", result))))

    results = ("accepted", "wrong_code", "throttled", "unknown_user", "invalid_format")
    assert [answered("payroll", result) for result in results] == [1, 5, 1, 1, 1]
    assert told["mfabot_verification_seconds_count", (("app", "payroll"),)] == 9
    assert told["mfabot_throttle_changes_total", (("app", "payroll"), ("change", "wait_began"))] == 1


async def test_what_an_alert_waits_for_is_told_before_it_happens(bot: Scraped) -> None:
    await bot.services.people.save_home(HOME)
    payroll = RelyingApp(bot.http, bot.public, await make_key(bot.services))

    await payroll.verify("123456", slack_id="U0NOBODY")
    told = await bot.samples()

    # `increase` sees nothing of a series that begins at 1.
    for app in ("payroll", "slack"):
        for change in Change:
            assert told["mfabot_throttle_changes_total", (("app", app), ("change", change.value))] == 0
    for name in NAMES.values():
        assert told["mfabot_job_runs_total", (("kind", name), ("outcome", "failed"))] == 0


async def test_a_code_in_slack_is_counted_as_slacks(bot: Scraped, ada: Person) -> None:
    confirmed, phone = await enroll(bot.services, ada)

    await bot.services.disable.disable_own(ada.person_id, factor_id=confirmed.factor_id, typed=phone.wrong_code())

    assert await bot.value("mfabot_verifications_total", app="slack", result="wrong_code") == 1


async def test_no_label_and_no_name_carries_a_person_or_a_code(bot: Scraped, ada: Person) -> None:
    _, phone = await enroll(bot.services, ada)
    payroll = RelyingApp(bot.http, bot.public, await make_key(bot.services))
    bot.clock.forward(minutes=1)
    code = phone.code()
    await payroll.verify(code)
    await payroll.verify(code, email="ada@example.com")

    _, text = await bot.scrape()

    lines = [line for line in text.splitlines() if "_bucket{" not in line and not line.startswith("#")]
    for secret in (ada.slack_user_id, ada.name, "example.com", code, phone.secret, payroll.key.key_id):
        assert not [line for line in lines if secret in line]


async def test_jobs_are_counted_by_outcome(database: Database, tmp_path: Path) -> None:
    settings, _ = load(Settings, environment(database, tmp_path))  # where Slack is away
    app = App(settings, timeouts=LONG)
    addresses = await app.start()
    await app.services.people.save_home(HOME)
    somebody = await app.services.people.save(ADA)
    async with app.pool.transaction() as conn:
        message_id = await messages.insert(conn, somebody.person_id, Kind.ENABLED, now=NOON)
        assert message_id is not None
        await jobs.enqueue(conn, Notify(message_id), ExpireEnrollment(0))
    expected = ('kind="expire_enrollment",outcome="done"', 'kind="notify",outcome="again"')

    text = ""
    async with asyncio.timeout(30), aiohttp.ClientSession() as http:
        while not all(f"mfabot_job_runs_total{{{labels}}}" in text for labels in expected):
            async with http.get(f"http://{addresses.internal}/metrics") as answer:
                text = await answer.text()
    await app.stop()

    assert 'mfabot_job_seconds_count{kind="notify"}' in text


def test_the_size_of_a_batch_has_a_histogram() -> None:
    metrics = Metrics()

    for size in (1, 3, 3, 300):
        metrics.batch(size)

    def up_to(most: str) -> float | None:
        return metrics.registry.get_sample_value("mfabot_verification_batch_size_bucket", {"le": most})

    assert [up_to(most) for most in ("1.0", "2.0", "4.0", "256.0", "+Inf")] == [1, 1, 3, 3, 4]


async def test_sign_ins_that_were_judged_together_count_as_a_batch(bot: Scraped, ada: Person) -> None:
    _, phone = await enroll(bot.services, ada)
    payroll = RelyingApp(bot.http, bot.public, await make_key(bot.services))
    bot.clock.forward(minutes=1)

    await payroll.verify(phone.code())
    told = await bot.samples()

    assert told["mfabot_verification_batch_size_count", ()] == 1
    assert told["mfabot_verification_batch_size_sum", ()] == 1

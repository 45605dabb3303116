"""An e-mail address that changed hands finds nobody for a day (V5)."""

import secrets
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio

from bot.core.apps import Key
from bot.core.codes import Verdict
from bot.core.people import Person, Standing
from bot.core.sealing import Keyring
from bot.core.sync import Page
from bot.services.judging import Judged
from bot.services.lookups import ByEmail
from bot.services.verification import FactorStatus, NotFound
from tests.support.hearing import WAYS, Hears, by_the_nightly_list
from tests.support.ledger import Ledger
from tests.support.people import ADA, BEN
from tests.support.services import HOME, Authenticator, Services, changed, enroll, make_key

HERS = "ada@example.com"
DAY_S = 86_400


@dataclass
class World:
    """Ada and Ben, both with MFA, and an application that names people by address, alone or in batches."""

    services: Services
    ada: Person
    phones: dict[str, Authenticator]
    key: Key

    async def signs_in(self, email: str, phone: str) -> Verdict:
        """Sign in with a code that nobody has used."""
        self.services.clock.forward(minutes=1)
        answer = await self.services.verification.check(self.key, ByEmail(email), typed=self.phones[phone].code())
        assert isinstance(answer, Judged)
        return answer.verdict

    async def has_mfa(self, email: str) -> bool:
        """Whether the application hears of anybody at all."""
        answer = await self.services.verification.factor(self.key, ByEmail(email))
        assert isinstance(answer, FactorStatus | NotFound)
        return isinstance(answer, FactorStatus)


@pytest_asyncio.fixture(params=[True, False], ids=["batched", "alone"])
async def world(request: pytest.FixtureRequest, services: Services, ada: Person, ben: Person) -> World:
    used = changed(services, batched=request.param)
    phones = {"ada": (await enroll(services, ada))[1], "ben": (await enroll(services, ben))[1]}
    services.clock.forward(minutes=1)
    return World(used, ada, phones, await make_key(used))


@pytest.mark.parametrize("heard", WAYS)
async def test_an_address_that_was_somebody_elses_until_a_moment_ago_finds_nobody(world: World, heard: Hears) -> None:
    await heard(world.services, replace(ADA, email="ada.new@example.com"))
    await heard(world.services, replace(BEN, email=HERS))

    assert await world.signs_in(HERS, "ben") is Verdict.UNKNOWN_USER
    assert await world.signs_in(HERS, "ada") is Verdict.UNKNOWN_USER
    assert not await world.has_mfa(HERS)
    assert await world.signs_in("ada.new@example.com", "ada") is Verdict.ACCEPTED
    assert await world.has_mfa("ada.new@example.com")


async def test_after_a_day_the_address_finds_who_has_it_now_and_not_a_second_before(world: World) -> None:
    await world.services.people.save(replace(ADA, email=None))
    given_up_at = world.services.clock()
    await world.services.people.save(replace(BEN, email=HERS))

    world.services.clock.forward(seconds=DAY_S - 1)
    before = await world.has_mfa(HERS)
    world.services.clock.forward(seconds=1)
    after = await world.has_mfa(HERS)

    assert (world.services.clock() - given_up_at).total_seconds() == DAY_S
    assert (before, after) == (False, True)
    assert await world.signs_in(HERS, "ben") is Verdict.ACCEPTED


async def test_how_long_is_a_setting(world: World) -> None:
    shorter = changed(world.services, email_min_age=world.services.means.email_min_age / 2)
    await world.services.people.save(replace(ADA, email=None))
    await world.services.people.save(replace(BEN, email=HERS))

    world.services.clock.forward(seconds=DAY_S / 2)

    assert isinstance(await shorter.verification.factor(world.key, ByEmail(HERS)), FactorStatus)
    assert not await world.has_mfa(HERS)


@pytest.mark.parametrize("heard", WAYS)
async def test_two_people_who_swap_addresses_are_found_by_neither_for_a_day(world: World, heard: Hears) -> None:
    await heard(world.services, replace(ADA, email=BEN.email))
    await heard(world.services, replace(BEN, email=HERS))

    found = [await world.has_mfa(address) for address in (HERS, "ben@example.com")]
    world.services.clock.forward(seconds=DAY_S)

    assert found == [False, False]
    assert await world.signs_in(HERS, "ben") is Verdict.ACCEPTED
    assert await world.signs_in("ben@example.com", "ada") is Verdict.ACCEPTED


async def test_a_page_of_the_list_that_holds_both_of_a_swap_is_no_way_around(world: World) -> None:
    running, _ = await world.services.syncs.begin(HOME)
    swapped = (replace(ADA, email=BEN.email), replace(BEN, email=HERS))
    await world.services.syncs.take_page(running, Page(swapped, "", names_bot=True), asked_at=world.services.clock())

    assert [await world.has_mfa(address) for address in (HERS, "ben@example.com")] == [False, False]


@pytest.mark.parametrize("heard", WAYS)
async def test_the_address_of_a_deactivated_account_finds_its_next_holder_after_a_day(
    world: World, heard: Hears
) -> None:
    await heard(world.services, replace(ADA, standing=Standing.DELETED))
    await heard(world.services, replace(BEN, email=HERS))

    first = await world.has_mfa(HERS)
    world.services.clock.forward(seconds=DAY_S)

    assert not first
    assert await world.signs_in(HERS, "ben") is Verdict.ACCEPTED


async def test_somebody_whom_a_whole_list_does_not_name_has_given_up_the_address(world: World) -> None:
    world.services.clock.forward(minutes=1)
    running, _ = await world.services.syncs.begin(HOME)
    page = Page((replace(BEN, email="b@example.com"),), "", names_bot=True)
    read = await world.services.syncs.take_page(running, page, asked_at=world.services.clock())
    assert read is not None
    [missing] = (await world.services.syncs.missing(read, after=0)).people
    await world.services.syncs.take_missing(read, missing, None, asked_at=world.services.clock())
    world.services.clock.forward(minutes=1)

    await world.services.people.save(replace(BEN, email=HERS))

    assert missing.person.person_id == world.ada.person_id
    assert not await world.has_mfa(HERS)


async def test_the_first_that_is_heard_of_somebody_is_no_change_of_hands(world: World) -> None:
    new = replace(ADA, slack_user_id="U0EVE", email="eve@example.com")
    await by_the_nightly_list(world.services, new)

    assert await world.has_mfa("eve@example.com")


async def test_an_address_that_nobody_had_finds_its_holder_at_once_and_so_does_ones_own_of_before(
    world: World,
) -> None:
    await world.services.people.save(replace(ADA, email="ada.new@example.com"))
    new = await world.signs_in("ada.new@example.com", "ada")
    await world.services.people.save(ADA)
    own = await world.signs_in(HERS, "ada")

    assert (new, own) == (Verdict.ACCEPTED, Verdict.ACCEPTED)


async def test_ones_own_address_that_somebody_else_had_meanwhile_finds_nobody_either(world: World) -> None:
    await world.services.people.save(replace(ADA, email=None))
    await world.services.people.save(replace(BEN, email=HERS))
    await world.services.people.save(BEN)
    await world.services.people.save(ADA)

    assert not await world.has_mfa(HERS)


async def test_an_address_that_two_have_finds_neither_and_nobody_for_a_day_after_one_gave_it_up(world: World) -> None:
    await world.services.people.save(replace(BEN, email=HERS))
    both = await world.has_mfa(HERS)
    await world.services.people.save(replace(ADA, email=None))
    one = await world.has_mfa(HERS)
    world.services.clock.forward(seconds=DAY_S)

    assert (both, one) == (False, False)
    assert await world.has_mfa(HERS)


@pytest.mark.parametrize(
    ("was", "taken", "asked"),
    [
        ("Ada@Example.com", "ada@example.com", "ADA@EXAMPLE.COM"),
        ("zo\u00eb@example.com", "zoe\u0308@example.com", "zoe\u0308@example.com"),
        ("\uff41da@example.com", "ada@example.com", "ada@example.com"),
        ("ZO\u00cb@example.com", "zo\u00eb@example.com", "zo\u00eb@example.com"),
        ("karl@example.com", "\u212aarl@example.com", "karl@example.com"),
    ],
)
async def test_another_spelling_of_an_address_is_no_other_address(
    world: World, was: str, taken: str, asked: str
) -> None:
    await world.services.people.save(replace(ADA, email=was))
    await world.services.people.save(replace(ADA, email="gone@example.com"))
    await world.services.people.save(replace(BEN, email=taken))

    assert not await world.has_mfa(asked)


async def test_an_address_of_another_workspace_is_another_address(world: World) -> None:
    abroad = replace(ADA, team_id="T0OTHER", email="ben.new@example.com")
    await world.services.people.save(abroad)
    await world.services.people.save(replace(abroad, email=None))
    await world.services.people.save(replace(BEN, email="ben.new@example.com"))

    assert await world.has_mfa("ben.new@example.com")


async def test_what_is_kept_of_an_address_is_a_keyed_hash_that_outlives_what_is_known_of_the_person(
    world: World, ledger: Ledger
) -> None:
    await world.services.people.save(replace(ADA, email="ada.new@example.com"))
    await ledger.conn.execute("UPDATE person SET name = 'x', email = NULL, tz = NULL WHERE slack_user_id = 'U0ADA'")

    kept = await ledger.everything()
    await world.services.people.save(replace(BEN, email=HERS))

    assert HERS not in kept
    assert not await world.has_mfa(HERS)


async def test_hashes_under_an_older_key_of_the_ring_count(world: World) -> None:
    await world.services.people.save(replace(ADA, email=None))
    keys = {**world.services.means.keyring.keys, "k2": secrets.token_bytes(32)}
    rotated = changed(world.services, keyring=Keyring("k2", keys))

    await rotated.people.save(replace(BEN, email=HERS))

    assert await rotated.verification.factor(world.key, ByEmail(HERS)) is NotFound.UNKNOWN_USER

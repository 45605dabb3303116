"""What the host does, each as a request that can be sent twice."""

from datetime import timedelta

from bot.core.apps import Key, Scope
from bot.core.host import HostRefusal
from bot.core.permissions import Permission
from bot.core.resets import Happened
from bot.services.acceptance import Acceptances, NotAccepted
from bot.services.apps import CreateRefusal
from bot.services.chain_check import ChainCheck
from bot.services.helpdesk import NewWord
from bot.services.host import Ask
from bot.services.managers import Imported
from bot.services.protection import Protection
from bot.services.roles import Changed
from storage.pool import Pool
from tests.support.cast import REASON
from tests.support.helpdesk_acts import fail, suspend
from tests.support.lost import Act, Again, World, of
from tests.support.lost_others import sleeps
from tests.support.services import make_key

HOST = "host:root"
ASK = Ask(HOST, REASON)


@of("Host.define")
async def defines(world: World) -> Act:
    return Act(
        lambda: world.on.host.define("readers", [Permission.VIEW_AUDIT], ASK),
        lambda answer: answer is Changed.BEFORE,
        "role.defined",
    )


@of("Host.grant")
async def host_grants(world: World) -> Act:
    return Act(
        lambda: world.on.host.grant("auditor", "U0EMPLOYEE", ASK),
        lambda answer: answer is Changed.BEFORE,
        "role.granted",
    )


@of("Host.revoke")
async def host_revokes(world: World) -> Act:
    return Act(
        lambda: world.on.host.revoke("helpdesk", "U0AGENT", ASK),
        lambda answer: answer is Changed.BEFORE,
        "role.revoked",
    )


@of("Protection.protect")
async def protects(world: World) -> Act:
    return Act(
        lambda: world.on.protection.protect("U0EMPLOYEE", ASK),
        lambda answer: answer is Changed.BEFORE,
        "person.protected",
    )


@of("Protection.unprotect")
async def unprotects(world: World) -> Act:
    await Protection(world.cast.services.means).protect("U0EMPLOYEE", ASK)
    return Act(
        lambda: world.on.protection.unprotect("U0EMPLOYEE", ASK),
        lambda answer: answer is Changed.BEFORE,
        "person.unprotected",
    )


@of("Managers.set")
async def sets_a_manager(world: World) -> Act:
    return Act(
        lambda: world.on.managers.set("U0EMPLOYEE", "U0APPROVER", team_id=None, by=HOST),
        lambda answer: answer is Changed.BEFORE,
        "manager.set",
    )


@of("Managers.take")
async def imports_managers(world: World) -> Act:
    content = b"slack_id,manager_slack_id\nU0EMPLOYEE,U0APPROVER\n"
    return Act(
        lambda: world.on.managers.take(content, team_id=None, by=HOST),
        lambda answer: answer == Imported(1, 0),
        "manager.set",
    )


@of("Glass.reset")
async def breaks_for_a_reset(world: World) -> Act:
    return Act(
        lambda: world.on.glass.reset("U0EMPLOYEE", ASK), lambda answer: answer is HostRefusal.NO_MFA, "mfa.reset"
    )


@of("Glass.unlock")
async def breaks_for_an_unlock(world: World) -> Act:
    await fail(world.ledger, world.cast.employee, 100)
    return Act(
        lambda: world.on.glass.unlock("U0EMPLOYEE", ASK),
        lambda answer: answer is HostRefusal.NOTHING_TO_UNLOCK,
        "throttle.unlocked",
    )


@of("Glass.release")
async def breaks_for_a_release(world: World) -> Act:
    await suspend(world.cast, world.ledger, world.cast.employee)
    return Act(
        lambda: world.on.glass.release("U0EMPLOYEE", ASK),
        lambda answer: answer is HostRefusal.NOT_SUSPENDED,
        "person.released",
    )


@of("Glass.release, with a word")
async def breaks_for_a_word(world: World) -> Act:
    await world.cast.opens(world.cast.admin, world.cast.employee, happened=Happened.STOLEN)
    return Act(
        lambda: world.on.glass.release("U0EMPLOYEE", ASK),
        lambda answer: isinstance(answer, NewWord),
        "word.made",
        Again.ANEW,
    )


@of("Glass.wake")
async def breaks_to_wake(world: World) -> Act:
    await sleeps(world)
    return Act(
        lambda: world.on.glass.wake("U0APPROVER", ASK),
        lambda answer: answer is HostRefusal.NOTHING_DORMANT,
        "rights.woken",
    )


@of("Glass.lift_lockdown")
async def breaks_to_lift(world: World) -> Act:
    await world.cast.services.lockdowns.start(by=world.cast.admin.id, reason=REASON)
    return Act(
        lambda: world.on.glass.lift_lockdown(ASK), lambda answer: answer is HostRefusal.NO_LOCKDOWN, "lockdown.lifted"
    )


@of("Apps.create")
async def makes_an_app(world: World) -> Act:
    return Act(
        lambda: world.on.apps.create("payroll", scopes=frozenset({Scope.VERIFY}), rate_per_s=None, by=HOST),
        lambda answer: answer is CreateRefusal.NAME_TAKEN,
        "app.created",
    )


@of("Apps.rotate")
async def rotates(world: World) -> Act:
    await make_key(world.cast.services)
    return Act(
        lambda: world.on.apps.rotate("payroll", overlap=timedelta(hours=1), by=HOST),
        lambda answer: isinstance(answer, Key),
        "app.rotated",
        Again.ANEW,
    )


@of("Apps.revoke")
async def revokes_an_app(world: World) -> Act:
    await make_key(world.cast.services)
    return Act(lambda: world.on.apps.revoke("payroll", by=HOST), lambda answer: answer is False, "app.revoked")


@of("Acceptances.accept")
async def acknowledges(world: World) -> Act:
    await world.chain.link()
    await world.ledger.conn.execute("UPDATE audit_head SET total = total + 1")
    pool = Pool(world.owner_dsn, size=1, connect_s=3.0, statement_s=3.0)
    means = world.on.means
    report = await ChainCheck(means.pool, means.keyring).run(())
    return Act(
        lambda: Acceptances(pool, means.keyring, means.now).accept(report, reason=REASON, by=HOST),
        lambda answer: answer is NotAccepted.CHANGED,
        "audit.accepted",
    )

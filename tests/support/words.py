"""A reset that leaves somebody suspended until they enroll with the word, and what applications hear meanwhile."""

from uuid import uuid4

from bot.core.codes import Verdict
from bot.services.enrollment import Started
from bot.services.judging import Judged
from bot.services.lookups import BySlackId
from bot.services.resets import Done
from bot.services.suspension import Stopped
from bot.services.verification import FactorStatus
from tests.support.cast import Cast
from tests.support.ledger import Ledger
from tests.support.services import changed, make_key
from tests.support.thief import Thief, blocks, robs

WHO = BySlackId("U0EMPLOYEE")


async def hears(cast: Cast) -> list[object]:
    """Return what applications hear of the employee: a sign-in in a batch, one alone, and the question for a factor."""
    key = await make_key(cast.services, f"app{uuid4().hex[:6]}")
    alone = changed(cast.services, batched=False)
    return [
        await cast.services.verification.check(key, WHO, typed="123456"),
        await alone.verification.check(key, WHO, typed="123456"),
        await cast.services.verification.factor(key, WHO),
    ]


async def is_barred(cast: Cast) -> bool:
    *sign_ins, factor = await hears(cast)
    assert isinstance(factor, FactorStatus)
    return sign_ins == [Judged(Verdict.SUSPENDED)] * 2 and factor.suspended and not factor.enrolled


async def reset_with_word(cast: Cast, ledger: Ledger, way: str = "replaced") -> tuple[Thief, str]:
    """Have a thief take over, the owner block, the helpdesk ask and the manager approve; return the manager's word."""
    thief = await robs(cast, ledger, way)
    newest = {"enrolled": "enabled", "replaced": "replaced", "new codes": "recovery_codes_made"}[way]
    assert await blocks(cast, ledger, newest) is Stopped.DISPUTED
    asked = await cast.asks()
    done = await cast.approves(asked, cast.manager)
    assert isinstance(done, Done)
    assert done.word is not None
    return thief, done.word


async def pending(cast: Cast) -> int:
    """Start the enrollment that the word is for."""
    started = await cast.services.enrollments.start(cast.employee.id, intent=uuid4(), replacing=False)
    assert isinstance(started, Started)
    return started.enrollment_id

"""Many acts at once on several processes, and everything put back between two tries."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from storage.pool import Pool
from tests.support.database import Database
from tests.support.ledger import Ledger
from tests.support.services import Services, changed

PATIENCE_S = 60.0
"""Seconds that a statement may wait: a crowd at one row is what is attacked with, and outages are for other tests."""


@asynccontextmanager
async def processes(services: Services, database: Database, count: int) -> AsyncIterator[list[Services]]:
    """Yield so many processes that share keys, clock and database."""
    pools = [Pool(database.program, connect_s=PATIENCE_S, statement_s=PATIENCE_S) for _ in range(count)]
    yield [changed(services, pool=pool) for pool in pools]
    for pool in pools:
        await pool.close()


async def remember(ledger: Ledger) -> None:
    """Remember who is who, who has MFA and who holds what."""
    await ledger.conn.execute("CREATE TEMP TABLE kept_person AS SELECT * FROM person")
    await ledger.conn.execute("CREATE TEMP TABLE kept_factor AS SELECT * FROM factor")


async def put_back(ledger: Ledger) -> None:
    """Have everything as it was remembered, and no request open; what happened stays written down."""
    await ledger.conn.execute(
        """
        UPDATE reset_request SET state = 'cancelled', ended_at = now(), ended_by = 'host:test'
         WHERE state IN ('awaiting_approval', 'holding');
        DELETE FROM suspension;
        UPDATE lockdown SET since = NULL, by_person = NULL, reason = NULL;
        UPDATE person SET standing = kept.standing, suspended_at = NULL, suspended_why = NULL, seen_at = kept.seen_at
          FROM kept_person AS kept WHERE kept.person_id = person.person_id;
        UPDATE factor SET state = kept.state, key_id = kept.key_id, box = kept.box, revoked_at = NULL,
                          revoked_why = NULL
          FROM kept_factor AS kept WHERE kept.factor_id = factor.factor_id;
        UPDATE role_grant SET revoked_at = NULL, revoked_by = NULL, dormant_at = NULL
         WHERE revoked_at IS NOT NULL OR dormant_at IS NOT NULL;
        UPDATE recovery_code SET used_at = NULL WHERE used_at IS NOT NULL;
        UPDATE recovery_set SET void_at = NULL WHERE void_at IS NOT NULL;
        """
    )

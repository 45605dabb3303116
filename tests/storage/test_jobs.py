"""What is enqueued stands or falls with its transaction (R1), and holds ids only (K5)."""

from datetime import timedelta

from bot.core.jobs import DeliverQr, ExpireEnrollment, RefreshHome
from storage import jobs
from storage.pool import Connection


async def queued(conn: Connection) -> list[tuple[str, bytes]]:
    rows = await conn.fetch("SELECT entrypoint, payload FROM jobs.pgqueuer ORDER BY id")
    return [(row["entrypoint"], row["payload"]) for row in rows]


async def test_jobs_are_there_once_their_transaction_commits(program: Connection, other_program: Connection) -> None:
    async with program.transaction():
        await jobs.enqueue(program, DeliverQr(7), RefreshHome(8))
        before = await queued(other_program)

    assert before == []
    assert await queued(other_program) == [("deliver_qr", b'{"enrollment_id":7}'), ("refresh_home", b'{"person_id":8}')]


async def test_jobs_of_a_transaction_that_fails_never_were(program: Connection) -> None:
    transaction = program.transaction()
    await transaction.start()
    await jobs.enqueue(program, DeliverQr(7))
    await transaction.rollback()

    assert await queued(program) == []


async def test_no_jobs_are_no_statement_and_equal_jobs_are_two(program: Connection) -> None:
    await jobs.enqueue(program)
    await jobs.enqueue(program, RefreshHome(8))
    await jobs.enqueue(program, RefreshHome(8))

    assert len(await queued(program)) == 2


async def test_a_job_may_be_put_off(program: Connection) -> None:
    await jobs.enqueue(program, ExpireEnrollment(7), after=timedelta(minutes=10))

    off = await program.fetchval("SELECT execute_after - now() FROM jobs.pgqueuer")

    assert timedelta(minutes=9) < off <= timedelta(minutes=10)


async def test_of_the_queues_log_the_oldest_lines_go_first_and_a_week_stays(program: Connection) -> None:
    await program.executemany(
        """
        INSERT INTO jobs.pgqueuer_log (created, job_id, status, priority, entrypoint)
        VALUES (now() - make_interval(days => $1), $1, 'picked', 0, 'notify')
        """,
        [(days,) for days in (6, 9, 8, 10)],
    )

    removed = [await jobs.trim_log(program, older_than=timedelta(days=7), limit=2) for _ in range(3)]

    assert removed == [2, 1, 0]
    assert await program.fetchval("SELECT array_agg(job_id) FROM jobs.pgqueuer_log") == [6]

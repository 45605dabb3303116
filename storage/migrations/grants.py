"""What the program's roles may do (K6, K10): read and write rows; nothing to the schema or the audit's past.

A migration only makes objects. These lists say, for all of them and every time anew, what each role gets; a test
finds a table that is missing here. The role of the jobs links the audit, and does nothing else on its own connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

READ = "SELECT"
WRITE = "SELECT, INSERT, UPDATE"
EVENTS = "SELECT, INSERT (at, kind, actor, surface, subject_id, detail)"
"""The database alone chooses an event's id."""
MARKS = "SELECT, INSERT"
"""INSERT for the version before, which inserts marks itself; a trigger skips them. It goes with the next release."""
QUEUE = "SELECT, INSERT, UPDATE, DELETE"

TABLES = {
    "public.alembic_version": READ,
    "public.workspace": WRITE,
    "public.person": WRITE,
    "public.factor": WRITE,
    "public.attempt": QUEUE,
    "public.enrollment": WRITE,
    "public.recovery_set": WRITE,
    "public.recovery_code": WRITE,
    "public.message": WRITE,
    "public.qr_file": WRITE,
    "public.key_view": WRITE,
    "public.relying_app": WRITE,
    "public.app_key": WRITE,
    "public.role": WRITE,
    "public.role_grant": WRITE,
    "public.manager": QUEUE,
    "public.lockdown": WRITE,
    "public.reset_request": WRITE,
    "public.reset_message": WRITE,
    "public.suspension": QUEUE,
    "public.enrollment_word": WRITE,
    "public.profile_change": WRITE,
    "public.protected_person": QUEUE,
    "public.people_sync": WRITE,
    "public.former_email": WRITE,
    "public.event_day": READ,
    "public.report_file": WRITE,
    "public.audit_event": EVENTS,
    "public.audit_link": READ,
    "public.audit_unlinked": MARKS,
    "public.audit_head": READ,
    "public.audit_acceptance": READ,
    "jobs.pgqueuer": QUEUE,
    "jobs.pgqueuer_log": QUEUE,
    "jobs.pgqueuer_schedules": QUEUE,
    "jobs.pgqueuer_statistics": QUEUE,
}
FUNCTIONS = ("public.ensure_audit_months(timestamptz)",)
SCHEMAS = ("public", "jobs")

WORKER_TABLES = {
    "public.event_day": WRITE,
    "public.audit_event": READ,
    "public.audit_link": READ,
    "public.audit_unlinked": READ,
    "public.audit_head": READ,
}
WORKER_FUNCTIONS = ("public.append_audit_link(timestamptz, text, bytea, bigint [], bytea, bytea, bytea)",)


def grants(role: str, *, worker: str | None) -> Iterator[str]:
    """Yield the statements that give *role* and the jobs' role *worker* exactly this; both may be one role.

    The owner runs them in one transaction. None: the jobs connect as the owner, who needs no grant.
    """
    for one in sorted({role, worker or role}):
        for schema in SCHEMAS:
            yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {_quoted(one)}"
        for function in (*FUNCTIONS, *WORKER_FUNCTIONS):
            yield f"REVOKE ALL ON FUNCTION {function} FROM {_quoted(one)}"
    for schema in SCHEMAS:
        yield f"GRANT USAGE ON SCHEMA {schema} TO {_quoted(role)}"
        yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {_quoted(role)}"
    yield from _granted(role, TABLES, FUNCTIONS)
    if worker is not None:
        yield f"GRANT USAGE ON SCHEMA public TO {_quoted(worker)}"
        yield from _granted(worker, WORKER_TABLES, WORKER_FUNCTIONS)


def _granted(role: str, tables: Mapping[str, str], functions: Iterable[str]) -> Iterator[str]:
    for table, privileges in tables.items():
        yield f"GRANT {privileges} ON {table} TO {_quoted(role)}"
    for function in functions:
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {_quoted(role)}"


def _quoted(role: str) -> str:
    return '"' + role.replace('"', '""') + '"'

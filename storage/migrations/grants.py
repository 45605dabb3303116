"""What the program's role may do (K6): read and write rows of its tables; nothing to the schema or the audit's past.

A migration only makes objects. This list says, for all of them and every time anew, what the program gets; a test
finds a table that is missing here.
"""

from __future__ import annotations

from collections.abc import Iterator

READ = "SELECT"
WRITE = "SELECT, INSERT, UPDATE"
APPEND = "SELECT, INSERT"
MARK = "SELECT, INSERT, DELETE"
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
    "public.profile_change": WRITE,
    "public.protected_person": QUEUE,
    "public.people_sync": WRITE,
    "public.former_email": WRITE,
    "public.event_day": WRITE,
    "public.report_file": WRITE,
    "public.audit_event": APPEND,
    "public.audit_link": APPEND,
    "public.audit_unlinked": MARK,
    "public.audit_head": WRITE,
    "jobs.pgqueuer": QUEUE,
    "jobs.pgqueuer_log": QUEUE,
    "jobs.pgqueuer_schedules": QUEUE,
    "jobs.pgqueuer_statistics": QUEUE,
}
FUNCTIONS = ("public.ensure_audit_months(timestamptz)",)
SCHEMAS = ("public", "jobs")


def grants(role: str) -> Iterator[str]:
    """Yield the statements that give *role* exactly this; the owner runs them in one transaction."""
    quoted = '"' + role.replace('"', '""') + '"'
    for schema in SCHEMAS:
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {quoted}"
        yield f"GRANT USAGE ON SCHEMA {schema} TO {quoted}"
        yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {quoted}"
    for table, privileges in TABLES.items():
        yield f"GRANT {privileges} ON {table} TO {quoted}"
    for function in FUNCTIONS:
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {quoted}"

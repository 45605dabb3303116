"""Make factors, attempts, enrollments, recovery codes."""

from storage.migrations.run_sql import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

"""Make roles, managers and the lockdown."""

from storage.migrations.run_sql import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

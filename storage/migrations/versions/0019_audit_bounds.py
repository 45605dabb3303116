"""Compare the rows of the audit with their bounds."""

from storage.migrations.run_sql import run_sql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

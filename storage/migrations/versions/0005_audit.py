"""Make audit events by month, and the chain's table."""

from storage.migrations.run_sql import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

"""Make people and their workspace."""

from storage.migrations.run_sql import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

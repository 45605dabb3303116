"""Let a factor be disputed, and have an enrollment ask for a word."""

from storage.migrations.run_sql import run_sql

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

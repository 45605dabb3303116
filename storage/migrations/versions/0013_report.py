"""Count the audit by day, and know the files with charts."""

from storage.migrations.run_sql import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

"""Take from the program's role every right over the audit but to insert events."""

from storage.migrations.run_sql import run_sql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

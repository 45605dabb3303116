"""Know how a requester made sure who is asking."""

from storage.migrations.run_sql import run_sql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

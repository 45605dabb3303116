"""Know the addresses that changed hands, and how old what Slack said of a person is."""

from storage.migrations.run_sql import run_sql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

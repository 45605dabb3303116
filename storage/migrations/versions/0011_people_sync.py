"""Make the table of how far each sync of the people has come."""

from storage.migrations.run_sql import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

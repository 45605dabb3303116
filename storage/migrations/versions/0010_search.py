"""Make the indexes of the search of people."""

from storage.migrations.run_sql import run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

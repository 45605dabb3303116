"""Keep how many wrong codes an unlock allows."""

from storage.migrations.run_sql import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

"""Let relying apps be told how to name people, and keep when their keys were last used."""

from storage.migrations.run_sql import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

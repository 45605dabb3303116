"""Know the modals that show a pending key, so that every end closes them."""

from storage.migrations.run_sql import run_sql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Run the SQL beside this file."""
    run_sql(__file__)

"""The command line, in this process and with no environment but the one that is given."""

import os

from typer.testing import CliRunner

from bot.cli import app


def run(*words: str, environ: dict[str, str] | None = None) -> tuple[int, str, str]:
    cleared = {name: None for name in os.environ if name.startswith(("MFABOT_", "SLACK_", "DATABASE_URL"))}
    result = CliRunner().invoke(app, list(words), env={**cleared, **(environ or {})})
    return result.exit_code, result.stdout.strip(), result.stderr.strip()

"""`python -m bot`: the command line from source."""

from bot.cli import app

app(prog_name="mfabot")

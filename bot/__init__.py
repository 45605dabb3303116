"""The bot. Whatever part of it a program imports first, its log lines are those of bot/logs.py from then on.

Until it is configured structlog prints the local variables of every frame of an exception, codes among them (X2).
"""

from bot.logs import configure_ours

configure_ours("INFO")

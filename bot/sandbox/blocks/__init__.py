"""What Slack would refuse in a message or a view: `problems` says it, `prepare` warms it up."""

from bot.sandbox.blocks.check import Surface, prepare, problems

__all__ = ["Surface", "prepare", "problems"]

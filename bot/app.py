"""The bot, put together."""

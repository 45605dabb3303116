"""What people read: pure functions, value in, Slack JSON out. Every sentence of the bot stands in here.

Names and other free text go into `plain_text` only, cleaned (X6).
"""

"""A Slack that fits in a process and is stricter than Slack; docs/slack-rules.md lists its rules."""

from bot.sandbox.slack.calls import Call, Delivery
from bot.sandbox.slack.delivery import Reply
from bot.sandbox.slack.errors import NotOnScreenError
from bot.sandbox.slack.faults import Fault, Faults
from bot.sandbox.slack.standin import StandIn
from bot.sandbox.slack.workspace import Channel, File, Message, Person, View, Workspace

__all__ = [
    "Call",
    "Channel",
    "Delivery",
    "Fault",
    "Faults",
    "File",
    "Message",
    "NotOnScreenError",
    "Person",
    "Reply",
    "StandIn",
    "View",
    "Workspace",
]

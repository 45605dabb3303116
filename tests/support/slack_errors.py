"""By which name Slack refuses."""

from collections.abc import Awaitable

import pytest
from slack_sdk.errors import SlackApiError


async def error_of(call: Awaitable[object]) -> str:
    """Return the error of a call of the SDK that must be refused."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])

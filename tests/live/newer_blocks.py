"""Which of the newer blocks do messages take? Asked by posting each into the DM, and deleting it again."""

from __future__ import annotations

from slack_sdk.errors import SlackApiError

from tests.live.common import Live, run

SAMPLES: dict[str, dict[str, object]] = {
    "card": {"type": "card", "title": {"type": "mrkdwn", "text": "A test"}},
    "table": {"type": "table", "rows": [[{"type": "raw_text", "text": "A test"}]]},
}


async def ask(live: Live) -> str | None:
    """Post each sample and list what was refused."""
    channel = await live.dm()
    refused = []
    for name, block in SAMPLES.items():
        try:
            posted = await live.client.chat_postMessage(channel=channel, text="A test of mfabot's", blocks=[block])
        except SlackApiError as error:
            refused.append(f"{name}: {error.response['error']}")
            print(f"  {name}: refused")
        else:
            print(f"  {name}: taken")
            await live.client.chat_delete(channel=channel, ts=posted["ts"])
    return "; ".join(refused) or None


if __name__ == "__main__":
    run(ask)

"""Does chat.update take an image block with slack_file, in a message that had none?"""

from __future__ import annotations

from tests.live.common import Live, run


async def ask(live: Live) -> str | None:
    """Post a bare sentence, upload, add the image by chat.update, and remove both."""
    channel = await live.dm()
    posted = await live.client.chat_postMessage(channel=channel, text="A test of mfabot's; it goes by itself.")
    file_id = await live.upload()
    try:
        error = await live.update_until_processed(channel=channel, ts=posted["ts"], file_id=file_id)
        return None if error is None else f"chat.update answered {error}"
    finally:
        await live.client.files_delete(file=file_id)
        await live.client.chat_delete(channel=channel, ts=posted["ts"])


if __name__ == "__main__":
    run(ask)

"""Does the person in the DM see a file that was completed without a channel, shown by an image block?"""

from __future__ import annotations

import asyncio

from tests.live.common import Live, run

QUESTION = "Look at the app's DM, on the desktop and on the phone. Is there a QR code on both? [y/n] "


async def ask(live: Live) -> str | None:
    """Show the file in the DM and ask the person who runs this."""
    channel = await live.dm()
    posted = await live.client.chat_postMessage(channel=channel, text="A test of mfabot's; it goes by itself.")
    file_id = await live.upload()
    try:
        error = await live.update_until_processed(channel=channel, ts=posted["ts"], file_id=file_id)
        if error is not None:
            return f"chat.update answered {error}"
        seen = await asyncio.to_thread(input, QUESTION)
        return None if seen.strip().lower().startswith("y") else "the person in the DM sees no image"
    finally:
        await live.client.files_delete(file=file_id)
        await live.client.chat_delete(channel=channel, ts=posted["ts"])


if __name__ == "__main__":
    run(ask)

"""What a person sees of their own MFA."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp


class HomeHandlers:
    """The command `/mfa`."""

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.command("/mfa")(self.show)

    async def show(self, ack: AsyncAck) -> None:
        """Answer to the person alone."""
        await ack(response_type="ephemeral", text="MFA is here. Your status and the buttons to change it come next.")

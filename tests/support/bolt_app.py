"""A small app on Slack's own framework, to see that the stand-in and Bolt understand each other."""

from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.slack_samples import buttons, code_input, home, modal, section


def bolt_app(client: AsyncWebClient, signing_secret: str) -> AsyncApp:
    app = AsyncApp(client=client, signing_secret=signing_secret, process_before_response=True)

    @app.command("/mfa")
    async def command(ack: AsyncAck, client: AsyncWebClient, body: dict[str, Any], respond: AsyncRespond) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=modal(code_input(), buttons("more")))
        await ack(text="Status", blocks=[buttons("press")])
        await respond("Later")

    @app.action("more")
    async def more(ack: AsyncAck, client: AsyncWebClient, body: dict[str, Any]) -> None:
        await client.views_push(trigger_id=body["trigger_id"], view=modal(section()))
        await ack()

    @app.action("press")
    async def press(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond(text="Settled", replace_original=True)

    @app.view("enter")
    async def enter(ack: AsyncAck, view: dict[str, Any]) -> None:
        if view["state"]["values"]:
            await ack(response_action="errors", errors={"code": "Wrong."})
        else:
            await ack()

    @app.event("app_home_opened")
    async def opened(event: dict[str, Any], client: AsyncWebClient) -> None:
        await client.views_publish(user_id=event["user"], view=home())

    @app.event("message")
    async def message(say: AsyncSay) -> None:
        await say("Codes belong in the modal.")

    return app


def mounted(app: AsyncApp) -> web.Application:
    async def dispatch(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    application = web.Application()
    application.router.add_post("/slack/events", dispatch)
    return application

"""Cursors of Slack's that lead nowhere end the sync with an error; it would read the same pages again and again."""

from collections.abc import Sequence
from itertools import cycle

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.jobs.sync import Pace, Syncing
from handlers.outgoing import Later, Outgoing
from handlers.slack import Clients
from tests.support.ledger import Ledger
from tests.support.services import HOME, Services
from tests.support.settings import TOKEN
from tests.support.syncing import BY

PAGES_AT_MOST = 10


def slack_with(cursors: Sequence[str]) -> tuple[web.Application, list[str]]:
    """Return a Slack whose list names the next of *cursors* on each page, again and again; and what it was sent."""
    following, asked = cycle(cursors), list[str]()

    async def listed(request: web.Request) -> web.Response:
        asked.append(request.query.get("cursor", ""))
        assert len(asked) < PAGES_AT_MOST
        members = [{"id": HOME.bot_user_id, "team_id": HOME.team_id, "deleted": False, "is_bot": True}]
        return web.json_response(
            {"ok": True, "members": members, "response_metadata": {"next_cursor": next(following)}}
        )

    async def tested(_request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "team_id": HOME.team_id, "user_id": HOME.bot_user_id})

    app = web.Application()
    app.add_routes([web.get("/api/users.list", listed), web.post("/api/auth.test", tested)])
    return app, asked


@pytest.mark.parametrize(
    ("cursors", "read", "why"),
    [(["same"], ["", "same"], "no_list"), (["one", "two"], ["", "one", "two"], "cursor_again")],
    ids=["stands still", "circle"],
)
async def test_a_cursor_that_comes_again_ends_the_sync_with_an_error_and_deactivates_nobody(
    services: Services, ledger: Ledger, cursors: list[str], read: list[str], why: str
) -> None:
    app, asked = slack_with(cursors)
    async with TestServer(app) as server:
        clients = Clients(token=TOKEN, base_url=str(server.make_url("/api/")))

        with pytest.raises(Later, match=why):
            await Syncing(services.syncs, Outgoing(clients), pace=Pace(page_s=0)).run(by=BY)

        await clients.close()
    assert asked == read
    assert await ledger.events() == []

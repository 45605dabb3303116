"""The sandbox's page: plain files, served as they are.

Nothing is built and nothing is fetched from elsewhere; the policy below lets the browser enforce that.
"""

from pathlib import Path
from typing import Final

from aiohttp import web

STATIC: Final = Path(__file__).parent / "static"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


async def _page(_request: web.Request) -> web.StreamResponse:
    return _file(STATIC / "index.html")


async def _static(request: web.Request) -> web.StreamResponse:
    path = STATIC / request.match_info["name"]
    if path.suffix not in _TYPES or not path.is_file():
        raise web.HTTPNotFound
    return _file(path)


def _file(path: Path) -> web.Response:
    return web.Response(body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8", headers=HEADERS)


def routes() -> list[web.RouteDef]:
    """Return `GET /` and `GET /static/<file>`; names have no slash, so nothing outside the folder can be asked for."""
    return [web.get("/", _page), web.get(r"/static/{name:[a-z]+\.[a-z]+}", _static)]

"""`mfabot apps`: the applications that may ask whether a code is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli.say import AsJson, done, host, refuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.services.apps import Apps

    Answer = TypeVar("Answer")

app = typer.Typer(help="The applications that may ask whether a code is right.", no_args_is_help=True)
MOST_PER_S = 1_000_000
Name = Annotated[str, typer.Argument(help="1 to 63 of a-z, 0-9 and hyphen.")]


@app.command()
def create(
    name: Name,
    scope: Annotated[list[str] | None, typer.Option(help="verify or read; both, if left out.")] = None,
    rate: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_PER_S, help="Requests a second; MFABOT_API_RATE_PER_KEY_S, if left out."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print a new key, alone, and never again."""
    from bot.core.apps import Scope
    from bot.services.apps import CreateRefusal

    try:
        scopes = frozenset(Scope(one) for one in scope or Scope)
    except ValueError:
        raise typer.BadParameter("is verify or read", param_hint="--scope") from None
    made = _ask(lambda apps: apps.create(name, scopes=scopes, rate_per_s=rate, by=host()))
    if made is CreateRefusal.NAME_TAKEN:
        refuse(f"There is an app named {name} already: revoke it first, or choose another name.")
    if made is CreateRefusal.NAME_UNFITTING:
        refuse("A name is 1 to 63 of a-z, 0-9 and hyphen, and begins with no hyphen.")
    done(made.spelled, {"name": name, "key": made.spelled}, as_json=as_json)


@app.command(name="list")
def list_all(as_json: AsJson = False) -> None:
    """List every app, live ones first."""
    found = _ask(lambda apps: apps.list())
    widest = max((len(one.app.name) for one in found), default=0)
    lines = [
        f"{one.app.name:{widest}}  {' '.join(sorted(one.app.scopes)):11}  "
        f"{f'revoked {one.revoked_at:%Y-%m-%d}' if one.revoked_at else f'live since {one.created_at:%Y-%m-%d}'}"
        for one in found
    ]
    told = [
        {
            "name": one.app.name,
            "scopes": sorted(one.app.scopes),
            "rate": one.app.rate_per_s,
            "created_at": one.created_at.isoformat(),
            "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None,
        }
        for one in found
    ]
    done("\n".join(lines) or "There are no apps.", {"apps": told}, as_json=as_json)


@app.command()
def revoke(name: Name, as_json: AsJson = False) -> None:
    """Make the keys of the app worthless, at once and everywhere."""
    if not _ask(lambda apps: apps.revoke(name, by=host())):
        refuse(f"There is no live app named {name}.")
    done(f"{name} is revoked.", {"revoked": name}, as_json=as_json)


def _ask(question: Callable[[Apps], Awaitable[Answer]]) -> Answer:
    from bot.cli.asking import ask
    from bot.services.apps import Apps

    return ask(lambda means: question(Apps(means)))

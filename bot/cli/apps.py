"""`mfabot apps`: the applications that may ask whether a code is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli.say import AsJson, done, host, refuse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime, timedelta

    from bot.core.apps import ListedApp, LookupBy, Scope
    from bot.services.apps import Apps

    Answer = TypeVar("Answer")

app = typer.Typer(help="The applications that may ask whether a code is right.", no_args_is_help=True)
MOST_PER_S = 1_000_000
Name = Annotated[str, typer.Argument(help="1 to 63 of a-z, 0-9 and hyphen.")]


@app.command()
def create(
    name: Name,
    scope: Annotated[list[str] | None, typer.Option(help="verify or read; both, if left out.")] = None,
    lookup: Annotated[
        list[str] | None, typer.Option(help="How people may be named: slack_id, email or both; slack_id, if left out.")
    ] = None,
    rate: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_PER_S, help="Requests a second; MFABOT_API_RATE_PER_KEY_S, if left out."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print a new key, alone, and never again."""
    from bot.services.apps import CreateRefusal

    scopes, lookups = _scopes(scope), _lookups(lookup)
    made = _ask(lambda apps: apps.create(name, scopes=scopes, lookups=lookups, rate_per_s=rate, by=host()))
    if made is CreateRefusal.NAME_TAKEN:
        refuse(f"There is an app named {name} already: revoke it first, or choose another name.")
    if made is CreateRefusal.NAME_UNFITTING:
        refuse("A name is 1 to 63 of a-z, 0-9 and hyphen, and begins with no hyphen.")
    done(made.spelled, {"name": name, "key": made.spelled}, as_json=as_json)


@app.command(name="list")
def list_all(as_json: AsJson = False) -> None:
    """List every app, live ones first."""
    from bot.clock import now

    at = now()
    found = _ask(lambda apps: apps.list())
    widest = max((len(one.app.name) for one in found), default=0)
    lines = [line for one in found for line in _lines(one, widest, at)]
    warning = by_email(found)
    told: dict[str, object] = {"apps": [_told(one) for one in found], "warnings": [warning] if warning else []}
    done("\n".join(lines) or "There are no apps.", told, as_json=as_json)
    if warning and not as_json:
        typer.echo(warning, err=True)


def by_email(found: Sequence[ListedApp]) -> str | None:
    """Return the warning about live apps that may name people by their address, or None."""
    from bot.core.apps import LookupBy

    names = [one.app.name for one in found if one.revoked_at is None and LookupBy.EMAIL in one.app.lookups]
    if not names:
        return None
    return (
        f"May name people by e-mail address, which can pass to somebody else: {', '.join(names)}. "
        "Store each person's Slack id, and make a key with `apps create --lookup slack_id`."
    )


@app.command()
def rotate(
    name: Name,
    overlap: Annotated[
        str | None,
        typer.Option(help="How long the keys before it go on working, such as 30m, 24h, 7d; 24h, if left out."),
    ] = None,
    now: Annotated[bool, typer.Option("--now", help="End the keys before it at once and everywhere.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print another key of the app, alone, and never again; the ones before it go on working for a while."""
    from bot.core.apps import OVERLAP, read_overlap

    lasting = OVERLAP if overlap is None else read_overlap(overlap)
    if lasting is None:
        raise typer.BadParameter("is a time such as 30m, 24h or 7d, 30 days at most", param_hint="--overlap")
    if now and overlap is not None:
        raise typer.BadParameter("is no time for an overlap: leave out one of them", param_hint="--now")
    made = _ask(lambda apps: apps.rotate(name, overlap=None if now else lasting, by=host()))
    if made is None:
        refuse(f"There is no live app named {name}.")
    told = {"name": name, "key": made.spelled, "overlap_s": 0 if now else round(lasting.total_seconds())}
    done(made.spelled, told, as_json=as_json)


@app.command()
def revoke(name: Name, as_json: AsJson = False) -> None:
    """Make the keys of the app worthless, at once and everywhere."""
    if not _ask(lambda apps: apps.revoke(name, by=host())):
        refuse(f"There is no live app named {name}.")
    done(f"{name} is revoked.", {"revoked": name}, as_json=as_json)


def _scopes(given: list[str] | None) -> frozenset[Scope]:
    from bot.core.apps import Scope

    try:
        return frozenset(Scope(one) for one in given or Scope)
    except ValueError:
        raise typer.BadParameter("is verify or read", param_hint="--scope") from None


def _lookups(given: list[str] | None) -> frozenset[LookupBy]:
    from bot.core.apps import LookupBy

    if given == ["both"]:
        return frozenset(LookupBy)
    try:
        return frozenset(LookupBy(one) for one in given or [LookupBy.SLACK_ID])
    except ValueError:
        raise typer.BadParameter("is slack_id, email or both", param_hint="--lookup") from None


def _lines(one: ListedApp, widest: int, at: datetime) -> list[str]:
    """Return the app's line, and one a live key."""
    state = f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else f"live since {one.created_at:%Y-%m-%d}"
    rate = "the usual rate" if one.app.rate_per_s is None else f"{one.app.rate_per_s} a second"
    words = [" ".join(sorted(one.app.scopes)), f"by {' '.join(sorted(one.app.lookups))}", rate, state]
    used = f"last used {_ago(one.last_used_at, at)}" if one.last_used_at else "never used"
    return [
        f"{one.app.name:{widest}}  {', '.join([*words, used])}",
        *(
            f"{'':{widest}}  key {key.key_id}, {_span(at - key.created_at)} old, "
            + (f"last used {_ago(key.last_used_at, at)}" if key.last_used_at else "never used")
            + (f", ends in {_span(key.expires_at - at)}" if key.expires_at else "")
            for key in one.keys
        ),
    ]


def _told(one: ListedApp) -> dict[str, object]:
    return {
        "name": one.app.name,
        "scopes": sorted(one.app.scopes),
        "lookups": sorted(one.app.lookups),
        "rate": one.app.rate_per_s,
        "created_at": one.created_at.isoformat(),
        "revoked_at": _time(one.revoked_at),
        "last_used_at": _time(one.last_used_at),
        "keys": [
            {
                "id": key.key_id,
                "created_at": key.created_at.isoformat(),
                "expires_at": _time(key.expires_at),
                "last_used_at": _time(key.last_used_at),
            }
            for key in one.keys
        ],
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _ago(at: datetime, now: datetime) -> str:
    return f"{_span(now - at)} ago"


def _span(span: timedelta) -> str:
    """Spell a time by its largest unit."""
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _ask(question: Callable[[Apps], Awaitable[Answer]]) -> Answer:
    from bot.cli.asking import ask
    from bot.services.apps import Apps

    return ask(lambda means: question(Apps(means)))

"""How commands speak: sentences for people, JSON for scripts, faults on the standard error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel

    Kind = TypeVar("Kind", bound=BaseModel)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def done(sentence: str, told: dict[str, object], *, as_json: bool) -> None:
    """Print *sentence*, or *told* as JSON."""
    typer.echo(json.dumps(told) if as_json else sentence)


def refuse(*sentences: str) -> NoReturn:
    """Say why nothing was done, and exit with 1."""
    for sentence in sentences:
        typer.echo(sentence, err=True)
    raise typer.Exit(1)


def not_known() -> NoReturn:
    """Say that the answer to the commit was lost, and exit with 3: neither done nor refused is true (R2)."""
    typer.echo(
        "The database went away while this was saved: it is done, or nothing of it is. Look before you do it again.",
        err=True,
    )
    raise typer.Exit(3)


def settings(kind: type[Kind]) -> tuple[Kind, list[str]]:
    """Return the settings of *kind* and the ignored names, or refuse with all faults."""
    from bot.settings import SettingsError, load

    try:
        return load(kind)
    except SettingsError as error:
        refuse_environment(error.faults)


def refuse_environment(faults: Sequence[str]) -> NoReturn:
    """Say all that is wrong with the environment, and exit with 1."""
    refuse("The environment will not do:", *(f"  {fault}" for fault in faults))


def host() -> str:
    """Return who runs this, as the audit names them: by the user's id, not by the environment's word for it."""
    import os
    import pwd

    from bot.core.audit import by_host

    try:
        return by_host(pwd.getpwuid(os.getuid()).pw_name)
    except KeyError:  # in a container a user may have no name
        return by_host(str(os.getuid()))

"""`mfabot keys`: the keyring that seals secrets at rest."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.say import AsJson, done, refuse

app = typer.Typer(help="The keyring that seals secrets at rest.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Make `new` a command of its own, though it is the only one."""


@app.command()
def new(
    keyring: Annotated[str, typer.Option(envvar="MFABOT_KEYRING", help="The file to write.")],
    as_json: AsJson = False,
) -> None:
    """Write a keyring with one new key, readable by this user alone; never over an existing file."""
    import os
    import secrets

    from bot.core.sealing import KEY_BYTES, Keyring, write_keyring

    key_id = f"k{secrets.token_hex(4)}"
    text = write_keyring(Keyring(key_id, {key_id: secrets.token_bytes(KEY_BYTES)}))
    try:
        descriptor = os.open(keyring, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        refuse(f"{keyring} is there already, and is not overwritten: what it sealed could never be opened again.")
    except OSError as error:
        refuse(f"{keyring} cannot be written: {error.strerror}.")
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    done(
        f"Wrote {keyring} with the key {key_id}. Keep a copy where only you can read it.",
        {"key_id": key_id},
        as_json=as_json,
    )

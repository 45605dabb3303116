"""What goes wrong as people, jobs and the host have a secret in hand."""

import asyncio
import json
import secrets
from pathlib import Path

from bot.core.sealing import Keyring, write_keyring
from handlers import ids
from tests.support.canaries import CODE, Hunt
from tests.support.commands import run
from tests.support.error_paths import ROTTEN, form, path
from tests.support.settings import environment

JOB_FAULTS = {
    "conversations.open": "reset",
    "chat.postMessage": "status",
    "files.getUploadURLExternal": "status",
    "upload": "reset",
    "files.completeUploadExternal": "rate_limit",
    "chat.update": "reset",
}


# What people do


@path("Slack: a code and a recovery code after a command")
async def _path_18(w: Hunt) -> None:
    await w.ada.types(f"/mfa {w.code()}")
    await w.ada.types(f"/mfa {w.recovery}")
    await w.ada.types(f"/mfa-admin {w.secret}")


@path("Slack: a code, a key and a recovery code in a message")
async def _path_19(w: Hunt) -> None:
    for text in (w.code(), w.wrong(), w.secret, w.ada.recovery_codes[-2], f"is it {w.code()}?", w.key.spelled):
        await w.ada.says(text)


@path("Slack: what is no code in a form")
async def _path_20(w: Hunt) -> None:
    for typed in (w.wrong(), w.secret, w.recovery[:-1] + "A", f"{w.code()} {w.code()}", w.key.spelled[:40]):
        await w.submits("disable", code=typed)


@path("Slack: the database is away as a code comes")
async def _path_21(w: Hunt) -> None:
    await w.ada.types("/mfa disable")
    async with w.without_the_database():
        await w.ada.submits(code=w.code())
    await w.ada.closes()


@path("Slack: the answer to the commit is lost as codes are made")
async def _path_22(w: Hunt) -> None:
    await w.ada.types("/mfa recovery-codes")
    async with w.losing_an_answer():
        await w.ada.submits(code=w.code())
    await w.bot.settle()
    await w.ada.closes()


@path("Slack: the database refuses a row as a code comes")
async def _path_23(w: Hunt) -> None:
    async with w.with_rows_refused("attempt"):
        await w.submits("disable", code=w.wrong())


@path("Slack: the program lost a right as a code comes")
async def _path_24(w: Hunt) -> None:
    async with w.without_the_right("recovery_code"):
        await w.submits("recovery-codes", code=w.code())


@path("Slack: a sealed secret is damaged as a code comes")
async def _path_25(w: Hunt) -> None:
    for _ in range(2):
        await w.ledger.conn.execute(ROTTEN)
        await w.submits("disable", code=w.wrong())


@path("Slack: too many wrong codes to confirm, and a code after the end")
async def _path_26(w: Hunt) -> None:
    await w.begins_somebody()
    await w.ben.clicks("Enter the code")
    for _ in range(5):
        w.canaries.note(CODE, typed := w.ben.wrong_code())
        await w.ben.submits(code=typed)
    w.canaries.note(CODE, late := w.ben.code())
    values = {"code": {"code": {"type": "plain_text_input", "value": late}}}
    await w.sends(form(ids.CONFIRM_FORM, "1", values, w.ben.user))
    await w.leaves_somebody()


@path("Slack: a damaged key that somebody wants to read")
async def _path_27(w: Hunt) -> None:
    await w.begins_somebody()
    await w.ledger.conn.execute(ROTTEN.replace("factor", "enrollment").replace("active", "pending"))
    await w.ben.clicks("Can't scan?")
    await w.leaves_somebody()


for _fault in ("status", "reset", "rate_limit"):

    @path(f"Slack: no modal for the key ({_fault})")
    async def _opens_no_modal(w: Hunt, fault: str = _fault) -> None:
        await w.begins_somebody()
        getattr(w.bot.standin.faults, fault)("views.open")
        await w.ben.clicks("Can't scan?")
        await w.leaves_somebody()


@path("Slack: the database goes away while the key is shown")
async def _path_28(w: Hunt) -> None:
    await w.begins_somebody()
    async with w.losing_an_answer():
        await w.ben.clicks("Can't scan?")
    await w.bot.settle()
    await w.leaves_somebody()


# What jobs meet

for _method, _kind in JOB_FAULTS.items():

    @path(f"jobs: {_method} fails ({_kind})")
    async def _delivers_late(w: Hunt, method: str = _method, kind: str = _kind) -> None:
        getattr(w.bot.standin.faults, kind)(method)
        await w.delivers()


@path("jobs: the database refuses a row, and says which")
async def _path_29(w: Hunt) -> None:
    async with w.with_rows_refused("qr_file"):
        await w.delivers(until="a job failed")


@path("jobs: the secret of a QR code is damaged")
async def _path_30(w: Hunt) -> None:
    rotten = ROTTEN.replace("factor", "enrollment").replace("active", "pending")
    await w.delivers(before=rotten, until="a job failed")


# The host


async def _told(w: Hunt, folder: Path, kind: str, value: str, *words: str, **environ: str) -> None:
    w.canaries.note(kind, value)
    made = environment(w.bot.database, folder) | environ
    code, out, err = await asyncio.to_thread(run, *words, environ=made)
    assert code == 1
    w.heard.append(out + err)


@path("host: secrets that will not do")
async def _path_31(w: Hunt) -> None:
    weak = "marmalade-" + secrets.token_hex(8)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL", "MFABOT_ISUER", "MFABOT_PORT"):
        await _told(w, w.folder, "bot token", weak, "serve", **{name: weak})


@path("host: a keyring that is damaged")
async def _path_32(w: Hunt) -> None:
    key = secrets.token_bytes(32)
    w.canaries.note_key("keyring key", key)
    file = w.folder / "damaged"
    cut, other = write_keyring(Keyring("k1", {"k1": key}))[:-4], {"primary": "k1", "keys": {"k1": key.hex()}}
    for text in (cut, json.dumps(other)):
        file.write_text(text)
        await _told(w, w.folder, "keyring key", key.hex(), "doctor", MFABOT_KEYRING=str(file))


@path("host: a password of a database that is away")
async def _path_33(w: Hunt) -> None:
    password = "pw" + secrets.token_hex(12)
    url = f"postgresql://mfabot:{password}@127.0.0.1:1/x"
    for words in (("apps", "list"), ("doctor",), ("migrate",), ("roles", "list")):
        await _told(w, w.folder, "database password", password, *words, DATABASE_URL=url, MFABOT_OWNER_DATABASE_URL=url)

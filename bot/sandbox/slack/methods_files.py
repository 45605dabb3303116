"""files.getUploadURLExternal, the upload itself, files.completeUploadExternal, files.delete, files.info."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.workspace import BOT_USER, File, new_id

if TYPE_CHECKING:
    from bot.sandbox.slack.inside import Inside
    from bot.sandbox.slack.workspace import Json

ALT_TEXT_LENGTH = 1000
FILE_BYTES = 1_000_000


async def get_upload_url(inside: Inside, arguments: Json) -> Json:
    """Promise a file: its id is known before any bytes are sent (SR18)."""
    length = arguments["length"]
    if length == 0 or not arguments["filename"]:
        raise SlackError("missing_argument", bug=True)
    if length > FILE_BYTES:
        raise SlackError("file_upload_size_restricted", bug=True)
    if len(arguments.get("alt_txt", "")) > ALT_TEXT_LENGTH:
        raise SlackError("alt_txt_too_large", bug=True)
    file = File(
        id=new_id("F"),
        ticket=secrets.token_urlsafe(24),
        name=arguments["filename"],
        length=length,
        alt_txt=arguments.get("alt_txt", ""),
        created=inside.now().timestamp(),
    )
    inside.workspace.files[file.id] = file
    inside.changed()
    return {"upload_url": f"{inside.base_url}/upload/{file.ticket}", "file_id": file.id}


def upload(inside: Inside, ticket: str, content: bytes) -> File:
    """Take the bytes of a promised file: once, and exactly as many as were promised (SR19)."""
    for file in inside.workspace.files.values():
        if secrets.compare_digest(file.ticket, ticket):
            break
    else:
        raise SlackError("no_such_upload", bug=True)
    if file.deleted or file.content is not None:
        raise SlackError("upload_used", bug=True)
    if len(content) != file.length:
        raise SlackError("upload_length_mismatch", [f"{file.length} bytes promised, {len(content)} sent"], bug=True)
    file.content = content
    inside.changed()
    return file


async def complete_upload(inside: Inside, arguments: Json) -> Json:
    """Make uploaded files real: private to the app (SR20)."""
    if "channel_id" in arguments:
        raise SlackError("invalid_arguments", ["this stand-in completes files in private only"], bug=True)
    wanted = arguments["files"]
    if not wanted:
        raise SlackError("invalid_arguments", ["no files given [json-pointer:/files]"], bug=True)
    files = []
    for item in wanted:
        if not isinstance(item, dict) or not isinstance(item.get("id"), str) or set(item) - {"id", "title"}:
            raise SlackError("invalid_arguments", ["files hold id and title [json-pointer:/files]"], bug=True)
        file = _file(inside, item["id"])
        if file.content is None or file.completed_at is not None:
            raise SlackError("file_not_found", bug=True)
        files.append((file, str(item.get("title", file.name))))
    for file, title in files:
        file.title, file.completed_at = title, inside.now().timestamp()
    inside.changed()
    return {"files": [{"id": file.id, "title": title} for file, title in files]}


async def delete(inside: Inside, arguments: Json) -> Json:
    """Delete a file for good, its bytes too; messages that show it show a gap (SR21)."""
    file = _file(inside, arguments["file"])
    file.deleted, file.content = True, None
    inside.changed()
    return {}


async def info(inside: Inside, arguments: Json) -> Json:
    """Describe a file."""
    file = _file(inside, arguments["file"])
    if file.completed_at is None:
        raise SlackError("file_not_found")
    return {
        "file": {
            "id": file.id,
            "created": int(file.created),
            "name": file.name,
            "title": file.title,
            "size": file.length,
            "user": BOT_USER,
            "mode": "hosted",
            "is_public": False,
            "alt_txt": file.alt_txt,
            "channels": [],
            "groups": [],
            "ims": [],
            "shares": {},
        },
        "comments": [],
    }


def _file(inside: Inside, file_id: str) -> File:
    file = inside.workspace.files.get(file_id)
    if file is None:
        raise SlackError("file_not_found")
    if file.deleted:
        raise SlackError("file_deleted")
    return file

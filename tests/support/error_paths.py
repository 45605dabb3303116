"""Forty ways and more to go wrong with a secret in hand."""

import base64
import json
import secrets
from collections.abc import Awaitable, Callable

from bot.core.apps import Key, LookupBy, Scope
from handlers import ids
from tests.support import signed
from tests.support.canaries import RECOVERY, Hunt

Goes = Callable[[Hunt], Awaitable[None]]
PATHS: dict[str, Goes] = {}
ROTTEN = "UPDATE factor SET box = set_byte(box, 20, get_byte(box, 20) # 255) WHERE state = 'active'"


def path(name: str) -> Callable[[Goes], Goes]:
    def noted(goes: Goes) -> Goes:
        PATHS[name] = goes
        return goes

    return noted


# At the API


def form(callback_id: str, metadata: str, values: object, user: str = "U0ADA") -> bytes:
    """Return the body of a submission, in Slack's shape as far as *values* are."""
    made = signed.submission()
    shown = {"callback_id": callback_id, "private_metadata": metadata, "state": {"values": values}}
    return signed.interaction(made | {"user": made["user"] | {"id": user}, "view": made["view"] | shown})


def question(code: object, **user: object) -> str:
    return json.dumps({"user": user or {"slack_id": "U0ADA"}, "code": code})


BODIES: dict[str, Callable[[Hunt], str]] = {
    "a code that is a number": lambda w: question(int("1" + w.code()[1:])),
    "a code that is too long": lambda w: question(f"{w.secret} {w.code()}" * 3),
    "a body that is no JSON": lambda w: f'{{"code": "{w.code()}", "key": {w.secret}',
    "a body that is too large": lambda w: question(w.code(), slack_id=w.recovery * 400),
    "a field that nobody knows": lambda w: question({w.secret: w.code()}, **{w.recovery: w.secret}),
    "a field that is there twice": lambda w: f'{{"code": "{w.code()}", "code": "{w.recovery}", "user": {{}}}}',
    "a user who is a secret": lambda w: question(w.recovery, slack_id=w.secret),
    "an address that is a secret": lambda w: question(w.code(), email=f"{w.recovery}@{w.secret}"),
    "a workspace that is a secret": lambda w: question(w.code(), slack_id="U0ADA", team_id=w.secret),
    "a code that is the key": lambda w: question(w.key.spelled[:64]),
    "nothing but a code": lambda w: json.dumps(w.code()),
}
for _name, _body in BODIES.items():

    @path(f"API: {_name}")
    async def _sends_a_body(w: Hunt, body: Callable[[Hunt], str] = _body) -> None:
        await w.asks(body(w))


@path("API: a wrong code, and a used one")
async def _path_1(w: Hunt) -> None:
    await w.verifies(w.wrong())
    for _ in range(2):
        await w.verifies(w.code())
        await w.verifies(w.ada.code())


@path("API: a recovery code that is wrong, and one that is used")
async def _path_2(w: Hunt) -> None:
    wrong = base64.b32encode(secrets.token_bytes(15)).decode()
    w.canaries.note(RECOVERY, wrong)
    for typed in (wrong, w.ada.recovery_codes[-1], w.ada.recovery_codes[-1]):
        await w.verifies(typed)


@path("API: another content type")
async def _path_3(w: Hunt) -> None:
    await w.asks(f"code={w.code()}&secret={w.secret}", **{"Content-Type": "application/x-www-form-urlencoded"})


@path("API: a key that is nobody's, and half a key")
async def _path_4(w: Hunt) -> None:
    for spelled in (w.key.spelled[:-1] + "_", w.key.spelled[: len(w.key.spelled) - 2], w.key.secret):
        await w.asks("{}", Authorization=f"Bearer {spelled}")


@path("API: the key by another scheme")
async def _path_5(w: Hunt) -> None:
    basic = base64.b64encode(f"{w.key.spelled}:{w.code()}".encode()).decode()
    w.canaries.note("API key", basic)
    await w.asks("{}", Authorization=f"Basic {basic}")


@path("API: key and code in the query and in the path")
async def _path_6(w: Hunt) -> None:
    await w.asks("", "GET", f"/v1/factors?slack_id=U0ADA&code={w.code()}&key={w.key.spelled}&secret={w.secret}")
    await w.asks("", "GET", f"/v1/{w.key.spelled}/{w.code()}")
    await w.asks("", "PUT", f"/v1/verifications?code={w.code()}")


@path("API: a key without the scope or the lookup, and a key that was revoked")
async def _path_7(w: Hunt) -> None:
    apps = w.bot.services.apps
    poor = await apps.create(
        "poor", scopes=frozenset({Scope.READ}), lookups=frozenset({LookupBy.SLACK_ID}), rate_per_s=1, by="host:test"
    )
    assert isinstance(poor, Key)
    w.canaries.note("API key", poor.secret, poor.spelled)
    asked = question(w.code())
    await w.asks(asked, Authorization=f"Bearer {poor.spelled}")
    await w.asks("", "GET", f"/v1/factors?email={w.secret}@x", Authorization=f"Bearer {poor.spelled}")
    await apps.revoke("poor", by="host:test")
    await w.asks(asked, Authorization=f"Bearer {poor.spelled}")


@path("API: the database is away")
async def _path_8(w: Hunt) -> None:
    async with w.without_the_database():
        await w.verifies(w.code())


@path("API: the answer to the commit is lost")
async def _path_9(w: Hunt) -> None:
    async with w.losing_an_answer():
        await w.verifies(w.code())


@path("API: the database refuses a row, and says which")
async def _path_10(w: Hunt) -> None:
    async with w.with_rows_refused("attempt"):
        await w.verifies(w.wrong())


@path("API: the program lost a right")
async def _path_11(w: Hunt) -> None:
    async with w.without_the_right("factor"):
        await w.verifies(w.code())


@path("API: a sealed secret is damaged")
async def _path_12(w: Hunt) -> None:
    for _ in range(2):  # the second time it is whole again
        await w.ledger.conn.execute(ROTTEN)
        await w.verifies(w.code())


# What pretends to be Slack


@path("edge: a wrong signature, an old one, the secret as one")
async def _path_13(w: Hunt) -> None:
    body = signed.command(text=f"{w.code()} {w.recovery}")
    old = signed.headers(body, at=w.bot.clock().timestamp() - 600)
    for headers in ({"X-Slack-Signature": "v0=" + "0" * 64}, old, {"X-Slack-Signature": signed.SECRET}):
        await w.sends(body, **headers)


@path("edge: too large a body, bytes that are no UTF-8, and no payload at all")
async def _path_14(w: Hunt) -> None:
    bodies = (f"text={w.code() * 200_000}".encode(), b"text=\xff" + w.secret.encode(), f"code={w.code()}".encode())
    for body in bodies:
        await w.sends(body)


@path("edge: JSON that ends early, that is deep, that is of another kind")
async def _path_15(w: Hunt) -> None:
    early, other = f'{{"code": "{w.code()}"', json.dumps({"type": w.secret})
    for told in (early, "[" * 5000 + w.secret, json.dumps([w.recovery]), other):
        await w.sends(f"payload={told}".encode())
        await w.sends(told.encode(), signed.JSON)


@path("edge: an action, a form and an event that nobody listens to")
async def _path_16(w: Hunt) -> None:
    pressed = signed.click()["actions"][0] | {"action_id": w.secret, "value": w.code()}
    await w.sends(signed.interaction(signed.click(actions=[pressed])))
    await w.sends(form(w.recovery, w.secret, {"code": {"code": {"type": "plain_text_input", "value": w.code()}}}))
    await w.sends(json.dumps(signed.event(event={"type": w.secret, "user": "U0ADA"})).encode(), signed.JSON)


@path("edge: a form of ours whose fields are of another kind")
async def _path_17(w: Hunt) -> None:
    for values in ({"code": w.code()}, {"code": {"code": {"value": [w.secret]}}}, w.recovery):
        await w.sends(form(ids.DISABLE_FORM, w.secret, values))

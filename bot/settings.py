"""The environment, read and judged once, at start. Every knob of the bot stands here.

A secret can also stand in a file that `<NAME>_FILE` names. A `MFABOT_` variable that is no setting is refused, since
it is a misspelt one, except those that Kubernetes makes for a service of that name.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    NonNegativeInt,
    PositiveInt,
    SecretStr,
    StringConstraints,
    ValidationError,
)

from bot import setting_checks
from bot.core.sealing import Keyring
from bot.setting_checks import SLACK_API

PREFIX = "MFABOT_"
# https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
KUBERNETES = re.compile(
    r"MFABOT(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
KUBERNETES_PORT = re.compile(r"(tcp|udp|sctp)://")


class SettingsError(Exception):
    """The environment will not do; `faults` says why, a sentence each, without any value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class AuthenticatorApp(BaseModel):
    """An authenticator app that people are recommended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    url: HttpUrl


AUTHENTICATOR_APPS = tuple(
    AuthenticatorApp(name=name, url=HttpUrl(url))
    for name, url in (
        ("Google Authenticator", "https://support.google.com/accounts/answer/1066447"),
        ("Microsoft Authenticator", "https://www.microsoft.com/security/mobile-authenticator-app"),
        ("2FAS", "https://2fas.com"),
        ("Aegis", "https://getaegis.app"),
        ("Ente Auth", "https://ente.io/auth"),
        ("1Password", "https://1password.com"),
        ("Bitwarden", "https://bitwarden.com/products/authenticator"),
    )
)

DatabaseUrl = Annotated[SecretStr, AfterValidator(setting_checks.database_url)]
Port = Annotated[int, Field(ge=0, le=65535)]  # 0: any free one


class DatabaseSettings(BaseModel):
    """What the commands need that work on the database alone."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True)

    database_url: Annotated[DatabaseUrl, Field(alias="DATABASE_URL")]
    owner_database_url: Annotated[DatabaseUrl | None, Field(alias="MFABOT_OWNER_DATABASE_URL")] = None
    worker_database_url: Annotated[DatabaseUrl | None, Field(alias="MFABOT_WORKER_DATABASE_URL")] = None
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Field(alias="MFABOT_LOG_LEVEL")] = "INFO"

    @property
    def linking_database_url(self) -> str:
        """How the jobs connect to link the audit."""
        return (self.worker_database_url or self.database_url).get_secret_value()


class HostSettings(DatabaseSettings):
    """What the commands need that change what people may do, or help them."""

    lock_after: Annotated[PositiveInt, Field(alias="MFABOT_LOCK_AFTER")] = 100


class KeyedSettings(DatabaseSettings):
    """What the commands need that also open or check what keys protect."""

    keyring: Annotated[Keyring, BeforeValidator(setting_checks.keyring), Field(alias="MFABOT_KEYRING")]


class KeyedHostSettings(KeyedSettings, HostSettings):
    """What the commands need that help people, and make a word for it."""


class Settings(KeyedHostSettings):
    """What `serve` needs: everything. Times in seconds."""

    slack_bot_token: Annotated[SecretStr, AfterValidator(setting_checks.bot_token), Field(alias="SLACK_BOT_TOKEN")]
    slack_signing_secret: Annotated[
        SecretStr, AfterValidator(setting_checks.strong_secret), Field(alias="SLACK_SIGNING_SECRET")
    ]
    slack_app_token: Annotated[
        SecretStr | None, AfterValidator(setting_checks.app_token), Field(alias="SLACK_APP_TOKEN")
    ] = None
    slack_api_url: Annotated[str, AfterValidator(setting_checks.slack_api_url), Field(alias="SLACK_API_URL")] = (
        SLACK_API
    )
    issuer: Annotated[
        str, Field(alias="MFABOT_ISSUER", min_length=1, max_length=60), AfterValidator(setting_checks.issuer)
    ]
    host: Annotated[str, Field(alias="MFABOT_HOST")] = "0.0.0.0"  # noqa: S104  the public port, in a container
    port: Annotated[Port, Field(alias="MFABOT_PORT")] = 8080
    internal_host: Annotated[str, Field(alias="MFABOT_INTERNAL_HOST")] = "127.0.0.1"
    internal_port: Annotated[Port, Field(alias="MFABOT_INTERNAL_PORT")] = 9090
    enrollment_ttl_s: Annotated[PositiveInt, Field(alias="MFABOT_ENROLLMENT_TTL_S")] = 600
    enrollment_max_wrong: Annotated[PositiveInt, Field(alias="MFABOT_ENROLLMENT_MAX_WRONG")] = 5
    enrollment_starts_per_hour: Annotated[PositiveInt, Field(alias="MFABOT_ENROLLMENT_STARTS_PER_HOUR")] = 5
    request_ttl_s: Annotated[PositiveInt, Field(alias="MFABOT_REQUEST_TTL_S")] = 14400
    hold_s: Annotated[NonNegativeInt, Field(alias="MFABOT_HOLD_S")] = 0
    hold_privileged_s: Annotated[NonNegativeInt, Field(alias="MFABOT_HOLD_PRIVILEGED_S")] = 3600
    right_min_age_s: Annotated[NonNegativeInt, Field(alias="MFABOT_RIGHT_MIN_AGE_S")] = 86400
    block_ttl_s: Annotated[PositiveInt, Field(alias="MFABOT_BLOCK_TTL_S")] = 604800
    throttle_after: Annotated[PositiveInt, Field(alias="MFABOT_THROTTLE_AFTER")] = 5
    throttle_first_s: Annotated[PositiveInt, Field(alias="MFABOT_THROTTLE_FIRST_S")] = 30
    throttle_max_s: Annotated[PositiveInt, Field(alias="MFABOT_THROTTLE_MAX_S")] = 3600
    wrong_per_day: Annotated[PositiveInt, Field(alias="MFABOT_WRONG_PER_DAY")] = 20
    api_rate_per_key_s: Annotated[PositiveInt, Field(alias="MFABOT_API_RATE_PER_KEY_S")] = 500
    email_min_age_s: Annotated[PositiveInt, Field(alias="MFABOT_EMAIL_MIN_AGE_S")] = 86400
    require_identity_check: Annotated[bool, Field(alias="MFABOT_REQUIRE_IDENTITY_CHECK")] = False
    approvers_channel: Annotated[str | None, Field(alias="MFABOT_APPROVERS_CHANNEL", pattern="^[CG][A-Z0-9]+$")] = None
    privileged_need_approval: Annotated[bool, Field(alias="MFABOT_PRIVILEGED_NEED_APPROVAL")] = True
    authenticator_apps: Annotated[
        tuple[AuthenticatorApp, ...],
        BeforeValidator(setting_checks.from_json),
        Field(alias="MFABOT_AUTHENTICATOR_APPS", min_length=1, max_length=10),
    ] = AUTHENTICATOR_APPS

    def secret_values(self) -> list[str]:
        """Return the values that no log may hold."""
        held = (getattr(self, name) for name in type(self).model_fields)
        return [secret.get_secret_value() for secret in held if isinstance(secret, SecretStr)]


NAMES = frozenset(field.alias for field in Settings.model_fields.values() if field.alias)
SECRETS = frozenset(
    {
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_APP_TOKEN",
        "DATABASE_URL",
        "MFABOT_OWNER_DATABASE_URL",
        "MFABOT_WORKER_DATABASE_URL",
    }
)
Kind = TypeVar("Kind", bound=BaseModel)


def load(kind: type[Kind], environ: Mapping[str, str] = os.environ) -> tuple[Kind, list[str]]:
    """Return the settings of *kind*, and the names of Kubernetes's variables that were ignored.

    Raises:
        SettingsError: with all that is wrong, at once.
    """
    ignored = sorted(name for name, value in environ.items() if _is_of_kubernetes(name, value))
    given = {name: value for name, value in environ.items() if value and name not in ignored}
    faults = [_misspelt(name) for name in sorted(given) if name.startswith(PREFIX) and not _is_known(name)]
    for name in sorted(SECRETS):
        if path := given.pop(f"{name}_FILE", None):
            if name in given:
                faults.append(f"{name} and {name}_FILE are both set: keep one of them.")
                continue
            try:
                given[name] = Path(path).read_text().strip()
            except (OSError, UnicodeDecodeError):
                faults.append(f"{name}_FILE names a file that cannot be read.")
                given[name] = ""
    wanted = {field.alias for field in kind.model_fields.values()}
    try:
        settings = kind.model_validate({name: value for name, value in given.items() if name in wanted})
    except ValidationError as error:
        silent = {fault.split("_FILE", 1)[0] for fault in faults if "cannot be read" in fault}
        faults += [_sentence(dict(found)) for found in error.errors() if found["loc"][0] not in silent]
        raise SettingsError(faults) from None
    if faults:
        raise SettingsError(faults)
    return settings, ignored


def _is_known(name: str) -> bool:
    return name in NAMES or (name.endswith("_FILE") and name.removesuffix("_FILE") in SECRETS)


def _is_of_kubernetes(name: str, value: str) -> bool:
    if KUBERNETES.fullmatch(name):
        return True
    return name.startswith(PREFIX) and name.endswith("PORT") and KUBERNETES_PORT.match(value) is not None


def _misspelt(name: str) -> str:
    near = difflib.get_close_matches(name, [known for known in NAMES if known.startswith(PREFIX)], 1)
    return f"{name} is no setting" + (f"; did you mean {near[0]}?" if near else ".")


def _sentence(found: dict[str, Any]) -> str:
    """Say one of pydantic's findings, without the value."""
    name = found["loc"][0]
    if found["type"] == "missing":
        return f"{name} is missing."
    said = re.sub(r"^Value error, |^(Input|Value|String|Tuple) (?=should)", "", str(found["msg"]))
    return f"{name} {said}."

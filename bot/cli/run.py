"""`mfabot serve`, `worker`, `sandbox`, `migrate`, `doctor`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.say import AsJson, done, refuse, refuse_environment, settings

if TYPE_CHECKING:
    from bot.services.health import Health
    from bot.settings import Settings


def serve(
    no_jobs: Annotated[bool, typer.Option("--no-jobs", help="Leave the jobs to `mfabot worker`.")] = False,
) -> None:
    """Answer Slack and the applications, and run the jobs, until SIGTERM; then finish what runs and end."""
    from bot.app import run
    from bot.settings import Settings

    found, ignored = settings(Settings)
    try:
        run(found, ignored, warnings=_unsafe(found), with_jobs=not no_jobs)
    except OSError as error:
        ports = f"{found.host}:{found.port} or {found.internal_host}:{found.internal_port}"
        refuse(f"Cannot listen on {ports}: {error.strerror}.")


def worker() -> None:
    """Run the jobs alone (QR codes, notices, Home), beside `serve --no-jobs`, until SIGTERM; then finish and end."""
    from bot.app import run
    from bot.settings import Settings

    found, ignored = settings(Settings)
    try:
        run(found, ignored, warnings=_unsafe(found), with_requests=False)
    except OSError as error:
        refuse(f"Cannot listen on {found.internal_host}:{found.internal_port}: {error.strerror}.")


def sandbox(
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was played before.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the page is; the next free one if taken.")] = 8765,
) -> None:
    """Play the bot in a browser, without Slack: a workspace, a phone and a sample application on this machine."""
    from bot.sandbox.run import main

    raise typer.Exit(main(fresh=fresh, port=port))


def migrate(as_json: AsJson = False) -> None:
    """Bring the database's schema up to date, as its owner, and grant the program its rights."""
    import asyncpg

    from bot.settings import DatabaseSettings
    from storage.migrations import runner

    found, _ = settings(DatabaseSettings)
    program = found.database_url.get_secret_value()
    owner = (found.owner_database_url or found.database_url).get_secret_value()
    try:
        outcome = asyncio.run(
            runner.migrate(owner_dsn=owner, program_dsn=program, worker_dsn=found.linking_database_url)
        )
    except runner.MigrationError as error:
        refuse(str(error))
    except asyncpg.PostgresError as error:
        constraint = getattr(error, "constraint_name", None)
        refuse(f"The database refused: SQLSTATE {error.sqlstate}{f', constraint {constraint}' if constraint else ''}.")
    except (OSError, TimeoutError, asyncpg.InterfaceError) as error:
        refuse(f"The database cannot be reached ({type(error).__name__}).")
    if outcome.before == outcome.after:
        said = f"The schema is at {outcome.after} already."
    else:
        said = f"The schema went from {outcome.before or 'nothing'} to {outcome.after}."
    said += (
        f" {outcome.granted} has its rights."
        if outcome.granted
        else " The program connects as the owner: give it a role of its own."
    )
    if outcome.linking:
        said += f" {outcome.linking} links the audit."
    told: dict[str, object] = {
        "before": outcome.before,
        "after": outcome.after,
        "granted": outcome.granted,
        "linking": outcome.linking,
    }
    done(said, told, as_json=as_json)


def doctor(as_json: AsJson = False) -> None:
    """Say what is wrong with the environment, the database, the keys, the clock and the way to Slack."""
    from bot.settings import Settings, SettingsError, load

    try:
        found, ignored = load(Settings)
    except SettingsError as error:
        if not as_json:
            refuse_environment(error.faults)
        done("", {"ok": False, "problems": error.faults, "warnings": [], "team_id": None}, as_json=True)
        raise typer.Exit(1) from None
    health, slack, admitted, by_address = asyncio.run(_look(found))
    problems = list(health.problems)
    if slack is None:
        problems.append("Slack does not answer, or does not accept SLACK_BOT_TOKEN.")
    elif not admitted:
        problems.append("Slack does not accept SLACK_APP_TOKEN, or Socket Mode is off in the app's settings.")
    warnings = [*_health_warnings(health), *([by_address] if by_address else []), *_unsafe(found)]
    if ignored:
        warnings.append(f"Ignored, as made by Kubernetes: {', '.join(ignored)}.")
    told = {"ok": not problems, "problems": problems, "warnings": warnings, "team_id": slack}
    done("\n".join([*problems, *warnings]) or f"All is well. The workspace is {slack}.", told, as_json=as_json)
    if problems:
        raise typer.Exit(1)


def _health_warnings(health: Health) -> list[str]:
    """Return the warnings about what the database says."""
    warnings = []
    if health.as_owner:
        warnings.append("DATABASE_URL connects as the owner of the schema: give it a role of its own.")
    elif health.links_too:
        warnings.append("DATABASE_URL may link the audit: give MFABOT_WORKER_DATABASE_URL a role of its own.")
    if health.audit_fault:
        warnings.append(
            f"The audit's chain does not go on ({health.audit_fault}): run `mfabot audit verify --log`, and read "
            "docs/operations/README.md, MfabotAuditFault."
        )
    if health.beyond_months:
        warnings.append("Audit events lie in the default partition: no partition was made for their month in time.")
    if health.held_jobs:
        warnings.append(f"{health.held_jobs} jobs were tried for a day and are held: look at table jobs.pgqueuer.")
    if health.audit_lags:
        warnings.append(
            f"The audit's chain is {health.audit_lag_s:.0f} s behind: does a worker run, and with the same keyring?"
        )
    if health.sync_late:
        warnings.append("The nightly sync of the people did not finish: does a worker run, and reach Slack?")
    return warnings


def _unsafe(found: Settings) -> list[str]:
    """Return the warnings about settings that are accepted and unsafe."""
    import os

    from bot.setting_warnings import warnings

    return warnings(found, os.environ)


async def _look(found: Settings) -> tuple[Health, str | None, bool, str | None]:
    """Return what the database says, the workspace that Slack says we are in, and whether Socket Mode would work.

    And the warning about applications that may name people by e-mail address, or None.
    """
    from bot.app import App
    from bot.cli.apps import by_email

    app = App(found)
    try:
        health = await app.look()
        await app.workspace.learn()
        team_id = app.workspace.home.team_id if app.workspace.home and app.workspace.connected else None
        by_address = by_email(await app.services.apps.list()) if health.ready else None
        return health, team_id, app.socket is None or await app.socket.admitted(), by_address
    finally:
        await app.clients.close()
        await app.pool.close()

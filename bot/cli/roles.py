"""`mfabot roles`: who may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.asking import Reason, SlackId, Team, ask, why_not
from bot.cli.say import AsJson, done, host, refuse

if TYPE_CHECKING:
    from bot.core.permissions import Grant, Role
    from bot.services.roles import Overview

app = typer.Typer(help="Who may do what.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="ROLE", help="The role's name.")]


@app.command(name="list")
def list_all(as_json: AsJson = False) -> None:
    """List every role, what it carries, and who holds it."""
    from bot.services.host import Host

    found = ask(lambda means: Host(means).overview(by=host()))
    held = {role.name: [grant for grant in found.grants if grant.role.name == role.name] for role in found.roles}
    lines = [line for role in found.roles for line in _lines(role, held[role.name], found)]
    told = [_told(role, held[role.name], found) for role in found.roles]
    done("\n".join(lines), {"roles": told}, as_json=as_json)


@app.command()
def define(
    name: Name,
    permissions: Annotated[list[str], typer.Argument(help="What it carries, such as security.users.view.")],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Make a role of your own, or change what it carries; its holders and all admins hear of it."""
    from bot.services.host import Ask, Host
    from bot.services.roles import Changed

    outcome = ask(lambda means: Host(means).define(name, permissions, Ask(host(), reason)))
    if not isinstance(outcome, Changed):
        refuse(why_not(outcome))
    said = f"{name} is defined." if outcome is Changed.NOW else f"{name} carries just that already."
    done(said, {"role": name, "changed": outcome is Changed.NOW}, as_json=as_json)


@app.command()
def grant(role: Name, slack_id: SlackId, reason: Reason, team: Team = None, as_json: AsJson = False) -> None:
    """Grant a role to a member who has MFA on, the first admin too; they and all admins hear of it."""
    from bot.services.host import Ask, Host
    from bot.services.roles import Changed

    outcome = ask(lambda means: Host(means).grant(role, slack_id, Ask(host(), reason, team)))
    if not isinstance(outcome, Changed):
        refuse(why_not(outcome))
    said = f"{slack_id} holds {role} now." if outcome is Changed.NOW else f"{slack_id} holds {role} already."
    done(said, {"role": role, "slack_id": slack_id, "changed": outcome is Changed.NOW}, as_json=as_json)


@app.command()
def revoke(role: Name, slack_id: SlackId, reason: Reason, team: Team = None, as_json: AsJson = False) -> None:
    """Take a role away, and close what it had opened; not from the last who can manage roles."""
    from bot.services.host import Ask, Host
    from bot.services.roles import Changed

    outcome = ask(lambda means: Host(means).revoke(role, slack_id, Ask(host(), reason, team)))
    if not isinstance(outcome, Changed):
        refuse(why_not(outcome))
    said = f"{slack_id} holds {role} no more." if outcome is Changed.NOW else f"{slack_id} does not hold {role}."
    done(said, {"role": role, "slack_id": slack_id, "changed": outcome is Changed.NOW}, as_json=as_json)


def _lines(role: Role, held: list[Grant], found: Overview) -> list[str]:
    from bot.core.permissions import SHOWN_AS
    from handlers.views.blocks import clean

    lines = [f"{role.name} (built in)" if role.built_in else role.name]
    lines += [f"  {one.value:36} {SHOWN_AS[one]}" for one in sorted(role.permissions)]
    for grant in held:
        person = found.people[grant.person_id]
        asleep = ", asleep" if grant.dormant_at else ""
        lines.append(
            f"  held by {person.slack_user_id} {clean(person.name, 80)} since {grant.granted_at:%Y-%m-%d}{asleep}"
        )
    return lines


def _told(role: Role, held: list[Grant], found: Overview) -> dict[str, object]:
    return {
        "name": role.name,
        "built_in": role.built_in,
        "permissions": sorted(role.permissions),
        "holders": [
            {
                "team_id": found.people[grant.person_id].team_id,
                "slack_id": found.people[grant.person_id].slack_user_id,
                "name": found.people[grant.person_id].name,
                "since": grant.granted_at.isoformat(),
                "dormant_since": grant.dormant_at.isoformat() if grant.dormant_at else None,
            }
            for grant in held
        ],
    }

"""Who is in the sandbox's workspace, and which commands the app has there."""

from __future__ import annotations

from bot.sandbox.slack.workspace import (
    BOT_USER,
    FOREIGN_TEAM,
    Channel,
    Command,
    Person,
    Workspace,
)

ADA = "U0ADA"
BEN = "U0BEN"
HAL = "U0HAL"
MIA = "U0MIA"
AMY = "U0AMY"
GUEST = "U0GUEST"
DEACTIVATED = "U0GONE"
BOT_PERSON = "U0ROBOT"
STRANGER = "U0STRANGER"
GENERAL = "C0GENERAL"


def new_workspace() -> Workspace:
    """Return the workspace as it is on the first day: everybody there, nothing said."""
    people = [
        Person(ADA, "ada", "Ada Byron", "employee", "ada@example.com", color="9f69e7"),
        Person(BEN, "ben", "Ben Okri", "employee", "ben@example.com", color="4bbe2e"),
        Person(HAL, "hal", "Hal Desk", "helpdesk agent", "hal@example.com", color="2f8fd8"),
        Person(MIA, "mia", "Mia Boss", "manager", "mia@example.com", color="d9822b"),
        Person(AMY, "amy", "Amy Root", "admin", "amy@example.com", color="c0398c"),
        Person(GUEST, "gus", "Gus Guest", "guest", "gus@partner.example", color="e7392d", is_restricted=True),
        Person(DEACTIVATED, "dora", "Dora Gone", "deactivated person", "dora@example.com", deleted=True),
        Person(BOT_PERSON, "robot", "Other Robot", "bot", "", is_bot=True),
        Person(STRANGER, "sam", "Sam Stranger", "stranger", "sam@foreign.example", FOREIGN_TEAM, is_stranger=True),
        Person(BOT_USER, "mfabot", "mfabot", "the app", "", is_bot=True),
        # SR8: its flag says that it is no bot.
        Person("USLACKBOT", "slackbot", "Slackbot", "slackbot", ""),
    ]
    members = [person.id for person in people if not person.deleted]
    return Workspace(
        people={person.id: person for person in people},
        channels={GENERAL: Channel(GENERAL, "channel", "general", members)},
        commands=[
            Command("/mfa", "Your multi-factor authentication", "[enable | disable | replace | recovery-codes | help]"),
            Command(
                "/mfa-admin",
                "Multi-factor authentication of others",
                "[users | show @person | disable @person | requests | help]",
                should_escape=True,
            ),
        ],
    )


def completed(workspace: Workspace) -> Workspace:
    """Return a workspace that was kept by an older sandbox, with everybody and every command that came since."""
    first_day = new_workspace()
    workspace.commands = first_day.commands
    for person in first_day.people.values():
        if person.id not in workspace.people:
            workspace.people[person.id] = person
            if not person.deleted:
                workspace.channels[GENERAL].members.append(person.id)
    return workspace

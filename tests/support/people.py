"""The cast of the tests, as Slack describes them; Ada is the one whom the fixture `ada` saves."""

from dataclasses import replace

from bot.core.people import Profile, Standing
from tests.support.services import HOME

ADA = Profile(
    team_id=HOME.team_id,
    slack_user_id="U0ADA",
    enterprise_id=None,
    standing=Standing.MEMBER,
    name="Ada Lovelace",
    email="ada@example.com",
    tz="Europe/London",
)
BEN = replace(ADA, slack_user_id="U0BEN", name="Ben Trovato", email="ben@example.com")

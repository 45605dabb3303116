"""`Block my sign-in`, `Stop this request`, and `It was me`."""

from __future__ import annotations

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.core import suspension as rules
from bot.core.codes import Verdict
from bot.core.factors import Status
from bot.core.people import Person
from bot.core.suspension import ReleaseRefusal
from bot.services.judging import Judged
from bot.services.suspension import Released, Suspension
from handlers import ids
from handlers.members import Body, Members
from handlers.showing import clicked, say, typed
from handlers.views import codes
from handlers.views import suspension as views
from handlers.views.blocks import Json


class SuspensionHandlers:
    """The button on every notice, and the way back."""

    def __init__(self, suspension: Suspension, members: Members) -> None:
        self._suspension = suspension
        self._members = members

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which payloads this is for."""
        app.action(ids.NOT_ME)(self._members.only(self.stop))
        app.action(ids.WAS_ME)(self._members.opening(self.form))
        app.view(ids.RELEASE_FORM)(self._members.only(self.release))

    async def stop(self, person: Person, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Suspend, without a code: it tightens."""
        done = await self._suspension.stop(clicked(body), by=person.person_id)
        await ack(**await say(body, client, views.stopped(done)))

    def form(self, person: Person, status: Status) -> Json:
        """Return the modal, or why there is none."""
        refusal = rules.may_release(
            person,
            has_factor=status.factor_id is not None,
            disputed=status.disputed,
            awaits_word=status.awaits_word,
        )
        if refusal is not None or person.suspended_why is None:
            return views.refused(refusal or ReleaseRefusal.NOT_SUSPENDED)
        return views.form(person.suspended_why, offered=status.release_offered)

    async def release(self, person: Person, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        """Lift the suspension for the codes that it asks for."""
        outcome = await self._suspension.release(
            person.person_id, typed=typed(body, ids.CODE), recovery_code=typed(body, ids.RECOVERY_CODE)
        )
        if isinstance(outcome, Released):
            await ack(response_action="update", view=views.released())
        elif isinstance(outcome, Judged):
            await ack(response_action="errors", errors={ids.CODE: _refused(outcome)})
        else:
            await ack(response_action="update", view=views.refused(outcome))


def _refused(judged: Judged) -> str:
    """Say one sentence for both inputs: which of the two was wrong is not told."""
    if judged.verdict in (Verdict.WRONG_CODE, Verdict.CODE_REUSED, Verdict.INVALID_FORMAT):
        return views.BOTH
    return codes.refused(judged, recovery=False)

"""What is looked at: each look is an event, and to look again is one more."""

from bot.services.exports import Wanted
from tests.support.lost import Act, Again, World, of


def _looks(event: str, method: str, **arguments: str) -> None:
    service, _, name = method.partition(".")
    places = {
        "AuditLog": "audit_log",
        "Host": "host",
        "Looks": "looks",
        "Reports": "reports",
        "Resets": "resets",
        "Roles": "roles",
        "Users": "users",
    }

    @of(method)
    async def looks(world: World) -> Act:
        asked = await world.cast.asks()
        values = {
            "by": world.cast.admin.id,
            "host": "host:root",
            "subject": world.cast.employee.id,
            "request": asked.request_id,
        }
        given = {argument: values[value] for argument, value in arguments.items()}
        looking = getattr(getattr(world.on, places[service]), name)
        return Act(lambda: looking(**given), lambda answer: answer is not None, event, Again.LOOK)


_looks("looked", "AuditLog.page", by="by")
_looks("looked", "Looks.requests", by="by")
_looks("looked", "Looks.show", by="by", subject_id="subject")
_looks("looked", "Looks.why", by="by", subject_id="subject")
_looks("looked", "Reports.unenrolled", by="by")
_looks("looked", "Resets.card_for", by="by", request_id="request")
_looks("looked", "Users.page", by="by")
_looks("roles.seen", "Roles.overview", by="by")
_looks("roles.seen", "Host.overview", by="host")


@of("Exports.write")
async def exports(world: World) -> Act:
    return Act(
        lambda: world.on.exports.write(Wanted(), by="host:root", take=lambda _entries: None),
        lambda answer: isinstance(answer, int),
        "audit.exported",
        Again.LOOK,
    )

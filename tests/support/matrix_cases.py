"""Cases for the permission matrix: mostly as they should be, with a few things wrong."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import strategies as st

from bot.core.actions import Action
from bot.core.permissions import Permission
from tests.support.matrix import ACTOR, OWN, SUBJECT, THIRD, Facts, Somebody, matrix

ROWS = matrix()
ON_NOBODY = (
    Action.LIST_USERS,
    Action.REQUESTS,
    Action.ROLES,
    Action.AUDIT,
    Action.REPORT,
    Action.LIFT_LOCKDOWN,
    Action.LOCKDOWN,
    *OWN,
)
PERMISSIONS = [permission.removeprefix("security.") for permission in Permission]
AGES = st.sampled_from([0, 23, 24, 720])
RIGHTS = st.dictionaries(st.sampled_from(PERMISSIONS), AGES).map(lambda found: tuple(sorted(found.items())))
PEOPLE = st.sampled_from([ACTOR, SUBJECT, THIRD, None])
ANYTHING: dict[str, st.SearchStrategy[object]] = {
    "standing": st.sampled_from(["member", "guest", "bot", "deleted", "stranger"]),
    "suspended": st.booleans(),
    "enrolled": st.booleans(),
    "confirmed": st.booleans(),
    "rights": RIGHTS,
    "dormant": st.frozensets(st.sampled_from(PERMISSIONS)),
    "factor_age": st.one_of(st.none(), AGES),
    "protected": st.booleans(),
    "stolen": st.booleans(),
    "disputed": st.booleans(),
}


def good(action: Action) -> Facts:
    """Return facts that every row of the matrix likes."""
    subject = Somebody(
        suspended=action is Action.RELEASE,
        dormant=frozenset({"users.view"} if action is Action.WAKE else ()),
    )
    return Facts(
        action=action,
        actor=Somebody(rights=tuple((name, 720) for name in PERMISSIONS)),
        subject=None if action in ON_NOBODY else subject,
        same=action is Action.VETO,
        manages=False,
        requester=ACTOR if action in (Action.CANCEL, Action.CANCEL_LIFTING) else THIRD,
        caused_by=THIRD,
        lockdown=action is Action.LIFT_LOCKDOWN,
        started_by=THIRD,
        others_manage=True,
    )


WHO = (
    "standing",
    "suspended",
    "enrolled",
    "confirmed",
    "rights",
    "dormant",
    "factor_age",
    "protected",
    "stolen",
    "disputed",
)
SPOILED = [
    *(f"actor.{name}" for name in WHO),
    *(f"subject.{name}" for name in WHO),
    "unknown",
    "same",
    "manages",
    "requester",
    "caused_by",
    "lockdown",
    "started_by",
    "others_manage",
]


BREAKS: dict[str, tuple[tuple[str, object], ...]] = {
    "actor_member": (("actor.standing", "guest"),),
    "actor_not_suspended": (("actor.suspended", True),),
    "permission": (("actor.rights", ()),),
    "permission_or_manager": (("actor.rights", ()),),
    "own_factor_active": (("actor.enrolled", False),),
    "actor_confirmed_by_slack_now": (("actor.confirmed", False),),
    "subject_known": (("subject", None),),
    "subject_not_actor": (("same", True),),
    "subject_member": (("subject.standing", "guest"),),
    "subject_confirmed_by_slack_now": (("subject.confirmed", False),),
    "subject_not_suspended": (("subject.suspended", True),),
    "subject_suspended": (("subject.suspended", False),),
    "subject_has_active_factor": (("subject.enrolled", False),),
    "subject_factor_not_disputed": (("subject.disputed", True),),
    "may_disable_unless_plain_suspension": (
        ("subject.stolen", True),
        ("actor.rights", (("resets.request", 720), ("users.view", 720))),
    ),
    "subject_has_dormant_rights": (("subject.dormant", frozenset()),),
    "no_lockdown": (("lockdown", True),),
    "lockdown_on": (("lockdown", False),),
    "lockdown_started_by_another": (("started_by", ACTOR),),
    "actor_not_requester": (("requester", ACTOR),),
    "actor_is_requester": (("requester", THIRD),),
    "actor_is_subject": (("same", False),),
    "actor_did_not_cause_the_suspension": (("caused_by", ACTOR),),
    "right_24h_old_if_subject_privileged": (
        ("actor.rights", (("resets.approve", 23),)),
        ("subject.dormant", frozenset({"audit.view"})),
    ),
    "own_factor_24h_old": (("actor.factor_age", 23),),
    "another_able_roles_manager_remains": (
        ("others_manage", False),
        ("subject.rights", (("roles.manage", 1),)),
    ),
}
"""How to break each row of the matrix alone."""
WILD: dict[str, st.SearchStrategy[object]] = {
    **{f"{side}.{name}": drawn for side in ("actor", "subject") for name, drawn in ANYTHING.items()},
    "subject": st.none(),
    "same": st.booleans(),
    "manages": st.booleans(),
    "requester": PEOPLE,
    "caused_by": PEOPLE,
    "lockdown": st.booleans(),
    "started_by": PEOPLE,
    "others_manage": st.booleans(),
}
"""What each fact may be."""


def put(facts: Facts, path: str, value: object) -> Facts:
    """Return *facts* with one of them set; what the action does not have stays away."""
    side, _, name = path.partition(".")
    if facts.action in ON_NOBODY and side in ("subject", "same"):
        return facts
    before = getattr(facts, side)
    if name:
        value = None if before is None else replace(before, **{name: value})
    return replace(facts, **{side: value})  # type: ignore[arg-type]  # each field gets what was drawn for it


def broken(facts: Facts, row: str) -> Facts:
    """Return *facts* with one row of the matrix broken."""
    for path, value in BREAKS[row.partition(":")[0]]:
        facts = put(facts, path, value)
    return facts


def each_row_broken_alone() -> Iterator[Facts]:
    """Yield for every row of the matrix a case in which that row alone fails, where it can fail alone."""
    return (broken(good(action), row) for action, rows in ROWS.items() for row in rows)


@st.composite
def cases(draw: st.DrawFn) -> Facts:
    """Draw a case: as it should be, but for one row that is broken, or some facts that are as they happen to be."""
    found = good(draw(st.sampled_from(Action)))
    if draw(st.booleans()):
        found = broken(found, draw(st.sampled_from(ROWS[found.action])))
    for path in draw(st.lists(st.sampled_from(sorted(WILD)), max_size=3, unique=True)):
        found = put(found, path, draw(WILD[path]))
    return found

"""What comes in and goes out. What the bot can do is the list below, an entry a feature."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from bot.services.apps import Apps
from bot.services.audit_log import AuditLog
from bot.services.delivery import Deliveries
from bot.services.disable import Disable
from bot.services.enrollment import Enrollments
from bot.services.helpdesk import Helpdesk
from bot.services.judging import Judge
from bot.services.lockdown import Lockdowns
from bot.services.looking import Looks
from bot.services.means import Means
from bot.services.messages import Messages
from bot.services.people import People
from bot.services.recovery import Recovery
from bot.services.report import Reports
from bot.services.reset_times import ResetTimes
from bot.services.resets import Resets
from bot.services.roles import Roles
from bot.services.suspension import Suspension
from bot.services.sync import Syncs
from bot.services.users import Users
from bot.services.verification import Verification
from handlers.admin import AdminHandlers
from handlers.audit import AuditHandlers
from handlers.disable import DisableHandlers
from handlers.edge import Feature
from handlers.enrollment import EnrollmentHandlers
from handlers.helpdesk import HelpdeskHandlers
from handlers.home import HomeHandlers
from handlers.lockdown import LockdownHandlers
from handlers.members import Members
from handlers.people import CONFIRM_S, InstalledIn, PeopleHandlers, Visitors
from handlers.recovery import RecoveryHandlers
from handlers.report import ReportHandlers
from handlers.resets import ResetHandlers
from handlers.roles import RoleHandlers
from handlers.suspension import SuspensionHandlers
from handlers.users import UserHandlers


@dataclass(frozen=True, slots=True)
class Services:
    """What the listeners, the API and the jobs call."""

    people: People
    syncs: Syncs
    enrollments: Enrollments
    disable: Disable
    recovery: Recovery
    suspension: Suspension
    verification: Verification
    deliveries: Deliveries
    messages: Messages
    resets: Resets
    reset_times: ResetTimes
    roles: Roles
    lockdowns: Lockdowns
    helpdesk: Helpdesk
    looks: Looks
    users: Users
    audit_log: AuditLog
    apps: Apps
    reports: Reports

    @classmethod
    def of(cls, means: Means) -> Services:
        """Make them all with the means of one process."""
        judge, looks = Judge(means), Looks(means)
        return cls(
            people=People(means),
            syncs=Syncs(means),
            enrollments=Enrollments(means, judge),
            disable=Disable(means, judge),
            recovery=Recovery(means, judge),
            suspension=Suspension(means, judge),
            verification=Verification(means, judge),
            deliveries=Deliveries(means),
            messages=Messages(means),
            resets=Resets(means, judge),
            reset_times=ResetTimes(means),
            roles=Roles(means, judge, looks),
            lockdowns=Lockdowns(means, judge),
            helpdesk=Helpdesk(means, judge),
            looks=looks,
            users=Users(means, looks),
            audit_log=AuditLog(means, looks),
            apps=Apps(means),
            reports=Reports(means, looks),
        )


def features(
    services: Services,
    workspace: InstalledIn,
    *,
    apps: Iterable[tuple[str, str]],
    new_intent: Callable[[], UUID],
    confirm_s: float = CONFIRM_S,
) -> list[Feature]:
    """Return everything that people can do in Slack; *apps* are the recommended authenticator apps and their links."""
    visitors = Visitors(services.people, workspace, confirm_s=confirm_s)
    members = Members(services.people, visitors)
    enrollment = EnrollmentHandlers(services.enrollments, members, apps=apps, new_intent=new_intent)
    disable = DisableHandlers(services.disable, members)
    recovery = RecoveryHandlers(services.recovery, visitors, members, new_intent=new_intent)
    users = UserHandlers(services.users, services.looks, members)
    report = ReportHandlers(services.reports, members)
    words = {
        "enable": enrollment.start_form,
        "disable": disable.form,
        "replace": enrollment.replace_form,
        "recovery-codes": recovery.form,
    }
    return [
        HomeHandlers(visitors, members, words),
        enrollment,
        disable,
        recovery,
        SuspensionHandlers(services.suspension, members),
        PeopleHandlers(visitors),
        AdminHandlers(
            services.looks,
            services.roles,
            services.audit_log,
            visitors,
            members,
            words={"users": users.listed, "report": report.ask},
            new_intent=new_intent,
        ),
        users,
        report,
        ResetHandlers(services.resets, services.looks, visitors, members, new_intent=new_intent),
        HelpdeskHandlers(services.helpdesk, services.looks, visitors, members),
        RoleHandlers(services.roles, services.resets, services.looks, visitors, members),
        LockdownHandlers(services.lockdowns, visitors, members),
        AuditHandlers(services.audit_log, members),
    ]

"""What each act of the services waits for: the lockdown's row and the admins' lock, people, factors, requests.

Each line was judged by the design's order of locks. Whoever changes a person's factor, suspension, roles or requests
holds their row and their factor's; what may end an admin, or changes who holds what, holds the admins' lock; what a
lockdown stops holds its row. An act that is missing here fails a test, which prints the line to judge and to add.
"""

TABLE = """
Acceptances.accept                       |                 |                         |                         |
Apps.create                              |                 |                         |                         |
Apps.revoke                              |                 |                         |                         |
Apps.rotate                              |                 |                         |                         |
Apps.save_uses                           |                 |                         |                         |
AuditLog.page                            |                 |                         |                         |
Batches.ask                              |                 |                         | employee                |
Chain.link                               |                 |                         |                         |
Deliveries.announce                      |                 | new                     |                         |
Deliveries.completed                     |                 | new                     |                         |
Deliveries.file_deleted                  |                 |                         |                         |
Deliveries.key_view_closed               |                 |                         |                         |
Deliveries.pending                       |                 | new                     |                         |
Deliveries.posted                        |                 | new                     |                         |
Deliveries.shredded                      |                 | new                     |                         |
Disable.disable_own                      | lockdown admins | employee                | employee                |
Enrollments.cancel                       |                 | new                     |                         |
Enrollments.confirm                      | lockdown        | new                     |                         |
Enrollments.confirm to replace           | lockdown        | employee                | employee                |
Enrollments.expire                       |                 | new                     |                         |
Enrollments.give_up                      |                 | new                     |                         |
Enrollments.key                          |                 | new                     |                         |
Enrollments.start                        | lockdown        | new                     |                         |
Enrollments.start to replace             | lockdown        | employee                | employee                |
Exports.write                            |                 |                         |                         |
Glass.lift_lockdown                      | lockdown        |                         |                         |
Glass.release                            | lockdown admins | employee                | employee                |
Glass.release, with a word               | lockdown admins | employee                |                         |
Glass.reset                              | lockdown admins | employee                | employee                |
Glass.unlock                             | lockdown admins | employee                | employee                |
Glass.wake                               | lockdown admins | approver                | approver                |
Helpdesk.release                         | lockdown        | employee admin          | employee admin          |
Helpdesk.release, with a word            | lockdown        | employee admin          | admin                   |
Helpdesk.unlock                          | lockdown        | employee admin          | employee admin          |
Helpdesk.unlock, the actor left          | lockdown admins | employee admin          | employee admin          |
Host.define                              | lockdown admins |                         |                         |
Host.define, two holders                 | lockdown admins | employee manager        | employee manager        |
Host.grant                               | lockdown admins | employee                | employee                |
Host.overview                            |                 |                         |                         |
Host.revoke                              | lockdown admins | agent                   | agent                   |
Host.revoke, two requests                | lockdown admins | admin                   | admin                   | 1 3
Lockdowns.lift                           | lockdown        | secondadmin             | secondadmin             |
Lockdowns.start                          | lockdown        | admin                   | admin                   |
Looks.requests                           |                 |                         |                         |
Looks.show                               |                 |                         |                         |
Looks.why                                |                 |                         |                         |
Managers.set                             |                 | employee                |                         |
Managers.take                            |                 | employee                |                         |
Managers.take, two subjects              |                 | employee agent          |                         |
Messages.completed                       |                 |                         |                         |
Messages.posted                          |                 |                         |                         |
People.save                              | lockdown admins | employee                | employee                |
People.save, a guest since               | lockdown admins | other                   |                         |
People.save, nothing new                 |                 | admin                   | admin                   |
People.save, two requests                | lockdown admins | admin                   | admin                   | 1 3
People.save_home                         |                 |                         |                         |
Protection.protect                       | lockdown admins | employee                | employee                |
Protection.unprotect                     | lockdown admins | employee                | employee                |
Queue.sweep                              |                 |                         |                         |
Queue.trim                               |                 |                         |                         |
Recovery.pasted                          |                 | employee                | employee                |
Recovery.renew                           | lockdown        | employee                | employee                |
Recovery.saved                           |                 | employee                | employee                |
Reports.announce                         |                 |                         |                         |
Reports.ask                              |                 |                         |                         |
Reports.file_deleted                     |                 |                         |                         |
Reports.unenrolled                       |                 |                         |                         |
ResetTimes.execute                       | lockdown admins | employee admin          | employee admin          | 1
ResetTimes.expire                        | lockdown        | employee agent          | employee agent          | 1
ResetTimes.remind                        | lockdown        | employee agent          | employee agent          | 1
Resets.approve                           | lockdown admins | employee agent manager  | employee agent manager  | 1
Resets.approve, requester and actor left | lockdown admins | agent admin secondadmin | agent admin secondadmin | 1 2 3
Resets.cancel                            | lockdown admins | employee agent          | employee agent          | 1
Resets.card_for                          |                 |                         |                         |
Resets.deny                              | lockdown admins | employee agent manager  | employee agent manager  | 1
Resets.open, a request                   | lockdown admins | employee agent          | employee agent          |
Resets.open, directly                    | lockdown admins | employee admin          | employee admin          |
Roles.grant                              | lockdown admins | employee admin          | employee admin          |
Roles.overview                           | lockdown        | admin                   | admin                   |
Roles.revoke                             | lockdown admins | agent admin             | agent admin             |
Roles.wake                               | lockdown        | approver secondadmin    | approver secondadmin    |
Suspension.release                       |                 | employee                | employee                |
Suspension.stop                          | lockdown admins | employee                | employee                |
Suspension.stop, a veto                  | lockdown admins | employee                | employee                | 1
Syncs.anew                               |                 |                         |                         |
Syncs.begin                              |                 |                         |                         |
Syncs.finish                             |                 |                         |                         |
Syncs.take_missing                       | lockdown        | guest                   |                         |
Syncs.take_missing, an admin             | lockdown admins | admin                   | admin                   | 1 3
Syncs.take_page | lockdown | employee agent manager approver admin secondadmin | |
Syncs.take_page, two leave               | lockdown admins | employee approver admin | approver admin          | 1 3
Users.page                               |                 |                         |                         |
Verification.check                       |                 |                         | employee                |
Verification.check, a request is open    |                 |                         | employee                | 1
Verification.check, alone                |                 |                         | employee                |
Verification.check, without MFA          |                 | other                   |                         |
Verification.factor, without MFA         |                 | other                   |                         |
"""


def read() -> dict[str, str]:
    """Return each act's line."""
    lines = [line for line in TABLE.splitlines() if line]
    found = {line.partition("|")[0].strip(): " ".join(line.split()) for line in lines}
    assert len(found) == len(lines)
    return found

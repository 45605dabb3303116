"""One class a feature, one method a transaction.

In this order: lock, read the guards, judge the code last, decide with a pure function, save, write the audit event,
enqueue the notices, commit. No call to Slack in here. An expected "no" is a value and commits; an exception is a bug or
an outage.
"""

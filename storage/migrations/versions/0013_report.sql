-- What the report shows: the audit counted by day, and the files with its charts.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '900s';

-- Days are in UTC. Whoever links an event counts it, in the same transaction, so that each counts once; one process
-- links at a time, so that nobody waits here.
CREATE TABLE event_day (
    day date NOT NULL,
    what text NOT NULL CHECK (what IN ('accepted', 'refused', 'enabled', 'disabled', 'reset')),
    count bigint NOT NULL CHECK (count > 0),
    PRIMARY KEY (day, what)
);

-- What was linked before. What an older version of the program links between this statement and its own end is not
-- counted.
INSERT INTO event_day (day, what, count)
SELECT
    (at AT TIME ZONE 'UTC')::date,
    CASE
        WHEN kind = 'mfa.enabled' THEN 'enabled'
        WHEN kind = 'mfa.disabled' THEN 'disabled'
        WHEN kind = 'mfa.reset' THEN 'reset'
        WHEN detail LIKE '%"verdict":"accepted"%' THEN 'accepted'
        ELSE 'refused'
    END,
    count(*)
FROM audit_event
WHERE
    kind IN ('verification', 'mfa.enabled', 'mfa.disabled', 'mfa.reset')
    AND NOT EXISTS (SELECT FROM audit_unlinked WHERE audit_unlinked.event_id = audit_event.event_id)
GROUP BY 1, 2;

-- A chart on its way into Slack: its id is stored before any byte is sent, so that what a crash left is found.
CREATE TABLE report_file (
    file_id text PRIMARY KEY,
    message_id bigint NOT NULL REFERENCES message,
    announced_at timestamptz NOT NULL,
    deleted_at timestamptz
);

CREATE INDEX report_file_message ON report_file (message_id) WHERE deleted_at IS NULL;

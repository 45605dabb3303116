-- The modals that show a pending key: each gets its name before Slack opens it, so that every end can close it.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE key_view (
    external_id uuid PRIMARY KEY,
    enrollment_id bigint NOT NULL REFERENCES enrollment,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz
);

CREATE INDEX key_view_enrollment ON key_view (enrollment_id);

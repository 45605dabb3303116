-- Addresses that changed hands, and how old what Slack said last of a person is.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- A keyed hash of each address that somebody gave up. person_id is no reference: the row outlives the person's.
CREATE TABLE former_email (
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    team_id text NOT NULL CHECK (length(team_id) BETWEEN 1 AND 64),
    person_id bigint NOT NULL,
    key_id text NOT NULL CHECK (length(key_id) BETWEEN 1 AND 32),
    held_until timestamptz NOT NULL CONSTRAINT former_email_held_until_sane CHECK (
        held_until BETWEEN '2020-01-01T00:00:00Z' AND '2200-01-01T00:00:00Z'
    ),
    PRIMARY KEY (digest, team_id, person_id)
);

-- Slack's own time of the latest change that was heard of; null until Slack says one.
ALTER TABLE person ADD COLUMN slack_updated_at timestamptz;

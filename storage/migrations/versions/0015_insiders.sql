-- What an insider cannot do alone: how old an approver's factor is, who is protected, which request suspended somebody.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- Null counts as created_at: rows of before, and rows that the version before still writes.
ALTER TABLE factor ADD COLUMN trusted_since timestamptz;
ALTER TABLE enrollment ADD COLUMN keeps_age boolean NOT NULL DEFAULT false;

-- The request that suspended the person, and nothing else did: its cancellation or denial may lift that again.
ALTER TABLE suspension ADD COLUMN request_id bigint;

-- When a code of the subject was last accepted while the request was open, and the request went on.
ALTER TABLE reset_request ADD COLUMN code_accepted_at timestamptz;

-- People without a role who count as privileged; the reason's digest is in the audit.
CREATE TABLE protected_person (
    person_id bigint PRIMARY KEY REFERENCES person,
    protected_at timestamptz NOT NULL,
    protected_by text NOT NULL CHECK (length(protected_by) BETWEEN 1 AND 100)
);

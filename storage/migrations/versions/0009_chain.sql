-- What the chain over the audit needs: the events that no link covers yet, what a link says of each event and of the
-- link before it, and how long the chain is.
-- No version before this one wrote a link, so audit_link has no rows that could lack a column.
-- squawk-ignore-file adding-required-field

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- A mark is written by the statement that writes its event and deleted by the transaction that links it, so that no
-- event is missed, in whatever order transactions commit. An event with neither mark nor link was put in by hand: no
-- trigger makes the mark. No version that writes events without marks was ever released.
CREATE TABLE audit_unlinked (
    event_id bigint PRIMARY KEY,
    at timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

INSERT INTO audit_unlinked (event_id, at)
SELECT
    event_id,
    at
FROM audit_event;

-- `digests` holds the SHA-256 of each event, 32 bytes each, in the order of
-- `event_ids`; `previous` is the MAC of the link before; `total` counts the events up to here.
ALTER TABLE audit_link
ADD COLUMN previous bytea NOT NULL CHECK (length(previous) = 32),
ADD COLUMN digests bytea NOT NULL CHECK (length(digests) = 32 * cardinality(event_ids)),
ADD COLUMN total bigint NOT NULL CHECK (total > 0);

-- The last link again, under a seal of its own: that links were cut off at the end shows even where no log was kept.
CREATE TABLE audit_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    link_no bigint NOT NULL CHECK (link_no > 0),
    mac bytea NOT NULL CHECK (length(mac) = 32),
    linked_at timestamptz NOT NULL,
    total bigint NOT NULL,
    key_id text NOT NULL,
    seal bytea NOT NULL CHECK (length(seal) = 32)
);

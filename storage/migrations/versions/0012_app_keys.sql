-- How a relying app may name people, and when its keys were last used.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE relying_app ADD COLUMN lookups text [] NOT NULL DEFAULT '{slack_id,email}' CHECK (
    lookups <@ ARRAY['slack_id', 'email'] AND cardinality(lookups) > 0
);

ALTER TABLE app_key ADD COLUMN last_used_at timestamptz;

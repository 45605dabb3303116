-- How the requester made sure who is asking; null on requests of before, and on those of the host.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE reset_request ADD COLUMN identity_check text CHECK (
    identity_check IN ('called_back', 'seen', 'vouched', 'not_checked')
);

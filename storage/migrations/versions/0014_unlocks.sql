-- How many wrong codes an unlock allows before the limit of a day holds again, and until when.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE factor ADD COLUMN allowance bigint NOT NULL DEFAULT 0 CONSTRAINT factor_allowance CHECK (
    allowance BETWEEN 0 AND 5
);

ALTER TABLE factor ADD COLUMN allowed_until timestamptz;

-- Searching people: by the order of names or addresses from any place on, and by three letters of either.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '900s';

-- Trusted: the owner of the database may make it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Not CONCURRENTLY, so that the migration is done whole or not at all: meanwhile people are read and held as ever, and
-- only what Slack says of them waits.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX person_by_name ON person (team_id, (lower(name) COLLATE "C"), person_id)
WHERE standing NOT IN ('bot', 'stranger');
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX person_by_email ON person (team_id, (lower(email) COLLATE "C"), person_id)
WHERE standing NOT IN ('bot', 'stranger');
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX person_by_part ON person USING gin (lower(name || ' ' || coalesce(email, '')) gin_trgm_ops)
WITH (fastupdate = off)
WHERE standing NOT IN ('bot', 'stranger');

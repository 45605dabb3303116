-- The program's role inserts events and changes nothing else of the audit (K10): the owner's trigger makes the mark of an
-- event, and the owner's function, which the role of the jobs may call, appends a link. Times and numbers are bounded
-- (K11), and what somebody acknowledged is kept (K9). No constraint here reads the rows that are there: 0019 does.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '900s';

-- Once a statement, whatever number of events it inserts: this runs in each sign-in. Nobody may attach the function to a
-- table of their own, so EXECUTE is revoked.
CREATE FUNCTION mark_audit_events() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.audit_unlinked (event_id, at)
    SELECT written.event_id, written.at FROM written
    ON CONFLICT (event_id) DO NOTHING;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION mark_audit_events() FROM public;

CREATE TRIGGER audit_event_marked AFTER INSERT ON audit_event
REFERENCING NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION mark_audit_events();

-- The program of the version before inserts the marks itself, for which it keeps INSERT until the next release. Such a
-- mark is skipped: the trigger has made the same one. Who may delete marks, the owner, may insert them.
CREATE FUNCTION skip_row() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RETURN NULL;
END;
$$;

CREATE TRIGGER audit_unlinked_by_the_owner BEFORE INSERT ON audit_unlinked
FOR EACH ROW WHEN (NOT has_table_privilege('public.audit_unlinked'::regclass, 'DELETE'))
EXECUTE FUNCTION skip_row();

-- Appends a link over the events `new_event_ids`, in the place of their marks, and moves the head. The link follows the
-- head, whose MAC the caller has to know; its number and total are computed here. The MAC and the seal cannot be checked
-- here, since the key is not in the database: `mfabot audit verify` does so.
CREATE FUNCTION append_audit_link(
    new_linked_at timestamptz,
    new_key_id text,
    new_previous bytea,
    new_event_ids bigint [],
    new_digests bytea,
    new_mac bytea,
    new_seal bytea
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head public.audit_head;
    covered bigint [];
BEGIN
    -- The same lock as storage/chain.py takes: one at a time.
    PERFORM pg_advisory_xact_lock(1835426147);
    SELECT * INTO head FROM public.audit_head FOR UPDATE;
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM public.audit_link) THEN
            RAISE EXCEPTION 'the head of the audit is missing' USING ERRCODE = '55000';
        END IF;
        head.link_no := 0;
        head.total := 0;
        head.mac := decode(repeat('00', 32), 'hex');
    END IF;
    IF new_previous IS DISTINCT FROM head.mac THEN
        RAISE EXCEPTION 'the link does not follow the head of the audit' USING ERRCODE = '55000';
    END IF;
    WITH removed AS (
        DELETE FROM public.audit_unlinked WHERE event_id = ANY (new_event_ids) RETURNING event_id
    )
    SELECT array_agg(removed.event_id ORDER BY removed.event_id) INTO covered FROM removed;
    IF covered IS NULL OR covered IS DISTINCT FROM new_event_ids THEN
        RAISE EXCEPTION 'the link covers events that do not wait' USING ERRCODE = '55000';
    END IF;
    INSERT INTO public.audit_link (link_no, linked_at, key_id, previous, event_ids, digests, total, mac)
    VALUES (
        head.link_no + 1, new_linked_at, new_key_id, new_previous, covered, new_digests,
        head.total + cardinality(covered), new_mac
    );
    INSERT INTO public.audit_head AS kept (link_no, mac, linked_at, total, key_id, seal)
    VALUES (head.link_no + 1, new_mac, new_linked_at, head.total + cardinality(covered), new_key_id, new_seal)
    ON CONFLICT (one) DO UPDATE SET
    link_no = excluded.link_no, mac = excluded.mac, linked_at = excluded.linked_at,
    total = excluded.total, key_id = excluded.key_id, seal = excluded.seal;
END;
$$;

REVOKE ALL ON FUNCTION append_audit_link(timestamptz, text, bytea, bigint [], bytea, bytea, bytea) FROM public;

-- The links that cover the latest events are found by the last event of each: the lag compares them.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX audit_link_last_event ON audit_link ((event_ids[cardinality(event_ids)]));

-- What `mfabot audit accept` acknowledged: 32 bytes a place, each the hash of what stood there. The MAC is made with the
-- chain's key.
CREATE TABLE audit_acceptance (
    acceptance_no bigint PRIMARY KEY CHECK (acceptance_no > 0),
    accepted_at timestamptz NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 10 AND 500),
    key_id text NOT NULL CHECK (length(key_id) BETWEEN 1 AND 32),
    fingerprints bytea NOT NULL CHECK (length(fingerprints) % 32 = 0),
    mac bytea NOT NULL CHECK (length(mac) = 32),
    CONSTRAINT audit_acceptance_bounds CHECK (
        acceptance_no < 9007199254740992 AND accepted_at >= '2000-01-01 00:00:00+00'
        AND accepted_at < '2200-01-01 00:00:00+00'
    )
);

CREATE TRIGGER audit_acceptance_append_only BEFORE UPDATE OR DELETE ON audit_acceptance
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_acceptance_no_truncate BEFORE TRUNCATE ON audit_acceptance
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Bounds for what is written from now on; the next migration compares what is there.
ALTER TABLE audit_event ADD CONSTRAINT audit_event_bounds CHECK (
    at >= '2000-01-01 00:00:00+00' AND at < '2200-01-01 00:00:00+00'
) NOT VALID;
ALTER TABLE audit_unlinked ADD CONSTRAINT audit_unlinked_bounds CHECK (
    at >= '2000-01-01 00:00:00+00' AND at < '2200-01-01 00:00:00+00'
) NOT VALID;
ALTER TABLE audit_link ADD CONSTRAINT audit_link_bounds CHECK (
    link_no < 9007199254740992 AND total < 9007199254740992 AND cardinality(event_ids) <= 10000
    AND length(key_id) BETWEEN 1 AND 32
    AND linked_at >= '2000-01-01 00:00:00+00' AND linked_at < '2200-01-01 00:00:00+00'
) NOT VALID;
ALTER TABLE audit_head ADD CONSTRAINT audit_head_bounds CHECK (
    link_no < 9007199254740992 AND total BETWEEN 0 AND 9007199254740992
    AND length(key_id) BETWEEN 1 AND 32
    AND linked_at >= '2000-01-01 00:00:00+00' AND linked_at < '2200-01-01 00:00:00+00'
) NOT VALID;

-- As before, but three months ahead instead of one, so that a month is there long before its first event; and attached,
-- which stops nobody who writes to another month, however long the rows of audit_event_other take to be read.
CREATE OR REPLACE FUNCTION ensure_audit_months(day timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first timestamptz;
    name text;
BEGIN
    -- One process at a time: two would make the same table, or wait for each other's share of audit_event_other.
    PERFORM pg_advisory_xact_lock(hashtext('mfabot.audit_months'));
    FOR i IN 0..3 LOOP
        first := (date_trunc('month', day AT TIME ZONE 'UTC') + make_interval(months => i)) AT TIME ZONE 'UTC';
        name := 'audit_event_' || to_char(first AT TIME ZONE 'UTC', 'YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || name) IS NOT NULL;
        CONTINUE WHEN EXISTS (
            SELECT FROM public.audit_event_other AS other
            WHERE other.at >= first
                AND other.at < ((first AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
        );
        EXECUTE format(
            'CREATE TABLE public.%I (LIKE public.audit_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name
        );
        EXECUTE format(
            'CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON public.%I '
            'FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change()',
            name
        );
        EXECUTE format(
            'ALTER TABLE public.audit_event ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            name, first, ((first AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
        );
    END LOOP;
END;
$$;

SELECT ensure_audit_months(now());

-- Compare the rows that are there with the bounds of 0018, while others go on writing. A row that somebody put beyond them
-- stops nothing: the constraint then stays as it is, and binds what is written from now on.

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '900s';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['audit_event', 'audit_unlinked', 'audit_link', 'audit_head'] LOOP
        BEGIN
            EXECUTE format('ALTER TABLE public.%I VALIDATE CONSTRAINT %I', name, name || '_bounds');
        EXCEPTION WHEN check_violation THEN
            RAISE WARNING 'table % has rows beyond its bounds', name;
        END;
    END LOOP;
END;
$$;

-- Roles, least privilege. They are groups without login: GRANT henpin_worker TO a_login.
--
-- Roles belong to the whole server: another database may have created them before, or creates them at this moment.
-- Hence one block a role that forgives both ways of being second.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['henpin_owner', 'henpin_worker', 'henpin_reader', 'henpin_desk', 'henpin_directory'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
    IF NOT pg_catalog.pg_has_role(current_user, 'henpin_owner', 'MEMBER') THEN
        EXECUTE format('GRANT henpin_owner TO %I', current_user);
    END IF;
END $$;

-- Everything belongs to henpin_owner, so that functions which run with their owner's rights have no more than these.
DO $$
DECLARE
    thing record;
BEGIN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO henpin_owner', current_database());
    ALTER SCHEMA henpin OWNER TO henpin_owner;
    FOR thing IN SELECT c.oid::regclass AS name FROM pg_catalog.pg_class c
        WHERE c.relnamespace = 'henpin'::regnamespace AND c.relkind IN ('r', 'p') LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO henpin_owner', thing.name);
    END LOOP;
    FOR thing IN SELECT p.oid::regprocedure AS name FROM pg_catalog.pg_proc p
        WHERE p.pronamespace = 'henpin'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO henpin_owner', thing.name);
    END LOOP;
END $$;

REVOKE ALL ON SCHEMA henpin FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA henpin FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE henpin_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT USAGE ON SCHEMA henpin TO henpin_worker, henpin_reader, henpin_desk, henpin_directory;

-- Workers append events, move state, and take away only what no longer waits.
GRANT SELECT, INSERT ON henpin.escalation_event, henpin.disposal_task_event, henpin.decision,
    henpin.ledger, henpin.policy_revision, henpin.duty_stop TO henpin_worker;
GRANT UPDATE (since) ON henpin.policy_revision TO henpin_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON henpin.desk TO henpin_worker;
GRANT SELECT, INSERT, UPDATE ON henpin.sales_order, henpin.return_case, henpin.inquiry_thread, henpin.duty, henpin.blocker,
    henpin.dead_letter, henpin.disposal_task TO henpin_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON henpin.parked TO henpin_worker;
GRANT SELECT, INSERT, UPDATE ON henpin.seller_watch TO henpin_worker;
GRANT SELECT ON henpin.seller, henpin.seller_fact, henpin.seller_licence, henpin.seller_marketplace,
    henpin.seller_directory_version, henpin.schema_migration TO henpin_worker;

-- Who keeps the seller directory changes it by its functions alone.
GRANT SELECT ON henpin.seller, henpin.seller_fact, henpin.seller_licence, henpin.seller_marketplace,
    henpin.seller_watch, henpin.seller_change, henpin.blocker, henpin.schema_migration TO henpin_directory;

-- Readers see everything but the bytes of records, which may hold a buyer's words.
GRANT SELECT ON henpin.escalation_event, henpin.disposal_task_event, henpin.disposal_task, henpin.decision, henpin.ledger,
    henpin.policy_revision, henpin.sales_order, henpin.return_case, henpin.inquiry_thread, henpin.duty, henpin.blocker,
    henpin.duty_stop, henpin.desk, henpin.seller, henpin.seller_fact, henpin.seller_licence, henpin.seller_marketplace, henpin.seller_watch,
    henpin.seller_change, henpin.seller_directory_version, henpin.acknowledgement,
    henpin.schema_migration TO henpin_reader;
GRANT SELECT (consumer_group, source_topic, source_partition, source_offset, record_at,
    code, reason, hint, state, retries, recorded_at, changed_at, changed_by)
    ON henpin.dead_letter TO henpin_reader;
GRANT SELECT (order_key, consumer_group, source_topic, source_partition, source_offset, record_at,
    event_key, is_ready, parked_at) ON henpin.parked TO henpin_reader;

-- Desks and warehouses read their tasks as they stand; they change them by functions (0009_disposal.sql).
GRANT SELECT ON henpin.disposal_task TO henpin_desk;

-- Descriptions of roles belong to the whole server, too: set once, by whoever may.
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT v.name, v.meaning FROM (VALUES
        ('henpin_owner', 'Owns the schema henpin; migrations and maintenance act as this role.'),
        ('henpin_worker', 'Workers: append events, move state; no DDL, no deletion of events.'),
        ('henpin_reader', 'Reads everything of henpin but the bytes of records.'),
        ('henpin_desk', 'Desk and warehouse systems: views and functions only.'),
        ('henpin_directory', 'Who keeps the seller directory: its functions and tables, and the blockers.')) AS v (name, meaning)
        WHERE pg_catalog.shobj_description(v.name::regrole, 'pg_authid') IS NULL LOOP
        BEGIN
            EXECUTE format('COMMENT ON ROLE %I IS %L', r.name, r.meaning);
        EXCEPTION WHEN insufficient_privilege OR unique_violation THEN
            NULL;
        END;
    END LOOP;
END $$;

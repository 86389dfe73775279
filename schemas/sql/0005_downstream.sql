-- How other systems follow henpin: read_events() by cursor, acknowledge(), and the signal that there is more to read.
--
-- Transactions do not commit in the order in which they began, so neither a time nor a sequence can be a cursor: the
-- row that commits late lies behind it. Hence the number of the transaction (recorded_xid), read up to the oldest one
-- that is still open: every number below it has ended, and no row with it can appear any more. The price: while a
-- transaction that writes stays open, anywhere on the server, events after it wait.

SET LOCAL ROLE henpin_owner;
SET LOCAL search_path = henpin, pg_catalog;

-- Where an event lies: transaction, id, and which of the rows that share the id. Ids begin with their instant.
CREATE TYPE event_place AS (xid xid8, id uuid, part smallint);

CREATE FUNCTION event_place_of(cursor_text text) RETURNS event_place LANGUAGE plpgsql STABLE
SET search_path = henpin, pg_catalog, pg_temp AS $$
DECLARE
    parts text[] := regexp_match(cursor_text, '^([0-8][0-9]{18})[.]([0-9a-f]{32})[.]([0-9]{4})$');
    xid xid8;
BEGIN
    IF cursor_text IS NULL OR cursor_text = '' THEN
        RETURN ('0'::xid8, '00000000-0000-0000-0000-000000000000'::uuid, 0::smallint);
    END IF;
    IF parts IS NULL THEN
        RAISE invalid_parameter_value USING MESSAGE = format('"%s" is no cursor', left(cursor_text, 80)),
            HINT = 'Give back the cursor of the last row that was read; null reads from the beginning.';
    END IF;
    xid := parts[1]::bigint::text; -- without the zeros in front, which would make it octal
    IF xid >= pg_snapshot_xmax(pg_current_snapshot()) THEN
        RAISE invalid_parameter_value USING MESSAGE = format('the cursor "%s" lies in the future', cursor_text),
            HINT = 'It was read from another server, or this one was restored from a dump: begin again with null.';
    END IF;
    RETURN (xid, parts[2]::uuid, parts[3]::smallint);
END $$;

CREATE FUNCTION last_event_cursor() RETURNS text LANGUAGE sql STABLE
SET search_path = henpin, pg_catalog, pg_temp AS $$
    SELECT format('%s.%s.9999', lpad((pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)::text, 19, '0'), repeat('f', 32))
$$;

-- First how far so many events reach, then those in order, then their rows: each step is a scan of an index, however much
-- lies before the cursor or after it.
CREATE FUNCTION read_events(after_cursor text DEFAULT NULL, max_events integer DEFAULT 1000)
RETURNS TABLE (cursor text, what text, id uuid, kind text, state text, severity smallint, desk text, seller_id text,
    marketplace text, order_id text, case_id uuid, due_at timestamptz, occurred_at timestamptz, recorded_at timestamptz,
    body jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = henpin, pg_catalog, pg_temp SET enable_seqscan = off
SET enable_bitmapscan = off SET enable_sort = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
    after event_place := event_place_of(after_cursor);
    ended xid8 := pg_snapshot_xmin(pg_current_snapshot()); -- I9: all below it have ended, no row of theirs can still appear
    last xid8;
BEGIN
    IF max_events IS NULL OR max_events NOT BETWEEN 1 AND 10000 THEN
        RAISE invalid_parameter_value USING MESSAGE = format('max_events must be in range 1..10000, got %s',
            coalesce(max_events::text, 'null'));
    END IF;
    SELECT n.recorded_xid INTO last FROM (
        (SELECT e.recorded_xid FROM escalation_event e WHERE e.recorded_xid > after.xid ORDER BY 1 LIMIT max_events)
        UNION ALL
        (SELECT t.recorded_xid FROM disposal_task_event t WHERE t.recorded_xid > after.xid ORDER BY 1 LIMIT max_events)
        UNION ALL
        (SELECT a.recorded_xid FROM acknowledgement a WHERE a.recorded_xid > after.xid ORDER BY 1 LIMIT max_events)) n
    ORDER BY 1 OFFSET max_events - 1 LIMIT 1;
    last := coalesce(last, ended);
    RETURN QUERY
    WITH told AS MATERIALIZED (
        SELECT * FROM (
            SELECT e.recorded_xid AS xid, e.escalation_id AS id, 0::smallint AS part, e.identity_at AS at, NULL AS change
            FROM escalation_event e
            WHERE e.recorded_xid >= after.xid AND e.recorded_xid <= last AND e.recorded_xid < ended
            UNION ALL
            SELECT t.recorded_xid, t.task_id,
                (t.turn * 10 - 10
                    + array_position('{CREATED,READY,OVERDUE,FAILED,REOPENED,DONE,CANCELLED}'::text[], t.change))::smallint,
                t.identity_at, t.change
            FROM disposal_task_event t
            WHERE t.recorded_xid >= after.xid AND t.recorded_xid <= last AND t.recorded_xid < ended
            UNION ALL
            SELECT a.recorded_xid, a.escalation_id, 9999::smallint, NULL, NULL
            FROM acknowledgement a
            WHERE a.recorded_xid >= after.xid AND a.recorded_xid <= last AND a.recorded_xid < ended) p
        WHERE (p.xid, p.id, p.part) > (after.xid, after.id, after.part)
        ORDER BY p.xid, p.id, p.part LIMIT max_events)
    SELECT format('%s.%s.%s', lpad(p.xid::text, 19, '0'), replace(p.id::text, '-', ''), lpad(p.part::text, 4, '0')), r.* FROM told p
    CROSS JOIN LATERAL (
        SELECT 'escalation', e.escalation_id, e.kind, e.level, e.severity, e.desk, e.seller_id, e.marketplace,
            e.order_id, e.case_id, e.due_at, e.occurred_at, e.recorded_at, to_jsonb(e) - 'recorded_xid'
        FROM escalation_event e WHERE p.part = 0 AND e.identity_at = p.at AND e.escalation_id = p.id
        UNION ALL
        SELECT 'disposal_task', t.task_id, t.action, t.change, NULL, t.responsible, t.seller_id, t.marketplace,
            t.order_id, t.case_id, t.due_at, t.occurred_at, t.recorded_at, to_jsonb(t) - 'recorded_xid'
        FROM disposal_task_event t
        WHERE p.part BETWEEN 1 AND 9998 AND t.identity_at = p.at AND t.task_id = p.id AND t.change = p.change
            AND t.turn = p.part / 10 + 1
        UNION ALL
        SELECT 'acknowledgement', a.escalation_id, 'acknowledgement', 'acknowledged', NULL, a.acknowledged_by, NULL, NULL,
            NULL, NULL, NULL, a.acknowledged_at, a.acknowledged_at, to_jsonb(a) - 'recorded_xid'
        FROM acknowledgement a WHERE p.part = 9999 AND a.escalation_id = p.id) r
    ORDER BY p.xid, p.id, p.part;
END $$;

-- An id begins with the milliseconds of identity_at: that names the partition.
CREATE FUNCTION instant_of_id(id uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT
SET search_path = henpin, pg_catalog, pg_temp AS $$
    SELECT 'epoch'::timestamptz + (('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint
        - CASE WHEN left(id::text, 1) >= '8' THEN 281474976710656 ELSE 0 END) * interval '1 millisecond'
$$;

CREATE FUNCTION acknowledge(escalation uuid, who text, remark text DEFAULT NULL)
RETURNS TABLE (acknowledged_by text, acknowledged_at timestamptz, note text, is_first boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = henpin, pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    name CONSTANT text := btrim(who);
    more CONSTANT text := nullif(btrim(remark), '');
    subject uuid;
    is_new boolean;
BEGIN
    IF coalesce(name, '') = '' OR length(name) > 200 OR name ~ '[[:cntrl:]]' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'who must name a person or a desk in 1 to 200 characters';
    ELSIF length(more) > 2000 THEN
        RAISE invalid_parameter_value USING MESSAGE = format('the remark has %s characters, 2000 are allowed', length(more));
    END IF;
    SELECT e.subject_id INTO subject FROM escalation_event e
    WHERE e.identity_at >= instant_of_id(escalation) AND e.identity_at < instant_of_id(escalation) + interval '1 millisecond'
      AND e.escalation_id = escalation;
    IF subject IS NULL THEN
        RAISE no_data_found USING MESSAGE = format('there is no escalation %s', coalesce(escalation::text, 'null'));
    END IF;
    INSERT INTO acknowledgement AS a (escalation_id, subject_id, acknowledged_by, login, note)
    VALUES (escalation, subject, name, session_user, more) ON CONFLICT (escalation_id) DO NOTHING;
    is_new := FOUND;
    RETURN QUERY SELECT a.acknowledged_by, a.acknowledged_at, a.note, is_new
        FROM acknowledgement a WHERE a.escalation_id = escalation;
END $$;

-- NOTIFY takes a lock that all who notify share, up to their commit: never in a worker's transaction. henpin-deadlines
-- calls this with what the last call gave, in a transaction of its own.
CREATE FUNCTION announce_events(told bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE
SET search_path = henpin, pg_catalog, pg_temp SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
    newest bigint;
BEGIN
    SELECT max(n.xid::text::bigint) INTO newest FROM (
        (SELECT e.recorded_xid FROM escalation_event e
         WHERE e.recorded_xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY e.recorded_xid DESC LIMIT 1)
        UNION ALL
        (SELECT t.recorded_xid FROM disposal_task_event t
         WHERE t.recorded_xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY t.recorded_xid DESC LIMIT 1)
        UNION ALL
        (SELECT a.recorded_xid FROM acknowledgement a
         WHERE a.recorded_xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY a.recorded_xid DESC LIMIT 1)) AS n (xid);
    IF newest > told THEN
        PERFORM pg_notify('henpin_events', '');
    END IF;
    RETURN coalesce(newest, 0);
END $$;

GRANT SELECT ON acknowledgement TO henpin_worker;
GRANT EXECUTE ON FUNCTION announce_events(bigint) TO henpin_worker;
GRANT EXECUTE ON FUNCTION read_events(text, integer), last_event_cursor() TO henpin_reader, henpin_desk;
GRANT EXECUTE ON FUNCTION acknowledge(uuid, text, text) TO henpin_desk;

COMMENT ON TYPE event_place IS 'Where an event lies for read_events(): transaction, id, part.';
COMMENT ON FUNCTION event_place_of(text) IS 'The place that a reader''s cursor names; refuses what is none.';
COMMENT ON FUNCTION instant_of_id(uuid) IS 'The instant with which an id begins, to the millisecond.';
COMMENT ON FUNCTION last_event_cursor() IS 'The cursor after which only what is told from now on is read.';
COMMENT ON FUNCTION read_events(text, integer) IS 'The next events after a cursor, at most so many (1 to 10,000): escalations, changes of disposal tasks, acknowledgements. Keep the cursor of the last row in the same transaction as what you make of it, and give it with the next call; null begins with the oldest. Every event comes once and none is skipped, however late it commits: what an open transaction may still write before is waited for. kind and state are kind and level of an escalation, action and change of a task; body is the whole row, its columns as in the table. Cursors sort as texts: the greatest is the last. No row: nothing new; keep the cursor. Months that retention has dropped are not told any more.';
COMMENT ON FUNCTION acknowledge(uuid, text, text) IS 'Says that somebody has taken an escalation (escalation_id of read_events or open_escalations). The first who says so counts and is given back to every later caller (is_first false), so it may be repeated. The remark is for colleagues, not for a buyer''s words.';
COMMENT ON FUNCTION announce_events(bigint) IS 'NOTIFY henpin_events when there is more to read than at the call that gave this number. Called by henpin-deadlines each second; a reader who does not listen may as well just read.';

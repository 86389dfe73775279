-- One case from its first event to what is still to come. Case rows know their instants, and ids of events begin with one:
-- so the partitions are asked by their keys, never searched.

SET LOCAL ROLE henpin_owner;
SET LOCAL search_path = henpin, pg_catalog;

-- A case id is found by its key, other ids by BRIN: some milliseconds for each million of cases, and next to nothing for a new one.
CREATE FUNCTION find_case(searched text)
RETURNS TABLE (case_id uuid, case_kind text, marketplace text, seller_id text, order_id text, own_id text, status text,
    opened_at timestamptz, disposition text, amount_minor bigint, currency text, is_parked boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = henpin, pg_catalog, pg_temp SET enable_seqscan = off
SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
    keys uuid[];
    key CONSTANT uuid := CASE WHEN searched ~ '^[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}$' THEN searched::uuid END;
BEGIN
    RETURN QUERY
    SELECT o.order_key, 'order', o.marketplace, o.seller_id, o.order_id, NULL, o.status, o.opened_at, NULL, NULL::bigint, NULL, false
    FROM sales_order o WHERE o.order_key = key
    UNION ALL
    SELECT r.case_id, 'return', r.marketplace, r.seller_id, r.order_id, r.return_id, r.status, r.opened_at, r.disposition,
        r.amount_minor, r.currency, r.is_parked
    FROM return_case r WHERE r.case_id = key
    UNION ALL
    SELECT i.case_id, 'inquiry', i.marketplace, i.seller_id, i.order_id, i.inquiry_id, i.status, i.opened_at, NULL, NULL, NULL,
        i.is_parked
    FROM inquiry_thread i WHERE i.case_id = key;
    IF FOUND THEN
        RETURN;
    END IF;
    -- Every case of an order has its row, known yet or not; so its number leads to the key that finds the others.
    keys := ARRAY(SELECT o.order_key FROM sales_order o WHERE o.order_id = searched);
    RETURN QUERY
    SELECT * FROM (
        SELECT o.order_key, 'order', o.marketplace, o.seller_id, o.order_id, NULL, o.status, o.opened_at, NULL, NULL::bigint, NULL, false
        FROM sales_order o WHERE o.order_key = ANY (keys)
        UNION ALL
        SELECT r.case_id, 'return', r.marketplace, r.seller_id, r.order_id, r.return_id, r.status, r.opened_at, r.disposition,
            r.amount_minor, r.currency, r.is_parked
        FROM unnest(keys) AS k (order_key) JOIN return_case r ON r.order_key = k.order_key
        UNION ALL
        SELECT i.case_id, 'inquiry', i.marketplace, i.seller_id, i.order_id, i.inquiry_id, i.status, i.opened_at, NULL, NULL, NULL,
            i.is_parked
        FROM unnest(keys) AS k (order_key) JOIN inquiry_thread i ON i.order_key = k.order_key
        UNION -- a number may be that of an order and of a return
        SELECT r.case_id, 'return', r.marketplace, r.seller_id, r.order_id, r.return_id, r.status, r.opened_at, r.disposition,
            r.amount_minor, r.currency, r.is_parked
        FROM return_case r WHERE r.return_id = searched
        UNION
        SELECT i.case_id, 'inquiry', i.marketplace, i.seller_id, i.order_id, i.inquiry_id, i.status, i.opened_at, NULL, NULL, NULL,
            i.is_parked
        FROM inquiry_thread i WHERE i.inquiry_id = searched) c
    ORDER BY 8, 1;
END $$;

CREATE FUNCTION case_story(searched uuid)
RETURNS TABLE (at timestamptz, what text, name text, state text, desk text, reason text, rules text[], titles text[],
    policy_revision_id bigint, source_topic text, source_partition integer, source_offset bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = henpin, pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
    c record; -- the case
    duty_ids uuid[];
    instants timestamptz[]; -- that its ids can begin with
BEGIN
    SELECT x.* INTO c FROM (
        SELECT o.order_key, o.marketplace, o.seller_id, o.opened_at, o.history_at, o.duties FROM sales_order o
        WHERE o.order_key = searched
        UNION ALL
        SELECT r.order_key, r.marketplace, r.seller_id, r.opened_at, r.history_at, r.duties FROM return_case r
        WHERE r.case_id = searched
        UNION ALL
        SELECT i.order_key, i.marketplace, i.seller_id, i.opened_at, i.history_at, i.duties FROM inquiry_thread i
        WHERE i.case_id = searched) x;
    duty_ids := c.duties;
    SELECT array_agg(DISTINCT n.at) INTO instants FROM (
        SELECT unnest(c.opened_at || c.history_at) AS at
        UNION ALL
        SELECT unnest(ARRAY[d.start_at, d.act_by_at, d.due_at] || d.warn_at || d.turn_from || d.turn_act_by) FROM duty d WHERE d.duty_id = ANY (duty_ids)) n
    WHERE n.at IS NOT NULL;
    RETURN QUERY
    WITH told AS MATERIALIZED (
        SELECT e.* FROM escalation_event e
        WHERE e.identity_at = ANY (instants) AND (e.case_id = searched OR e.subject_id = ANY (duty_ids))
        UNION ALL -- told at an instant that moved later, or handed on early because a desk was full
        SELECT e.* FROM unnest(duty_ids) AS i (duty_id) JOIN escalation_event e ON e.subject_id = i.duty_id
        WHERE NOT e.identity_at = ANY (instants)
        UNION ALL
        SELECT e.* FROM escalation_event e
        WHERE e.identity_at = 'epoch' AND e.subject_id = c.order_key AND e.kind = 'order_unknown'
    ), story (at, place, what, name, state, desk, reason, rules, revision, topic, partition, "offset") AS (
        SELECT d.occurred_at, 1, 'event', d.event, d.outcome, NULL,
            CASE WHEN d.cause IS NOT NULL THEN 'a person must look: ' || d.cause END, d.rules, d.policy_revision_id,
            d.source_topic, d.source_partition, d.source_offset
        FROM decision d WHERE d.occurred_at = ANY (instants) AND d.case_id = searched
        UNION ALL
        SELECT e.occurred_at, CASE e.level WHEN 'open' THEN 3 ELSE 4 END, 'escalation', e.kind, e.level, e.desk, e.reason,
            array_remove(ARRAY[e.rule_id], NULL), e.policy_revision_id, e.source_topic, e.source_partition, e.source_offset
        FROM told e
        UNION ALL
        SELECT a.acknowledged_at, 5, 'acknowledgement', e.kind, e.level, a.acknowledged_by, a.note, '{}', NULL, NULL, NULL, NULL
        FROM told e JOIN acknowledgement a ON a.escalation_id = e.escalation_id
        UNION ALL
        SELECT t.occurred_at, 6 + t.step_no / 100.0, 'task', t.action, t.change, coalesce(e.done_by, t.responsible),
            format('step %s of %s', t.step_no, t.playbook) || coalesce('; partner ' || k.partner, '')
                || coalesce('; licence ' || t.licence_required, '')
                || coalesce('; evidence ' || t.evidence_required, '') || coalesce('; due ' || to_char(t.due_at AT TIME ZONE 'UTC',
                'YYYY-MM-DD HH24:MI "UTC"'), ''),
            ARRAY[t.rule_id], t.policy_revision_id, t.source_topic, t.source_partition, t.source_offset
        FROM disposal_task_event t
        -- Who did it, failed or reopened it: the evidence of that turn. Whose it is, of the turn that stands.
        LEFT JOIN task_evidence e ON e.task_id = t.task_id AND e.turn = t.turn AND t.change IN ('DONE', 'FAILED', 'REOPENED')
        LEFT JOIN disposal_task k ON k.task_id = t.task_id AND k.turn = t.turn AND t.change IN ('READY', 'DONE')
        WHERE t.identity_at IN (SELECT d.identity_at FROM disposal_task d WHERE d.case_id = searched) AND t.case_id = searched
        UNION ALL
        SELECT d.closed_at, 2, 'duty', d.name, d.state, d.desk,
            CASE WHEN d.closed_at > d.due_at THEN 'late by ' || justify_interval(date_trunc('minute', d.closed_at - d.due_at))
                WHEN d.due_at IS NOT NULL THEN justify_interval(date_trunc('minute', d.due_at - d.closed_at)) || ' before it was due' END,
            ARRAY[d.rule_id], d.policy_revision_id, NULL, NULL, NULL
        FROM duty d WHERE d.duty_id = ANY (duty_ids) AND d.closed_at IS NOT NULL
        UNION ALL
        SELECT d.start_at, 7, 'duty', d.name, d.state, d.desk, 'waits for ' || d.waits_for, ARRAY[d.rule_id], d.policy_revision_id,
            NULL, NULL, NULL
        FROM duty d WHERE d.duty_id = ANY (duty_ids) AND d.state = 'waiting'
        UNION ALL
        SELECT k.at, 8, 'clock', d.name, k.state, d.desk, 'if nobody answers' || CASE WHEN k.state = 'due'
                THEN coalesce(': ' || coalesce(d.breach_cost, d.breach), '') ELSE '' END,
            ARRAY[d.rule_id], d.policy_revision_id, NULL, NULL, NULL
        FROM duty d CROSS JOIN LATERAL (
            SELECT w, 'warned' FROM unnest(d.warn_at) w UNION ALL VALUES (d.act_by_at, 'act_by'), (d.due_at, 'due')) k (at, state)
        WHERE d.duty_id = ANY (duty_ids) AND d.closed_at IS NULL AND d.state = 'open' AND k.at > now()
        UNION ALL
        SELECT v.at, 9, 'blocker', b.blocker, v.state, b.desk, 'of the seller ' || b.seller_id || ' at ' || b.marketplace,
            ARRAY[b.rule_id], b.policy_revision_id, NULL, NULL, NULL
        FROM blocker b CROSS JOIN LATERAL (VALUES (b.raised_at, 'raised'), (b.resolved_at, 'resolved')) v (at, state)
        WHERE b.seller_id = c.seller_id AND b.marketplace = c.marketplace AND v.at IS NOT NULL
          AND coalesce(b.resolved_at, 'infinity') >= c.opened_at
    ), titled AS MATERIALIZED (
        SELECT p.policy_revision_id AS revision, r.rule->>'id' AS rule_id, r.rule->>'title' AS title
        FROM policy_revision p
        CROSS JOIN LATERAL jsonb_path_query(p.canonical::jsonb, '$.packs[*].tables[*].rules[*]') AS r (rule)
        WHERE p.policy_revision_id IN (SELECT s.revision FROM story s)
    )
    SELECT s.at, s.what, s.name, s.state, s.desk, s.reason, s.rules,
        ARRAY(SELECT coalesce(t.title, r.id) FROM unnest(s.rules) WITH ORDINALITY AS r (id, n)
              LEFT JOIN titled t ON t.revision = s.revision AND t.rule_id = r.id ORDER BY r.n),
        s.revision, s.topic, s.partition, s."offset"
    FROM story s ORDER BY s.at, s.place, s.name, s.state, s.reason;
END $$;

-- An order may have thousands of lines; the first say enough.
CREATE FUNCTION case_hands(searched uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = henpin, pg_catalog, pg_temp AS $$
    SELECT string_agg(format('line %s %s', l.line->>'line_id', lower(coalesce(l.line->>'fulfilment', o.fulfilment))), ', '
        ORDER BY l.position)
    FROM (SELECT order_key, NULL::jsonb AS lines, NULL::text AS line_id FROM sales_order WHERE order_key = searched
          UNION ALL SELECT order_key, lines, NULL FROM return_case WHERE case_id = searched
          UNION ALL SELECT order_key, NULL, line_id FROM inquiry_thread WHERE case_id = searched) c
    JOIN sales_order o ON o.order_key = c.order_key AND o.is_mixed
    CROSS JOIN LATERAL jsonb_array_elements(o.lines) WITH ORDINALITY AS l (line, position)
    WHERE l.position <= 20 AND (c.line_id IS NULL OR c.line_id = l.line->>'line_id')
      AND (c.lines IS NULL OR c.lines @> jsonb_build_array(jsonb_build_object('line_id', l.line->'line_id')))
$$;

GRANT EXECUTE ON FUNCTION find_case(text), case_story(uuid), case_hands(uuid) TO henpin_reader, henpin_desk;

COMMENT ON FUNCTION find_case(text) IS 'The cases that an id names: a case_id, order id, return id or inquiry id. A case_id is found at once, any other by a look through the summaries of all cases.';
COMMENT ON FUNCTION case_hands(uuid) IS 'Of a case of a mixed order: who fulfils the lines that it is about (the first twenty of the order), "line 1 seller, line 2 marketplace"; NULL: the order is in one hand.';
COMMENT ON FUNCTION case_story(uuid) IS 'All that happened to a case, in order of time, and what its clock will tell: events with the rules that hit, escalations, acknowledgements, disposal tasks (with who did them, and the partner), duties and how they ended, blockers of its seller while it ran. titles are those of rules, in the words of the revision that decided. Instants after now() are what comes if nobody answers (what = clock).';

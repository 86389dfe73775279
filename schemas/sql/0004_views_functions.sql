-- What people ask for first, as views; and the plan of partition maintenance. All of it belongs to henpin_owner.

SET LOCAL ROLE henpin_owner;
SET LOCAL search_path = henpin, pg_catalog;

CREATE VIEW order_line AS
SELECT o.order_key, o.marketplace, o.seller_id, o.order_id, l.position,
       l.line->>'line_id' AS line_id, l.line->>'sku' AS sku, (l.line->>'quantity')::bigint AS quantity,
       (l.line->>'unit_price_minor')::bigint AS unit_price_minor, l.line->>'currency' AS currency,
       l.line->>'product_class' AS product_class, l.line->'hazards' AS hazards,
       coalesce(l.line->>'fulfilment', o.fulfilment) AS fulfilment
FROM sales_order o
CROSS JOIN LATERAL jsonb_array_elements(
    CASE WHEN jsonb_typeof(o.lines) = 'array' THEN o.lines ELSE '[]' END)
    WITH ORDINALITY AS l (line, position);

-- Without ranks, so that whoever asks for a part pays for no more. Late is negative, and the graver the earlier: there the
-- weight multiplies.
CREATE VIEW standing_escalation AS
WITH standing AS (
    SELECT 'duty' AS kind, d.name AS subject, d.severity, d.case_kind, d.case_id, d.duty_id AS subject_id,
           d.seller_id, d.marketplace, d.order_id, d.desk, d.due_at, d.act_by_at,
           d.start_at AS since, d.rule_id, d.breach AS consequence
    FROM duty d
    WHERE d.closed_at IS NULL AND d.state IN ('open', 'breached')
    UNION ALL
    SELECT 'blocker', b.blocker, b.severity, 'seller', NULL, b.blocker_id,
           b.seller_id, b.marketplace, NULL, b.desk, NULL, NULL,
           b.raised_at, b.rule_id, NULL
    FROM blocker b
    WHERE b.state = 'raised'
    UNION ALL
    SELECT e.kind, e.level, e.severity, e.case_kind, e.case_id, e.subject_id,
           e.seller_id, e.marketplace, e.order_id, e.desk, e.due_at, e.act_by_at,
           e.occurred_at, e.rule_id, e.reason
    FROM escalation_event e
    LEFT JOIN return_case r ON e.case_kind = 'return' AND r.case_id = e.case_id
    LEFT JOIN inquiry_thread i ON e.case_kind = 'inquiry' AND i.case_id = e.case_id
    LEFT JOIN sales_order o ON e.case_kind = 'order' AND o.order_key = e.case_id
    WHERE e.kind = 'triage'
      AND CASE WHEN e.case_kind = 'order'
               THEN o.status IS DISTINCT FROM 'DELIVERED' AND o.status IS DISTINCT FROM 'CANCELLED'
                    AND e.recorded_at > now() - interval '30 days'
               ELSE coalesce(r.status, i.status) IS DISTINCT FROM 'CLOSED' END
    UNION ALL
    SELECT e.kind, e.level, e.severity, e.case_kind, e.case_id, e.subject_id,
           e.seller_id, e.marketplace, e.order_id, e.desk, e.due_at, e.act_by_at,
           e.occurred_at, e.rule_id, e.reason
    FROM (SELECT order_key FROM return_case WHERE is_parked
          UNION SELECT order_key FROM inquiry_thread WHERE is_parked) w
    JOIN escalation_event e ON e.subject_id = w.order_key AND e.identity_at = 'epoch'
    WHERE e.kind = 'order_unknown'
    UNION ALL
    -- What of a seller ends: the last warning, as long as it still ends then and nothing follows.
    SELECT e.level, e.kind, e.severity, e.case_kind, e.case_id, e.subject_id,
           e.seller_id, e.marketplace, e.order_id, e.desk, e.due_at, e.act_by_at,
           e.identity_at, e.rule_id, NULL
    FROM escalation_event e
    CROSS JOIN LATERAL (
        SELECT bool_or(x.valid_until = e.due_at) AS ends, bool_or(x.valid_from <= e.due_at AND x.valid_until > e.due_at) AS goes_on
        FROM (SELECT f.valid_from, f.valid_until FROM seller_fact f WHERE f.seller_id = e.seller_id AND f.fact = e.kind
              UNION ALL
              SELECT l.valid_from, l.valid_until FROM seller_licence l WHERE l.seller_id = e.seller_id AND l.licence = e.kind) x) v
    WHERE e.level = 'ends_soon' AND e.case_kind = 'seller' AND e.due_at > now() AND v.ends AND NOT v.goes_on
      AND NOT EXISTS (SELECT FROM escalation_event n WHERE n.level = 'ends_soon' AND n.subject_id = e.subject_id
                      AND n.identity_at > e.identity_at)
    UNION ALL
    -- The same of a desk's licence, as long as the packs say that it ends then.
    SELECT e.level, e.kind, e.severity, e.case_kind, e.case_id, e.subject_id,
           e.seller_id, e.marketplace, e.order_id, e.desk, e.due_at, e.act_by_at,
           e.identity_at, e.rule_id, NULL
    FROM escalation_event e
    JOIN desk k ON k.desk = e.details->>'desk'
    WHERE e.level = 'ends_soon' AND e.case_kind = 'desk' AND e.due_at > now()
      AND e.kind || to_char(e.due_at AT TIME ZONE 'UTC', '" until "YYYY-MM-DD"T"HH24:MI:SS"Z"') = ANY (k.licences)
      AND NOT EXISTS (SELECT FROM escalation_event n WHERE n.level = 'ends_soon' AND n.subject_id = e.subject_id
                      AND n.identity_at > e.identity_at)
)
SELECT s.kind, s.subject, s.severity, s.desk, s.due_at, s.act_by_at, coalesce(s.act_by_at, s.due_at) - now() AS time_left,
       s.seller_id, s.marketplace, s.order_id, s.case_kind, s.case_id, s.subject_id, s.since, s.rule_id, s.consequence,
       extract(epoch FROM coalesce(s.act_by_at, s.due_at) - now())::double precision
           * 4::double precision ^ (CASE WHEN coalesce(s.act_by_at, s.due_at) < now() THEN s.severity ELSE -s.severity END)
           AS urgency
FROM standing s;

-- What is looked up for each row stands above the ranking and is no join: whoever counts does not pay for it, and
-- whoever limits pays for what is shown. The event that raised it is of the instant from which it stands, or of those without one.
CREATE VIEW open_escalations AS
SELECT s.rank, s.kind, s.subject, s.severity, s.desk, s.due_at, s.act_by_at, s.time_left, s.seller_id, s.marketplace,
       s.order_id,
       (SELECT r.return_id FROM return_case r WHERE s.case_kind = 'return' AND r.case_id = s.case_id) AS return_id,
       s.case_kind, s.case_id, s.subject_id, s.since, s.rule_id, s.consequence,
       (SELECT r.remedy FROM return_case r WHERE s.case_kind = 'return' AND r.case_id = s.case_id) AS remedy,
       (SELECT r.destination FROM return_case r WHERE s.case_kind = 'return' AND r.case_id = s.case_id) AS destination,
       (SELECT e.reason FROM escalation_event e
        WHERE e.identity_at IN (s.since, 'epoch') AND e.subject_id = s.subject_id ORDER BY e.recorded_at LIMIT 1) AS reason,
       (SELECT e.source_topic FROM escalation_event e
        WHERE e.identity_at IN (s.since, 'epoch') AND e.subject_id = s.subject_id ORDER BY e.recorded_at LIMIT 1) AS source_topic,
       (SELECT e.source_partition FROM escalation_event e
        WHERE e.identity_at IN (s.since, 'epoch') AND e.subject_id = s.subject_id ORDER BY e.recorded_at LIMIT 1) AS source_partition,
       (SELECT e.source_offset FROM escalation_event e
        WHERE e.identity_at IN (s.since, 'epoch') AND e.subject_id = s.subject_id ORDER BY e.recorded_at LIMIT 1) AS source_offset,
       (SELECT e.escalation_id FROM escalation_event e
        WHERE e.identity_at IN (s.since, 'epoch') AND e.subject_id = s.subject_id ORDER BY e.recorded_at LIMIT 1) AS escalation_id,
       (SELECT e.reason FROM escalation_event e
        WHERE e.identity_at = s.since AND e.subject_id = s.subject_id AND e.level = 'deadline_moved'
        ORDER BY e.recorded_at DESC LIMIT 1) AS moved,
       (SELECT a.acknowledged_by FROM acknowledgement a
        WHERE a.subject_id = s.subject_id ORDER BY a.acknowledged_at DESC LIMIT 1) AS acknowledged_by,
       (SELECT a.acknowledged_at FROM acknowledgement a
        WHERE a.subject_id = s.subject_id ORDER BY a.acknowledged_at DESC LIMIT 1) AS acknowledged_at
FROM (SELECT row_number() OVER (ORDER BY s.urgency NULLS LAST, s.severity DESC, s.since, s.subject_id) AS rank, s.*
      FROM standing_escalation s) s;

-- The same for a part, ranked within it: only what is shown is ordered whole and looked up. Of one severity the earlier is the
-- more urgent, late or not, so the first of each severity are all that can be shown: some rows of an index, however many stand.
-- What one seller or a desk with a limit has is little, and has an index too.
CREATE FUNCTION board(only_marketplace text DEFAULT NULL, only_seller text DEFAULT NULL, only_desk text DEFAULT NULL,
    most bigint DEFAULT 20)
RETURNS SETOF open_escalations LANGUAGE sql STABLE SECURITY DEFINER SET search_path = henpin, pg_catalog, pg_temp
SET jit = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
    SELECT row_number() OVER (ORDER BY s.urgency NULLS LAST, s.severity DESC, s.since, s.subject_id), s.kind, s.subject,
        s.severity, s.desk, s.due_at, s.act_by_at, s.time_left, s.seller_id, s.marketplace, s.order_id, r.return_id,
        s.case_kind, s.case_id, s.subject_id, s.since, s.rule_id, s.consequence, r.remedy, r.destination, e.reason,
        e.source_topic, e.source_partition, e.source_offset, e.escalation_id, m.reason, a.acknowledged_by, a.acknowledged_at
    FROM (SELECT * FROM standing_escalation x
          WHERE (x.kind <> 'duty' OR x.subject_id = ANY (ARRAY(
                SELECT d.duty_id FROM unnest('{0,1,2,3,4}'::smallint[]) AS v (severity) CROSS JOIN LATERAL (
                    SELECT y.duty_id FROM duty y
                    WHERE y.closed_at IS NULL AND y.state IN ('open', 'breached') AND y.severity = v.severity
                      AND (only_marketplace IS NULL OR y.marketplace = only_marketplace) AND (only_desk IS NULL OR y.desk = only_desk)
                    ORDER BY coalesce(y.act_by_at, y.due_at), y.start_at, y.duty_id LIMIT most) d
                WHERE only_seller IS NULL AND NOT EXISTS (SELECT FROM desk k WHERE k.desk = only_desk AND k.capacity IS NOT NULL)
                UNION ALL
                SELECT y.duty_id FROM duty y
                WHERE y.closed_at IS NULL AND y.state IN ('open', 'breached') AND y.seller_id = only_seller
                UNION ALL
                SELECT y.duty_id FROM desk k JOIN duty y ON y.desk = k.desk
                WHERE only_seller IS NULL AND k.desk = only_desk AND k.capacity IS NOT NULL
                  AND y.closed_at IS NULL AND y.state IN ('open', 'breached'))))
            AND (only_marketplace IS NULL OR x.marketplace = only_marketplace)
            AND (only_seller IS NULL OR x.seller_id = only_seller) AND (only_desk IS NULL OR x.desk = only_desk)
          ORDER BY x.urgency NULLS LAST, x.severity DESC, x.since, x.subject_id LIMIT most) s
    LEFT JOIN return_case r ON s.case_kind = 'return' AND r.case_id = s.case_id
    LEFT JOIN LATERAL (
        SELECT x.* FROM escalation_event x WHERE x.identity_at IN (s.since, 'epoch') AND x.subject_id = s.subject_id
        ORDER BY x.recorded_at LIMIT 1) e ON true
    LEFT JOIN LATERAL (
        SELECT x.reason FROM escalation_event x
        WHERE x.identity_at = s.since AND x.subject_id = s.subject_id AND x.level = 'deadline_moved'
        ORDER BY x.recorded_at DESC LIMIT 1) m ON true
    LEFT JOIN LATERAL (
        SELECT x.* FROM acknowledgement x WHERE x.subject_id = s.subject_id ORDER BY x.acknowledged_at DESC LIMIT 1) a ON true
    ORDER BY 1
$$;

CREATE FUNCTION seller_speaks(seller text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = henpin, pg_catalog, pg_temp AS $$
    SELECT jsonb_agg(substr(f.fact, 10) ORDER BY f.fact) FROM seller_fact f
    WHERE f.seller_id = seller AND f.fact LIKE 'language._%' AND now() >= f.valid_from AND now() < f.valid_until
$$;

-- What moves on with the order is not written beside an escalation, so that it does not matter when a message was read.
CREATE VIEW inquiry_escalation AS
SELECT e.identity_at, e.escalation_id, e.kind, e.level, e.case_id, e.seller_id, e.marketplace, e.order_id, e.desk, e.due_at, e.act_by_at,
       coalesce(e.details, '{}') || jsonb_strip_nulls(jsonb_build_object('shipment', o.status, 'carrier', o.carrier,
           'tracking', o.tracking, 'promised_at', to_char(o.latest_delivery_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           'delivered_at', to_char(o.delivered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'lines', o.lines,
           'returns', (SELECT jsonb_object_agg(r.return_id, r.status) FROM return_case r WHERE r.order_key = i.order_key),
           'seller_speaks', seller_speaks(e.seller_id)))
           AS details
FROM escalation_event e
JOIN inquiry_thread i ON i.case_id = e.case_id
LEFT JOIN sales_order o ON o.order_key = i.order_key AND o.is_known
WHERE e.case_kind = 'inquiry';

CREATE VIEW waiting_return AS
SELECT r.marketplace, r.seller_id, r.order_id, r.return_id, r.opened_at, o.wanted_by
FROM return_case r
JOIN sales_order o ON o.order_key = r.order_key
WHERE r.is_parked;

CREATE VIEW case_timeline AS
SELECT d.case_id, d.occurred_at AS at, 'event' AS what, d.event AS name, d.outcome AS state, d.cause AS reason,
       d.rules, d.policy_revision_id, d.source_topic, d.source_partition, d.source_offset
FROM decision d
UNION ALL
SELECT e.case_id, e.occurred_at, 'escalation', e.kind, e.level, e.reason,
       ARRAY[e.rule_id], e.policy_revision_id, e.source_topic, e.source_partition, e.source_offset
FROM escalation_event e WHERE e.case_id IS NOT NULL
UNION ALL
SELECT t.case_id, t.occurred_at, 'task', t.action, t.change, t.playbook || ' step ' || t.step_no,
       ARRAY[t.rule_id], t.policy_revision_id, t.source_topic, t.source_partition, t.source_offset
FROM disposal_task_event t
UNION ALL
SELECT u.case_id, u.start_at, 'duty', u.name, 'started', u.breach,
       ARRAY[u.rule_id], u.policy_revision_id, NULL, NULL, NULL
FROM duty u WHERE u.start_at IS NOT NULL AND u.state <> 'cancelled'
UNION ALL
SELECT u.case_id, u.closed_at, 'duty', u.name, u.state, u.breach,
       ARRAY[u.rule_id], u.policy_revision_id, NULL, NULL, NULL
FROM duty u WHERE u.closed_at IS NOT NULL;

-- A month whose rows already lie in the default partition stays there: moving them would block writers.
CREATE FUNCTION maintenance_plan(ahead interval DEFAULT '3 months', keep interval DEFAULT '25 months')
RETURNS TABLE (what text, statement text) LANGUAGE plpgsql STABLE SET search_path = henpin, pg_catalog, pg_temp AS $$
DECLARE
    parent record;
    part record;
    begins timestamptz;
    ends timestamptz;
    name text;
    is_taken boolean;
BEGIN
    FOR parent IN SELECT * FROM (VALUES ('escalation_event', 'identity_at'),
        ('disposal_task_event', 'identity_at'), ('decision', 'occurred_at')) AS v (tab, col) LOOP
        -- Ids begin with purchases and events of months that are over, too.
        begins := date_trunc('month', (now() - interval '3 months') AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
        WHILE begins <= now() + ahead LOOP
            ends := (begins AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
            name := parent.tab || to_char(begins AT TIME ZONE 'UTC', '"_y"YYYY"m"MM');
            IF to_regclass('henpin.' || name) IS NULL THEN
                EXECUTE format('SELECT EXISTS (SELECT FROM henpin.%I WHERE %I >= $1 AND %I < $2)',
                    parent.tab || '_default', parent.col, parent.col) INTO is_taken USING begins, ends;
                what := CASE WHEN is_taken
                    THEN format('%s: rows of that month lie in %s_default and stay there', name, parent.tab)
                    ELSE 'create partition ' || name END;
                statement := CASE WHEN NOT is_taken THEN format(
                    'CREATE TABLE henpin.%1$I (LIKE henpin.%2$I INCLUDING ALL); '
                    'COMMENT ON TABLE henpin.%1$I IS %5$L; '
                    'ALTER TABLE henpin.%2$I ATTACH PARTITION henpin.%1$I FOR VALUES FROM (%3$L) TO (%4$L)',
                    name, parent.tab, begins, ends, 'One month (UTC) of ' || parent.tab || '.') END;
                RETURN NEXT;
            END IF;
            begins := ends;
        END LOOP;
        FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = ('henpin.' || parent.tab)::regclass
              AND c.relname ~ '_y[0-9]{4}m[0-9]{2}$'
              AND (to_date(right(c.relname, 7), 'YYYY"m"MM') + interval '1 month') AT TIME ZONE 'UTC'
                  <= now() - keep
            ORDER BY c.relname LOOP
            what := 'drop partition ' || part.relname;
            statement := format('ALTER TABLE henpin.%1$I DETACH PARTITION henpin.%2$I; DROP TABLE henpin.%2$I',
                parent.tab, part.relname);
            RETURN NEXT;
        END LOOP;
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION board(text, text, text, bigint), seller_speaks(text) TO henpin_reader, henpin_desk, henpin_worker;
GRANT SELECT ON order_line, standing_escalation, open_escalations, inquiry_escalation, waiting_return, case_timeline TO henpin_reader, henpin_desk, henpin_worker;

COMMENT ON VIEW order_line IS 'One row per line of an order.';
COMMENT ON VIEW open_escalations IS 'What stands and wants a person: open duties, raised blockers, triage, unknown orders, and what of sellers ends soon. Triage of a return leaves when the case is closed; that of an order when it is delivered or cancelled, or 30 days after it was told (recorded_at), because nothing closes an order. Ranked by consequence within time left: the seconds until act_by_at (else due_at), divided by 4 for each step of severity, smallest first; so a grave matter of four days stands beside a serious one of one day. What is late is negative, multiplied instead, and comes first; what has no clock comes last, graver and older first.';
COMMENT ON VIEW standing_escalation IS 'open_escalations without ranks and what is looked up for each: for counting.';
COMMENT ON FUNCTION board(text, text, text, bigint) IS 'The first rows of open_escalations of a marketplace, a seller, a desk (null: any), ranked among themselves; fast with a million of them.';
COMMENT ON FUNCTION seller_speaks(text) IS 'The languages that a seller''s own people speak now, its facts language.XX, as ["pt", "zh"]; NULL: none is known.';
COMMENT ON VIEW inquiry_escalation IS 'What a desk needs to answer a buyer: each escalation of a conversation, with its order, the order''s returns and what languages the seller''s own people speak (seller_speaks), as all stand now, in details.';
COMMENT ON VIEW waiting_return IS 'Returns that wait for their order and are not decided before it is known. After a while (--order-patience) the order is escalated as order_unknown.';
COMMENT ON VIEW case_timeline IS 'Everything that happened to a case: events, duties, escalations, tasks. Select by case_id and order by at.';
COMMENT ON FUNCTION maintenance_plan(interval, interval) IS 'What partition maintenance has to do, a row each; statement is NULL when it is only to be told. Run by henpin migrate, each row as a transaction of its own. ahead: how far partitions are created, besides three months behind; keep: how long they stay.';

-- A column of a view means what the table's column of that name means.
DO $$
DECLARE
    c record;
BEGIN
    FOR c IN
        WITH special (tab, name, meaning) AS (VALUES
            ('order_line', 'position', 'Place in the order, from 1.'),
            ('order_line', 'line_id', 'Id of the line as the marketplace gives it.'),
            ('order_line', 'sku', 'The seller''s article.'),
            ('order_line', 'quantity', 'Pieces.'),
            ('order_line', 'unit_price_minor', 'Price of a piece in minor units of the currency.'),
            ('order_line', 'hazards', 'Hazards as JSON array of words.'),
            ('order_line', 'fulfilment', 'Who ships it and takes it back: SELLER or MARKETPLACE.'),
            ('open_escalations', 'rank', 'From 1, the most urgent first.'),
            ('open_escalations', 'kind', 'duty, blocker, triage, order_unknown or ends_soon.'),
            ('open_escalations', 'subject', 'Which duty or blocker, which fact or licence ends; for others the level.'),
            ('open_escalations', 'time_left', 'Until act_by_at, else due_at; negative when late.'),
            ('open_escalations', 'since', 'Instant from which it stands.'),
            ('open_escalations', 'reason', 'Why it was raised, as one readable sentence.'),
            ('open_escalations', 'consequence', 'What follows when nobody acts, or why a person must look.'),
            ('open_escalations', 'moved', 'When its deadline was moved, the latest such: from when to when and why.'),
            ('standing_escalation', 'kind', 'duty, blocker, triage, order_unknown or ends_soon.'),
            ('standing_escalation', 'subject', 'Which duty or blocker, which fact or licence ends; for others the level.'),
            ('standing_escalation', 'time_left', 'Until act_by_at, else due_at; negative when late.'),
            ('standing_escalation', 'since', 'Instant from which it stands.'),
            ('standing_escalation', 'consequence', 'What follows when nobody acts, or why a person must look.'),
            ('standing_escalation', 'urgency', 'What it is ranked by, smallest first; null: it has no clock.'),
            ('case_timeline', 'at', 'Instant at which it happened.'),
            ('case_timeline', 'what', 'event, escalation, task or duty.'),
            ('case_timeline', 'name', 'Kind of the event or escalation, action of the task, name of the duty.'),
            ('case_timeline', 'state', 'Outcome, level, change or state.'))
        SELECT k.relname AS tab, a.attname AS name, k.relkind AS kind, coalesce(s.meaning, (
            SELECT d.description FROM pg_attribute b
            JOIN pg_class t ON t.oid = b.attrelid AND t.relkind IN ('r', 'p')
            JOIN pg_description d ON d.objoid = t.oid AND d.objsubid = b.attnum
                AND d.classoid = 'pg_class'::regclass
            WHERE t.relnamespace = 'henpin'::regnamespace AND b.attname = a.attname
            ORDER BY t.relname = 'escalation_event' DESC, t.relname LIMIT 1)) AS meaning
        FROM pg_attribute a
        JOIN pg_class k ON k.oid = a.attrelid AND k.relkind = 'v'
        LEFT JOIN special s ON s.name = a.attname AND s.tab = k.relname
        WHERE k.relnamespace = 'henpin'::regnamespace AND a.attnum > 0
    LOOP
        EXECUTE format('COMMENT ON COLUMN henpin.%I.%I IS %L', c.tab, c.name, c.meaning);
    END LOOP;
END $$;

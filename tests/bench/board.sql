-- Fills the tables for the step `board`: :cases returns over 400 days, each with a duty; of the latest 3 % nobody has
-- answered the duty yet. Ids begin with their instant, as henpin's own do.
SET search_path = henpin;
SET synchronous_commit = off;
CREATE FUNCTION pg_temp.id(at timestamptz, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '80008000' || lpad(to_hex(n), 12, '0'))::uuid
$$;
INSERT INTO policy_revision VALUES (1, 'bench', 'bench', '{"packs": []}') ON CONFLICT DO NOTHING;
CREATE TEMP VIEW made AS
SELECT n, now() - (:cases - n) * (interval '400 days' / :cases) AS at, 'A' || n % 2000 AS seller,
    (ARRAY['amazon.co.jp', 'amazon.de', 'rakuten.co.jp', 'amazon.es'])[1 + n % 2000 % 4] AS marketplace, n > 0.97 * :cases AS stands
FROM generate_series(1, :cases) n;
INSERT INTO return_case (case_id, order_key, marketplace, seller_id, order_id, return_id, is_parked, status, reason_code, wanted,
    amount_minor, currency, lines, tasks, opened_at, history_event, history_at, history_id, duties, triaged)
SELECT md5('case' || n)::uuid, md5('order' || n)::uuid, marketplace, seller, '250-' || n, 'RMA-' || n, false, 'REQUESTED',
    'CR-DEFECTIVE', 'REFUND', 1200, 'JPY', '[]', 0, at, '{return_requested}', ARRAY[at], ARRAY[n], ARRAY[pg_temp.id(at, n)], '{}'
FROM made;
INSERT INTO duty (duty_id, case_kind, case_id, name, instance, state, seller_id, marketplace, order_id, desk, start_at, due_at,
    act_by_at, warn_at, stop_id, closed_at, breach, severity, rule_id, policy_revision_id, desk_open_us)
SELECT pg_temp.id(at, n), 'return', md5('case' || n)::uuid, 'answer_return', 1, CASE WHEN stands THEN 'open' ELSE 'met' END, seller,
    marketplace, '250-' || n, 'desk-' || n % 7, at, at + interval '14 days', at + interval '13 days', ARRAY[at + interval '7 days'], 0,
    CASE WHEN NOT stands THEN at + n % 500 * interval '1 hour' END, 'account_risk', n % 5, 'rule', 1,
    CASE WHEN NOT stands THEN n % 160 * 3600000000 END
FROM made;
INSERT INTO escalation_event (identity_at, escalation_id, kind, level, severity, case_kind, case_id, subject_id, seller_id, marketplace,
    order_id, desk, rule_id, policy_revision_id, occurred_at, reason, source_topic, source_partition, source_offset)
SELECT at, pg_temp.id(at, n), 'answer_return', 'open', n % 5, 'return', md5('case' || n)::uuid, pg_temp.id(at, n), seller, marketplace,
    '250-' || n, 'desk-' || n % 7, 'rule', 1, at, 'because', 'bench', 0, n
FROM made WHERE n > 0.9 * :cases;
ANALYZE return_case, duty, escalation_event;

-- Fills henpin.disposal_task for the boards of the step `tasks`: :tasks of them, three steps a piece of goods, at 20 sites. Of the goods
-- of the last half every fifth is open: its first, second or third step can be done, one in twenty of these is late, and as many are blocked.
SET search_path = henpin;
SET synchronous_commit = off;
TRUNCATE disposal_task;
CREATE FUNCTION pg_temp.id(n bigint, digit text) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN (lpad(to_hex(1780000000000 + n * 300), 12, '0') || '8000' || digit || lpad(to_hex(n), 15, '0'))::uuid;
INSERT INTO disposal_task (task_id, identity_at, case_id, line_id, playbook, rule_id, step_no, action, responsible, partner, site,
    licence_required, evidence_required, unit, waste, after_task, state, blocked, due_at, look_at, ready_at, done_at, done_by, overdue_at,
    closed_at, seller_id, marketplace, order_id, policy_revision_id)
SELECT pg_temp.id(g * 4 + step, '8'), henpin.instant_of_id(pg_temp.id(g * 4 + step, '8')), pg_temp.id(g, '9'), '1', 'recycle', 'jp-x', step,
    (ARRAY['isolate', 'check_contract', 'hand_over'])[step], 'discharger', CASE WHEN step = 3 AND step <= first THEN 'carrier-' || g % 7 END,
    'site-' || g % 20, CASE WHEN step = 3 THEN 'IW_TRANSPORT' END, (ARRAY['photo', 'contract_and_licence', 'manifest_a'])[step],
    CASE WHEN step = 3 THEN 'kg' END, '{METAL,PLASTIC}', CASE WHEN step > 1 THEN pg_temp.id(g * 4 + step - 1, '8') END,
    CASE WHEN NOT is_open OR step < first THEN 'DONE' WHEN step = first THEN 'READY' ELSE 'CREATED' END,
    CASE WHEN is_open AND step = first AND g % 20 = 7 THEN 'nobody may do it' END,
    CASE WHEN NOT is_open OR step <= first THEN due END, CASE WHEN is_open AND step = first AND due > now() THEN due END, now(),
    CASE WHEN NOT is_open OR step < first THEN now() END, CASE WHEN NOT is_open OR step < first THEN 'x' END,
    CASE WHEN is_open AND step = first AND due <= now() THEN due END, CASE WHEN NOT is_open OR step < first THEN now() END,
    'S' || g % 1000, 'amazon.co.jp', 'o' || g, 1
FROM (SELECT g, step, g > :tasks / 6 AND g / 20 % 5 = 0 AS is_open, g / 100 % 3 + 1 AS first, now() + (g / 100 % 60 - 2.5) * interval '1 day' AS due
    FROM generate_series(1, :tasks / 3) g, generate_series(1, 3) step) made;
VACUUM ANALYZE disposal_task;

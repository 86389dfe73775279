-- Fills henpin.duty for the step `clock`: :open duties that are due in a day or later. Most are at a desk without a limit; each
-- desk with one has as many as it can take, all of which might be handed on; inhouse-munich can take 25 and has taken 5,000.
SET search_path = henpin;
SET synchronous_commit = off;
TRUNCATE duty, escalation_event, acknowledgement;
INSERT INTO desk (desk, title, kind, zone, languages, capacity, licences, policy_revision_id) VALUES ('inhouse-munich', NULL, 'inhouse', 'Etc/UTC', '{de}', 25, '{}', 1), ('inhouse-tokyo', NULL, 'inhouse', 'Etc/UTC', '{ja}', 40, '{}', 1),
    ('jumbo', NULL, 'provider', 'Etc/UTC', '{ja}', 200, '{}', 1), ('sellerengine', NULL, 'provider', 'Etc/UTC', '{en}', 200, '{}', 1)
ON CONFLICT (desk) DO UPDATE SET capacity = excluded.capacity;
CREATE TEMP VIEW made AS
SELECT i, CASE WHEN i <= 5000 THEN 'inhouse-munich' WHEN i <= 5040 THEN 'inhouse-tokyo' WHEN i <= 5240 THEN 'jumbo' WHEN i <= 5440 THEN 'sellerengine'
    ELSE 'triage' END AS desk, now() - i % 80000 * interval '1 s' AS began
FROM generate_series(1, :open) i;
INSERT INTO duty (duty_id, case_kind, case_id, name, instance, state, seller_id, marketplace, order_id, desk, start_at, due_at, act_by_at,
    turn_desk, turn_from, turn_act_by, turn_skips, hands_on, warn_at, fires_at, stop_id, breach, severity, rule_id, policy_revision_id)
SELECT md5('duty' || i)::uuid, 'return', md5('case' || i)::uuid, 'answer_return', 1, 'open', 'A' || i % 2000, 'amazon.co.jp', '250-' || i, desk,
    began, began + interval '5 days', began + interval '4 days', ARRAY[desk, 'triage'], ARRAY[began, began + interval '3 days'],
    ARRAY[began + interval '4 days', began + interval '5 days'], 1, desk <> 'triage', '{}', began + interval '3 days', 0, 'account_risk',
    i % 5, 'rule', 1
FROM made;
INSERT INTO acknowledgement (escalation_id, subject_id, acknowledged_by, login, acknowledged_at)
SELECT gen_random_uuid(), md5('duty' || i)::uuid, 'inhouse-munich', 'bench', now() FROM made WHERE desk = 'inhouse-munich';
VACUUM ANALYZE duty;

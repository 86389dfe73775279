-- A year of manifests for the picture of the report: 70 groups, long names, every kind of cell.
SET search_path = henpin;
CREATE TEMP TABLE given AS
SELECT i, gen_random_uuid() AS id, lpad((40000000 + i)::text, 10, '0') || (40000000 + i) % 7 AS number, i % 9 = 0 AS is_electronic,
    (ARRAY['千葉第一返品センター', 'returns-chiba', 'returns-osaka-kita'])[i % 3 + 1] AS site,
    (ARRAY['{METAL,PLASTIC}', '{SC_OIL}', '{GLASS_CERAMIC,METAL,PLASTIC,SLUDGE}', '{PLASTIC}', '{SC_INFECTIOUS}'])[i % 5 + 1]::text[] AS waste,
    CASE WHEN i % 11 > 0 THEN (ARRAY['関東収集運搬株式会社（産業廃棄物収集運搬業・千葉県許可）', 'Kanto Carrier, industrial waste of the Kanto area', 'bay-medical-waste'])[i % 3 + 1]
        || ' ' || i ELSE '' END AS partner
FROM generate_series(1, 70) i;
INSERT INTO manifest (manifest_number, is_electronic, issued_on, site, partner, waste)
SELECT number, is_electronic, date '2026-04-01' + i, site, partner, waste FROM given;
INSERT INTO disposal_task (task_id, identity_at, case_id, playbook, rule_id, step_no, action, evidence_required, state, done_at, closed_at, seller_id,
    marketplace, order_id, policy_revision_id)
SELECT id, now(), id, 'recycle', 'r', 1, 'hand_over', 'manifest_a', 'DONE', now(), now(), 'S', 'amazon.co.jp', 'o' || i, 1 FROM given;
INSERT INTO task_evidence (task_id, turn, evidence, content, content_hash, done_at, done_by, policy_revision_id)
SELECT id, 1, 'manifest_a', jsonb_strip_nulls(jsonb_build_object('manifest_number', number, 'kg', CASE WHEN i % 6 > 0 THEN i * 1234.567 END,
    'piece', CASE WHEN i % 4 = 0 THEN i END, 'litre', CASE WHEN i % 5 = 1 THEN i * 18.25 END)), '', now(), 'x', 1 FROM given;

-- What desks and warehouses do with disposal tasks: complete, fail and reopen a step, with the evidence that proves it; the
-- board of what is to be done; and what the yearly report on manifests is made of.
--
-- henpin-deadlines follows up within a second: it readies the steps after one that is done, finds who may do them and from
-- when until when. Who calls these functions need not wait for it: a step may be completed as soon as the one before it is.

SET LOCAL ROLE henpin_owner;
SET LOCAL search_path = henpin, pg_catalog;

-- ---- evidence: what each kind must say ----

CREATE TABLE evidence_field (
    evidence    text NOT NULL,
    field       text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('text', 'reference', 'hash', 'date', 'ph', 'class', 'recall', 'yes', 'manifest', 'jwnet')),
    instead_of  text,
    is_required boolean NOT NULL,
    meaning     text NOT NULL,
    PRIMARY KEY (evidence, field)
);

-- Every word under `evidence:` of the packs' terms has at least one required field here.
INSERT INTO evidence_field (evidence, field, kind, instead_of, is_required, meaning)
SELECT e, 'reference', 'reference', NULL, true, 'where the document is kept: a number, a path, an address'
FROM unnest(ARRAY['message', 'contract_and_licence', 'written_contract', 'written_notice', 'written_request', 'written_disposition',
    'certificate', 'scheme_receipt', 'delivery_slip', 'receipt', 'laboratory_report', 'safety_data_sheet', 'work_plan',
    'destruction_record', 'erasure_certificate', 'decontamination_record', 'recall_order', 'repair_record', 'test_record',
    'conformity_record', 'licence_copy', 'sales_ledger', 'customs_approval', 'checklist', 'ticket_copy']) AS e
UNION ALL
SELECT * FROM (VALUES
    ('photo', 'reference', 'reference', NULL, true, 'where the photograph is kept'),
    ('photo', 'sha256', 'hash', NULL, false, 'SHA-256 of the photograph, 64 hexadecimal digits'),
    ('manifest_a', 'manifest_number', 'manifest', NULL, true, 'the 11 digits printed on the manifest (交付番号)'),
    ('manifest_a', 'printed_elsewhere', 'yes', NULL, false, 'yes: the slip is of a printer that uses no check digit'),
    ('manifest_a', 'electronic', 'yes', 'manifest_number', false, 'yes: the manifest is electronic, its number follows with the registration'),
    ('manifest_b2', 'manifest_number', 'manifest', NULL, true, 'the number of the manifest, as on slip A or in JWNET'),
    ('manifest_d', 'manifest_number', 'manifest', NULL, true, 'the number of the manifest, as on slip A or in JWNET'),
    ('manifest_d', 'processor', 'text', NULL, false, 'who treated the waste, for the yearly report'),
    ('manifest_e', 'manifest_number', 'manifest', NULL, true, 'the number of the manifest, as on slip A or in JWNET'),
    ('manifest_e', 'place', 'text', NULL, false, 'where it was finally disposed of'),
    ('jwnet', 'manifest_number', 'jwnet', NULL, true, 'the 11 digits of the electronic manifest'),
    ('jwnet', 'on_paper', 'yes', 'manifest_number', false, 'yes: a paper manifest was issued, there is nothing to register'),
    ('contract_and_licence', 'licence_until', 'date', NULL, true, 'the day until which the licence that was seen is valid'),
    ('ticket', 'ticket_number', 'text', NULL, true, 'the number of the recycling ticket'),
    ('erasure_certificate', 'serial_number', 'text', NULL, true, 'serial number of the medium or of the device'),
    ('repair_record', 'serial_number', 'text', NULL, false, 'serial number of the device'),
    ('decision_record', 'decided_by', 'text', NULL, true, 'who decided'),
    ('decision_record', 'owner', 'text', NULL, true, 'whose goods they are'),
    ('decision_record', 'reason', 'text', NULL, true, 'why they are given up'),
    ('ph_value', 'ph', 'ph', NULL, true, 'the measured pH, 0 to 14'),
    ('class_and_licence_holder', 'class', 'class', NULL, true, 'class of the device: I, II, III or IV'),
    ('class_and_licence_holder', 'licence_holder', 'text', NULL, true, 'the marketing authorisation holder'),
    ('product_class', 'product_class', 'text', NULL, true, 'the class of the goods, a word of the packs'),
    ('recall_class', 'recall_class', 'recall', NULL, true, 'class of the recall: I, II or III')) AS v;

-- What was shown for a step, as it was shown: never changed, never deleted.
CREATE TABLE task_evidence (
    task_id      uuid NOT NULL,
    turn         smallint NOT NULL,
    evidence     text,
    content      jsonb NOT NULL,
    content_hash bytea NOT NULL,
    done_at      timestamptz NOT NULL,
    done_by      text NOT NULL,
    login        text NOT NULL DEFAULT session_user,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    policy_revision_id bigint NOT NULL,
    PRIMARY KEY (task_id, turn)
);
CREATE INDEX task_evidence_manifest ON task_evidence ((content ->> 'manifest_number')) WHERE content ? 'manifest_number';

-- One manifest is one hand-over: of the same waste, from the same site, by the same carrier, on the same day in Japan.
CREATE TABLE manifest (
    manifest_number text PRIMARY KEY,
    is_electronic   boolean NOT NULL,
    issued_on       date NOT NULL,
    site            text NOT NULL,
    partner         text NOT NULL,
    waste           text[] NOT NULL
);
CREATE INDEX manifest_issued ON manifest (issued_on);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = henpin, pg_catalog, pg_temp AS $$
BEGIN
    RAISE object_not_in_prerequisite_state USING MESSAGE = format('%s is never changed', TG_TABLE_NAME);
END $$;
CREATE TRIGGER task_evidence_stays BEFORE UPDATE OR DELETE ON task_evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER task_evidence_stays_whole BEFORE TRUNCATE ON task_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- 11 digits, the last the remainder of the other ten by 7: so are the slips of the national federation of the waste trade and of the
-- construction trade printed (michinoku-k.com/news2188; one secondary source). No law says so: other printers number on.
CREATE FUNCTION manifest_refused(number text, is_checked boolean) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = henpin, pg_catalog, pg_temp
RETURN CASE
    WHEN number !~ '^[0-9]{11}$' THEN 'has 11 digits'
    WHEN is_checked AND left(number, 10)::bigint % 7 <> right(number, 1)::int THEN format(
        'has a wrong check digit: %s calls for %s (a slip of a printer without check digits: "printed_elsewhere": "yes")',
        left(number, 10), left(number, 10)::bigint % 7)
END;

CREATE FUNCTION day_of(said text) RETURNS date LANGUAGE plpgsql IMMUTABLE
SET search_path = henpin, pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
BEGIN
    RETURN CASE WHEN said ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN said::date END;
EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
    RETURN NULL;
END $$;

-- What is wrong with one field; NULL: nothing.
CREATE FUNCTION evidence_field_refused(f evidence_field, content jsonb) RETURNS text LANGUAGE sql STABLE
SET search_path = henpin, pg_catalog, pg_temp
RETURN CASE
    WHEN content -> f.field IS NULL AND f.is_required AND NOT EXISTS (SELECT FROM evidence_field o
        WHERE o.evidence = f.evidence AND o.instead_of = f.field AND content ->> o.field = 'yes')
        THEN format('"%s" is missing: %s', f.field, f.meaning)
    WHEN content -> f.field IS NULL THEN NULL
    WHEN jsonb_typeof(content -> f.field) NOT IN ('string', 'number') THEN format('"%s" must be a text: %s', f.field, f.meaning)
    WHEN coalesce(btrim(content ->> f.field), '') = '' OR length(content ->> f.field) > 500 OR content ->> f.field ~ '[[:cntrl:]]'
        THEN format('"%s" has 1 to 500 characters, none of them a control character: %s', f.field, f.meaning)
    WHEN f.kind = 'yes' AND content ->> f.field <> 'yes' THEN format('"%s" is "yes" or left out', f.field)
    WHEN f.kind = 'hash' AND content ->> f.field !~ '^[0-9a-f]{64}$' THEN format('"%s" must be 64 hexadecimal digits', f.field)
    WHEN f.kind = 'date' AND day_of(content ->> f.field) IS NULL THEN format('"%s" must be a day such as 2027-03-31', f.field)
    WHEN f.kind = 'ph' AND NOT CASE WHEN content ->> f.field ~ '^[0-9]{1,2}([.][0-9]{1,3})?$'
            THEN (content ->> f.field)::numeric <= 14 ELSE false END THEN format('"%s" must be a number from 0 to 14', f.field)
    WHEN f.kind = 'class' AND content ->> f.field NOT IN ('I', 'II', 'III', 'IV') THEN format('"%s" must be I, II, III or IV', f.field)
    WHEN f.kind = 'recall' AND content ->> f.field NOT IN ('I', 'II', 'III') THEN format('"%s" must be I, II or III', f.field)
    WHEN f.kind = 'manifest' THEN format('"%s" ', f.field) || manifest_refused(content ->> f.field,
        f.evidence = 'manifest_a' AND content ->> 'printed_elsewhere' IS DISTINCT FROM 'yes')
    WHEN f.kind = 'jwnet' THEN format('"%s" ', f.field) || manifest_refused(content ->> f.field, false)
END;

-- Everything that is wrong with what is shown for a step, one sentence each; {}: nothing.
CREATE FUNCTION evidence_refused(t disposal_task, content jsonb, day date) RETURNS text[] LANGUAGE sql STABLE
SET search_path = henpin, pg_catalog, pg_temp
RETURN array_remove(ARRAY(
    SELECT evidence_field_refused(f, content) FROM evidence_field f WHERE f.evidence = t.evidence_required
    ORDER BY f.is_required DESC, f.field)
    || CASE WHEN t.unit IS NOT NULL AND NOT CASE WHEN content ->> t.unit ~ '^[0-9]{1,7}([.][0-9]{1,3})?$'
                THEN (content ->> t.unit)::numeric > 0 ELSE false END
            THEN format('"%s" must be the amount, above 0 and with at most three decimals', t.unit) END
    || CASE WHEN content ? 'remark' AND (jsonb_typeof(content -> 'remark') <> 'string' OR length(content ->> 'remark') > 2000
                OR content ->> 'remark' ~ '[[:cntrl:]]')
            THEN '"remark" must be a text of at most 2,000 characters, none of them a control character' END
    || CASE WHEN t.unit = 'piece' AND content ->> 'piece' ~ '[.]' THEN '"piece" must be a whole number' END
    || CASE WHEN t.evidence_required = 'contract_and_licence' AND day_of(content ->> 'licence_until') < day
            THEN format('the licence that was seen ended on %s', content ->> 'licence_until') END
    || ARRAY(SELECT format('"%s" says nothing here; %s', k, coalesce(
                'what counts: ' || (SELECT string_agg('"' || f.field || '"', ', ' ORDER BY f.field) FROM evidence_field f
                    WHERE f.evidence = t.evidence_required), 'no evidence is asked for'))
             FROM jsonb_object_keys(content) AS k
             WHERE k <> 'remark' AND k IS DISTINCT FROM t.unit
               AND NOT EXISTS (SELECT FROM evidence_field f WHERE f.evidence = t.evidence_required AND f.field = k)
             ORDER BY k), NULL);

-- What was shown with one of these kinds for steps of the same goods that are done.
CREATE FUNCTION shown_before(t disposal_task, VARIADIC kinds text[]) RETURNS TABLE (content jsonb) LANGUAGE sql STABLE
SET search_path = henpin, pg_catalog, pg_temp AS $$
    SELECT e.content FROM disposal_task b JOIN task_evidence e ON e.task_id = b.task_id AND e.turn = b.turn
    WHERE b.case_id = t.case_id AND b.line_id = t.line_id AND b.lot IS NOT DISTINCT FROM t.lot AND b.state = 'DONE'
      AND e.evidence = ANY (kinds)
$$;

-- ---- steps ----

CREATE FUNCTION task_locked(task uuid) RETURNS disposal_task LANGUAGE plpgsql VOLATILE
SET search_path = henpin, pg_catalog, pg_temp AS $$
DECLARE
    t disposal_task;
BEGIN
    SELECT * INTO t FROM disposal_task d WHERE d.task_id = task;
    IF NOT FOUND THEN
        RAISE no_data_found USING MESSAGE = format('there is no task %s', coalesce(task::text, 'null'));
    END IF;
    PERFORM FROM return_case c WHERE c.case_id = t.case_id FOR UPDATE; -- first: so do the workers
    SELECT * INTO t FROM disposal_task d WHERE d.task_id = task FOR UPDATE;
    RETURN t;
END $$;

CREATE FUNCTION task_changed(t disposal_task, what text, at timestamptz, how text) RETURNS void LANGUAGE sql VOLATILE
SET search_path = henpin, pg_catalog, pg_temp AS $$
    INSERT INTO disposal_task_event (identity_at, task_id, change, turn, line_id, step_no, action, product_class, responsible,
        licence_required, evidence_required, due_at, after_step, playbook, case_id, seller_id, marketplace, order_id, rule_id,
        policy_revision_id, occurred_at, source_topic, source_partition, source_offset)
    VALUES (t.identity_at, t.task_id, what, t.turn, t.line_id, t.step_no, t.action, t.product_class, t.responsible,
        t.licence_required, t.evidence_required, t.due_at, (SELECT a.step_no FROM disposal_task a WHERE a.task_id = t.after_task),
        t.playbook, t.case_id, t.seller_id, t.marketplace, t.order_id, t.rule_id, t.policy_revision_id, at,
        'henpin.' || how, 0, 0)
$$;

CREATE FUNCTION who_is(who text) RETURNS text LANGUAGE plpgsql STABLE SET search_path = henpin, pg_catalog, pg_temp AS $$
DECLARE
    name CONSTANT text := btrim(coalesce(who, session_user));
BEGIN
    IF name = '' OR length(name) > 200 OR name ~ '[[:cntrl:]\u200B-\u200F\u202A-\u202E\u2066-\u2069]' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'who must name a person or a desk in 1 to 200 characters';
    END IF;
    RETURN name;
END $$;

CREATE FUNCTION why_is(why text) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = henpin, pg_catalog, pg_temp AS $$
BEGIN
    IF coalesce(btrim(why), '') = '' OR length(why) > 500 OR why ~ '[[:cntrl:]]' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'why must say the reason in 1 to 500 characters';
    END IF;
    RETURN btrim(why);
END $$;

CREATE FUNCTION instant_is(said timestamptz) RETURNS timestamptz LANGUAGE plpgsql STABLE
SET search_path = henpin, pg_catalog, pg_temp AS $$
BEGIN
    IF NOT isfinite(said) OR said > now() + interval '1 minute' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'the instant lies in the future, or is none';
    END IF;
    RETURN coalesce(said, now());
END $$;

-- The manifest of a hand-over: new, or the one on which other goods left with the same carrier. One that no step names any
-- more, because they were reopened, is free.
CREATE FUNCTION manifest_taken(t disposal_task, number text, is_new_electronic boolean, day date) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = henpin, pg_catalog, pg_temp AS $$
DECLARE
    m manifest;
    kinds CONSTANT text[] := ARRAY(SELECT DISTINCT w COLLATE "C" FROM unnest(t.waste) AS w ORDER BY 1);
BEGIN
    INSERT INTO manifest (manifest_number, is_electronic, issued_on, site, partner, waste)
    VALUES (number, is_new_electronic, day, t.site, coalesce(t.partner, ''), kinds) ON CONFLICT (manifest_number) DO NOTHING;
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT * INTO m FROM manifest x WHERE x.manifest_number = number FOR UPDATE; -- who names it with me must see what I make of it
    IF (m.is_electronic, m.issued_on, m.site, m.partner, m.waste)
        IS NOT DISTINCT FROM (is_new_electronic, day, t.site, coalesce(t.partner, ''), kinds) THEN
        RETURN;
    ELSIF NOT EXISTS (SELECT FROM task_evidence e JOIN disposal_task d ON d.task_id = e.task_id AND d.turn = e.turn
            WHERE e.content ->> 'manifest_number' = number AND e.content ? 'manifest_number' AND d.state = 'DONE') THEN
        UPDATE manifest x SET is_electronic = is_new_electronic, issued_on = day, site = t.site, partner = coalesce(t.partner, ''),
            waste = kinds WHERE x.manifest_number = number;
    ELSE
        RAISE unique_violation USING MESSAGE = format('the manifest %s is used already: issued on %s to %s for %s', number, m.issued_on,
                coalesce(nullif(m.partner, ''), 'a carrier without name'), coalesce(nullif(array_to_string(m.waste, ', '), ''), 'goods')),
            HINT = 'One manifest covers one hand-over: the same waste, site, carrier and day.';
    END IF;
END $$;

-- Slips name the manifest with which the same goods left.
CREATE FUNCTION manifest_checked(t disposal_task, content jsonb, day date) RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = henpin, pg_catalog, pg_temp AS $$
DECLARE
    own text[];
BEGIN
    IF t.evidence_required = 'jwnet' AND NOT content ? 'manifest_number'
        AND NOT EXISTS (SELECT FROM shown_before(t, 'manifest_a') b WHERE b.content ? 'manifest_number') THEN
        RAISE invalid_parameter_value USING MESSAGE = 'the goods left with an electronic manifest: its number is missing';
    ELSIF t.evidence_required = 'manifest_a' AND content ? 'manifest_number' THEN
        PERFORM manifest_taken(t, content ->> 'manifest_number', coalesce(content ->> 'electronic' = 'yes', false), day);
    ELSIF t.evidence_required = 'jwnet' AND content ? 'manifest_number' THEN
        SELECT (h.done_at AT TIME ZONE 'Asia/Tokyo')::date, h.partner, h.waste INTO day, t.partner, t.waste
        FROM disposal_task h WHERE h.task_id = t.after_task;
        PERFORM manifest_taken(t, content ->> 'manifest_number', true, day);
    ELSIF t.evidence_required IN ('manifest_b2', 'manifest_d', 'manifest_e') THEN
        SELECT array_agg(DISTINCT b.content ->> 'manifest_number') INTO own FROM shown_before(t, 'manifest_a', 'jwnet') b
        WHERE b.content ? 'manifest_number';
        IF own IS NULL THEN
            RAISE object_not_in_prerequisite_state USING MESSAGE = 'no manifest number is known of these goods',
                HINT = 'Complete register_manifest with the number of the electronic manifest first.';
        ELSIF content ->> 'manifest_number' <> ALL (own) THEN
            RAISE invalid_parameter_value USING MESSAGE = format('"manifest_number" is %s, but these goods left with manifest %s',
                content ->> 'manifest_number', array_to_string(own, ' or '));
        END IF;
    END IF;
END $$;

-- Of the partners that were considered last.
CREATE FUNCTION who_else_may(t disposal_task) RETURNS text LANGUAGE sql STABLE SET search_path = henpin, pg_catalog, pg_temp
RETURN coalesce((SELECT 'Who may: ' || string_agg(c ->> 'partner', ', ') FROM jsonb_array_elements(t.considered) c
    WHERE NOT c ? 'why_not' AND c ->> 'partner' IS DISTINCT FROM t.partner), 'No other partner may do it.');

CREATE FUNCTION complete_step(task_id uuid, evidence jsonb DEFAULT '{}', who text DEFAULT NULL, done_at timestamptz DEFAULT NULL)
RETURNS TABLE (state text, done_by text, done_since timestamptz, is_first boolean, next_actions text[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = henpin, pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    actor CONSTANT text := who_is($3);
    shown CONSTANT jsonb := coalesce($2, '{}');
    hash CONSTANT bytea := sha256(convert_to(shown::text, 'UTF8'));
    at CONSTANT timestamptz := instant_is($4);
    day CONSTANT date := (at AT TIME ZONE 'Asia/Tokyo')::date;
    t disposal_task;
    b disposal_task;
    was task_evidence;
    wrong text[];
    until text;
BEGIN
    IF jsonb_typeof(shown) <> 'object' THEN
        RAISE invalid_parameter_value USING MESSAGE = 'the evidence must be a JSON object';
    ELSIF length(shown::text) > 10000 THEN
        RAISE invalid_parameter_value USING MESSAGE = 'the evidence has more than 10,000 characters',
            HINT = 'Keep documents elsewhere and give a reference to them.';
    END IF;
    t := task_locked($1);
    IF t.state = 'DONE' THEN
        SELECT * INTO STRICT was FROM task_evidence e WHERE e.task_id = t.task_id AND e.turn = t.turn;
        IF was.content_hash <> hash OR coalesce($4, was.done_at) <> was.done_at THEN
            RAISE object_not_in_prerequisite_state USING
                MESSAGE = format('%s was done by %s at %s, with other evidence', t.action, t.done_by, t.done_at),
                HINT = 'What was shown is never changed: `henpin task reopen` or reopen_step() first.';
        END IF;
        RETURN QUERY SELECT t.state, t.done_by, t.done_at, false, ARRAY[]::text[];
        RETURN;
    ELSIF t.state = 'CANCELLED' THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = format('%s was cancelled at %s: the goods were decided anew',
            t.action, t.closed_at);
    ELSIF at < coalesce(t.counts_from, t.identity_at) THEN
        RAISE invalid_parameter_value USING
            MESSAGE = format('done_at lies before there was anything to do, %s', coalesce(t.counts_from, t.identity_at));
    END IF;
    IF t.after_task IS NOT NULL THEN
        SELECT * INTO b FROM disposal_task x WHERE x.task_id = t.after_task;
        IF b.state = 'CANCELLED' THEN
            RAISE object_not_in_prerequisite_state USING MESSAGE = format('%s comes after %s, which was cancelled', t.action, b.action);
        ELSIF b.state <> 'DONE' THEN
            RAISE object_not_in_prerequisite_state USING
                MESSAGE = format('%s comes after %s, which is not done', t.action, b.action),
                HINT = format('Complete the task %s first.', b.task_id);
        ELSIF at < b.done_at THEN
            RAISE invalid_parameter_value USING MESSAGE = format('done_at lies before %s was done, %s', b.action, b.done_at);
        END IF;
    END IF;
    IF t.blocked IS NOT NULL THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = format('%s is blocked: %s', t.action, t.blocked);
    ELSIF t.licence_until <= at THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = format('%s calls for the licence %s, which %s held until %s', t.action,
            t.licence_required, coalesce(t.partner, 'whoever does it'), t.licence_until), HINT = who_else_may(t);
    ELSIF at < t.licence_from THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = format('%s calls for the licence %s, which %s holds since %s only', t.action,
            t.licence_required, coalesce(t.partner, 'whoever does it'), t.licence_from), HINT = who_else_may(t);
    ELSIF t.state = 'CREATED' AND t.licence_required IS NOT NULL AND t.partner IS NULL THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('nobody with the licence %s has been found for %s yet', t.licence_required, t.action),
            HINT = 'henpin-deadlines looks for one within a second, or says why there is none: see "blocked".';
    END IF;
    wrong := evidence_refused(t, shown, day);
    IF cardinality(wrong) > 0 THEN
        RAISE invalid_parameter_value USING MESSAGE = format('%s: %s', t.action, array_to_string(wrong, '; ')),
            HINT = coalesce('The evidence asked for is ' || t.evidence_required || '.', 'No evidence is asked for.');
    END IF;
    SELECT max(c.content ->> 'licence_until') INTO until FROM shown_before(t, 'contract_and_licence') c;
    IF t.evidence_required = 'manifest_a' AND day_of(until) < day THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('the licence that the contractor had shown ended on %s', until),
            HINT = 'Reopen the check of the contract, and complete it with the licence as it is now (K-003).';
    END IF;
    PERFORM manifest_checked(t, shown, day);
    INSERT INTO task_evidence (task_id, turn, evidence, content, content_hash, done_at, done_by, policy_revision_id)
    VALUES (t.task_id, t.turn, t.evidence_required, shown, hash, at, actor, t.policy_revision_id);
    IF t.state = 'CREATED' THEN
        PERFORM task_changed(t, 'READY', at, 'complete_step');
    END IF;
    UPDATE disposal_task d SET state = 'DONE', done_at = at, done_by = actor, closed_at = now(), failed_at = NULL, failed_turn = NULL,
        ready_at = coalesce(d.ready_at, at), look_at = NULL, updated_at = now() WHERE d.task_id = t.task_id;
    PERFORM task_changed(t, 'DONE', at, 'complete_step');
    IF t.unlocks = 'disposal' THEN -- evidence is released: what was kept from it may go on
        UPDATE disposal_task d SET look_at = '-infinity' WHERE d.case_id = t.case_id AND d.is_blocked AND d.state IN ('CREATED', 'READY');
    END IF;
    RETURN QUERY WITH followers AS (
        UPDATE disposal_task d SET look_at = '-infinity', updated_at = now()
        WHERE d.case_id = t.case_id AND d.after_task = t.task_id AND d.state = 'CREATED' RETURNING d.action, d.step_no)
        SELECT 'DONE', actor, at, true, coalesce(array_agg(f.action ORDER BY f.step_no), '{}') FROM followers f;
END $$;

CREATE FUNCTION fail_step(task_id uuid, why text, who text DEFAULT NULL, failed_at timestamptz DEFAULT now()) RETURNS smallint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = henpin, pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    actor CONSTANT text := who_is($3);
    reason CONSTANT text := why_is($2);
    at CONSTANT timestamptz := instant_is($4);
    t disposal_task := task_locked($1);
BEGIN
    IF t.state <> 'READY' THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = format('%s is %s: only a step that can be done can fail', t.action, t.state);
    ELSIF t.turn > 990 THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = format('%s was tried %s times: cancel the return instead', t.action, t.turn);
    END IF;
    INSERT INTO task_evidence (task_id, turn, evidence, content, content_hash, done_at, done_by, policy_revision_id)
    VALUES (t.task_id, t.turn, 'failed', jsonb_build_object('why', reason), sha256(convert_to(reason, 'UTF8')), at, actor,
        t.policy_revision_id);
    PERFORM task_changed(t, 'FAILED', at, 'fail_step');
    UPDATE disposal_task d SET turn = d.turn + 1, failed_at = at, failed_turn = coalesce(d.failed_turn, d.turn),
        look_at = '-infinity', updated_at = now()
    WHERE d.task_id = t.task_id;
    RETURN t.turn;
END $$;

-- Whether the line is still decided as it was when the step was planned, or what is planned now stands on the step.
CREATE FUNCTION task_is_wanted(t disposal_task) RETURNS boolean LANGUAGE sql STABLE
SET search_path = henpin, pg_catalog, pg_temp
RETURN coalesce((SELECT bool_or(l ->> 'disposition' = t.playbook) FROM return_case c, jsonb_array_elements(c.lines) l
        WHERE c.case_id = t.case_id AND jsonb_typeof(c.lines) = 'array' AND coalesce(l ->> 'line_id', '') = t.line_id
          AND l ? 'disposition'), true)
    OR EXISTS (SELECT FROM disposal_task f WHERE f.case_id = t.case_id AND f.after_task = t.task_id AND f.state IN ('CREATED', 'READY'));

CREATE FUNCTION reopen_step(task_id uuid, why text, who text DEFAULT NULL, reopened_at timestamptz DEFAULT now()) RETURNS smallint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = henpin, pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    actor CONSTANT text := who_is($3);
    reason CONSTANT text := why_is($2);
    at CONSTANT timestamptz := instant_is($4);
    t disposal_task := task_locked($1);
    f disposal_task;
BEGIN
    IF t.state <> 'DONE' THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = format('%s is %s: only a step that is done can be reopened', t.action, t.state);
    ELSIF t.turn > 990 THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = format('%s was taken up %s times', t.action, t.turn);
    ELSIF NOT task_is_wanted(t) THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = format('the goods were decided anew: nobody wants %s of them', t.action),
            HINT = 'What was shown stays. What the goods need now stands on the disposal board.';
    END IF;
    SELECT * INTO f FROM disposal_task d WHERE d.case_id = t.case_id AND d.after_task = t.task_id AND d.state = 'DONE' ORDER BY d.step_no LIMIT 1;
    IF FOUND THEN
        RAISE object_not_in_prerequisite_state USING MESSAGE = format('%s, which comes after it, is done', f.action),
            HINT = format('Reopen the task %s first.', f.task_id);
    END IF;
    -- What was to be done because one of these was late is not: they are not begun.
    FOR f IN SELECT l.* FROM disposal_task l JOIN disposal_task d ON d.task_id = l.late_of WHERE (d.after_task = t.task_id OR d.task_id = t.task_id)
            AND l.case_id = t.case_id AND l.state IN ('CREATED', 'READY') ORDER BY l.task_id FOR UPDATE OF l LOOP
        PERFORM task_changed(f, 'CANCELLED', at, 'reopen_step');
        UPDATE disposal_task d SET state = 'CANCELLED', closed_at = now(), look_at = NULL, updated_at = now() WHERE d.task_id = f.task_id;
    END LOOP;
    FOR f IN SELECT * FROM disposal_task d WHERE d.case_id = t.case_id AND d.after_task = t.task_id AND d.state = 'READY'
        ORDER BY d.task_id FOR UPDATE LOOP
        f.turn := f.turn + 1;
        PERFORM task_changed(f, 'REOPENED', at, 'reopen_step');
        UPDATE disposal_task d SET state = 'CREATED', turn = f.turn, ready_at = NULL, blocked = NULL, partner = NULL,
            licence_from = NULL, licence_until = NULL, counts_from = NULL, due_at = NULL, overdue_at = NULL, failed_at = NULL, failed_turn = NULL,
            look_at = NULL, updated_at = now() WHERE d.task_id = f.task_id;
    END LOOP;
    t.turn := t.turn + 1;
    PERFORM task_changed(t, 'REOPENED', at, 'reopen_step');
    INSERT INTO task_evidence (task_id, turn, evidence, content, content_hash, done_at, done_by, policy_revision_id)
    VALUES (t.task_id, t.turn, 'reopened', jsonb_build_object('why', reason), sha256(convert_to(reason, 'UTF8')), at, actor,
        t.policy_revision_id);
    t.turn := t.turn + 1;
    UPDATE disposal_task d SET state = 'READY', turn = t.turn, done_at = NULL, done_by = NULL, closed_at = NULL, overdue_at = NULL,
        look_at = '-infinity', updated_at = now() WHERE d.task_id = t.task_id;
    PERFORM task_changed(t, 'READY', at, 'reopen_step');
    IF t.unlocks = 'disposal' THEN
        UPDATE disposal_task d SET look_at = '-infinity' WHERE d.case_id = t.case_id AND d.task_id <> t.task_id AND d.state = 'READY';
    END IF;
    RETURN t.turn;
END $$;

-- The three for callers that show refusals to a person instead of failing: `henpin task`. Nothing is raised but outages.
CREATE FUNCTION try_step(what text, task text, said jsonb, who text, done_at timestamptz DEFAULT NULL)
RETURNS TABLE (is_taken boolean, told text, hint text) LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = henpin, pg_catalog, pg_temp AS $$
DECLARE
    d record;
    turn smallint;
    id uuid;
BEGIN
    BEGIN
        id := task::uuid;
    EXCEPTION WHEN invalid_text_representation THEN
        RETURN QUERY SELECT false, format('"%s" is no task''s id', left(task, 100)),
            '`henpin task show` with an order or return id lists the tasks; so does `henpin board --disposal`.';
        RETURN;
    END;
    CASE what
    WHEN 'done' THEN
        SELECT * INTO d FROM complete_step(id, $3, $4, $5);
        told := CASE WHEN d.is_first THEN 'done' || coalesce('; now ' || nullif(array_to_string(d.next_actions, ', '), ''), '')
            ELSE format('it was done already, by %s', d.done_by) END;
    WHEN 'fail' THEN
        turn := fail_step(id, $3 ->> 'why', $4, $5);
        told := format('its attempt %s failed; a person is told, and it stays open', turn);
    WHEN 'reopen' THEN
        turn := reopen_step(id, $3 ->> 'why', $4, $5);
        told := 'open again';
    ELSE
        RAISE invalid_parameter_value USING MESSAGE = 'what must be done, fail or reopen';
    END CASE;
    is_taken := true;
    RETURN NEXT;
EXCEPTION WHEN invalid_parameter_value OR no_data_found OR object_not_in_prerequisite_state OR unique_violation THEN
    GET STACKED DIAGNOSTICS told = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    is_taken := false;
    RETURN NEXT;
END $$;

-- ---- what is to be done, and what was ----

-- What costs something a row is a subquery: it is asked for the rows that are shown, or once.
CREATE VIEW disposal_board AS
SELECT t.site, t.partner, t.responsible, t.task_id, t.case_id, t.marketplace, t.seller_id, t.order_id, t.line_id, t.product_class,
    t.quantity, t.playbook, t.step_no, t.action, t.lot, t.place, t.waste,
    CASE WHEN t.is_blocked THEN 'blocked' WHEN t.due_at < now() THEN 'overdue'
         WHEN t.state = 'CREATED' THEN 'waiting'
         WHEN t.due_at < (SELECT (date_trunc('day', now() AT TIME ZONE 'Asia/Tokyo') + interval '1 day') AT TIME ZONE 'Asia/Tokyo')
         THEN 'today' ELSE 'ready' END AS standing,
    coalesce(t.blocked, (SELECT 'waits for ' || b.action FROM disposal_task b WHERE b.task_id = t.after_task AND t.state = 'CREATED')) AS why,
    t.due_at, t.ready_at, t.failed_at, t.licence_required, t.licence_until, t.evidence_required, t.unit,
    (SELECT min(h.due_at) FROM disposal_task h WHERE h.case_id = t.case_id AND h.line_id = t.line_id
        AND h.lot IS NOT DISTINCT FROM t.lot AND h.state IN ('CREATED', 'READY') AND h.action LIKE 'hand\_over%') AS stored_until
FROM disposal_task t
WHERE t.state IN ('CREATED', 'READY');

-- The report of the year from 1 April to 31 March, in Japan, on the manifests issued on paper (K-020): due on 30 June after it. Those of
-- JWNET are reported by JWNET (K-021), and shown so that both can be compared.
CREATE FUNCTION manifest_report(fiscal_year integer) RETURNS TABLE (site text, waste text[], is_special boolean, is_electronic boolean,
    carrier text, processor text, manifests bigint, tonnes numeric, pieces numeric, litres numeric, unweighed bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = henpin, pg_catalog, pg_temp AS $$
    WITH issued AS (
        SELECT m.* FROM manifest m
        WHERE m.issued_on >= make_date(fiscal_year, 4, 1) AND m.issued_on < make_date(fiscal_year + 1, 4, 1)),
    shown AS (
        SELECT i.manifest_number, e.evidence, e.content, d.case_id, d.line_id, d.lot, d.after_task
        FROM issued i JOIN task_evidence e ON e.content ->> 'manifest_number' = i.manifest_number AND e.content ? 'manifest_number'
        JOIN disposal_task d ON d.task_id = e.task_id AND d.turn = e.turn AND d.state = 'DONE'),
    -- The amount stands at the hand-over: with slip A, or, of an electronic one, at the step before its registration.
    handed_over AS (
        SELECT s.manifest_number, s.content FROM shown s WHERE s.evidence = 'manifest_a'
        UNION ALL
        SELECT s.manifest_number, e.content FROM shown s JOIN disposal_task h ON h.task_id = s.after_task AND h.state = 'DONE'
        JOIN task_evidence e ON e.task_id = h.task_id AND e.turn = h.turn
        WHERE s.evidence = 'jwnet' AND NOT e.content ? 'manifest_number'),
    amounts AS (
        SELECT manifest_number, sum((content ->> 'kg')::numeric) AS kg, sum((content ->> 'piece')::numeric) AS piece,
            sum((content ->> 'litre')::numeric) AS litre FROM handed_over GROUP BY 1),
    processors AS (
        SELECT manifest_number, string_agg(DISTINCT content ->> 'processor', ', ') AS processor FROM shown
        WHERE evidence = 'manifest_d' GROUP BY 1)
    SELECT i.site, i.waste, EXISTS (SELECT FROM unnest(i.waste) w WHERE w LIKE 'SC\_%'), i.is_electronic, nullif(i.partner, ''),
        p.processor, count(*), trim_scale(sum(a.kg) / 1000), sum(a.piece), sum(a.litre), count(*) FILTER (WHERE a.kg IS NULL)
    FROM issued i JOIN amounts a USING (manifest_number) LEFT JOIN processors p USING (manifest_number)
    GROUP BY i.site, i.waste, i.is_electronic, i.partner, p.processor
    ORDER BY i.site, i.is_electronic, i.waste, i.partner, p.processor
$$;

REVOKE ALL ON FUNCTION refuse_change, day_of, who_else_may, task_is_wanted, manifest_refused, evidence_field_refused, evidence_refused, shown_before, task_locked,
    task_changed, who_is, why_is, instant_is, manifest_taken, manifest_checked, complete_step, fail_step, reopen_step, try_step, manifest_report FROM PUBLIC;
GRANT EXECUTE ON FUNCTION complete_step, fail_step, reopen_step, try_step TO henpin_desk;
GRANT EXECUTE ON FUNCTION manifest_report TO henpin_desk, henpin_reader;
GRANT SELECT ON task_evidence TO henpin_worker;
GRANT SELECT ON evidence_field, task_evidence, manifest, disposal_board TO henpin_desk, henpin_reader;

COMMENT ON TABLE evidence_field IS 'What each kind of evidence must say: the fields of the JSON that complete_step() takes.';
COMMENT ON TABLE task_evidence IS 'What was shown for a step, or said of it, in each of its turns. Never changed, never deleted; content_hash tells a copy.';
COMMENT ON TABLE manifest IS 'Industrial-waste manifests (産業廃棄物管理票) that steps have named: one covers one hand-over.';
COMMENT ON VIEW disposal_board IS 'Open tasks, a row each: what a site or a partner has to do. Order by due_at; select by site, partner or standing.';
COMMENT ON FUNCTION refuse_change() IS 'Trigger of tables that are never changed.';
COMMENT ON FUNCTION day_of(text) IS 'A day written as 2027-03-31; NULL when it is none.';
COMMENT ON FUNCTION manifest_refused(text, boolean) IS 'What is wrong with the number of a manifest: 11 digits, the last the remainder of the others by 7 where that is checked; NULL: nothing.';
COMMENT ON FUNCTION evidence_field_refused(evidence_field, jsonb) IS 'What is wrong with one field of the evidence; NULL: nothing.';
COMMENT ON FUNCTION evidence_refused(disposal_task, jsonb, date) IS 'Everything that is wrong with the evidence of a step done on that day in Japan; {}: nothing.';
COMMENT ON FUNCTION shown_before(disposal_task, text[]) IS 'Evidence of these kinds that was shown for the same goods.';
COMMENT ON FUNCTION who_else_may(disposal_task) IS 'Which partners may do a step besides the one who is to, for a hint.';
COMMENT ON FUNCTION task_is_wanted(disposal_task) IS 'Whether the goods are still decided so that the step counts.';
COMMENT ON FUNCTION task_locked(uuid) IS 'The task, locked behind the row of its case, as workers lock them.';
COMMENT ON FUNCTION task_changed(disposal_task, text, timestamptz, text) IS 'Writes a row of the trail.';
COMMENT ON FUNCTION who_is(text) IS 'Who acts: as given, else the login; refuses what is no name.';
COMMENT ON FUNCTION why_is(text) IS 'A reason as given; refuses none.';
COMMENT ON FUNCTION instant_is(timestamptz) IS 'An instant as given, else now; refuses the future.';
COMMENT ON FUNCTION manifest_taken(disposal_task, text, boolean, date) IS 'Notes a manifest, or refuses a number that another hand-over has.';
COMMENT ON FUNCTION manifest_checked(disposal_task, jsonb, date) IS 'Refuses slips of another manifest than that with which the goods left.';
COMMENT ON FUNCTION complete_step(uuid, jsonb, text, timestamptz) IS 'A step is done. evidence: a JSON object of what evidence_field asks for, the amount in the task''s unit ({"kg": 12.5}), and "remark" for colleagues. who: default the login. done_at: when it was done, not before the step before it; default now. The same again changes nothing (is_first false). A refusal names everything that is missing. next_actions: the steps that it frees; henpin-deadlines readies them within a second.';
COMMENT ON FUNCTION fail_step(uuid, text, text, timestamptz) IS 'A step could not be done, and why: a person is told within a second, unless it is done before; the step stays open. Gives the turn that failed.';
COMMENT ON FUNCTION reopen_step(uuid, text, text, timestamptz) IS 'A step that is done is not, after all, and why. Its evidence stays. Steps that it freed wait again; when one of them is done, that must be reopened first. Gives the new turn.';
COMMENT ON FUNCTION try_step(text, text, jsonb, text, timestamptz) IS 'complete_step (done), fail_step (fail) or reopen_step (reopen), with the refusal as a row: is_taken false, told says why. Outages are raised.';
COMMENT ON FUNCTION manifest_report(integer) IS 'Manifests issued from 1 April of that year to 31 March of the next, by site, waste, carrier and processor. tonnes, pieces, litres: as shown at the hand-overs; unweighed: manifests without a weight.';

DO $$
DECLARE
    c record;
BEGIN
    FOR c IN
        WITH own (tab, name, meaning) AS (VALUES
            ('evidence_field', 'evidence', 'Kind of evidence, a word of the packs.'),
            ('evidence_field', 'field', 'Its key in the JSON.'),
            ('evidence_field', 'kind', 'text, reference, hash, date, ph (0 to 14), class (I to IV), recall (I to III), yes, manifest (11 digits, checked) or jwnet (11 digits).'),
            ('evidence_field', 'instead_of', 'A field that need not be given with this one; NULL: none.'),
            ('evidence_field', 'is_required', 'Whether it must be there.'),
            ('evidence_field', 'meaning', 'What it says, for people.'),
            ('task_evidence', 'evidence', 'Kind of evidence; failed or reopened: content says why; NULL: none is asked for.'),
            ('task_evidence', 'content', 'What was shown, as it was given.'),
            ('task_evidence', 'content_hash', 'SHA-256 of it.'),
            ('task_evidence', 'login', 'Login that recorded it.'),
            ('task_evidence', 'done_at', 'When it was done, as whoever did it says; of what failed or was reopened, when that was said.'),
            ('task_evidence', 'policy_revision_id', 'The rule set that had wanted the step.'),
            ('manifest', 'manifest_number', '11 digits.'),
            ('manifest', 'is_electronic', 'Whether it is kept in JWNET.'),
            ('manifest', 'issued_on', 'Day of the hand-over, in Japan.'),
            ('manifest', 'partner', 'Who carried it away; empty: not known.'),
            ('disposal_board', 'standing', 'blocked, overdue, today (due today, in Japan), ready, or waiting for the step before it.'),
            ('disposal_board', 'why', 'What blocks it, or what it waits for.'),
            ('disposal_board', 'stored_until', 'Until when the goods may lie here: when their hand-over is due; NULL: nobody says.'))
        SELECT k.relname AS tab, a.attname AS name, coalesce(o.meaning, (
            SELECT d.description FROM pg_attribute b
            JOIN pg_class t ON t.oid = b.attrelid AND t.relkind IN ('r', 'p')
            JOIN pg_description d ON d.objoid = t.oid AND d.objsubid = b.attnum AND d.classoid = 'pg_class'::regclass
            WHERE t.relnamespace = 'henpin'::regnamespace AND b.attname = a.attname
            ORDER BY t.relname = 'disposal_task' DESC, t.relname LIMIT 1)) AS meaning
        FROM pg_attribute a JOIN pg_class k ON k.oid = a.attrelid
        LEFT JOIN own o ON o.name = a.attname AND o.tab = k.relname
        WHERE k.relnamespace = 'henpin'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
          AND k.relname IN ('evidence_field', 'task_evidence', 'manifest', 'disposal_board')
    LOOP
        EXECUTE format('COMMENT ON COLUMN henpin.%I.%I IS %L', c.tab, c.name, c.meaning);
    END LOOP;
END $$;

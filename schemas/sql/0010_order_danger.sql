-- What buyers write of the goods of an order, and how it reaches the order's returns, whichever of message and return is
-- read first; and since when it is known that goods hurt somebody, from which the clocks of the reports count.

SET LOCAL ROLE henpin_owner;
SET LOCAL search_path = henpin, pg_catalog;

CREATE TABLE order_danger (
    order_key          uuid NOT NULL,
    signal             text NOT NULL,
    said_at            timestamptz NOT NULL,
    event_key          uuid NOT NULL,
    inquiry_id         text NOT NULL,
    stops_shipping     boolean NOT NULL,
    desk               text NOT NULL,
    policy_revision_id bigint NOT NULL,
    PRIMARY KEY (order_key, signal)
);
GRANT SELECT, INSERT ON order_danger TO henpin_worker;
GRANT SELECT ON order_danger TO henpin_reader;

-- What is known of the harm that the goods of a return did, by messages and by events of the return. henpin-deadlines makes of it
-- what must be told, to whom and until when.
CREATE TABLE harm (
    case_id       uuid NOT NULL,
    product_class text NOT NULL,
    word          text NOT NULL,
    known_at      timestamptz NOT NULL,
    is_planned    boolean NOT NULL DEFAULT false,
    said          uuid GENERATED ALWAYS AS (md5(md5(product_class) || md5(word))::uuid) STORED,
    PRIMARY KEY (case_id, said, known_at)
);
CREATE INDEX harm_fresh ON harm (case_id) WHERE NOT is_planned;
GRANT SELECT, INSERT, UPDATE (is_planned) ON harm TO henpin_worker;
GRANT SELECT ON harm TO henpin_reader;

-- One place for both workers, so that both write the same. Who calls it holds the lock that makes them meet (common/flow/danger.c).
-- The keys that have something to tell are found first: the returns of an order are not cheap to find.
CREATE FUNCTION tell_dangers(order_keys uuid[]) RETURNS bigint LANGUAGE plpgsql
SET search_path = henpin, pg_catalog, pg_temp AS $$
DECLARE
    danger record;
    told bigint;
    n bigint := 0;
BEGIN
    FOR danger IN
        SELECT order_key, array_agg(signal ORDER BY signal) AS signals, min(said_at) FILTER (WHERE stops_shipping) AS stopped_at
        FROM order_danger WHERE order_key = ANY (order_keys) GROUP BY order_key ORDER BY order_key
    LOOP
        UPDATE return_case r SET signals = danger.signals, stopped_at = danger.stopped_at
        WHERE r.order_key = danger.order_key AND r.history_event <> '{}'
          AND (r.signals, r.stopped_at) IS DISTINCT FROM (danger.signals, danger.stopped_at);
        INSERT INTO harm (case_id, product_class, word, known_at)
        SELECT r.case_id, '', d.signal, d.said_at FROM return_case r JOIN order_danger d USING (order_key)
        WHERE r.order_key = danger.order_key AND r.history_event <> '{}'
          AND NOT EXISTS (SELECT FROM harm h WHERE h.case_id = r.case_id AND h.product_class = '' AND h.word = d.signal
                          AND h.known_at <= d.said_at)
        ON CONFLICT (case_id, said, known_at) DO NOTHING;
        INSERT INTO escalation_event (identity_at, escalation_id, kind, level, severity, case_kind, case_id, subject_id,
            seller_id, marketplace, order_id, desk, policy_revision_id, occurred_at, reason, details, source_topic,
            source_partition, source_offset)
        SELECT m.said_at, m.id, 'triage', 'open', CASE WHEN m.stops THEN 4 ELSE 3 END, 'return', m.case_id, m.id,
            m.seller_id, m.marketplace, m.order_id, m.desk, m.policy_revision_id, m.said_at,
            format('the buyer writes of %s%s', array_to_string(m.signals, ', '),
                   CASE WHEN m.stops THEN ': nothing of this order may be sent by parcel' ELSE '' END),
            jsonb_strip_nulls(jsonb_build_object('return_id', m.return_id, 'inquiry_id', m.inquiry_id, 'signals', m.signals,
                'destination', CASE WHEN m.stops THEN 'no_return_shipping' END)),
            'henpin', -1, -1
        FROM (
            SELECT r.case_id, r.return_id, r.seller_id, r.marketplace, r.order_id, x.*,
                (lpad(to_hex((extract(epoch FROM x.said_at) * 1000)::bigint), 12, '0') || '8' || substr(x.hash, 1, 3)
                    || '8' || substr(x.hash, 4, 15))::uuid AS id
            FROM return_case r
            CROSS JOIN LATERAL (
                SELECT d.event_key, d.said_at, d.inquiry_id, d.desk, d.policy_revision_id, bool_or(d.stops_shipping) AS stops,
                    array_agg(d.signal ORDER BY d.signal) AS signals, md5('danger' || r.case_id || d.event_key) AS hash
                FROM order_danger d WHERE d.order_key = danger.order_key GROUP BY 1, 2, 3, 4, 5) x
            WHERE r.order_key = danger.order_key AND r.history_event <> '{}') m
        ON CONFLICT (identity_at, escalation_id) DO NOTHING;
        GET DIAGNOSTICS told = ROW_COUNT;
        n := n + told;
    END LOOP;
    RETURN n;
END $$;
REVOKE EXECUTE ON FUNCTION tell_dangers(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tell_dangers(uuid[]) TO henpin_worker;

COMMENT ON TABLE order_danger IS 'What the buyer''s words say of the goods of an order, a row per signal, of the message that was read first. Written by henpin-inquiries; the returns of the order show it, and each is told of once a message.';
COMMENT ON TABLE harm IS 'What is known of harm that the goods of a return did or may do: a row per word and class of goods, and one more where it turns out to have been known before: the earliest counts. Written by henpin-inquiries and henpin-returns, planned by henpin-deadlines.';
COMMENT ON INDEX harm_fresh IS 'Returns of which something is known that no task stands for yet.';
COMMENT ON COLUMN harm.case_id IS 'The return.';
COMMENT ON COLUMN harm.product_class IS 'Of the goods that it is said of; empty: of all of the return.';
COMMENT ON COLUMN harm.word IS 'What is said: injury, fire, malfunction ..., or serious, foreseeable; words of the policy.';
COMMENT ON COLUMN harm.known_at IS 'Since when it is known: the instant of the event or message that said so first. The clocks of the reports count from the earliest, so nobody changes it.';
COMMENT ON COLUMN harm.said IS 'A hash of product_class and word: what marketplaces send may be longer than a key takes.';
COMMENT ON COLUMN harm.is_planned IS 'Whether henpin-deadlines has made what must be told of it.';
COMMENT ON FUNCTION tell_dangers(uuid[]) IS 'Brings what was said of the goods of these orders to their returns: return_case.signals and stopped_at, harm, and an escalation for each return and message that nobody has told yet; how many it told.';
COMMENT ON COLUMN order_danger.order_key IS 'The order, as in sales_order.';
COMMENT ON COLUMN order_danger.signal IS 'What is said: swollen_battery ..., a word of the policy.';
COMMENT ON COLUMN order_danger.said_at IS 'Instant of the message.';
COMMENT ON COLUMN order_danger.event_key IS 'The event that was read.';
COMMENT ON COLUMN order_danger.inquiry_id IS 'The conversation, as the marketplace names it.';
COMMENT ON COLUMN order_danger.stops_shipping IS 'Whether the policy says that nothing may be sent because of that message.';
COMMENT ON COLUMN order_danger.desk IS 'Who was to act on the message.';
COMMENT ON COLUMN order_danger.policy_revision_id IS 'The rules that said so.';

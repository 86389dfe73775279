-- How sellers answer: the marketplaces' own measures, from the clocks of their duties.

SET LOCAL ROLE henpin_owner;
SET LOCAL search_path = henpin, pg_catalog;

-- What a marketplace itself counts about an answer, with the fact of the rule sheet and the pages that say so. Where nothing
-- stands here nobody has published a measure, and only the duty's own due counts: Rakuten publishes none, and eBay's three
-- business days (EBY-01, S91) are the duty's due itself. Rates of orders (AMZ-MET-01 to 06) are not made of answers.
CREATE VIEW marketplace_measure AS
SELECT * FROM (VALUES
    ('amazon.', 'answer_message', interval '24 hours', 0.90, 'replied to within 24 h, weekends and holidays included; messages marked as needing no reply do not count; at least 90 % over 7, 30 and 90 days',
        'AMZ-MSG-01, AMZ-MSG-04, AMZ-MET-12 (S38, S44, S46)'),
    ('amazon.', 'answer_return', interval '48 hours', NULL, 'authorised, refunded or closed within 48 h; a later answer counts into the return dissatisfaction rate, which should stay below 10 %',
        'AMZ-MET-07, AMZ-MET-08 (S40)'),
    ('shopping.yahoo.co.jp', 'answer_message', interval '12 hours', NULL, 'the average counts: up to 12 h is the best band, from 48 h the worst',
        'YAH-INQ-01 (S82)'),
    ('walmart.com', 'refund_after_receipt', interval '48 hours', NULL, 'refunded within 48 h of receipt, or Walmart refunds on the seller''s behalf',
        'WMT-03 (S90)'))
    AS m (marketplace_begins, duty, line, wanted_share, definition, source);

-- Counting a seller's clocks of ninety days takes milliseconds, those of all sellers seconds. So what was counted is kept,
-- and a seller is counted anew when one of its duties changed (triggers below, in the transaction of the change) or when time
-- alone changes a number: a due, a warning or a measure passes, or a clock leaves a span. henpin-deadlines does it. Nothing is
-- added to what was: a seller's rows are replaced, so nothing can be counted twice, and what is read late corrects them.
CREATE TABLE scorecard_count (
    seller_id         text,
    marketplace       text,
    duty              text,
    days              integer,
    started           bigint,
    answered          bigint,
    in_time           bigint,
    share_in_time     numeric,
    late              bigint,
    unanswered        bigint,
    breached          bigint,
    at_risk           bigint,
    standing          bigint,
    elapsed_mean      interval,
    elapsed_median    interval,
    elapsed_p90       interval,
    desk_median       interval,
    desk_p90          interval,
    line              interval,
    within_line       bigint,
    share_within_line numeric,
    wanted_share      numeric,
    stake             jsonb,
    PRIMARY KEY (seller_id, marketplace, duty, days)
);

CREATE TABLE scorecard_seller (
    seller_id  text PRIMARY KEY,
    counted_at timestamptz,
    look_at    timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX scorecard_seller_look_at ON scorecard_seller (look_at);

-- Only ever inserted by workers: none waits for another.
CREATE TABLE scorecard_change (
    seller_id text NOT NULL
);

CREATE FUNCTION scorecard_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = henpin, pg_temp AS $$
BEGIN
    INSERT INTO scorecard_change SELECT DISTINCT c.seller_id FROM changed c;
    RETURN NULL;
END $$;

-- What the clock tells and who has it changes no number. Workers switch hash joins off; here both sides are a batch.
CREATE FUNCTION scorecard_note_update() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = henpin, pg_temp
SET enable_hashjoin = on AS $$
BEGIN
    INSERT INTO scorecard_change
    SELECT DISTINCT c.seller_id FROM changed c JOIN was w ON w.duty_id = c.duty_id
    WHERE (c.state IN ('open', 'breached'), c.state = 'met', c.start_at, c.due_at, c.closed_at, c.desk_open_us, c.seller_id,
            coalesce(c.warn_at[1], c.act_by_at, c.due_at), c.breach)
        IS DISTINCT FROM (w.state IN ('open', 'breached'), w.state = 'met', w.start_at, w.due_at, w.closed_at, w.desk_open_us, w.seller_id,
            coalesce(w.warn_at[1], w.act_by_at, w.due_at), w.breach);
    RETURN NULL;
END $$;

CREATE INDEX duty_of_seller ON duty (seller_id, start_at);
CREATE TRIGGER scorecard_inserted AFTER INSERT ON duty REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION scorecard_note();
CREATE TRIGGER scorecard_updated AFTER UPDATE ON duty REFERENCING NEW TABLE AS changed OLD TABLE AS was
    FOR EACH STATEMENT EXECUTE FUNCTION scorecard_note_update();
CREATE TRIGGER scorecard_deleted AFTER DELETE ON duty REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION scorecard_note();

-- Counted now, or as it was at an instant of what is known now.
CREATE FUNCTION scorecard_of(sellers text[], instant timestamptz DEFAULT now()) RETURNS SETOF scorecard_count
LANGUAGE sql STABLE SET search_path = henpin, pg_catalog, pg_temp SET jit = off SET work_mem = '64MB' AS $$
    WITH clock AS (
        SELECT d.seller_id, d.marketplace, d.name, d.state, d.start_at, d.due_at, d.act_by_at, d.closed_at, d.desk_open_us,
            d.closed_at IS NULL AND d.state IN ('open', 'breached') AS is_standing,
            coalesce(d.warn_at[1], d.act_by_at, d.due_at) AS risk_at, d.breach IS NOT NULL AS has_breach,
            extract(epoch FROM d.closed_at - d.start_at)::double precision AS elapsed
        FROM duty d
        WHERE d.seller_id = ANY (sellers) AND d.start_at > instant - interval '90 days' AND d.start_at <= instant
          AND d.state IN ('open', 'met', 'breached')
          -- What was marked as needing no reply leaves the measure (AMZ-MSG-04); a person's reply at that instant keeps it.
          AND NOT (d.name = 'answer_message' AND d.closed_at IS NOT NULL AND EXISTS (
              SELECT FROM inquiry_thread t CROSS JOIN LATERAL unnest(t.history_event, t.history_at) AS h (event, at)
              WHERE t.case_id = d.case_id AND h.at = d.closed_at
              HAVING bool_or(h.event = 'marked_no_reply_needed') AND NOT bool_or(h.event LIKE 'replied_by_human%')))
    ), counted AS (
        SELECT c.seller_id, c.marketplace, c.name, w.days,
            count(*) AS started,
            count(c.closed_at) AS answered,
            count(*) FILTER (WHERE c.closed_at <= c.due_at OR c.closed_at IS NOT NULL AND c.due_at IS NULL) AS in_time,
            count(*) FILTER (WHERE c.closed_at > c.due_at) AS late,
            count(*) FILTER (WHERE c.is_standing AND c.due_at < instant) AS unanswered,
            count(*) FILTER (WHERE c.has_breach AND (c.closed_at > c.due_at OR c.is_standing AND c.due_at < instant)) AS breached,
            count(*) FILTER (WHERE c.is_standing AND c.risk_at <= instant AND c.due_at >= instant) AS at_risk,
            count(*) FILTER (WHERE c.is_standing) AS standing,
            avg(c.elapsed) AS mean,
            percentile_cont('{0.5,0.9}'::double precision[]) WITHIN GROUP (ORDER BY c.elapsed) AS elapsed,
            percentile_cont('{0.5,0.9}'::double precision[]) WITHIN GROUP (ORDER BY c.desk_open_us) AS open,
            m.line, m.wanted_share,
            count(*) FILTER (WHERE c.closed_at - c.start_at <= m.line) AS within_line,
            count(*) FILTER (WHERE coalesce(c.closed_at, instant) - c.start_at > m.line) AS beyond_line
        FROM clock c
        JOIN (VALUES (7), (30), (90)) AS w (days) ON c.start_at > instant - w.days * interval '1 day'
        LEFT JOIN marketplace_measure m ON m.duty = c.name AND starts_with(c.marketplace, m.marketplace_begins)
        GROUP BY c.seller_id, c.marketplace, c.name, w.days, m.line, m.wanted_share
    ), stake AS (
        SELECT s.seller_id, s.marketplace, s.name, jsonb_object_agg(s.currency, s.minor ORDER BY s.currency) AS stake
        FROM (SELECT d.seller_id, d.marketplace, d.name, r.currency, sum(r.amount_minor) AS minor
              FROM duty d JOIN return_case r ON r.case_id = d.case_id
              WHERE d.seller_id = ANY (sellers) AND d.closed_at IS NULL AND d.state IN ('open', 'breached') AND d.case_kind = 'return' AND d.breach IS NOT NULL
                AND r.currency IS NOT NULL AND r.amount_minor IS NOT NULL
              GROUP BY 1, 2, 3, 4) s
        GROUP BY 1, 2, 3
    )
    SELECT c.seller_id, c.marketplace, c.name, c.days, c.started, c.answered, c.in_time,
        round(c.in_time::numeric / nullif(c.in_time + c.late + c.unanswered, 0), 4), c.late, c.unanswered, c.breached, c.at_risk,
        c.standing, c.mean * interval '1 second', c.elapsed[1] * interval '1 second', c.elapsed[2] * interval '1 second',
        c.open[1] * interval '1 microsecond', c.open[2] * interval '1 microsecond',
        c.line, CASE WHEN c.line IS NOT NULL THEN c.within_line END,
        round(c.within_line::numeric / nullif(c.within_line + c.beyond_line, 0), 4), c.wanted_share, s.stake
    FROM counted c
    LEFT JOIN stake s ON s.seller_id = c.seller_id AND s.marketplace = c.marketplace AND s.name = c.name
$$;

-- When a number of a seller next changes by time alone. The money of its returns may change with no duty: every six hours.
CREATE FUNCTION scorecard_next(sellers text[]) RETURNS TABLE (seller_id text, look_at timestamptz)
LANGUAGE sql STABLE SET search_path = henpin, pg_catalog, pg_temp SET jit = off AS $$
    SELECT d.seller_id, least(now() + interval '6 hours', min(n.at) FILTER (WHERE n.at > now()))
    FROM duty d
    LEFT JOIN marketplace_measure m ON m.duty = d.name AND starts_with(d.marketplace, m.marketplace_begins)
    CROSS JOIN LATERAL (
        VALUES (d.start_at), (d.start_at + interval '7 days'), (d.start_at + interval '30 days'), (d.start_at + interval '90 days'),
            (CASE WHEN d.closed_at IS NULL THEN d.due_at END), (CASE WHEN d.closed_at IS NULL THEN d.start_at + m.line END),
            (CASE WHEN d.closed_at IS NULL THEN coalesce(d.warn_at[1], d.act_by_at) END)) AS n (at)
    WHERE d.seller_id = ANY (sellers) AND d.start_at > now() - interval '90 days'
    GROUP BY 1
$$;

-- Counts at most so many sellers anew; gives how many those were. One at a time; another finds nothing to do.
CREATE FUNCTION scorecard_keep(most integer) RETURNS integer LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = henpin, pg_catalog, pg_temp AS $$
DECLARE
    sellers text[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('henpin.scorecard')) THEN
        RETURN 0;
    END IF;
    WITH noted AS (DELETE FROM scorecard_change c RETURNING c.seller_id)
    INSERT INTO scorecard_seller AS s (seller_id, look_at) SELECT DISTINCT n.seller_id, now() FROM noted n
    ON CONFLICT (seller_id) DO UPDATE SET look_at = greatest(now(), s.counted_at + interval '1 minute')
    WHERE s.look_at > greatest(now(), s.counted_at + interval '1 minute');
    SELECT array_agg(d.seller_id) INTO sellers
    FROM (SELECT s.seller_id FROM scorecard_seller s WHERE s.look_at <= now() ORDER BY s.look_at LIMIT most) d;
    IF sellers IS NULL THEN
        RETURN 0;
    END IF;
    DELETE FROM scorecard_count c WHERE c.seller_id = ANY (sellers);
    INSERT INTO scorecard_count SELECT * FROM scorecard_of(sellers);
    UPDATE scorecard_seller s SET counted_at = now(), look_at = greatest(coalesce(n.look_at, 'infinity'), now() + interval '1 minute')
    FROM unnest(sellers) AS i (id) LEFT JOIN scorecard_next(sellers) n ON n.seller_id = i.id
    WHERE s.seller_id = i.id;
    RETURN cardinality(sellers);
END $$;

-- What is kept, if it is right still or younger than a minute; the others are counted now, so that it is right without
-- henpin-deadlines, too, only slower.
CREATE FUNCTION scorecard(only_seller text DEFAULT NULL, only_marketplace text DEFAULT NULL) RETURNS SETOF scorecard_count
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = henpin, pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    old text[] := ARRAY(
        SELECT s.seller_id FROM scorecard_seller s
        WHERE s.look_at <= now() AND coalesce(s.counted_at, '-infinity') < now() - interval '1 minute'
          AND (only_seller IS NULL OR s.seller_id = only_seller)
        UNION
        SELECT c.seller_id FROM scorecard_change c LEFT JOIN scorecard_seller s ON s.seller_id = c.seller_id
        WHERE coalesce(s.counted_at, '-infinity') < now() - interval '1 minute'
          AND (only_seller IS NULL OR c.seller_id = only_seller));
BEGIN
    RETURN QUERY
    SELECT * FROM (
        SELECT * FROM scorecard_count c
        WHERE NOT c.seller_id = ANY (old) AND (only_seller IS NULL OR c.seller_id = only_seller)
        UNION ALL
        SELECT * FROM scorecard_of(old)) r
    WHERE only_marketplace IS NULL OR r.marketplace = only_marketplace
    ORDER BY r.seller_id, r.marketplace, r.duty, r.days;
END $$;

CREATE VIEW seller_scorecard AS SELECT * FROM scorecard();

GRANT SELECT ON marketplace_measure, seller_scorecard TO henpin_reader, henpin_desk;
GRANT EXECUTE ON FUNCTION scorecard(text, text) TO henpin_reader, henpin_desk;
GRANT EXECUTE ON FUNCTION scorecard_keep(integer) TO henpin_worker;

COMMENT ON VIEW marketplace_measure IS 'What a marketplace itself counts about answers, with where it says so.';
COMMENT ON VIEW seller_scorecard IS 'How each seller answered, by marketplace and duty, of the clocks that began in the last 7, 30 and 90 days (Amazon shows message answers for the same: AMZ-MET-12). At most a minute old. Use scorecard(seller, marketplace) for a part: it is faster.';
COMMENT ON TABLE scorecard_count IS 'What seller_scorecard shows, as it was counted last: scorecard_seller says when. Read the view: it knows what is out of date.';
COMMENT ON TABLE scorecard_seller IS 'When the clocks of a seller were counted, and when they are counted anew.';
COMMENT ON TABLE scorecard_change IS 'Sellers a duty of whom was written since they were counted: a row for each statement and seller.';
COMMENT ON INDEX scorecard_seller_look_at IS 'The sellers whose numbers are out of date.';
COMMENT ON INDEX duty_of_seller IS 'The clocks of a seller, by their start: for its scorecard.';
COMMENT ON FUNCTION scorecard_note() IS 'Trigger: notes whose duties a statement wrote.';
COMMENT ON FUNCTION scorecard_note_update() IS 'Trigger: notes whose duties a statement changed in what is counted.';
COMMENT ON FUNCTION scorecard_of(text[], timestamptz) IS 'seller_scorecard of these sellers, counted now from their duties. With another instant its spans end there and what is open is judged by it; the duties are those of now.';
COMMENT ON FUNCTION scorecard_next(text[]) IS 'When a number of these sellers next changes though nothing is written; at the latest in six hours, as the money at stake may.';
COMMENT ON FUNCTION scorecard_keep(integer) IS 'Counts sellers whose numbers are out of date anew, at most so many, none oftener than once a minute; gives how many. Called by henpin-deadlines.';
COMMENT ON FUNCTION scorecard(text, text) IS 'seller_scorecard of one seller, one marketplace (null: all). Two clocks: elapsed_* counts every hour, as Amazon does (AMZ-MSG-01: 24 h, weekends and holidays included); desk_* counts only the hours in which the duty''s desk was open. share_in_time is by the duty''s own due, share_within_line by the marketplace''s measure (marketplace_measure); both leave out what still has time.';

DO $$
DECLARE
    c record;
BEGIN
    FOR c IN SELECT * FROM (VALUES
        ('marketplace_measure', 'marketplace_begins', 'The stores that count so: their codes begin with this.'),
        ('marketplace_measure', 'duty', 'The duty that is measured.'),
        ('marketplace_measure', 'line', 'An answer within this is good.'),
        ('marketplace_measure', 'wanted_share', 'The least share of good ones that is wanted; null: none is published.'),
        ('marketplace_measure', 'definition', 'What is counted, in the marketplace''s sense.'),
        ('marketplace_measure', 'source', 'The fact of the rule sheet, in brackets the pages: deploy/policy/SOURCES.md.'),
        ('seller_scorecard', 'seller_id', 'The seller, as the marketplace calls it.'),
        ('seller_scorecard', 'marketplace', 'Code of the marketplace.'),
        ('seller_scorecard', 'duty', 'Which duty of the policy: answer_message, answer_return ...'),
        ('seller_scorecard', 'days', '7, 30 or 90: clocks that began in the last so many days.'),
        ('seller_scorecard', 'started', 'Clocks that began.'),
        ('seller_scorecard', 'answered', 'Of them, how many were answered.'),
        ('seller_scorecard', 'in_time', 'Answered by their due.'),
        ('seller_scorecard', 'share_in_time', 'in_time of all whose time is over: in_time, late, unanswered.'),
        ('seller_scorecard', 'late', 'Answered after their due.'),
        ('seller_scorecard', 'unanswered', 'Past their due, and nobody has answered.'),
        ('seller_scorecard', 'breached', 'Late or unanswered where that has a consequence.'),
        ('seller_scorecard', 'at_risk', 'Standing, and the first warning is past.'),
        ('seller_scorecard', 'standing', 'Not answered yet, late or not.'),
        ('seller_scorecard', 'elapsed_mean', 'Average time to the answer, every hour counted.'),
        ('seller_scorecard', 'elapsed_median', 'Half were answered within this, every hour counted.'),
        ('seller_scorecard', 'elapsed_p90', 'Nine of ten were answered within this, every hour counted.'),
        ('seller_scorecard', 'desk_median', 'Half were answered within this, the desk''s open hours counted.'),
        ('seller_scorecard', 'desk_p90', 'Nine of ten were answered within this, the desk''s open hours counted.'),
        ('seller_scorecard', 'line', 'The marketplace''s own measure: marketplace_measure; null: none is published.'),
        ('seller_scorecard', 'within_line', 'Answered within that.'),
        ('seller_scorecard', 'share_within_line', 'within_line of all whose time by that measure is over.'),
        ('seller_scorecard', 'wanted_share', 'The least such share that the marketplace wants.'),
        ('scorecard_seller', 'seller_id', 'The seller.'),
        ('scorecard_seller', 'counted_at', 'Instant of the last count; null: never yet.'),
        ('scorecard_seller', 'look_at', 'From then on it is out of date; infinity: until one of its duties is written.'),
        ('scorecard_change', 'seller_id', 'The seller.'),
        ('seller_scorecard', 'stake', 'Money of the returns whose duties stand now and cost something when late: minor units by currency.'))
        AS v (tab, name, meaning) LOOP
        EXECUTE format('COMMENT ON COLUMN henpin.%I.%I IS %L', c.tab, c.name, c.meaning);
        IF c.tab = 'seller_scorecard' THEN
            EXECUTE format('COMMENT ON COLUMN henpin.scorecard_count.%I IS %L', c.name, c.meaning);
        END IF;
    END LOOP;
END $$;

-- The oracle of scorecard.test: the scorecard counted anew from the duties of all sellers, in one query, as slow as that is.
WITH clock AS (
    SELECT d.seller_id, d.marketplace, d.name, d.state, d.start_at, d.due_at, d.act_by_at, d.closed_at, d.desk_open_us,
        d.closed_at IS NULL AND d.state IN ('open', 'breached') AS is_standing,
        coalesce(d.warn_at[1], d.act_by_at, d.due_at) AS risk_at, d.breach IS NOT NULL AS has_breach,
        extract(epoch FROM d.closed_at - d.start_at)::double precision AS elapsed
    FROM duty d
    WHERE d.duty_id >= (lpad(to_hex((extract(epoch FROM now() - interval '90 days') * 1000)::bigint), 12, '0')
            || repeat('0', 20))::uuid
      AND d.start_at > now() - interval '90 days' AND d.start_at <= now() AND d.state IN ('open', 'met', 'breached')
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
        count(*) FILTER (WHERE c.is_standing AND c.due_at < now()) AS unanswered,
        count(*) FILTER (WHERE c.has_breach AND (c.closed_at > c.due_at OR c.is_standing AND c.due_at < now())) AS breached,
        count(*) FILTER (WHERE c.is_standing AND c.risk_at <= now() AND c.due_at >= now()) AS at_risk,
        count(*) FILTER (WHERE c.is_standing) AS standing,
        avg(c.elapsed) AS mean,
        percentile_cont('{0.5,0.9}'::double precision[]) WITHIN GROUP (ORDER BY c.elapsed) AS elapsed,
        percentile_cont('{0.5,0.9}'::double precision[]) WITHIN GROUP (ORDER BY c.desk_open_us) AS open,
        m.line, m.wanted_share,
        count(*) FILTER (WHERE c.closed_at - c.start_at <= m.line) AS within_line,
        count(*) FILTER (WHERE coalesce(c.closed_at, now()) - c.start_at > m.line) AS beyond_line
    FROM clock c
    JOIN (VALUES (7), (30), (90)) AS w (days) ON c.start_at > now() - w.days * interval '1 day'
    LEFT JOIN marketplace_measure m ON m.duty = c.name AND starts_with(c.marketplace, m.marketplace_begins)
    GROUP BY c.seller_id, c.marketplace, c.name, w.days, m.line, m.wanted_share
), stake AS (
    SELECT s.seller_id, s.marketplace, s.name, jsonb_object_agg(s.currency, s.minor ORDER BY s.currency) AS stake
    FROM (SELECT d.seller_id, d.marketplace, d.name, r.currency, sum(r.amount_minor) AS minor
          FROM duty d JOIN return_case r ON r.case_id = d.case_id
          WHERE d.closed_at IS NULL AND d.state IN ('open', 'breached') AND d.case_kind = 'return' AND d.breach IS NOT NULL
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
ORDER BY c.seller_id, c.marketplace, c.name, c.days

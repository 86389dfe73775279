-- The tables that workers write. Instants are timestamptz (UTC inside); money is in minor units.
-- Comments that read like a manual stand in 0002; roles and grants in 0003; views and functions in 0004.

CREATE SCHEMA henpin;
SET LOCAL search_path = henpin;

CREATE TABLE policy_revision (
    policy_revision_id bigint PRIMARY KEY,
    hash               text NOT NULL UNIQUE,
    label              text NOT NULL,
    canonical          text NOT NULL,
    since              timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE seller (
    seller_id  text PRIMARY KEY,
    name       text,
    country    text,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE seller_fact (
    seller_id   text NOT NULL,
    fact        text NOT NULL,
    value       text NOT NULL DEFAULT '',
    valid_from  timestamptz NOT NULL DEFAULT '-infinity',
    valid_until timestamptz NOT NULL DEFAULT 'infinity',
    known_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (seller_id, fact, valid_from),
    CHECK (valid_from < valid_until)
);

CREATE TABLE seller_licence (
    seller_id   text NOT NULL,
    licence     text NOT NULL,
    number      text NOT NULL,
    valid_from  timestamptz NOT NULL DEFAULT '-infinity',
    valid_until timestamptz NOT NULL DEFAULT 'infinity',
    known_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (seller_id, licence, number, valid_from),
    CHECK (valid_from < valid_until)
);

-- Where a seller sells, or is about to: so that what is missing there is told before the first order.
CREATE TABLE seller_marketplace (
    seller_id   text NOT NULL,
    marketplace text NOT NULL,
    ships_from  text NOT NULL,
    categories  text[] NOT NULL DEFAULT '{}',
    valid_from  timestamptz NOT NULL DEFAULT '-infinity',
    valid_until timestamptz NOT NULL DEFAULT 'infinity',
    known_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (seller_id, marketplace),
    CHECK (valid_from < valid_until)
);

-- One row, moved on by every change of the directory: workers compare it to know that their cache is old.
CREATE TABLE seller_directory_version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version  bigint NOT NULL
);
INSERT INTO seller_directory_version VALUES (true, 1);

-- When henpin-deadlines looks at a seller next: at once after a change of what is known of it or when a worker raised
-- a blocker, else when something begins or ends. Its row is locked before the seller's blockers are, by whoever changes them.
CREATE TABLE seller_watch (
    seller_id          text PRIMARY KEY,
    look_at            timestamptz NOT NULL DEFAULT '-infinity',
    looked_at          timestamptz NOT NULL DEFAULT '-infinity',
    policy_revision_id bigint
) WITH (fillfactor = 85);
CREATE INDEX seller_watch_look_at ON seller_watch (look_at);

-- Who changed what in the directory: written by triggers, so that no way round it is left.
CREATE TABLE seller_change (
    change_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seller_id  text NOT NULL,
    subject    text NOT NULL,
    was        jsonb,
    became     jsonb,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text NOT NULL
);
CREATE INDEX seller_change_seller ON seller_change (seller_id, change_id);

-- pg_temp last: unnamed it comes first, and a temporary table could stand in for ours. Once a transaction is enough: a row
-- that is changed ten thousand times in one becomes slow.
CREATE FUNCTION seller_directory_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = henpin, pg_temp AS $$
BEGIN
    UPDATE seller_directory_version SET version = version + 1 WHERE xmin IS DISTINCT FROM pg_current_xact_id()::xid;
    RETURN NULL;
END $$;

-- The seller is looked at again, and the change is kept. Whoever acts for others says so in henpin.changed_by; the login
-- is named in any case.
CREATE FUNCTION seller_row_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = henpin, pg_temp AS $$
DECLARE
    was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - 'updated_at' END;
    became jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - 'updated_at' END;
    person text := nullif(current_setting('henpin.changed_by', true), '');
BEGIN
    IF was IS NOT DISTINCT FROM became THEN
        RETURN NULL;
    END IF;
    INSERT INTO seller_watch (seller_id)
    SELECT DISTINCT v.id FROM (VALUES (was->>'seller_id'), (became->>'seller_id')) AS v (id)
    WHERE v.id IS NOT NULL ORDER BY v.id
    ON CONFLICT (seller_id) DO UPDATE SET look_at = '-infinity';
    INSERT INTO seller_change (seller_id, subject, was, became, changed_by)
    VALUES (coalesce(became, was)->>'seller_id', TG_TABLE_NAME, was - 'seller_id', became - 'seller_id',
            CASE WHEN person IS NULL OR person = session_user THEN session_user
                 ELSE format('%s (login %s)', person, session_user) END);
    RETURN NULL;
END $$;

DO $$
DECLARE
    tab text;
BEGIN
    FOREACH tab IN ARRAY ARRAY['seller', 'seller_fact', 'seller_licence', 'seller_marketplace'] LOOP
        EXECUTE format('CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION seller_directory_changed()', tab);
        EXECUTE format('CREATE TRIGGER row_changed AFTER INSERT OR UPDATE OR DELETE ON %I'
            ' FOR EACH ROW EXECUTE FUNCTION seller_row_changed()', tab);
    END LOOP;
END $$;

CREATE TABLE sales_order (
    order_key          uuid PRIMARY KEY,
    marketplace        text NOT NULL,
    seller_id          text NOT NULL,
    order_id           text NOT NULL,
    is_known           boolean NOT NULL,
    status             text,
    fulfilment         text,
    ship_from_country  text,
    buyer_country      text,
    buyer_language     text,
    purchased_at       timestamptz,
    latest_delivery_at timestamptz,
    delivered_at       timestamptz,
    carrier            text,
    tracking           text,
    lines              jsonb,
    wanted_by          timestamptz,
    opened_at          timestamptz NOT NULL,
    history_event      text[] NOT NULL,
    history_at         timestamptz[] NOT NULL,
    history_id         bigint[] NOT NULL,
    duties             uuid[] NOT NULL,
    triaged            text[] NOT NULL
) WITH (fillfactor = 85);
-- The sweep for order_unknown looks only at orders that something waits for.
CREATE INDEX sales_order_wanted ON sales_order (wanted_by)
    WHERE NOT is_known AND wanted_by IS NOT NULL;

-- The number that a buyer names; its returns and inquiries follow by order_key.
CREATE INDEX sales_order_order_id ON sales_order (order_id);

CREATE TABLE return_case (
    case_id        uuid PRIMARY KEY,
    order_key      uuid NOT NULL,
    marketplace    text NOT NULL,
    seller_id      text NOT NULL,
    order_id       text NOT NULL,
    return_id      text NOT NULL,
    is_parked      boolean NOT NULL,
    status         text NOT NULL,
    reason_code    text,
    wanted         text,
    amount_minor   bigint,
    currency       text,
    lines          jsonb,
    disposition    text,
    tasks          smallint NOT NULL,
    remedy         text,
    destination    text,
    opened_at      timestamptz NOT NULL,
    history_event  text[] NOT NULL,
    history_at     timestamptz[] NOT NULL,
    history_id     bigint[] NOT NULL,
    duties         uuid[] NOT NULL,
    triaged        text[] NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX return_case_order ON return_case (order_key);

-- A conversation with a buyer. `language` is the one that the buyer reads, as far as it is known.
CREATE TABLE inquiry_thread (
    case_id        uuid PRIMARY KEY,
    order_key      uuid NOT NULL,
    marketplace    text NOT NULL,
    seller_id      text NOT NULL,
    order_id       text NOT NULL,
    inquiry_id     text NOT NULL,
    is_parked      boolean NOT NULL,
    status         text NOT NULL,
    topic          text,
    language       text,
    language_from  text NOT NULL,
    language_confidence smallint,
    signals        text[] NOT NULL,
    opened_at      timestamptz NOT NULL,
    history_event  text[] NOT NULL,
    history_at     timestamptz[] NOT NULL,
    history_id     bigint[] NOT NULL,
    duties         uuid[] NOT NULL,
    triaged        text[] NOT NULL
) WITH (fillfactor = 85);
CREATE INDEX inquiry_thread_order ON inquiry_thread (order_key);

CREATE TABLE duty (
    duty_id            uuid PRIMARY KEY,
    case_kind          text NOT NULL,
    case_id            uuid NOT NULL,
    name               text NOT NULL,
    instance           smallint NOT NULL,
    state              text NOT NULL CHECK (state IN ('waiting', 'open', 'met', 'breached', 'cancelled')),
    seller_id          text NOT NULL,
    marketplace        text NOT NULL,
    order_id           text NOT NULL,
    desk               text NOT NULL,
    start_at           timestamptz,
    due_at             timestamptz,
    act_by_at          timestamptz,
    aim_at             timestamptz,
    warn_at            timestamptz[] NOT NULL,
    fires_at           timestamptz,
    stop               text[] NOT NULL,
    waits_for          text,
    closed_at          timestamptz,
    breach             text,
    breach_cost        text,
    severity           smallint NOT NULL CHECK (severity BETWEEN 0 AND 4),
    rule_id            text NOT NULL,
    policy_revision_id bigint NOT NULL,
    called_at          timestamptz,
    pause              text[],
    reopen             text CHECK (reopen IN ('resume', 'closed')),
    held_at            timestamptz[],
    CHECK (coalesce(start_at, called_at) IS NOT NULL)
) WITH (fillfactor = 85);

-- What stands unanswered, by what the clock has to tell next: henpin-deadlines takes the gravest first, the board reads all.
CREATE INDEX duty_standing ON duty (severity, fires_at) WHERE closed_at IS NULL AND state IN ('open', 'breached');

-- Append-only, read by cursor (read_events) in the order of recorded_xid.
-- identity_at is the instant that belongs to the meaning (it stands in the first 48 bits of the id
-- too): (identity_at, escalation_id) refuses a double across partitions.
CREATE TABLE escalation_event (
    identity_at        timestamptz NOT NULL,
    escalation_id      uuid NOT NULL,
    kind               text NOT NULL,
    level              text NOT NULL,
    severity           smallint NOT NULL,
    case_kind          text NOT NULL,
    case_id            uuid,
    subject_id         uuid NOT NULL,
    seller_id          text NOT NULL,
    marketplace        text NOT NULL,
    order_id           text,
    desk               text NOT NULL,
    due_at             timestamptz,
    act_by_at          timestamptz,
    rule_id            text,
    policy_revision_id bigint NOT NULL,
    occurred_at        timestamptz NOT NULL,
    recorded_at        timestamptz NOT NULL DEFAULT now(),
    reason             text NOT NULL,
    details            jsonb,
    source_topic       text NOT NULL,
    source_partition   integer NOT NULL,
    source_offset      bigint NOT NULL,
    recorded_xid       xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (identity_at, escalation_id)
) PARTITION BY RANGE (identity_at);
CREATE INDEX escalation_event_recorded_xid ON escalation_event (recorded_xid);
-- Blockers and unknown orders have no instant of their own: theirs is the epoch, and retention leaves them alone.
CREATE TABLE escalation_event_timeless PARTITION OF escalation_event
    FOR VALUES FROM (MINVALUE) TO ('1970-01-02 00:00:00+00');
-- Which blocker or order a timeless row is about. In this partition alone: the others are written often and never asked so.
CREATE INDEX escalation_event_timeless_subject ON escalation_event_timeless (subject_id);
CREATE TABLE escalation_event_default PARTITION OF escalation_event DEFAULT;
-- The board's few among many: only triage pays for it.
CREATE INDEX escalation_event_triage ON escalation_event (recorded_at) WHERE kind = 'triage';

CREATE TABLE disposal_task_event (
    identity_at        timestamptz NOT NULL,
    task_id            uuid NOT NULL,
    change             text NOT NULL CHECK (change IN ('CREATED', 'READY', 'DONE', 'OVERDUE', 'CANCELLED')),
    step_no            smallint NOT NULL,
    action             text NOT NULL,
    product_class      text,
    responsible        text,
    licence_required   text,
    evidence_required  text,
    due_at             timestamptz,
    after_step         smallint,
    playbook           text NOT NULL,
    case_id            uuid NOT NULL,
    seller_id          text NOT NULL,
    marketplace        text NOT NULL,
    order_id           text NOT NULL,
    rule_id            text NOT NULL,
    policy_revision_id bigint NOT NULL,
    occurred_at        timestamptz NOT NULL,
    recorded_at        timestamptz NOT NULL DEFAULT now(),
    source_topic       text NOT NULL,
    source_partition   integer NOT NULL,
    source_offset      bigint NOT NULL,
    recorded_xid       xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (identity_at, task_id, change)
) PARTITION BY RANGE (identity_at);
CREATE INDEX disposal_task_event_recorded_xid ON disposal_task_event (recorded_xid);
CREATE TABLE disposal_task_event_default PARTITION OF disposal_task_event DEFAULT;

-- The audit trail: one row an applied event. Found by time, and by case at the times of the case's history; by where
-- its event was read, and by the event's id. BRIN: rows are only appended, so that none of it costs the writers anything.
CREATE TABLE decision (
    occurred_at        timestamptz NOT NULL,
    case_kind          text NOT NULL,
    case_id            uuid NOT NULL,
    event_id           text NOT NULL,
    event              text NOT NULL,
    outcome            text NOT NULL,
    cause              text,
    rules              text[] NOT NULL,
    policy_revision_id bigint NOT NULL,
    recorded_at        timestamptz NOT NULL DEFAULT now(),
    source_topic       text NOT NULL,
    source_partition   integer NOT NULL,
    source_offset      bigint NOT NULL
) PARTITION BY RANGE (occurred_at);
CREATE TABLE decision_default PARTITION OF decision DEFAULT;
CREATE INDEX decision_occurred_at ON decision USING brin (occurred_at, source_offset);
CREATE INDEX decision_event_id ON decision USING brin (event_id text_bloom_ops);

CREATE TABLE blocker (
    seller_id          text NOT NULL,
    marketplace        text NOT NULL,
    blocker            text NOT NULL,
    instance           smallint NOT NULL,
    blocker_id         uuid NOT NULL,
    state              text NOT NULL CHECK (state IN ('raised', 'resolved')),
    severity           smallint NOT NULL CHECK (severity BETWEEN 0 AND 4),
    desk               text NOT NULL,
    rule_id            text NOT NULL,
    policy_revision_id bigint NOT NULL,
    raised_at          timestamptz NOT NULL,
    resolved_at        timestamptz,
    PRIMARY KEY (seller_id, marketplace, blocker)
);
-- A worker remembers what stands: what was resolved may be raised again.
CREATE TRIGGER resolved AFTER UPDATE ON blocker FOR EACH ROW
    WHEN (OLD.state = 'raised' AND NEW.state = 'resolved') EXECUTE FUNCTION seller_directory_changed();

-- Positions: append-only, a row a batch and partition. The unique key makes a second writer of the same
-- range fail (I2). first_offset -1 claims the start of a partition.
CREATE TABLE ledger (
    consumer_group   text NOT NULL,
    topic            text NOT NULL,
    partition        integer NOT NULL,
    first_offset     bigint NOT NULL,
    next_offset      bigint NOT NULL,
    kind             text NOT NULL CHECK (kind IN ('start', 'batch', 'accepted_loss')),
    records          bigint NOT NULL,
    last_offset      bigint,
    last_fingerprint bigint,
    recorded_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer_group, topic, partition, first_offset),
    CHECK (first_offset < next_offset)
);

CREATE TABLE dead_letter (
    consumer_group   text NOT NULL,
    source_topic     text NOT NULL,
    source_partition integer NOT NULL,
    source_offset    bigint NOT NULL,
    record_at        timestamptz,
    record_key       bytea,
    record_value     bytea,
    header_names     text[] NOT NULL,
    header_values    bytea[] NOT NULL,
    code             text NOT NULL,
    reason           text NOT NULL,
    hint             text NOT NULL,
    state            text NOT NULL CHECK (state IN ('open', 'retry', 'resolved', 'discarded')),
    retries          integer NOT NULL DEFAULT 0,
    recorded_at      timestamptz NOT NULL DEFAULT now(),
    changed_at       timestamptz NOT NULL DEFAULT now(),
    changed_by       text,
    PRIMARY KEY (consumer_group, source_topic, source_partition, source_offset)
);
CREATE INDEX dead_letter_retry ON dead_letter (consumer_group, source_topic, source_partition, source_offset)
    WHERE state = 'retry';

-- Records that wait for their order (I5): kept whole, decided by the same path when it arrives. An event waits once,
-- however often it is sent.
CREATE TABLE parked (
    order_key        uuid NOT NULL,
    consumer_group   text NOT NULL,
    source_topic     text NOT NULL,
    source_partition integer NOT NULL,
    source_offset    bigint NOT NULL,
    record_at        timestamptz,
    record_key       bytea,
    record_value     bytea,
    header_names     text[] NOT NULL,
    header_values    bytea[] NOT NULL,
    event_key        uuid NOT NULL,
    is_ready         boolean NOT NULL DEFAULT false,
    parked_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (order_key, source_topic, event_key)
);
-- A recall frees the waiting cases of its orders; nearly always empty.
CREATE INDEX return_case_parked ON return_case (order_key) WHERE is_parked;
CREATE INDEX inquiry_thread_parked ON inquiry_thread (order_key) WHERE is_parked;
CREATE INDEX parked_ready ON parked (source_topic, order_key) WHERE is_ready;

-- Who has taken an escalation: the first who says so. Written by acknowledge().
CREATE TABLE acknowledgement (
    escalation_id   uuid PRIMARY KEY,
    subject_id      uuid NOT NULL,
    acknowledged_by text NOT NULL,
    login           text NOT NULL,
    note            text,
    acknowledged_at timestamptz NOT NULL DEFAULT now(),
    recorded_xid    xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX acknowledgement_subject ON acknowledgement (subject_id, acknowledged_at);
CREATE INDEX acknowledgement_recorded_xid ON acknowledgement (recorded_xid);

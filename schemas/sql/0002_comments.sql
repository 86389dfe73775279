-- What everything means, so that psql's \d+ reads like a manual. Instants are timestamptz: stored in UTC, shown in the session's zone.
--
-- A column's name means the same in every table, so most are described once, below; the second list has the few that need
-- more words in their table. A column without a description fails
-- tests/integration/comments.test.

SET LOCAL search_path = henpin, pg_catalog;

COMMENT ON SCHEMA henpin IS 'After-sales events of marketplaces, decided by policy: what a person must know or do, until when, and why.';
COMMENT ON TABLE duty_stop IS 'The lists of events that meet duties. Written by workers when they load rules.';
COMMENT ON TABLE policy_revision IS 'One row per rule set that has been live. Written by workers when they load one.';
COMMENT ON TABLE desk IS 'Who can act: the desks of the rule set that went live last. Written by workers when they load one.';
COMMENT ON TABLE seller IS 'The seller directory: who sells. Written by the directory''s owner, read and cached by workers.';
COMMENT ON TABLE seller_fact IS 'What is known of a seller (branch, address, disclosed policy, languages), with its validity.';
COMMENT ON TABLE seller_licence IS 'Licences of a seller (antique dealer, waste, medical repair ...), with their validity.';
COMMENT ON TABLE seller_marketplace IS 'Where a seller sells or is about to, so that what is missing there is told before the first order. Written by the directory''s owner.';
COMMENT ON TABLE seller_watch IS 'When henpin-deadlines looks at a seller next. Written by it, by changes of the directory and by workers that raise a blocker.';
COMMENT ON TABLE seller_change IS 'Append-only: who changed what in the seller directory, and when. Written by triggers.';
COMMENT ON TABLE seller_directory_version IS 'Moves on with every change of the directory and with every blocker that is resolved: the sum tells workers that their cache is old. The row "directory" is locked first by whoever changes the directory.';
COMMENT ON TABLE sales_order IS 'Current facts of an order, also of one that only returns have named yet. Written by workers.';
COMMENT ON TABLE return_case IS 'Current facts of a return case. Written by workers.';
COMMENT ON TABLE inquiry_thread IS 'Current facts of a conversation with a buyer; never its text. Written by workers.';
COMMENT ON TABLE duty IS 'A promise with a clock: what must be done by when, and what it costs to be late. Written by workers.';
COMMENT ON TABLE escalation_event IS 'Append-only: something that a person must know or do. Partitioned by identity_at, dropped by retention.';
COMMENT ON TABLE escalation_event_default IS 'Escalations of months without a partition of their own.';
COMMENT ON TABLE escalation_event_timeless IS 'Escalations whose meaning has no instant: blockers and unknown orders. Never dropped.';
COMMENT ON TABLE disposal_task_event IS 'Append-only: a change of one step of a disposal or repair. Partitioned by identity_at, dropped by retention.';
COMMENT ON TABLE disposal_task IS 'What is to be done with returned goods, a row a step, as it stands now: CREATED waits for the step before it, READY can be done, unless blocked says why not. Written by workers, henpin-deadlines, complete_step(), fail_step() and reopen_step().';
COMMENT ON TABLE disposal_task_event_default IS 'Task events of months without a partition of their own.';
COMMENT ON TABLE decision IS 'Append-only audit trail: one row per applied event. Partitioned by occurred_at, dropped by retention.';
COMMENT ON TABLE decision_default IS 'Decisions of months without a partition of their own.';
COMMENT ON TABLE blocker IS 'What keeps a seller from selling or handling somewhere (a missing licence, fact or address): per seller and marketplace, not per order.';
COMMENT ON TABLE ledger IS 'How far each partition is applied: append-only, one row per batch and partition. Its key lets one writer of a range win.';
COMMENT ON TABLE dead_letter IS 'Records that could not be applied, whole, with the reason. See henpin dead-letters.';
COMMENT ON TABLE parked IS 'Records that wait for their order, whole. Deleted when they are applied.';
COMMENT ON TABLE acknowledgement IS 'Who has taken an escalation: the first who said so. Written by acknowledge() alone.';
COMMENT ON TABLE schema_migration IS 'Which files of schemas/sql have been applied. Written by henpin migrate.';
COMMENT ON INDEX duty_standing IS 'Duties that nobody has answered, by severity and by what the clock has to tell next.';
COMMENT ON INDEX duty_board IS 'Duties that nobody has answered, by severity and until when they are to be answered: for board().';
COMMENT ON INDEX sales_order_order_id IS 'Orders by their number, for find_case(): looked up now and then, so it costs a new row next to nothing.';
COMMENT ON INDEX return_case_found IS 'Returns of an order, and by their own number, for find_case().';
COMMENT ON INDEX inquiry_thread_inquiry_id IS 'Conversations by their number, for find_case().';
COMMENT ON INDEX escalation_event_ends_soon IS 'Warnings of facts and licences of sellers that end, for the board.';
COMMENT ON INDEX duty_of_desk IS 'What each desk has, and what of it may be handed on when that is too much: the least severe first, of these the latest.';
COMMENT ON INDEX escalation_event_subject IS 'What was told of one duty, for case_story(): looked up now and then, so it costs a new row next to nothing.';
COMMENT ON INDEX escalation_event_triage IS 'Triage by when it was told, for the board.';
COMMENT ON INDEX escalation_event_timeless_subject IS 'Blockers and unknown orders by their subject, for the board.';
COMMENT ON INDEX seller_watch_look_at IS 'The sellers whose time has come.';
COMMENT ON INDEX seller_change_seller IS 'The history of one seller.';
COMMENT ON FUNCTION seller_row_changed() IS 'Trigger of the seller directory: has the seller looked at again and keeps who changed what.';
COMMENT ON INDEX escalation_event_recorded_xid IS 'Escalations by the transaction that wrote them, for read_events().';
COMMENT ON INDEX disposal_task_event_recorded_xid IS 'Task events by the transaction that wrote them, for read_events().';
COMMENT ON INDEX acknowledgement_recorded_xid IS 'Acknowledgements by the transaction that wrote them, for read_events().';
COMMENT ON INDEX acknowledgement_subject IS 'Acknowledgements by what was escalated, the latest last, for the board.';
COMMENT ON FUNCTION seller_directory_changed() IS 'Trigger of the seller directory and of blockers: moves their row of seller_directory_version on.';

DO $$
DECLARE
    c record;
BEGIN
    FOR c IN
        WITH words (name, meaning) AS (VALUES
            ('policy_revision_id', 'Which rule set decided: policy_revision.'),
            ('hash', 'SHA-256 of the canonical text, hexadecimal.'),
            ('label', 'What people call this revision.'),
            ('canonical', 'The whole rule set as normalised text.'),
            ('since', 'Instant from which it was live; of a rule set that was gone back to, the latest such.'),
            ('seller_id', 'The seller, as the marketplace calls it.'),
            ('name', 'Its name.'),
            ('country', 'ISO 3166-1 alpha-2.'),
            ('updated_at', 'Instant of the last change.'),
            ('fact', 'Which fact, in the words of the policy.'),
            ('value', 'What it says.'),
            ('valid_from', 'First instant of validity.'),
            ('valid_until', 'First instant after the validity; infinity when open.'),
            ('known_at', 'Instant at which it was entered: no blocker is resolved by it before.'),
            ('ships_from', 'ISO 3166-1 alpha-2 of where the seller ships from to this marketplace.'),
            ('categories', 'Classes of the goods sold there, in the words of the policy, at most 100 of 100 characters each; empty: not said.'),
            ('look_at', 'Next instant at which something begins, ends or is to be told; -infinity: at once; infinity: never.'),
            ('looked_at', 'Instant up to which everything is told.'),
            ('change_id', 'Number of the change.'),
            ('subject', 'Table that was changed.'),
            ('was', 'The row before; NULL when it is new.'),
            ('became', 'The row after; NULL when it was deleted.'),
            ('licence', 'Kind of licence, in the words of the policy.'),
            ('number', 'Number of the licence as issued.'),
            ('version', 'Number that only grows.'),
            ('order_key', 'Hash of marketplace, seller and order id; names the order in all tables.'),
            ('marketplace', 'Code of the marketplace, such as amazon.co.jp.'),
            ('order_id', 'Order id as the marketplace gives it.'),
            ('is_known', 'False: only a return or an inquiry has named it yet.'),
            ('status', 'Kind of the last event that counted.'),
            ('fulfilment', 'Who ships, by the first event that was read: SELLER or MARKETPLACE. Of a line: of it alone.'),
            ('is_mixed', 'True when a line says otherwise than fulfilment (its own fulfilment in lines): cases of the order are decided by line.'),
            ('ship_from_country', 'ISO 3166-1 alpha-2 of where it is shipped from.'),
            ('buyer_country', 'ISO 3166-1 alpha-2 of the buyer.'),
            ('buyer_language', 'BCP 47 tag of the buyer''s language.'),
            ('purchased_at', 'Instant of the purchase.'),
            ('latest_delivery_at', 'Latest instant of the promised delivery.'),
            ('delivered_at', 'Instant of the delivery.'),
            ('carrier', 'Who carries the parcel.'),
            ('tracking', 'Tracking number of the carrier.'),
            ('lines', 'The lines as JSON array of objects, of an order those of its first event that has any; prices in minor units of their currency.'),
            ('wanted_by', 'Instant from which the missing order is escalated; NULL when nobody waits for it.'),
            ('tasks', 'How many disposal or repair tasks the case has.'),
            ('history_event', 'Kinds of the events already applied, in the order in which they were; of conversations with /language, ?confidence of a guess, +signals; of a return''s events about lines that the marketplace fulfils with /marketplace.'),
            ('history_at', 'Their instants, in the same order.'),
            ('history_id', 'Hashes of their event ids, in the same order: a second copy is recognised by them.'),
            ('case_id', 'The case; NULL when it belongs to none.'),
            ('inquiry_id', 'The conversation, as the marketplace or the connector names it.'),
            ('topic', 'What it is about, as the marketplace or the connector sorts it; null: nobody said.'),
            ('language', 'BCP 47 tag of the language that the buyer reads, in which the answer must be; null: not known.'),
            ('language_confidence', 'Of a language that was detected in the text: 70 (thin) to 99 (plain); null: it was not, or the connector detected it.'),
            ('signals', 'What the buyer''s words say, over all messages, in the words of the policy: complaint, swollen_battery ...; the words are not kept.'),
            ('language_from', 'How that is known: declared or detected (of the oldest message), order, marketplace, or not_known.'),
            ('return_id', 'Return id as the marketplace gives it.'),
            ('is_parked', 'True while its events wait for the order.'),
            ('opened_at', 'Instant of the oldest event of the case; while none is applied, of the one that was parked first.'),
            ('reason_code', 'Reason of the return, in the register of domain codes.'),
            ('wanted', 'What the buyer wants: REFUND, EXCHANGE or REPAIR.'),
            ('amount_minor', 'Amount in minor units of the currency; of a return of several hands the part of the lines that are not the marketplace''s.'),
            ('currency', 'ISO 4217.'),
            ('disposition', 'What policy does with the goods.'),
            ('remedy', 'What policy proposes to offer the buyer: refund, exchange, repair ...; null: no rule has said. The latest word counts, by the events'' own time.'),
            ('remedy_at', 'Instant of the event that remedy was said of; null: no rule has said.'),
            ('stopped_at', 'Since when return shipping is stopped by what the buyer wrote in a conversation about the same order; null: it is not.'),
            ('destination_said', 'What the return''s own events say of destination.'),
            ('destination', 'Where policy wants the buyer to send the goods: own_address, partner_address, branch, prepaid_label or no_return_shipping (which stays); null: no rule has said. The latest word counts, by the events'' own time, of those said before the goods arrived; from stopped_at on it is no_return_shipping.'),
            ('destination_at', 'Instant of the event that destination_said was said of; null: no rule has said.'),
            ('line_id', 'Which line of the return it is about, as the marketplace names it; empty: all of it.'),
            ('lot', 'Which part of the goods: battery, body ...; NULL: all of them.'),
            ('partner', 'Who does it, a name of the packs; NULL: nobody chosen, or nobody outside.'),
            ('site', 'Where the goods lie, a name of the packs; empty: not known.'),
            ('place', 'Where on the site it is done or the goods are kept, in the words of the policy.'),
            ('licence_from', 'Since when the partner holds the licence with which he does it; NULL: none is required, or nobody says.'),
            ('licence_until', 'When the licence ends with which the partner does it; NULL: none is required, or it has no end.'),
            ('unit', 'Of the amount that its evidence must state: kg, litre or piece; NULL: none.'),
            ('waste', 'Kinds of waste, in the words of the policy.'),
            ('keep_years', 'How many years its evidence is kept; NULL: nobody says.'),
            ('unlocks', 'What may happen once it is done, in the words of the policy.'),
            ('overdue', 'Role that is told when it is late.'),
            ('after_task', 'The task that must be done before; NULL: none.'),
            ('turn', 'Counts from 1: one more each time it failed or was reopened.'),
            ('blocked', 'Why it cannot be begun though what is before it is done; NULL: it can.'),
            ('counts_from', 'Instant from which due_at counts: that of the event, or of the step before.'),
            ('ready_at', 'Instant from which it could be done.'),
            ('done_at', 'Instant at which it was done, as whoever did it says.'),
            ('done_by', 'Who did it.'),
            ('failed_at', 'When somebody last said that it could not be done; NULL: never, or it was done since.'),
            ('failed_turn', 'Which turn failed without anybody having been told yet; NULL: none.'),
            ('overdue_at', 'Instant at which it became late; stays when it is done.'),
            ('duties', 'Ids of the case''s duties.'),
            ('triaged', 'What the case was sent to a person for already, so that it is told once.'),
            ('duty_id', 'Hash of case, duty and start (or call), ordered by the start.'),
            ('case_kind', 'What case_id names: return, order, inquiry ...'),
            ('instance', 'Counts from 1, in the order of time, each time the same thing begins anew.'),
            ('state', 'Where it stands.'),
            ('desk', 'Which desk must act.'),
            ('start_at', 'Instant from which the clock runs; null while it waits for waits_for.'),
            ('due_at', 'Instant of the promise, by the marketplace''s clock; null while no clock runs.'),
            ('act_by_at', 'Last instant at which a desk with language and licence is open before due_at, less the reserve.'),
            ('aim_at', 'Instant that is aimed at, earlier than due_at.'),
            ('turn_desk', 'Desks that have it one after the other while nobody answers; null: one desk has it to the end.'),
            ('turn_from', 'When each of turn_desk gets it, by the plan; of one that has it or had it: when it got it (passed over: as planned).'),
            ('turn_act_by', 'The act_by_at of each of turn_desk.'),
            ('turn_skips', 'Which of turn_desk are passed over while they are full: bit 0 is the first.'),
            ('turn_requires', 'The licences that each of turn_desk must hold, joined by ''+''; null: none needs any. Of a duty that one desk has to the end, that desk''s.'),
            ('hands_on', 'True when desk may hand it on as soon as it has more than it can take; null once it is breached or overdue.'),
            ('zone', 'Time zone of its calendar.'),
            ('languages', 'Codes of the languages it answers in; any: all.'),
            ('capacity', 'Open duties that it takes at a time; null: no limit.'),
            ('fires_at', 'Next instant at which the clock has something to tell of it (a warning, a hand-over, act-by, due); null: nothing any more.'),
            ('warn_at', 'Instants at which to warn, ascending.'),
            ('stop_id', 'Which events meet the duty: the list of duty_stop. A hash of the list.'),
            ('events', 'Kinds of events, any of which meets the duty.'),
            ('waits_for', 'Kind of the event that starts the clock; null: the event that called for the duty does.'),
            ('called_at', 'Instant of the event that called for a duty with waits_for; null for all others.'),
            ('pause', 'Kinds of events that hold the clock until the next of another kind; null: none.'),
            ('reopen', 'What happens after its end: resume (goes on when the case is reopened) or closed; null: another call begins it anew.'),
            ('held_at', 'Instants from when and until when the clock was held, in turn; an odd count: it is held. Null: never.'),
            ('closed_at', 'Instant at which it was answered, in time or not; NULL while nobody has. A cancelled one keeps what it had.'),
            ('breach', 'What follows from being late.'),
            ('breach_cost', 'What being late costs, in words.'),
            ('severity', '0 note, 1 low, 2 normal, 3 high, 4 grave.'),
            ('rule_id', 'The rule of the policy that decided.'),
            ('identity_at', 'Instant that belongs to the meaning of the id; 1970 for what has none. Of tasks and triage: opened_at of the case when they were made, so that events read in another order may give another. Partition key.'),
            ('escalation_id', 'Hash of duty or blocker and level, ordered by identity_at: the same meaning has the same id.'),
            ('kind', 'What kind it is.'),
            ('level', 'Which step of the escalation: of a duty open, warned, act_by (last call), breached, overdue (late at no cost) or deadline_moved; of a blocker raised or resolved; of what ends soon ends_soon.'),
            ('subject_id', 'What is escalated: a duty, a blocker, a case or an order.'),
            ('occurred_at', 'Instant at which it happened, by the event''s own time.'),
            ('recorded_at', 'Instant of the transaction that wrote the row.'),
            ('recorded_xid', 'Number of that transaction: the order in which read_events() tells.'),
            ('reason', 'Why, as one readable sentence.'),
            ('details', 'Further facts for programs.'),
            ('source_topic', 'Kafka topic of the record that caused it; henpin for the clock.'),
            ('source_partition', 'Its partition; -1 for the clock.'),
            ('source_offset', 'Its offset; -1 for the clock.'),
            ('traceparent', 'W3C trace context that the record''s header of that name held, for tracing systems; null when it held none, for the clock, and for blockers, which many records raise.'),
            ('desk_open_us', 'How long its desk was open between start_at and closed_at, in microseconds: the desk''s clock. Null while it stands.'),
            ('task_id', 'Hash of case, playbook and step, ordered by identity_at.'),
            ('change', 'What became of the task.'),
            ('step_no', 'Step of the playbook, from 1.'),
            ('action', 'What is to be done.'),
            ('product_class', 'Class of the product, in the words of the policy.'),
            ('responsible', 'Who must do it.'),
            ('licence_required', 'Licence that the doer must hold.'),
            ('evidence_required', 'What proves that it was done.'),
            ('after_step', 'Step that must be done before; NULL for none.'),
            ('playbook', 'Playbook of the policy.'),
            ('event_id', 'Id that the connector gave the event.'),
            ('event', 'Kind of the event.'),
            ('outcome', 'What became of it.'),
            ('cause', 'Why a person must look; NULL when nobody must.'),
            ('rules', 'Rules that hit, in the order of their tables.'),
            ('blocker', 'What is missing, in the words of the policy.'),
            ('blocker_id', 'Hash of seller, marketplace, blocker and instance.'),
            ('raised_at', 'Instant at which it was raised.'),
            ('resolved_at', 'Instant at which it was resolved.'),
            ('consumer_group', 'Kafka consumer group of the worker.'),
            ('topic', 'Kafka topic.'),
            ('partition', 'Kafka partition.'),
            ('first_offset', 'First offset of the range; -1 claims the start of the partition.'),
            ('next_offset', 'First offset after the range.'),
            ('records', 'Records in the range; offsets may have gaps.'),
            ('last_offset', 'Offset of the last record of the range.'),
            ('last_fingerprint', 'Hash of that record: tells a topic that was created anew.'),
            ('record_at', 'Kafka''s timestamp of the record.'),
            ('record_key', 'Key of the record, as it came.'),
            ('record_value', 'Value of the record, as it came. May hold a buyer''s words: not for readers.'),
            ('header_names', 'Names of the record''s headers, as its producer chose them. Not for readers.'),
            ('header_values', 'Their values, in the same order. Not for readers.'),
            ('code', 'Which error, by its token.'),
            ('hint', 'What can be done about it.'),
            ('retries', 'How often it was tried again.'),
            ('changed_at', 'Instant of the last change of state.'),
            ('changed_by', 'Who changed it last.'),
            ('event_key', 'Hash of its case and event id: a second copy of the event has the same.'),
            ('is_ready', 'True when its order has come: applied with the next batch.'),
            ('parked_at', 'Instant at which it was set aside.'),
            ('checksum', 'SHA-256 of the file, hexadecimal.'),
            ('applied_at', 'Instant at which the file was applied.'),
            ('applied_by', 'Who applied it: the session''s user.'),
            ('acknowledged_by', 'Who has taken it, as they said.'),
            ('acknowledged_at', 'Instant at which they said so.'),
            ('login', 'The session''s user who said so.'),
            ('note', 'What they added; not for a buyer''s words.')),
        special (tab, name, meaning) AS (VALUES
            ('seller_watch', 'policy_revision_id', 'Which rule set looked last.'),
            ('inquiry_thread', 'line_id', 'The order''s line that it is about, the first that an event named; before it one that the seller fulfils. NULL: none was named.'),
            ('seller_directory_version', 'subject', 'What moved: directory or blocker.'),
            ('seller', 'name', 'What people call the seller.'),
            ('desk', 'desk', 'Name of the desk, as in the packs.'),
            ('desk', 'title', 'What people call the desk.'),
            ('desk', 'kind', 'inhouse, provider or partner.'),
            ('desk', 'licences', 'What the desk holds, each as ''NAME until INSTANT'' or, without an end, ''NAME''.'),
            ('duty', 'name', 'Which duty of the policy.'),
            ('duty', 'state', 'waiting (for its start, or held), open, met, breached, or cancelled (answered together with an older call for it).'),
            ('blocker', 'state', 'raised or resolved.'),
            ('seller_change', 'changed_by', 'Who changed it: the login, and the person for whom it says it acts.'),
            ('dead_letter', 'state', 'open, retry (somebody asked for it), resolved or discarded.'),
            ('dead_letter', 'reason', 'The error as a person reads it; never the record''s values.'),
            ('ledger', 'kind', 'start, batch or accepted_loss (a person accepted the gap).'),
            ('escalation_event', 'kind', 'Name of the duty (answer_return ...) or of the blocker (return_address.jp ...); else triage or order_unknown.'),
            ('disposal_task_event', 'change', 'CREATED, READY, OVERDUE (once), FAILED, REOPENED, DONE or CANCELLED.'),
            ('disposal_task', 'about', 'Why it is there: goods, what becomes of them; accident or malfunction, what must be told because the product hurt somebody or may.'),
            ('disposal_task', 'state', 'CREATED, READY, DONE or CANCELLED; late ones have overdue_at.'),
            ('disposal_task', 'is_blocked', 'Whether blocked says something; for the boards'' index.'),
            ('disposal_task', 'look_at', 'Next instant at which henpin-deadlines looks at it; -infinity: at once; NULL: never.'),
            ('disposal_task', 'closed_at', 'Instant at which it was done (as recorded) or cancelled; NULL while it is open.'),
            ('disposal_task', 'due_at', 'Until when it must be done; NULL: nobody says, or it counts from a step that is not done.'),
            ('disposal_task', 'late_of', 'The task that it is done for because that one was late; NULL: it is a step of its own.'),
            ('disposal_task', 'considered', 'Partners that offer the step, as they were judged last: partner, title, why_not, is_taken, is_bound (did the steps before); NULL: none is needed.'),
            ('disposal_task', 'routed_revision', 'The rule set by which who does it was found last; NULL: not yet.'),
            ('disposal_task', 'quantity', 'Pieces it is about; NULL: not known.'),
            ('disposal_task', 'rule_id', 'The rule that wanted it.'),
            ('schema_migration', 'version', 'Number of the file, from 1, without gaps.'),
            ('schema_migration', 'name', 'Name of the file.'))
        SELECT k.relname AS tab, a.attname AS name, coalesce(s.meaning, w.meaning) AS meaning
        FROM pg_attribute a
        JOIN pg_class k ON k.oid = a.attrelid AND k.relkind IN ('r', 'p')
        LEFT JOIN words w ON w.name = a.attname
        LEFT JOIN special s ON s.name = a.attname AND s.tab = regexp_replace(k.relname, '_(default|timeless)$', '')
        WHERE k.relnamespace = 'henpin'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
    LOOP
        EXECUTE format('COMMENT ON COLUMN henpin.%I.%I IS %L', c.tab, c.name, c.meaning);
    END LOOP;
END $$;

#include "common/flow/escalation.h"

#include "common/event/identity.h"
#include "common/flow/batch.h"
#include "common/io/traceparent.h"

/* Of what no record caused. */
static const struct message nobody = {.topic = "henpin", .partition = -1, .offset = -1};

void escalation_copy_source(struct pg_copy *copy, const struct message *m) {
    m = m ? m : &nobody;
    pg_copy_text(copy, span_of(m->topic));
    pg_copy_i32(copy, m->partition);
    pg_copy_i64(copy, m->offset);
    pg_copy_text(copy, traceparent_of(m->headers, m->n_headers));
}

const char escalation_copy_sql[] =
    "COPY henpin.escalation_event (identity_at, escalation_id, kind, level, severity,"
    " case_kind, case_id, subject_id, seller_id, marketplace, order_id, desk, due_at,"
    " act_by_at, rule_id, policy_revision_id, occurred_at, reason, details, source_topic,"
    " source_partition, source_offset, traceparent) FROM STDIN (FORMAT binary)";

void escalation_copy(struct pg_copy *copy, const struct escalation *e) {
    pg_copy_row(copy);
    pg_copy_instant(copy, e->identity_us);
    pg_copy_uuid(copy, identity_escalation(e->identity_us, e->subject_id,
                                           e->meaning ? e->meaning : e->level));
    pg_copy_text(copy, e->kind);
    pg_copy_text(copy, span_of(e->level));
    pg_copy_i16(copy, (int16_t)e->severity);
    pg_copy_text(copy, e->case_kind);
    pg_copy_uuid(copy, e->case_id);
    pg_copy_uuid(copy, e->subject_id);
    pg_copy_text(copy, e->seller_id);
    pg_copy_text(copy, e->marketplace);
    pg_copy_text(copy, e->order_id);
    pg_copy_text(copy, e->desk);
    pg_copy_instant(copy, e->due_us);
    pg_copy_instant(copy, e->act_by_us);
    pg_copy_text(copy, e->rule_id);
    pg_copy_i64(copy, e->revision);
    pg_copy_instant(copy, e->occurred_us);
    pg_copy_text(copy, e->reason);
    pg_copy_jsonb(copy, e->details);
    escalation_copy_source(copy, e->source);
}

/* Whoever told it before is right: the same level has the same id. */
static const struct pg_statement tell = {
    "escalation_tell",
    "INSERT INTO henpin.escalation_event (identity_at, escalation_id, kind, level,"
    "  severity, case_kind, case_id, subject_id, seller_id, marketplace, order_id, desk,"
    "  due_at, act_by_at, rule_id, policy_revision_id, occurred_at, reason, source_topic,"
    "  source_partition, source_offset, traceparent)"
    " SELECT t.at, t.id, d.name, t.level, d.severity, d.case_kind, d.case_id, d.duty_id,"
    "  d.seller_id, d.marketplace, d.order_id, d.desk, d.due_at, d.act_by_at, d.rule_id,"
    "  d.policy_revision_id, t.occurred_at, t.reason, t.topic, t.partition,"
    "  t.record_offset, t.traceparent"
    " FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[],"
    "   $6::timestamptz[], $7::text[], $8::int[], $9::bigint[], $10::text[]) WITH "
    "ORDINALITY"
    "  AS t(duty_id, at, id, level, reason, occurred_at, topic, partition, record_offset,"
    "   traceparent, place)"
    " JOIN henpin.duty d ON d.duty_id = t.duty_id ORDER BY t.place"
    " ON CONFLICT (identity_at, escalation_id) DO NOTHING"};

struct tell tell_open(struct pg_script *s, size_t n) {
    struct pg_query *q = pg_script_query(s, &tell);
    struct tell t;
    t.duties = pg_param_array(q, PG_UUID, n);
    t.at = pg_param_array(q, PG_TIMESTAMPTZ, n);
    t.ids = pg_param_array(q, PG_UUID, n);
    t.levels = pg_param_array(q, PG_TEXT, n);
    t.reasons = pg_param_array(q, PG_TEXT, n);
    t.occurred = pg_param_array(q, PG_TIMESTAMPTZ, n);
    t.topics = pg_param_array(q, PG_TEXT, n);
    t.partitions = pg_param_array(q, PG_INT4, n);
    t.offsets = pg_param_array(q, PG_INT8, n);
    t.traces = pg_param_array(q, PG_TEXT, n);
    return t;
}

void tell_add(const struct tell *t, const struct telling *what) {
    const struct message *m = what->source ? what->source : &nobody;
    pg_array_uuid(t->duties, what->duty_id);
    pg_array_i64(t->at, what->at_us);
    pg_array_uuid(t->ids, what->id);
    pg_array_text(t->levels, span_of(what->level));
    pg_array_text(t->reasons, what->reason);
    pg_array_i64(t->occurred, what->occurred_us);
    pg_array_text(t->topics, span_of(m->topic));
    pg_array_i64(t->partitions, m->partition);
    pg_array_i64(t->offsets, m->offset);
    pg_array_text(t->traces, traceparent_of(m->headers, m->n_headers));
}

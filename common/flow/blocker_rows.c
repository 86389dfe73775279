#include "common/flow/blocker_rows.h"

#include "common/base/absent.h"
#include "common/event/identity.h"
#include "common/flow/batch.h"

static const struct pg_statement watch = {
    "blocker_watch",
    "INSERT INTO henpin.seller_watch (seller_id)"
    " SELECT DISTINCT id COLLATE \"C\" FROM unnest($1::text[]) AS t(id) ORDER BY 1"
    " ON CONFLICT (seller_id) DO UPDATE SET look_at = '-infinity'"
    "  WHERE seller_watch.look_at > '-infinity'"}; /* locked in any case */

/* Sorted, so that two transactions cannot wait for each other. Of the row only what is
 * ahead of it counts: (instance, resolved). */
static const struct pg_statement step = {
    "blocker_step",
    "WITH seen AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[],"
    "   $4::smallint[], $5::uuid[], $6::timestamptz[], $7::timestamptz[], $8::smallint[],"
    "   $9::text[], $10::text[], $11::bigint[], $12::uuid[], $13::text[], $14::text[],"
    "   $15::uuid[], $16::text[], $17::text[], $18::int[], $19::bigint[])"
    "  AS t(seller_id, marketplace, blocker, instance, blocker_id, raised_at,"
    "   resolved_at, severity, desk, rule_id, revision, escalation_id, reason, case_kind,"
    "   case_id, order_id, source_topic, source_partition, source_offset)),"
    " last AS (SELECT DISTINCT ON (seller_id COLLATE \"C\", marketplace COLLATE \"C\","
    "   blocker COLLATE \"C\") * FROM seen ORDER BY seller_id COLLATE \"C\", marketplace"
    "   COLLATE \"C\", blocker COLLATE \"C\", instance DESC, resolved_at NULLS LAST),"
    " taken AS (INSERT INTO henpin.blocker AS b (seller_id, marketplace, blocker,"
    "   instance, blocker_id, state, severity, desk, rule_id, policy_revision_id,"
    "   raised_at, resolved_at)"
    "  SELECT seller_id, marketplace, blocker, instance, blocker_id, CASE WHEN"
    "   resolved_at IS NULL THEN 'raised' ELSE 'resolved' END, severity, desk, rule_id,"
    "   revision, raised_at, resolved_at FROM last"
    "  ON CONFLICT (seller_id, marketplace, blocker) DO UPDATE SET instance ="
    "   excluded.instance, blocker_id = excluded.blocker_id, state = excluded.state,"
    "   severity = excluded.severity, desk = excluded.desk, rule_id = excluded.rule_id,"
    "   policy_revision_id = excluded.policy_revision_id, raised_at = excluded.raised_at,"
    "   resolved_at = excluded.resolved_at"
    "  WHERE (b.instance, b.resolved_at IS NOT NULL)"
    "   < (excluded.instance, excluded.resolved_at IS NOT NULL)"
    "  RETURNING seller_id, marketplace, blocker)"
    " INSERT INTO henpin.escalation_event (identity_at, escalation_id, kind, level,"
    "  severity, case_kind, case_id, subject_id, seller_id, marketplace, order_id, desk,"
    "  rule_id, policy_revision_id, occurred_at, reason, source_topic, source_partition,"
    "  source_offset)"
    " SELECT to_timestamp(0), escalation_id, blocker, CASE WHEN resolved_at IS NULL THEN"
    "  'raised' ELSE 'resolved' END, CASE WHEN resolved_at IS NULL THEN severity ELSE 0"
    "  END, case_kind, case_id, blocker_id, seller_id, marketplace, order_id, desk,"
    "  rule_id, revision, coalesce(resolved_at, raised_at), reason, source_topic,"
    "  source_partition, source_offset"
    " FROM seen JOIN taken USING (seller_id, marketplace, blocker)"
    " ON CONFLICT (identity_at, escalation_id) DO NOTHING"};

static struct uuid blocker_id(const struct blocker_step *b) {
    char instance[16];
    snprintf(instance, sizeof instance, "%d", b->instance);
    const struct span parts[] = {SPAN("blocker"), b->seller_id, b->marketplace, b->name,
                                 span_of(instance)};
    return identity_named(parts, COUNT_OF(parts));
}

void blocker_rows_watch(struct pg_script *s, const struct blocker_step *steps, size_t n) {
    struct pg_query *q = pg_script_query(s, &watch);
    struct pg_array *ids = pg_param_array(q, PG_TEXT, n);
    for (size_t i = 0; i < n; i++)
        pg_array_text(ids, steps[i].seller_id);
}

/* The parameters of `step`, in its order. */
enum {
    B_SELLER,
    B_MARKETPLACE,
    B_BLOCKER,
    B_INSTANCE,
    B_ID,
    B_RAISED,
    B_RESOLVED,
    B_SEVERITY,
    B_DESK,
    B_RULE,
    B_REVISION,
    B_ESCALATION,
    B_REASON,
    B_CASE_KIND,
    B_CASE,
    B_ORDER,
    B_TOPIC,
    B_PARTITION,
    B_OFFSET,
    B_COUNT
};

static const enum pg_type types[B_COUNT] = {
    [B_SELLER] = PG_TEXT,
    [B_MARKETPLACE] = PG_TEXT,
    [B_BLOCKER] = PG_TEXT,
    [B_INSTANCE] = PG_INT2,
    [B_ID] = PG_UUID,
    [B_RAISED] = PG_TIMESTAMPTZ,
    [B_RESOLVED] = PG_TIMESTAMPTZ,
    [B_SEVERITY] = PG_INT2,
    [B_DESK] = PG_TEXT,
    [B_RULE] = PG_TEXT,
    [B_REVISION] = PG_INT8,
    [B_ESCALATION] = PG_UUID,
    [B_REASON] = PG_TEXT,
    [B_CASE_KIND] = PG_TEXT,
    [B_CASE] = PG_UUID,
    [B_ORDER] = PG_TEXT,
    [B_TOPIC] = PG_TEXT,
    [B_PARTITION] = PG_INT4,
    [B_OFFSET] = PG_INT8,
};

static void add_step(struct pg_array *const a[B_COUNT], const struct blocker_step *b) {
    const struct message *m = b->message;
    const char *level = b->resolved_us == EVENT_ABSENT ? "raised" : "resolved";
    struct uuid id = blocker_id(b);
    pg_array_text(a[B_SELLER], b->seller_id);
    pg_array_text(a[B_MARKETPLACE], b->marketplace);
    pg_array_text(a[B_BLOCKER], b->name);
    pg_array_i64(a[B_INSTANCE], b->instance);
    pg_array_uuid(a[B_ID], id);
    pg_array_i64(a[B_RAISED], b->raised_us);
    pg_array_i64(a[B_RESOLVED], b->resolved_us);
    pg_array_i64(a[B_SEVERITY], b->severity);
    pg_array_text(a[B_DESK], b->desk);
    pg_array_text(a[B_RULE], b->rule_id);
    pg_array_i64(a[B_REVISION], b->revision);
    pg_array_uuid(a[B_ESCALATION], identity_escalation(IDENTITY_TIMELESS_US, id, level));
    pg_array_text(a[B_REASON], b->reason);
    pg_array_text(a[B_CASE_KIND], b->case_kind);
    if (m)
        pg_array_uuid(a[B_CASE], b->case_id);
    else
        pg_array_null(a[B_CASE]);
    pg_array_text(a[B_ORDER], b->order_id);
    pg_array_text(a[B_TOPIC], m ? span_of(m->topic) : SPAN("henpin"));
    pg_array_i64(a[B_PARTITION], m ? m->partition : -1);
    pg_array_i64(a[B_OFFSET], m ? m->offset : -1);
}

void blocker_rows_write(struct pg_script *s, const struct blocker_step *steps, size_t n) {
    struct pg_array *a[B_COUNT];
    pg_param_arrays(pg_script_query(s, &step), types, B_COUNT, n, a);
    for (size_t i = 0; i < n; i++)
        add_step(a, &steps[i]);
}

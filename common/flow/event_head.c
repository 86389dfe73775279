#include "common/flow/event_head.h"

#include "common/event/marketplace.h"

#define YEAR_2000_US INT64_C(946684800000000)
#define YEAR_2100_US INT64_C(4102444800000000)

enum status event_id_check(const char *field, struct span id, struct error *err) {
    if (id.len == 0)
        return error_set(err, E_EVENT_FIELD, "%s is empty", field);
    if (id.len > EVENT_ID_MAX)
        return error_set(err, E_EVENT_FIELD, "%s is %zu bytes long, at most %d are taken",
                         field, id.len, EVENT_ID_MAX);
    for (size_t i = 0; i < id.len; i++)
        if ((unsigned char)id.ptr[i] < 0x20 || id.ptr[i] == 0x7f)
            return error_set(err, E_EVENT_FIELD,
                             "%s holds a control character at byte %zu", field, i);
    return ST_OK;
}

enum status event_instant_check(const char *field, int64_t us, struct error *err) {
    if (us < YEAR_2000_US || us >= YEAR_2100_US)
        return error_set(
            err, E_EVENT_FIELD,
            "%s is %lld, outside the years 2000 to 2099 (microseconds since 1970)", field,
            (long long)us);
    return ST_OK;
}

/* Nothing is learnt of before it happens: one of two clocks, or somebody's time zone, is
 * wrong, and the deadline would be later than the marketplace's. */
static enum status check_order(const struct event_head *h, struct error *err) {
    int64_t ahead_us = h->occurred_at_us - h->observed_at_us;
    if (ahead_us > EVENT_MAX_AHEAD_US)
        return error_set(err, E_EVENT_FIELD,
                         "occurred_at lies %lld minutes after observed_at, when it was "
                         "learnt of: a clock is ahead",
                         (long long)(ahead_us / US_PER_MIN));
    return ST_OK;
}

static enum status check_head(const struct event_head *h, bool needs_order,
                              struct error *err) {
    enum status st = event_id_check("event_id", h->event_id, err);
    if (st == ST_OK)
        st = event_id_check("marketplace", h->marketplace, err);
    if (st == ST_OK)
        st = event_id_check("seller_id", h->seller_id, err);
    if (st == ST_OK && (needs_order || h->order_id.len > 0))
        st = event_id_check("order_id", h->order_id, err);
    if (st == ST_OK)
        st = event_instant_check("occurred_at", h->occurred_at_us, err);
    if (st == ST_OK)
        st = event_instant_check("observed_at", h->observed_at_us, err);
    return st == ST_OK ? check_order(h, err) : st;
}

static void take(struct message *m, const struct event_head *h) {
    const struct marketplace *found = marketplace_find(h->marketplace);
    struct span code = found ? span_of(found->code) : h->marketplace;
    struct uuid order_key = identity_order(code, h->seller_id, h->order_id);
    m->occurred_us = h->occurred_at_us;
    m->subject = (struct subject){
        .marketplace = found,
        .code = code,
        .seller_id = h->seller_id,
        .order_id = h->order_id,
        .event_id = h->event_id,
        .order_key = order_key,
        .case_id = order_key,
    };
}

enum status event_head_take(struct message *m, const struct event_head *h,
                            struct error *err) {
    enum status st = check_head(h, true, err);
    if (st == ST_OK)
        take(m, h);
    return st;
}

enum status event_head_take_orderless(struct message *m, const struct event_head *h,
                                      struct error *err) {
    enum status st = check_head(h, false, err);
    if (st == ST_OK)
        take(m, h);
    return st;
}

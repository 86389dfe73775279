/*
 * feed_amazon_returns.c: Amazon's seller-fulfilled returns report (tab-separated).
 *
 * A row is a snapshot of one article of one return. Adjacent rows of one return become
 * its events: REQUESTED, and what else the row says happened since. Their ids depend only
 * on the return and the kind, so feeding a newer report again says only what is new.
 */
#include "services/henpin/feed.h"

#include "common/base/clock.h"
#include "common/event/marketplace.h"
#include "common/policy/tz.h"

#include <stdlib.h>

enum {
    R_ORDER,
    R_REQUESTED,
    R_STATUS,
    R_RMA,
    R_CURRENCY,
    R_CLAIM,
    R_SKU,
    R_QUANTITY,
    R_REASON,
    R_POLICY,
    R_RESOLUTION,
    R_DELIVERED,
    R_REFUNDED,
    R_COUNT,
};

/* The columns read come first, then those of the report that mean nothing to us. */
static const struct feed_column columns_known[] = {
    [R_ORDER] = {"Order ID", true},
    [R_REQUESTED] = {"Return request date", true},
    [R_STATUS] = {"Return request status", true},
    [R_RMA] = {"Amazon RMA ID", true},
    [R_CURRENCY] = {"Currency code", false},
    [R_CLAIM] = {"A-to-Z Claim", false},
    [R_SKU] = {"Merchant SKU", true},
    [R_QUANTITY] = {"Return quantity", true},
    [R_REASON] = {"Return Reason", true},
    [R_POLICY] = {"In policy", false},
    [R_RESOLUTION] = {"Resolution", false},
    [R_DELIVERED] = {"Return delivery date", false},
    [R_REFUNDED] = {"Refunded Amount", false},
    {"Order date", false},
    {"Merchant RMA ID", false},
    {"Label type", false},
    {"Label cost", false},
    {"Return carrier", false},
    {"Tracking ID", false},
    {"Label to be paid by", false},
    {"Is prime", false},
    {"ASIN", false},
    {"Item Name", false},
    {"Return type", false},
    {"Invoice number", false},
    {"Order Amount", false},
    {"Order quantity", false},
    {"SafeT Action reason", false},
    {"SafeT claim id", false},
    {"SafeT claim state", false},
    {"SafeT claim creation time", false},
    {"SafeT claim reimbursement amount", false},
};

#define LINES_MAX 200

/* The return that is being gathered. */
struct gathered {
    struct arena *arena;
    struct span order_id, rma, status, reason, currency;
    int64_t requested_us, delivered_us, refunded_minor;
    int in_policy, wanted;
    bool claim_opened;
    struct return_line lines[LINES_MAX];
    size_t n_lines;
    int64_t first_line;
};

struct report {
    struct feed *feed;
    const struct marketplace *market;
    struct zone *zone;
    struct gathered now;
};

static bool refuse(struct feed *f, int column, const char *why) {
    feed_reject(f, f->line, columns_known[column].name, "%s", why);
    return false;
}

/* 14-Jul-2025, at 00:00 in the store's zone: the earliest, so no deadline comes out too
 * late. */
static bool read_day(const struct report *r, struct span text, int64_t *out) {
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct span rest = text, day, month;
    int64_t d = 0, y = 0;
    if (!span_cut(&rest, '-', &day) || !span_cut(&rest, '-', &month) ||
        !span_to_i64(day, &d) || !span_to_i64(rest, &y) || rest.len != 4 || d < 1 ||
        d > 31 || y < 1)
        return false;
    for (int m = 0; m < 12; m++) {
        if (!span_equal_nocase(month, span_of(months[m])))
            continue;
        char zulu[32];
        int64_t wall_us = 0;
        snprintf(zulu, sizeof zulu, "%04d-%02d-%02dT00:00:00Z", (int)y, m + 1, (int)d);
        if (!clock_parse(span_of(zulu), &wall_us))
            return false; /* 31-Feb-2025 */
        *out = zone_instant_us(r->zone, wall_us, NULL);
        return true;
    }
    return false;
}

/* "12.50" in the minor unit; currencies that have none are written without decimals. */
static bool read_money(struct span text, struct span currency, int64_t *out) {
    int decimals = span_is(currency, "JPY") || span_is(currency, "KRW") ? 0 : 2;
    struct span rest = text, whole;
    int64_t value = 0;
    if (!span_cut(&rest, '.', &whole) || whole.len == 0 || whole.len > 12 ||
        !span_to_i64(whole, &value) || value < 0)
        return false;
    for (size_t i = 0; i < rest.len || i < (size_t)decimals; i++) {
        char c = i < rest.len ? rest.ptr[i] : '0';
        if (c < '0' || c > '9' || (i >= (size_t)decimals && c != '0'))
            return false;
        if (i < (size_t)decimals)
            value = value * 10 + (c - '0');
    }
    *out = value;
    return true;
}

static bool is_yes(struct span text) {
    return span_equal_nocase(text, SPAN("Y")) || span_equal_nocase(text, SPAN("true")) ||
           span_equal_nocase(text, SPAN("yes"));
}

static bool contains_nocase(struct span text, struct span word) {
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (span_equal_nocase((struct span){text.ptr + i, word.len}, word))
            return true;
    return false;
}

/* What the status says beyond the request; -1: nothing. */
static int kind_of_status(struct span status) {
    static const char *const declined[] = {"REJECT", "DENIED", "DECLINED", "CANCEL"};
    for (size_t i = 0; i < COUNT_OF(declined); i++)
        if (contains_nocase(status, span_of(declined[i])))
            return RETURN_DECLINED;
    if (contains_nocase(status, SPAN("APPROVED")) ||
        contains_nocase(status, SPAN("AUTHORIZED")))
        return RETURN_AUTHORIZED;
    if (contains_nocase(status, SPAN("COMPLETED")) ||
        contains_nocase(status, SPAN("CLOSED")))
        return RETURN_CLOSED;
    if (status.len == 0 || contains_nocase(status, SPAN("PENDING")))
        return -1;
    return RETURN_UNKNOWN;
}

static int wanted_of(struct span resolution) {
    if (contains_nocase(resolution, SPAN("REFUND")))
        return WANTED_REFUND;
    if (contains_nocase(resolution, SPAN("REPLACEMENT")) ||
        contains_nocase(resolution, SPAN("EXCHANGE")))
        return WANTED_EXCHANGE;
    return WANTED_UNKNOWN;
}

static enum status emit(struct report *r, enum return_kind kind, int64_t at_us,
                        struct error *err) {
    struct gathered *g = &r->now;
    struct builder id = builder_in(g->arena, 128);
    build_format(&id, "amazon-returns:%.*s:%.*s:%s", SPAN_ARGS(g->order_id),
                 SPAN_ARGS(g->rma), return_kind_names[kind]);
    bool is_refund = kind == RETURN_REFUNDED;
    struct return_event e = {
        .head = {.event_id = builder_span(&id),
                 .occurred_at_us = at_us,
                 .observed_at_us = at_us,
                 .marketplace = span_of(r->market->code),
                 .seller_id = span_of(r->feed->config->seller),
                 .order_id = g->order_id},
        .return_id = g->rma,
        .kind = (int)kind,
        .reason_code = g->reason,
        .in_policy = g->in_policy,
        .wanted = g->wanted,
        .lines = g->lines,
        .n_lines = g->n_lines,
        .amount_minor = is_refund ? g->refunded_minor : EVENT_ABSENT,
        .currency = is_refund ? g->currency : (struct span){NULL, 0},
        .claim_opened = g->claim_opened,
    };
    enum status st = feed_emit(r->feed, FEED_RETURN, &e, err);
    if (st != ST_REJECT)
        return st;
    feed_reject(r->feed, g->first_line, NULL, "%s", err->text);
    return ST_OK;
}

/* Sends what was gathered. When the report does not say when a thing happened, it counts
 * as early as it can have. */
static enum status send(struct report *r, struct error *err) {
    struct gathered *g = &r->now;
    if (g->n_lines == 0)
        return ST_OK;
    int answer = kind_of_status(g->status);
    int64_t late_us = g->delivered_us == EVENT_ABSENT ? g->requested_us : g->delivered_us;
    enum status st = emit(r, RETURN_REQUESTED, g->requested_us, err);
    if (st == ST_OK && answer >= 0 && answer != RETURN_CLOSED)
        st = emit(r, (enum return_kind)answer, g->requested_us, err);
    if (st == ST_OK && g->delivered_us != EVENT_ABSENT)
        st = emit(r, RETURN_RECEIVED, g->delivered_us, err);
    if (st == ST_OK && g->refunded_minor > 0)
        st = emit(r, RETURN_REFUNDED, late_us, err);
    if (st == ST_OK && answer == RETURN_CLOSED)
        st = emit(r, RETURN_CLOSED, late_us, err);
    g->n_lines = 0;
    arena_reset(g->arena);
    return st;
}

/* The row's own values; false after a rejection, and then nothing was changed. */
static bool read_row(struct report *r, const struct span *v, struct gathered *out,
                     struct return_line *line) {
    struct feed *f = r->feed;
    int64_t quantity = 0;
    if (v[R_ORDER].len == 0 || v[R_ORDER].len > 40)
        return refuse(f, R_ORDER, "must have 1 to 40 characters");
    if (v[R_RMA].len == 0 || v[R_RMA].len > 40)
        return refuse(f, R_RMA, "must have 1 to 40 characters");
    if (v[R_SKU].len == 0)
        return refuse(f, R_SKU, "is empty");
    if (!span_to_i64(v[R_QUANTITY], &quantity) || quantity < 1 || quantity > INT32_MAX)
        return refuse(f, R_QUANTITY, "must be a whole number from 1");
    if (!read_day(r, v[R_REQUESTED], &out->requested_us))
        return refuse(f, R_REQUESTED, "must be a day such as 14-Jul-2025");
    out->delivered_us = EVENT_ABSENT;
    if (v[R_DELIVERED].len > 0 && !read_day(r, v[R_DELIVERED], &out->delivered_us))
        return refuse(f, R_DELIVERED, "must be a day such as 14-Jul-2025, or empty");
    out->refunded_minor = 0;
    out->currency = v[R_CURRENCY].len > 0 ? v[R_CURRENCY] : span_of(r->market->currency);
    if (v[R_REFUNDED].len > 0 &&
        !read_money(v[R_REFUNDED], out->currency, &out->refunded_minor))
        return refuse(f, R_REFUNDED,
                      "must be an amount in the currency of the row, or empty");
    *line = (struct return_line){.line_id = v[R_SKU],
                                 .sku = v[R_SKU],
                                 .quantity = (int32_t)quantity,
                                 .condition = CONDITION_ABSENT};
    return true;
}

static enum status add_row(struct report *r, const struct span *v, struct error *err) {
    struct gathered row, *g = &r->now;
    struct return_line line;
    if (!read_row(r, v, &row, &line))
        return ST_OK;
    bool is_same = g->n_lines > 0 && g->n_lines < LINES_MAX &&
                   span_equal(g->rma, v[R_RMA]) && span_equal(g->order_id, v[R_ORDER]);
    if (!is_same) {
        enum status st = send(r, err);
        if (st != ST_OK)
            return st;
        struct arena *a = g->arena;
        g->order_id = span_dup(a, v[R_ORDER]);
        g->rma = span_dup(a, v[R_RMA]);
        g->status = span_dup(a, v[R_STATUS]);
        g->reason = span_dup(a, v[R_REASON]);
        g->currency = span_dup(a, row.currency);
        g->requested_us = row.requested_us;
        g->delivered_us = row.delivered_us;
        g->refunded_minor = 0;
        g->in_policy = v[R_POLICY].len == 0  ? TRI_ABSENT
                       : is_yes(v[R_POLICY]) ? TRI_TRUE
                                             : TRI_FALSE;
        g->wanted = wanted_of(v[R_RESOLUTION]);
        g->claim_opened = is_yes(v[R_CLAIM]);
        g->first_line = r->feed->line;
    }
    line.line_id = line.sku = span_dup(g->arena, line.sku);
    g->lines[g->n_lines++] = line;
    g->refunded_minor += row.refunded_minor;
    return ST_OK;
}

static enum status check_config(const struct feed *f, const struct marketplace **market,
                                struct error *err) {
    *market = marketplace_find(span_of(f->config->marketplace));
    if (*market && *f->config->seller)
        return ST_OK;
    if (*market)
        error_set(err, E_CONFIG, "the report does not name the seller");
    else
        error_set(err, E_CONFIG, "the report does not name its store, and \"%s\" is none",
                  f->config->marketplace);
    error_hint(err, "give --marketplace, e.g. amazon.co.jp, and --seller");
    return error_status(E_CONFIG);
}

enum status feed_amazon_returns(struct feed *f, struct error *err) {
    struct report *r = xcalloc(1, sizeof *r);
    struct arena *zones = arena_new((size_t)4 << 20);
    r->feed = f;
    r->now.arena = arena_new((size_t)1 << 20);
    enum status st = check_config(f, &r->market, err);
    if (st == ST_OK)
        st = zone_load(zones, *f->config->zone_dir ? f->config->zone_dir : NULL,
                       r->market->zone, &r->zone, err);
    struct feed_columns columns = {
        .delimiter = '\t', .known = columns_known, .n_known = COUNT_OF(columns_known)};
    if (st == ST_OK)
        st = feed_columns_read(f, &columns, err);
    struct span line, values[COUNT_OF(columns_known)];
    while (st == ST_OK && feed_line(f, &line))
        if (feed_columns_split(f, &columns, line, values))
            st = add_row(r, values, err);
    if (st == ST_OK)
        st = send(r, err);
    arena_free(r->now.arena);
    arena_free(zones);
    free(r);
    return st;
}

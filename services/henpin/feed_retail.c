/*
 * feed_retail.c: UCI Online Retail invoices become orders, invoices with C become
 * returns.
 *
 * One pass. Lines of an invoice stand together in the file, save for a few that another
 * invoice interrupts; so the last INVOICES_OPEN invoices are kept open, and one is sent
 * when enough others have begun after it. A C invoice does not name its order: each of
 * its lines goes to the latest earlier order of the same customer that has the article.
 * Where there is none, the order's id is "unknown-" and the invoice's number: an order
 * that never comes, so that the return parks.
 */
#include "services/henpin/feed_retail.h"

#include "common/base/clock.h"
#include "common/event/identity.h"
#include "common/policy/tz.h"
#include "services/henpin/feed_map.h"

#include <stdlib.h>

#define INVOICES_OPEN 4
#define INVOICE_MAX_BYTES ((size_t)16 << 20)
#define ID_MAX 48

struct goods {
    struct span stock, title;
    int64_t quantity, pence;
    uint32_t position; /* of the line in its invoice, from 1: its line_id */
};

struct invoice {
    struct arena *arena;
    struct span number, customer;
    const struct retail_country *country;
    int64_t wall_us;     /* of its first line */
    int64_t first_line;  /* in the file */
    struct goods *goods; /* heap */
    size_t n_goods, goods_cap;
    int64_t n_lines, n_charges;
    bool is_stock_movement;
};

struct retail {
    struct feed *feed;
    struct invoice open[INVOICES_OPEN]; /* oldest first */
    size_t n_open;
    struct feed_map sent;   /* numbers of the invoices that were sent */
    struct feed_map bought; /* customer and article -> order and line */
    struct zone *london;
    const char *seller;
};

static int64_t key_of(struct span a, struct span b) {
    char text[256];
    struct builder t = builder_over(text, sizeof text);
    build_span(&t, a);
    build_char(&t, '\0');
    build_span(&t, b);
    return identity_hash64(builder_span(&t));
}

/* "online-retail:536365" */
static struct span prefixed(struct arena *a, const char *prefix, struct span id) {
    struct builder t = builder_in(a, ID_MAX);
    build_text(&t, prefix);
    build_span(&t, id);
    return builder_span(&t);
}

static struct span number_text(struct arena *a, uint32_t number) {
    struct builder t = builder_in(a, 12);
    build_i64(&t, number);
    return builder_span(&t);
}

static struct event_head head_of(const struct retail *r, const struct invoice *v,
                                 struct span event_id, struct span order_id) {
    int64_t at_us = zone_instant_us(r->london, v->wall_us, NULL);
    return (struct event_head){.event_id = event_id,
                               .occurred_at_us = at_us,
                               .observed_at_us = at_us,
                               .marketplace = span_of(v->country->market),
                               .seller_id = span_of(r->seller),
                               .order_id = order_id};
}

/* A rejection by the encoder concerns the whole invoice. */
static enum status emit(struct retail *r, const struct invoice *v, enum feed_kind kind,
                        const void *event, struct error *err) {
    enum status st = feed_emit(r->feed, kind, event, err);
    if (st == ST_REJECT) {
        feed_reject(r->feed, v->first_line, NULL, "%s", err->text);
        return ST_OK;
    }
    return st;
}

static enum status send_order(struct retail *r, struct invoice *v, struct error *err) {
    struct order_event e = {
        .head = head_of(r, v, prefixed(v->arena, "online-retail:", v->number), v->number),
        .kind = ORDER_PLACED,
        .fulfilment = FULFILMENT_SELLER,
        .ship_from_country = SPAN("GB"),
        .buyer_country = span_of(v->country->code),
        .latest_delivery_at_us = EVENT_ABSENT,
        .delivered_at_us = EVENT_ABSENT,
        .lines = arena_array(v->arena, v->n_goods, sizeof(struct order_line)),
        .n_lines = v->n_goods,
    };
    e.purchased_at_us = e.head.occurred_at_us;
    for (size_t i = 0; i < v->n_goods; i++) {
        const struct goods *g = &v->goods[i];
        e.lines[i] = (struct order_line){
            .line_id = number_text(v->arena, g->position),
            .sku = g->stock,
            .title = g->title.len > 0 ? g->title : (struct span){NULL, 0},
            .quantity = (int32_t)g->quantity,
            .unit_price_minor = g->pence,
            .currency = SPAN("GBP"),
            .product_class = SPAN("general"),
            .fulfilment = FULFILMENT_ABSENT,
        };
        if (v->customer.len > 0)
            feed_map_put(&r->bought, key_of(v->customer, g->stock), v->number,
                         g->position);
    }
    return emit(r, v, FEED_ORDER, &e, err);
}

/* The lines of a C invoice that belong to one order. */
struct share {
    struct span order_id;
    struct return_line *lines;
    size_t n;
    int64_t pence;
};

static struct share *share_for(struct invoice *v, struct share *shares, size_t *n,
                               struct span order_id) {
    for (size_t i = 0; i < *n; i++)
        if (span_equal(shares[i].order_id, order_id))
            return &shares[i];
    struct share *s = &shares[(*n)++];
    *s = (struct share){
        .order_id = order_id,
        .lines = arena_array(v->arena, v->n_goods, sizeof(struct return_line))};
    return s;
}

/* Sorts the goods by the orders that they come from, in the order of the lines. */
static size_t share_out(const struct retail *r, struct invoice *v, struct share *shares) {
    size_t n = 0;
    for (size_t i = 0; i < v->n_goods; i++) {
        const struct goods *g = &v->goods[i];
        const struct feed_map_entry *bought =
            v->customer.len > 0 ? feed_map_get(&r->bought, key_of(v->customer, g->stock))
                                : NULL;
        struct span order_id = bought ? span_dup(v->arena, span_of(bought->text))
                                      : prefixed(v->arena, "unknown-", v->number);
        struct share *s = share_for(v, shares, &n, order_id);
        s->lines[s->n++] = (struct return_line){
            .line_id = number_text(v->arena, bought ? bought->number : g->position),
            .sku = g->stock,
            .quantity = (int32_t)-g->quantity,
            .condition = CONDITION_ABSENT,
        };
        s->pence += -g->quantity * g->pence;
    }
    return n;
}

static enum status send_returns(struct retail *r, struct invoice *v, struct error *err) {
    struct share *shares = arena_array(v->arena, v->n_goods, sizeof *shares);
    size_t n = share_out(r, v, shares);
    for (size_t i = 0; i < n; i++) {
        struct builder id = builder_in(v->arena, ID_MAX);
        build_span(&id, v->number);
        if (i > 0) /* one return per order: C536379, C536379.2 */
            build_format(&id, ".%zu", i + 1);
        struct return_event e = {
            .head = head_of(r, v, prefixed(v->arena, "online-retail:", builder_span(&id)),
                            shares[i].order_id),
            .return_id = builder_span(&id),
            .kind = RETURN_REQUESTED,
            .reason_code = SPAN(""),
            .in_policy = TRI_ABSENT,
            .wanted = WANTED_REFUND,
            .lines = shares[i].lines,
            .n_lines = shares[i].n,
            .amount_minor = shares[i].pence,
            .currency = SPAN("GBP"),
        };
        enum status st = emit(r, v, FEED_RETURN, &e, err);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

static enum status send_invoice(struct retail *r, struct invoice *v, struct error *err) {
    if (v->is_stock_movement) {
        feed_skip(r->feed, "stock movements: no customer and no price", v->n_lines);
        return ST_OK;
    }
    feed_skip(r->feed, "charges, fees and discounts: no goods", v->n_charges);
    if (v->n_goods == 0)
        return ST_OK;
    return v->number.ptr[0] == 'C' ? send_returns(r, v, err) : send_order(r, v, err);
}

/* Sends the oldest open invoice. */
static enum status close_oldest(struct retail *r, struct error *err) {
    struct invoice done = r->open[0];
    enum status st = send_invoice(r, &done, err);
    feed_map_put(&r->sent, identity_hash64(done.number), SPAN(""), 0);
    arena_reset(done.arena);
    for (size_t i = 1; i < r->n_open; i++)
        r->open[i - 1] = r->open[i];
    r->n_open--;
    /* Arena and goods are used again. */
    r->open[r->n_open] = (struct invoice){
        .arena = done.arena, .goods = done.goods, .goods_cap = done.goods_cap};
    return st;
}

static struct invoice *open_invoice(struct retail *r, const struct retail_line *l,
                                    struct error *err, enum status *st) {
    *st = ST_OK;
    for (size_t i = 0; i < r->n_open; i++)
        if (span_equal(r->open[i].number, l->invoice))
            return &r->open[i];
    if (feed_map_get(&r->sent, identity_hash64(l->invoice))) {
        feed_reject(r->feed, r->feed->line, "InvoiceNo",
                    "stands too far from the other lines of this invoice");
        return NULL;
    }
    if (r->n_open == INVOICES_OPEN)
        *st = close_oldest(r, err);
    if (*st != ST_OK)
        return NULL;
    struct invoice *v = &r->open[r->n_open++];
    v->arena = v->arena ? v->arena : arena_new(INVOICE_MAX_BYTES);
    v->number = span_dup(v->arena, l->invoice);
    v->customer = span_dup(v->arena, l->customer);
    v->country = l->country;
    v->wall_us = l->wall_us;
    v->first_line = r->feed->line;
    v->is_stock_movement = true; /* until a line says otherwise */
    return v;
}

static void add_line(struct retail *r, struct invoice *v, const struct retail_line *l) {
    if (v->country != l->country || !span_equal(v->customer, l->customer)) {
        feed_reject(r->feed, r->feed->line,
                    v->country != l->country ? "Country" : "CustomerID",
                    "differs from the invoice's first line");
        return;
    }
    v->n_lines++;
    v->is_stock_movement &= l->customer.len == 0 && l->pence == 0;
    if (retail_is_charge(l->stock)) {
        v->n_charges++;
        return;
    }
    if (v->n_goods == v->goods_cap) {
        v->goods_cap = v->goods_cap ? v->goods_cap * 2 : 64;
        v->goods = xrealloc(v->goods, v->goods_cap * sizeof *v->goods);
    }
    v->goods[v->n_goods++] = (struct goods){.stock = span_dup(v->arena, l->stock),
                                            .title = span_dup(v->arena, l->title),
                                            .quantity = l->quantity,
                                            .pence = l->pence,
                                            .position = (uint32_t)v->n_lines};
}

static enum status read_file(struct retail *r, struct error *err) {
    struct feed_columns columns = {
        .delimiter = ',', .known = retail_columns, .n_known = COL_COUNT};
    enum status st = feed_columns_read(r->feed, &columns, err);
    struct span line, values[COL_COUNT];
    while (st == ST_OK && feed_line(r->feed, &line)) {
        struct retail_line l;
        if (!feed_columns_split(r->feed, &columns, line, values))
            continue;
        if (values[COL_INVOICE].len > 0 && values[COL_INVOICE].ptr[0] == 'A') {
            feed_skip(r->feed, "adjustments: invoices with A", 1);
            continue;
        }
        if (!retail_line_read(r->feed, values, &l))
            continue;
        struct invoice *v = open_invoice(r, &l, err, &st);
        if (v)
            add_line(r, v, &l);
    }
    while (st == ST_OK && r->n_open > 0)
        st = close_oldest(r, err);
    return st;
}

enum status feed_retail(struct feed *f, struct error *err) {
    struct arena *a = arena_new((size_t)4 << 20);
    const char *zones = *f->config->zone_dir ? f->config->zone_dir : NULL;
    struct retail r = {
        .feed = f, .seller = *f->config->seller ? f->config->seller : "online-retail"};
    enum status st = zone_load(a, zones, "Europe/London", &r.london, err);
    if (st == ST_OK)
        st = read_file(&r, err);
    for (size_t i = 0; i < INVOICES_OPEN; i++) {
        if (r.open[i].arena)
            arena_free(r.open[i].arena);
        free(r.open[i].goods);
    }
    feed_map_release(&r.sent);
    feed_map_release(&r.bought);
    arena_free(a);
    return st;
}

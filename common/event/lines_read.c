/*
 * lines_read.c: lines back from their JSON, in one pass without a document in between:
 * every arrival of goods reads its order's.
 */
#include "common/event/lines.h"

#include "common/base/pull.h"

#include <stdlib.h>

/* ---- lines ---- */

enum text_field {
    SKU,
    LINE_ID,
    PRODUCT_CLASS,
    FULFILMENT,
    CONDITION,
    EVENT,
    DISPOSITION,
    TEXT_FIELDS
};
static const struct span text_names[TEXT_FIELDS] = {
    [SKU] = {"sku", 3},
    [LINE_ID] = {"line_id", 7},
    [PRODUCT_CLASS] = {"product_class", 13},
    [FULFILMENT] = {"fulfilment", 10},
    [CONDITION] = {"condition", 9},
    [EVENT] = {"event", 5},
    [DISPOSITION] = {"disposition", 11},
};

struct line_fields {
    struct span texts[TEXT_FIELDS]; /* ptr NULL: absent */
    struct span_list hazards;
    int64_t quantity, price_minor;
    int64_t at_us; /* EVENT_ABSENT: absent */
};

static struct span_list take_words(struct pull *r) {
    struct span *items = NULL;
    size_t n = 0, room = 0;
    pull_demand(r, '[');
    if (pull_take(r, ']'))
        return (struct span_list){NULL, 0};
    do {
        if (pull_peek(r) != '"') {
            pull_pass(r);
            continue;
        }
        items = arena_grow(r->a, items, n, &room, sizeof *items);
        items[n++] = pull_text(r);
    } while (!r->is_bad && pull_take(r, ','));
    pull_demand(r, ']');
    return (struct span_list){items, n};
}

/* A value of another type than its field's is as good as none. */
static void take_field(struct pull *r, struct span name, struct line_fields *out) {
    char c = pull_peek(r);
    bool is_number = c == '-' || (c >= '0' && c <= '9');
    for (int i = 0; i < TEXT_FIELDS; i++)
        if (span_equal(name, text_names[i])) {
            out->texts[i] = (struct span){NULL, 0};
            if (c == '"')
                out->texts[i] = pull_text(r);
            else
                pull_pass(r);
            return;
        }
    if (c == '[' && span_is(name, "hazards"))
        out->hazards = take_words(r);
    else if (is_number && span_is(name, "quantity"))
        out->quantity = pull_number(r);
    else if (is_number && span_is(name, "unit_price_minor"))
        out->price_minor = pull_number(r);
    else if (is_number && span_is(name, "at"))
        out->at_us = pull_number(r);
    else
        pull_pass(r);
}

static struct line_fields take_line(struct pull *r) {
    struct line_fields f = {.at_us = EVENT_ABSENT};
    if (pull_peek(r) != '{') {
        pull_pass(r);
        return f;
    }
    pull_demand(r, '{');
    if (pull_take(r, '}'))
        return f;
    do {
        struct span name = pull_text(r);
        pull_demand(r, ':');
        if (!r->is_bad)
            take_field(r, name, &f);
    } while (!r->is_bad && pull_take(r, ','));
    pull_demand(r, '}');
    return f;
}

static size_t read_fields(struct arena *a, struct span json, struct line_fields **out) {
    size_t n = 0, room = 0;
    *out = NULL;
    if (!json.ptr || !span_is_text(json))
        return 0;
    struct pull r = {.a = a, .at = json.ptr, .end = json.ptr + json.len};
    if (!pull_take(&r, '['))
        return 0;
    if (!pull_take(&r, ']')) {
        do {
            *out = arena_grow(a, *out, n, &room, sizeof **out);
            (*out)[n++] = take_line(&r);
        } while (!r.is_bad && pull_take(&r, ','));
        pull_demand(&r, ']');
    }
    return pull_is_done(&r) ? n : 0;
}

static int name_in(const char *const *names, size_t n, struct span word, int otherwise) {
    for (size_t i = 0; i < n; i++)
        if (word.ptr && names[i] && span_is(word, names[i]))
            return (int)i;
    return otherwise;
}

static int fulfilment_of(const struct line_fields *x) {
    return name_in(fulfilment_names, FULFILMENT_COUNT, x->texts[FULFILMENT],
                   FULFILMENT_ABSENT);
}

size_t lines_read(struct arena *a, struct span json, struct order_line **lines) {
    struct line_fields *read;
    size_t n = read_fields(a, json, &read);
    *lines = arena_array(a, n, sizeof **lines);
    for (size_t i = 0; i < n; i++)
        (*lines)[i] = (struct order_line){
            .line_id = read[i].texts[LINE_ID],
            .quantity = (int32_t)read[i].quantity,
            .product_class = read[i].texts[PRODUCT_CLASS],
            .hazards = read[i].hazards,
            .fulfilment = fulfilment_of(&read[i]),
        };
    return n;
}

size_t lines_said(struct arena *a, struct span json, struct said_line **said) {
    struct line_fields *read;
    size_t n = read_fields(a, json, &read);
    *said = arena_array(a, n + 1, sizeof **said);
    for (size_t i = 0; i < n; i++) {
        const struct line_fields *x = &read[i];
        (*said)[i] = (struct said_line){
            .line = {.line_id = x->texts[LINE_ID],
                     .sku = x->texts[SKU],
                     .quantity = (int32_t)x->quantity,
                     .product_class = x->texts[PRODUCT_CLASS],
                     .condition = name_in(condition_names, CONDITION_COUNT,
                                          x->texts[CONDITION], CONDITION_ABSENT),
                     .hazards = x->hazards},
            .event =
                name_in(said_event_names, SAID_EVENT_COUNT, x->texts[EVENT], SAID_BEFORE),
            .at_us = x->at_us,
            .disposition = x->texts[DISPOSITION],
        };
    }
    return n;
}

/* ---- classes ---- */

struct classed {
    struct span name, class, other; /* its sku, when the name is its id */
    struct span_list hazards;
    int32_t quantity;
    int fulfilment; /* enum fulfilment */
    int64_t price_minor;
};

/* Two tables, sorted by name: an order may have thousands of lines, and so may a return
 * of it. */
struct line_classes {
    struct classed *by_id, *by_sku;
    size_t n_ids, n_skus;
};

static int by_name(const void *a, const void *b) {
    return span_compare(((const struct classed *)a)->name,
                        ((const struct classed *)b)->name);
}

struct line_classes *lines_classes(struct arena *a, struct span json) {
    struct line_classes *c = arena_zalloc(a, sizeof *c);
    struct line_fields *lines;
    size_t n = read_fields(a, json, &lines);
    c->by_id = arena_array(a, n, sizeof *c->by_id);
    c->by_sku = arena_array(a, n, sizeof *c->by_sku);
    for (size_t i = 0; i < n; i++) {
        const struct line_fields *x = &lines[i];
        struct classed row = {
            .class = x->texts[PRODUCT_CLASS],
            .other = x->texts[SKU],
            .hazards = x->hazards,
            .quantity = (int32_t)x->quantity,
            .fulfilment = fulfilment_of(x),
            .price_minor = x->price_minor,
        };
        row.name = x->texts[LINE_ID];
        if (row.name.ptr)
            c->by_id[c->n_ids++] = row;
        row.name = row.other;
        if (row.name.ptr)
            c->by_sku[c->n_skus++] = row;
    }
    qsort(c->by_id, c->n_ids, sizeof *c->by_id, by_name);
    qsort(c->by_sku, c->n_skus, sizeof *c->by_sku, by_name);
    return c;
}

static const struct classed *find(const struct classed *table, size_t n,
                                  struct span name) {
    const struct classed key = {.name = name};
    return n > 0 && name.ptr ? bsearch(&key, table, n, sizeof key, by_name) : NULL;
}

static const struct classed *find_line(const struct line_classes *c, struct span line_id,
                                       struct span sku) {
    const struct classed *found = find(c->by_id, c->n_ids, line_id);
    return found ? found : find(c->by_sku, c->n_skus, sku);
}

struct span lines_class_of(const struct line_classes *c, struct span line_id,
                           struct span sku) {
    const struct classed *found = find_line(c, line_id, sku);
    return found ? found->class : (struct span) { NULL, 0 };
}

struct span_list lines_hazards_of(const struct line_classes *c, struct span line_id,
                                  struct span sku) {
    const struct classed *found = find_line(c, line_id, sku);
    return found ? found->hazards : (struct span_list){NULL, 0};
}

static int hand_of(const struct classed *row, int order) {
    return row->fulfilment == FULFILMENT_ABSENT ? order : row->fulfilment;
}

static bool is_of_one_hand(const struct line_classes *c, const struct classed *row,
                           int order) {
    const struct classed *at = row, *end = c->by_sku + c->n_skus;
    bool is_one = true;
    while (at > c->by_sku && span_equal(at[-1].name, row->name))
        at--;
    for (; at < end && span_equal(at->name, row->name); at++)
        is_one = is_one && hand_of(at, order) == hand_of(row, order);
    return is_one;
}

bool lines_fulfilment_of(const struct line_classes *c, struct span line_id,
                         struct span sku, int order, int *fulfilment) {
    const struct classed *by_id = find(c->by_id, c->n_ids, line_id);
    const struct classed *found = by_id ? by_id : find(c->by_sku, c->n_skus, sku);
    if (!found || (!by_id && !is_of_one_hand(c, found, order)))
        return false;
    *fulfilment = hand_of(found, order);
    return true;
}

int64_t lines_price_of(const struct line_classes *c, struct span line_id,
                       struct span sku) {
    const struct classed *found = find_line(c, line_id, sku);
    return found ? found->price_minor : 0;
}

bool lines_fulfilment_at(const struct line_classes *c, size_t i, int *fulfilment) {
    if (i >= c->n_ids)
        return false;
    *fulfilment = c->by_id[i].fulfilment;
    return true;
}

enum line_match lines_match(const struct line_classes *c, struct span line_id,
                            struct span sku, int32_t *quantity) {
    const struct classed *found = find_line(c, line_id, sku);
    *quantity = found ? found->quantity : 0;
    if (c->n_ids + c->n_skus == 0)
        return LINE_NOT_KNOWN;
    if (!found)
        return LINE_NOT_ORDERED;
    return sku.len > 0 && found->other.len > 0 && !span_equal(sku, found->other)
               ? LINE_OTHER_GOODS
               : LINE_ORDERED;
}

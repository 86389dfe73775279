/*
 * otherwise.c: what an event says otherwise than its order's first. Nearly all events say
 * the same, which their lines' text shows at once; only the others are compared line by
 * line, both sides sorted, so that an order of thousands of lines is no trouble.
 */
#include "common/event/lines.h"
#include "services/orders/orders.h"

#include <stdlib.h>

struct difference {
    const char *what;
    struct span line_id;    /* ptr NULL: of the order itself */
    struct span first, now; /* JSON */
};

struct differences {
    struct arena *arena;
    struct difference items[ORDERS_MAX_OTHERWISE];
    size_t n;
};

static void add(struct differences *all, struct difference d) {
    if (all->n < COUNT_OF(all->items))
        all->items[all->n++] = d;
}

/* ---- values ---- */

static struct span json_text(struct arena *a, struct span text) {
    struct builder b = builder_in(a, 6 * text.len + 2);
    build_json(&b, text);
    return builder_span(&b);
}

static struct span json_number(struct arena *a, int64_t n) {
    struct builder b = builder_in(a, 20);
    build_i64(&b, n);
    return builder_span(&b);
}

static struct span json_list(struct arena *a, const struct goods *g) {
    size_t room = 2;
    for (size_t i = 0; i < g->n_hazards; i++)
        room += 6 * g->hazards[i].len + 3;
    struct builder b = builder_in(a, room);
    build_char(&b, '[');
    for (size_t i = 0; i < g->n_hazards; i++) {
        if (i > 0)
            build_char(&b, ',');
        build_json(&b, g->hazards[i]);
    }
    build_char(&b, ']');
    return builder_span(&b);
}

/* ---- the order ---- */

static void compare_text(struct differences *all, const char *what, struct span line_id,
                         struct span first, struct span now) {
    if (now.len > 0 && !span_equal(first, now))
        add(all, (struct difference){what, line_id, json_text(all->arena, first),
                                     json_text(all->arena, now)});
}

static void compare_order(struct differences *all, const struct order_facts *known,
                          const struct order_event *e) {
    const struct span none = {NULL, 0};
    if (e->fulfilment != FULFILMENT_UNKNOWN)
        compare_text(all, "fulfilment", none, known->fulfilment,
                     span_of(fulfilment_names[e->fulfilment]));
    compare_text(all, "ship_from_country", none, known->ship_from_country,
                 e->ship_from_country);
}

/* ---- the lines ---- */

/* Each once, as many as decisions take in. */
static struct goods goods_of(const struct order_line *line) {
    struct goods g = {0};
    goods_add(&g, line->product_class, CONDITION_ABSENT, &line->hazards);
    return g;
}

static bool has_hazard(const struct goods *g, struct span hazard) {
    for (size_t i = 0; i < g->n_hazards; i++)
        if (span_equal(g->hazards[i], hazard))
            return true;
    return false;
}

static bool are_as_hazardous(const struct goods *a, const struct goods *b) {
    for (size_t i = 0; i < a->n_hazards; i++)
        if (!has_hazard(b, a->hazards[i]))
            return false;
    return a->n_hazards == b->n_hazards && a->has_more_hazards == b->has_more_hazards;
}

static void compare_hazards(struct differences *all, const struct order_line *first,
                            const struct order_line *now) {
    const struct goods before = goods_of(first), after = goods_of(now);
    if (!are_as_hazardous(&before, &after))
        add(all,
            (struct difference){"hazards", first->line_id, json_list(all->arena, &before),
                                json_list(all->arena, &after)});
}

/* 0: not listed. */
static void compare_quantity(struct differences *all, struct span line_id, int32_t first,
                             int32_t now) {
    if (first == now)
        return;
    add(all, (struct difference){"quantity", line_id, json_number(all->arena, first),
                                 json_number(all->arena, now)});
}

/* A line that does not say repeats the order's word, which is compared once. */
static void compare_hands(struct differences *all, const struct order_line *first,
                          const struct order_line *now, struct span order) {
    struct span before = first->fulfilment == FULFILMENT_ABSENT
                             ? order
                             : span_of(fulfilment_names[first->fulfilment]);
    if (now->fulfilment != FULFILMENT_ABSENT && now->fulfilment != FULFILMENT_UNKNOWN)
        compare_text(all, "fulfilment", first->line_id, before,
                     span_of(fulfilment_names[now->fulfilment]));
}

static void compare_line(struct differences *all, const struct order_line *first,
                         const struct order_line *now, struct span order) {
    compare_hands(all, first, now, order);
    compare_quantity(all, first->line_id, first->quantity, now->quantity);
    compare_text(all, "product_class", first->line_id, first->product_class,
                 now->product_class);
    compare_hazards(all, first, now);
}

/* Lines of one id, which should not be, are told apart by what they say. */
static int by_line(const void *left, const void *right) {
    const struct order_line *a = left, *b = right;
    int order = span_compare(a->line_id, b->line_id);
    if (order == 0)
        order = span_compare(a->product_class, b->product_class);
    return order != 0 ? order : (a->quantity > b->quantity) - (a->quantity < b->quantity);
}

static struct order_line *sorted(struct arena *a, const struct order_line *lines,
                                 size_t n) {
    struct order_line *copy = arena_array(a, n, sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = lines[i];
    qsort(copy, n, sizeof *copy, by_line);
    return copy;
}

void orders_read_lines(struct arena *a, struct orders_before *before) {
    if (before->read)
        return;
    before->n_read = lines_read(a, before->lines, &before->read);
    qsort(before->read, before->n_read, sizeof *before->read, by_line);
}

/* The first lines are only kept; but cases that came before them stand on the order's
 * word. */
static void compare_first_lines(struct differences *all, const struct order_facts *known,
                                const struct order_event *e) {
    for (size_t i = 0; i < e->n_lines; i++) {
        struct order_line unsaid = {.line_id = e->lines[i].line_id,
                                    .fulfilment = FULFILMENT_ABSENT};
        compare_hands(all, &unsaid, &e->lines[i], known->fulfilment);
    }
}

static void compare_lines(struct differences *all, struct orders_before *before,
                          const struct order_event *e) {
    struct arena *a = all->arena;
    if (!before->lines.ptr)
        compare_first_lines(all, before->facts, e);
    if (!before->lines.ptr || e->n_lines == 0 ||
        span_equal(before->lines, lines_of_order(a, e->lines, e->n_lines)))
        return;
    orders_read_lines(a, before);
    const struct order_line *first = before->read, *now = sorted(a, e->lines, e->n_lines);
    size_t n_first = before->n_read, n_now = e->n_lines, i = 0, k = 0;
    while (i < n_first || k < n_now) {
        int order = i == n_first ? 1
                    : k == n_now ? -1
                                 : span_compare(first[i].line_id, now[k].line_id);
        if (order < 0)
            compare_quantity(all, first[i].line_id, first[i].quantity, 0);
        else if (order > 0)
            compare_quantity(all, now[k].line_id, 0, now[k].quantity);
        else
            compare_line(all, &first[i], &now[k], before->facts->fulfilment);
        i += order <= 0;
        k += order >= 0;
    }
}

/* ---- told ---- */

static void build_difference(struct builder *b, const struct difference *d) {
    build_char(b, '{');
    if (d->line_id.ptr) {
        build_text(b, "\"line_id\":");
        build_json(b, d->line_id);
        build_char(b, ',');
    }
    build_text(b, "\"what\":");
    build_json(b, span_of(d->what));
    build_text(b, ",\"first\":");
    build_span(b, d->first);
    build_text(b, ",\"now\":");
    build_span(b, d->now);
    build_char(b, '}');
}

static struct span told(const struct differences *all) {
    size_t room = 20;
    for (size_t i = 0; i < all->n; i++)
        room += 90 + 6 * all->items[i].line_id.len + all->items[i].first.len +
                all->items[i].now.len;
    struct builder b = builder_in(all->arena, room);
    build_text(&b, "{\"differs\":[");
    for (size_t i = 0; i < all->n; i++) {
        if (i > 0)
            build_char(&b, ',');
        build_difference(&b, &all->items[i]);
    }
    build_text(&b, "]}");
    return builder_span(&b);
}

struct span orders_otherwise(struct arena *a, struct orders_before *before,
                             const struct order_event *e) {
    struct differences all;
    all.arena = a;
    all.n = 0; /* the rest is large, and rarely looked at */
    if (!before->facts->is_known)
        return (struct span){NULL, 0};
    compare_order(&all, before->facts, e);
    compare_lines(&all, before, e);
    return all.n > 0 ? told(&all) : (struct span){NULL, 0};
}

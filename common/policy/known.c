/* known.c: see known.h. A fold over what was said, in the order of time; what was said at
 * one instant adds up, so that the order of reading is none. */
#include "common/policy/known.h"

#include <stdlib.h>

static int by_hazards(const struct span_list *a, const struct span_list *b) {
    int order = 0;
    for (size_t i = 0; order == 0 && i < a->count && i < b->count; i++)
        order = span_compare(a->items[i], b->items[i]);
    return order ? order : (a->count > b->count) - (a->count < b->count);
}

/* What is equal says the same, but for who says what becomes of it. */
static int by_what_is_said(const struct said_line *a, const struct said_line *b) {
    const struct return_line *x = &a->line, *y = &b->line;
    int order = x->condition - y->condition;
    order = order ? order : (x->quantity > y->quantity) - (x->quantity < y->quantity);
    order = order ? order : span_compare(x->product_class, y->product_class);
    order = order ? order : span_compare(x->sku, y->sku);
    return order ? order : by_hazards(&x->hazards, &y->hazards);
}

static int in_order(const void *left, const void *right) {
    const struct said_line *a = left, *b = right;
    int order = span_compare(a->line.line_id, b->line.line_id);
    if (order == 0 && (a->event == SAID_BEFORE) != (b->event == SAID_BEFORE))
        order = a->event == SAID_BEFORE ? -1 : 1;
    if (order == 0)
        order = (a->at_us > b->at_us) - (a->at_us < b->at_us);
    order = order ? order : a->event - b->event;
    return order ? order : by_what_is_said(a, b);
}

static bool is_same_text(struct span a, struct span b) {
    return !a.ptr == !b.ptr && span_equal(a, b);
}

bool known_equal(const struct said_line *a, size_t n_a, const struct said_line *b,
                 size_t n_b) {
    for (size_t i = 0; n_a == n_b && i < n_a; i++)
        if (in_order(&a[i], &b[i]) != 0 ||
            !is_same_text(a[i].line.product_class, b[i].line.product_class) ||
            !is_same_text(a[i].disposition, b[i].disposition))
            return false;
    return n_a == n_b;
}

size_t known_span(const struct said_line *said, size_t n) {
    size_t i = n > 0;
    while (i < n && span_equal(said[i].line.line_id, said[0].line.line_id))
        i++;
    return i;
}

/* An inspection that is the last word on what came before. */
static bool settles(const struct said_line *s) {
    return s->event == SAID_INSPECTED && s->line.condition != CONDITION_ABSENT &&
           s->line.condition != CONDITION_UNKNOWN;
}

/* Two entries of one event about the same pieces' kind are pieces of both. */
static bool is_same_kind(const struct said_line *a, const struct said_line *b) {
    struct said_line other = *b;
    other.line.quantity = a->line.quantity;
    return span_equal(a->line.line_id, b->line.line_id) &&
           by_what_is_said(a, &other) == 0;
}

size_t known_join(struct said_line *said, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < kept && !is_same_kind(&said[k], &said[i]))
            k++;
        if (k == kept)
            said[kept++] = said[i];
        else if (__builtin_add_overflow(said[k].line.quantity, said[i].line.quantity,
                                        &said[k].line.quantity))
            said[k].line.quantity = INT32_MAX;
    }
    return kept;
}

/* `last` is the latest that settles its line, NULL: none does. */
static bool is_overtaken(const struct said_line *s, const struct said_line *last) {
    return last && last > s && (!settles(s) || last->at_us > s->at_us);
}

static const struct said_line *last_that_settles(const struct said_line *said, size_t n) {
    while (n > 0 && !settles(&said[n - 1]))
        n--;
    return n > 0 ? &said[n - 1] : NULL;
}

static bool are_among(const struct span_list *some, const struct span_list *all) {
    for (size_t i = 0; i < some->count; i++) {
        size_t k = 0;
        while (k < all->count && !span_equal(some->items[i], all->items[k]))
            k++;
        if (k == all->count)
            return false;
    }
    return true;
}

/* Whether `b` says all that `a` does, of the same pieces. */
static bool is_said_by(const struct return_line *a, const struct return_line *b) {
    return a->quantity == b->quantity && span_equal(a->sku, b->sku) &&
           (a->condition == CONDITION_ABSENT || a->condition == b->condition) &&
           (a->product_class.len == 0 ||
            span_equal(a->product_class, b->product_class)) &&
           are_among(&a->hazards, &b->hazards);
}

/* A request mostly says less than what follows it. Of those that say the same the last
 * stays. `kept` are those before it that stay, `end` is where its line does. */
static bool is_repeated(const struct said_line *s, const struct said_line *end,
                        const struct said_line *kept, size_t n_kept) {
    if (s->event != SAID_BEFORE)
        return false;
    for (const struct said_line *x = s + 1; x < end && x->event == SAID_BEFORE; x++)
        if (is_said_by(&s->line, &x->line))
            return true;
    for (size_t i = 0; i < n_kept; i++)
        if (is_said_by(&s->line, &kept[i].line))
            return true;
    return false;
}

size_t known_settle(struct said_line *said, size_t n) {
    size_t kept = 0, begin = 0; /* where the line's begin among those that stay */
    const struct said_line *last = NULL;
    qsort(said, n, sizeof *said, in_order);
    for (size_t i = 0, end = 0; i < n; i++) {
        if (i == end) {
            end = i + known_span(said + i, n - i);
            last = last_that_settles(said + i, end - i);
            begin = kept;
        }
        if (!is_repeated(&said[i], said + end, said + begin, kept - begin) &&
            !is_overtaken(&said[i], last))
            said[kept++] = said[i];
    }
    return kept;
}

/* ---- the fold ---- */

static struct span greater(struct span a, struct span b) {
    return !a.ptr || (b.ptr && span_compare(b, a) > 0) ? b : a;
}

static bool is_stated(int condition) {
    return condition != CONDITION_ABSENT && condition != CONDITION_UNKNOWN;
}

static void add_hazards(struct goods *g, const struct span_list *hazards) {
    for (size_t i = 0; i < hazards->count; i++)
        goods_add_hazard(g, hazards->items[i]);
}

static void take_before(struct known_line *k, const struct return_line *line) {
    struct goods *g = &k->goods;
    g->product_class = greater(g->product_class, line->product_class);
    g->condition =
        g->n_lines++ ? goods_worse(g->condition, line->condition) : line->condition;
    add_hazards(g, &line->hazards);
    k->quantity = line->quantity > k->quantity ? line->quantity : k->quantity;
}

/* What no number holds was no count: a person is told. */
static void count_pieces(struct known_line *k, int32_t more) {
    if (__builtin_add_overflow(k->quantity, more, &k->quantity)) {
        k->quantity = INT32_MAX;
        k->is_uncounted = true;
    }
}

/* More of the same line. */
static void add_pieces(struct known_line *k, const struct said_line *s) {
    struct goods *g = &k->goods;
    size_t n_before = g->n_hazards;
    int before = g->condition;
    add_hazards(g, &s->line.hazards);
    g->condition = goods_worse(before, s->line.condition);
    count_pieces(k, s->line.quantity);
    k->units_differ = k->units_differ || g->n_hazards > n_before ||
                      (is_stated(before) && is_stated(s->line.condition) &&
                       before != s->line.condition);
}

static void take_first(struct known_line *k, const struct said_line *s) {
    struct goods *g = &k->goods;
    if (settles(s)) {
        g->n_hazards = 0;
        g->has_more_hazards = false;
        k->units_differ = k->is_uncounted = false;
    }
    if (g->n_lines == 0 || is_stated(s->line.condition))
        g->condition = s->line.condition;
    add_hazards(g, &s->line.hazards);
    k->quantity = s->line.quantity;
    g->n_lines = 1;
}

static void take(struct known_line *k, const struct said_line *s) {
    bool is_again = k->event == s->event && k->at_us == s->at_us;
    bool is_first = k->event == SAID_BEFORE || (settles(s) && !is_again);
    k->sku = greater(k->sku, s->line.sku);
    if (s->event == SAID_BEFORE) {
        take_before(k, &s->line);
        return;
    }
    if (is_first)
        take_first(k, s);
    else if (s->event == SAID_RECEIVED || is_again)
        add_pieces(k, s);
    else
        add_hazards(&k->goods, &s->line.hazards);
    if (s->line.product_class.ptr)
        k->goods.product_class = s->line.product_class;
    k->event = s->event;
    k->at_us = s->at_us;
}

/* An arrival that names no line: everything that was told came. */
static void arrive(struct known_line *k, const struct said_line *s) {
    if (k->at_us == EVENT_ABSENT || s->at_us > k->at_us ||
        (s->at_us == k->at_us && s->event > k->event)) {
        k->at_us = s->at_us;
        k->event = s->event;
    }
}

struct known_line known_of(const struct said_line *said, size_t n,
                           const struct said_line *arrivals, size_t n_arrivals) {
    struct known_line k = {.at_us = EVENT_ABSENT, .goods.condition = CONDITION_ABSENT};
    for (size_t i = 0; i < n; i++) {
        k.line_id = said[i].line.line_id;
        k.disposition = k.disposition.ptr ? k.disposition : said[i].disposition;
        take(&k, &said[i]);
    }
    for (size_t i = 0; i < n_arrivals; i++)
        arrive(&k, &arrivals[i]);
    return k;
}

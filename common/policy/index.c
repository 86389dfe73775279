/* index.c: builds and reads the bitmap index; see index.h. */
#include "common/policy/index.h"

#include "common/policy/condition.h"

#include <stdlib.h>

static void set_bit(uint64_t *row, int i) {
    row[i >> 6] |= UINT64_C(1) << (i & 63);
}

static uint64_t *rows_new(struct loader *l, const struct rule_index *x, size_t n) {
    return arena_zalloc(l->a, n * (size_t)x->stride * sizeof(uint64_t));
}

static void build_word_axis(struct loader *l, const struct table *t, struct rule_index *x,
                            int fact) {
    const struct attribute *at = &l->p->domain.facts[fact];
    struct word_axis *axis = &x->words[x->n_word_axes++];
    *axis = (struct word_axis){.fact = fact, .n_words = at->n_words};
    axis->rows = rows_new(l, x, (size_t)at->n_words + 1);
    for (int r = 0; r < t->n_rules; r++) {
        const struct condition *c = t->rules[r].conditions[fact];
        for (int v = 0; v < at->n_words; v++)
            if (!c || word_set_has(&c->words, v))
                set_bit(axis->rows + (size_t)v * (size_t)x->stride, r);
        if (!c || c->allows_missing)
            set_bit(axis->rows + (size_t)at->n_words * (size_t)x->stride, r);
    }
}

static int compare_bounds(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int unique_bounds(int64_t *bounds, int n) {
    qsort(bounds, (size_t)n, sizeof *bounds, compare_bounds);
    int out = 0;
    for (int i = 0; i < n; i++)
        if (out == 0 || bounds[out - 1] != bounds[i])
            bounds[out++] = bounds[i];
    return out;
}

/* The row whose values include `value`. */
static int range_row(const struct range_axis *axis, int64_t value) {
    int lo = 0, hi = axis->n_bounds;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (axis->bounds[mid] <= value)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Sets rule r's bit in all rows of [low, below). */
static void fill_rows(const struct rule_index *x, struct range_axis *axis, int r,
                      int64_t low, int64_t below, bool is_open_ended) {
    int from = low == INT64_MIN ? 0 : range_row(axis, low);
    int to = is_open_ended ? axis->n_bounds : range_row(axis, below) - 1;
    for (int i = from; i <= to; i++)
        set_bit(axis->rows + (size_t)i * (size_t)x->stride, r);
}

static void build_number_axis(struct loader *l, const struct table *t,
                              struct rule_index *x, int fact) {
    struct range_axis *axis = &x->ranges[x->n_range_axes++];
    *axis = (struct range_axis){.source = fact};
    size_t n = 0;
    for (int r = 0; r < t->n_rules; r++) {
        n += t->rules[r].conditions[fact] ? (size_t)t->rules[r].conditions[fact]->n * 2
                                          : 0;
    }
    axis->bounds = arena_array(l->a, n + 1, sizeof *axis->bounds);
    for (int r = 0; r < t->n_rules; r++) {
        const struct condition *c = t->rules[r].conditions[fact];
        for (int i = 0; c && i < c->n; i++) {
            axis->bounds[axis->n_bounds++] = c->ranges[i].low;
            axis->bounds[axis->n_bounds++] = c->ranges[i].high + 1;
        }
    }
    axis->n_bounds = unique_bounds(axis->bounds, axis->n_bounds);
    axis->rows = rows_new(l, x, (size_t)axis->n_bounds + 1);
    axis->missing = rows_new(l, x, 1);
    for (int r = 0; r < t->n_rules; r++) {
        const struct condition *c = t->rules[r].conditions[fact];
        if (!c)
            fill_rows(x, axis, r, INT64_MIN, 0, true);
        for (int i = 0; c && i < c->n; i++)
            fill_rows(x, axis, r, c->ranges[i].low, c->ranges[i].high + 1, false);
        if (!c || c->allows_missing)
            set_bit(axis->missing, r);
    }
}

/* Validity by one time. Where that time is missing every rule stays possible: a hit then
 * stops the decision. */
static void build_time_axis(struct loader *l, const struct table *t, struct rule_index *x,
                            int time) {
    struct range_axis axis = {.is_time = true, .source = time};
    axis.bounds = arena_array(l->a, (size_t)t->n_rules * 2 + 1, sizeof *axis.bounds);
    for (int r = 0; r < t->n_rules; r++) {
        const struct rule *rule = &t->rules[r];
        if (rule->by == time && rule->from_us != INT64_MIN)
            axis.bounds[axis.n_bounds++] = rule->from_us;
        if (rule->by == time && rule->until_us != INT64_MAX)
            axis.bounds[axis.n_bounds++] = rule->until_us;
    }
    if (axis.n_bounds == 0)
        return;
    axis.n_bounds = unique_bounds(axis.bounds, axis.n_bounds);
    axis.rows = rows_new(l, x, (size_t)axis.n_bounds + 1);
    axis.missing = rows_new(l, x, 1);
    for (int r = 0; r < t->n_rules; r++) {
        const struct rule *rule = &t->rules[r];
        bool is_by = rule->by == time;
        fill_rows(x, &axis, r, is_by ? rule->from_us : INT64_MIN, rule->until_us,
                  !is_by || rule->until_us == INT64_MAX);
        set_bit(axis.missing, r);
    }
    x->ranges[x->n_range_axes++] = axis;
}

static struct set_row *find_set_row(struct rule_index *x, const struct condition *c) {
    for (int i = 0; i < x->n_sets; i++)
        if (condition_equal(x->sets[i].condition, c))
            return &x->sets[i];
    return NULL;
}

static bool build_set_rows(struct loader *l, const struct table *t, struct rule_index *x,
                           int fact) {
    for (int r = 0; r < t->n_rules; r++) {
        const struct condition *c = t->rules[r].conditions[fact];
        if (!c)
            continue;
        struct set_row *s = find_set_row(x, c);
        if (!s && x->n_sets == INDEX_MAX_ROWS - POLICY_FACT_COUNT - POLICY_TIME_COUNT) {
            finding_error(l->fs, "table", t->at,
                          "the table \"%s\" has more than %d different conditions on "
                          "sets: split it",
                          t->name, x->n_sets);
            return false;
        }
        if (!s) {
            s = &x->sets[x->n_sets++];
            *s = (struct set_row){.fact = fact, .condition = c, .row = rows_new(l, x, 1)};
            for (int k = 0; k < t->n_rules; k++)
                set_bit(s->row, k);
        }
        s->row[r >> 6] &= ~(UINT64_C(1) << (r & 63));
    }
    return true;
}

bool index_build(struct loader *l, struct table *t) {
    struct rule_index *x = arena_zalloc(l->a, sizeof *x);
    t->index = x;
    x->n_rules = t->n_rules;
    x->n_words = (t->n_rules + 63) / 64;
    /* A block may begin after any word that near misses were counted in. */
    x->stride = x->n_words <= INDEX_NEAR_RULES / 64 ? x->n_words + INDEX_BLOCK
                                                    : x->n_words + 2 * INDEX_BLOCK;
    x->words = arena_array(l->a, POLICY_FACT_COUNT, sizeof *x->words);
    x->ranges =
        arena_array(l->a, POLICY_FACT_COUNT + POLICY_TIME_COUNT, sizeof *x->ranges);
    x->sets = arena_array(l->a, INDEX_MAX_ROWS, sizeof *x->sets);
    bool is_good = true;
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        if (!(t->rule_facts >> fact & 1))
            continue;
        switch (l->p->domain.facts[fact].kind) {
        case KIND_WORD:
            build_word_axis(l, t, x, fact);
            break;
        case KIND_NUMBER:
            build_number_axis(l, t, x, fact);
            break;
        case KIND_SET:
            is_good = build_set_rows(l, t, x, fact) && is_good;
            break;
        }
    }
    for (int time = 0; time < POLICY_TIME_COUNT; time++)
        build_time_axis(l, t, x, time);
    return is_good;
}

/* One row an axis; a set condition that holds needs none. */
static int pick_rows(const struct rule_index *x, const struct policy_facts *f,
                     const uint64_t **rows) {
    int n = 0;
    size_t width = (size_t)x->stride;
    for (int i = 0; i < x->n_word_axes; i++) {
        const struct word_axis *axis = &x->words[i];
        int64_t v = f->value[axis->fact];
        size_t row = v >= 0 && v < axis->n_words ? (size_t)v : (size_t)axis->n_words;
        rows[n++] = axis->rows + row * width;
    }
    for (int i = 0; i < x->n_range_axes; i++) {
        const struct range_axis *axis = &x->ranges[i];
        int64_t v = axis->is_time ? f->time_us[axis->source] : f->value[axis->source];
        rows[n++] = v == FACT_MISSING ? axis->missing
                                      : axis->rows + (size_t)range_row(axis, v) * width;
    }
    for (int i = 0; i < x->n_sets; i++) {
        const struct set_row *s = &x->sets[i];
        static const struct attribute set_kind = {.kind = KIND_SET};
        if (!condition_holds(s->condition, &set_kind, f->value[s->fact]))
            rows[n++] = s->row;
    }
    return n;
}

static void note_near(uint64_t *near, uint64_t bits, int at) {
    int word = at >> 6, shift = at & 63;
    if (word < INDEX_NEAR_RULES / 64)
        near[word] |= bits << shift;
    if (shift && word + 1 < INDEX_NEAR_RULES / 64)
        near[word + 1] |= bits >> (64 - shift);
}

/* One word of 64 rules, with near misses. */
static uint64_t match_word_near(const uint64_t **rows, int n_rows, int w, uint64_t valid,
                                uint64_t *near, int at) {
    uint64_t once = 0, twice = 0;
    for (int i = 0; i < n_rows; i++) {
        uint64_t lacks = ~rows[i][w];
        twice |= once & lacks;
        once |= lacks;
    }
    note_near(near, once & ~twice & valid, at);
    return ~once & valid;
}

/* A block of words at a time: the inner loop has a fixed length, so that the compiler
 * makes wide instructions of it. */
static void match_block(const uint64_t **rows, int n_rows, int w,
                        uint64_t out[INDEX_BLOCK]) {
    uint64_t all[INDEX_BLOCK];
    memset(all, 0xff, sizeof all);
    for (int i = 0; i < n_rows; i++) {
        const uint64_t *row = rows[i] + w;
        for (int k = 0; k < INDEX_BLOCK; k++)
            all[k] &= row[k];
    }
    memcpy(out, all, sizeof all);
}

static int note_hits(uint64_t bits, int w, uint16_t *hits, int n_hits) {
    for (; bits; bits &= bits - 1) {
        if (n_hits < INDEX_MAX_HITS)
            hits[n_hits] = (uint16_t)(w * 64 + __builtin_ctzll(bits));
        n_hits++;
    }
    return n_hits;
}

static uint64_t valid_bits(const struct rule_index *x, int w) {
    int left = x->n_rules - w * 64;
    return left >= 64 ? UINT64_MAX : left <= 0 ? 0 : (UINT64_C(1) << left) - 1;
}

int index_match(const struct rule_index *x, const struct policy_facts *f, uint16_t *hits,
                uint64_t *near, int first) {
    const uint64_t *rows[INDEX_MAX_ROWS];
    int n_rows = pick_rows(x, f, rows);
    int n_hits = 0, w = 0;
    for (; near && w < x->n_words && first + w * 64 < INDEX_NEAR_RULES; w++) {
        n_hits = note_hits(
            match_word_near(rows, n_rows, w, valid_bits(x, w), near, first + w * 64), w,
            hits, n_hits);
    }
    for (; w < x->n_words; w += INDEX_BLOCK) {
        uint64_t bits[INDEX_BLOCK];
        match_block(rows, n_rows, w, bits);
        for (int k = 0; k < INDEX_BLOCK; k++)
            n_hits = note_hits(bits[k] & valid_bits(x, w + k), w + k, hits, n_hits);
    }
    return n_hits;
}

static void add_row(const struct rule_index *x, const struct word_axis *axis, int row,
                    uint64_t *any) {
    const uint64_t *from = axis->rows + (size_t)row * (size_t)x->stride;
    for (int w = 0; w < x->n_words; w++)
        any[w] |= from[w];
}

void index_meeting(const struct rule_index *x, const struct rule *r, uint64_t *bits) {
    uint64_t any[POLICY_MAX_RULES / 64 + 1];
    size_t bytes = (size_t)x->n_words * sizeof *any;
    memset(bits, 0xff, bytes);
    if (x->n_words > 0)
        bits[x->n_words - 1] = valid_bits(x, x->n_words - 1);
    for (int i = 0; i < x->n_word_axes; i++) {
        const struct word_axis *axis = &x->words[i];
        const struct condition *c = r->conditions[axis->fact];
        if (!c)
            continue;
        memset(any, 0, bytes);
        for (int v = 0; v < axis->n_words; v++)
            if (word_set_has(&c->words, v))
                add_row(x, axis, v, any);
        if (c->allows_missing)
            add_row(x, axis, axis->n_words, any);
        for (int w = 0; w < x->n_words; w++)
            bits[w] &= any[w];
    }
}

/*
 * coverage_rows.c: merges cells that say the same, one fact after the other.
 *
 * First categories of one marketplace and language, then languages of one marketplace,
 * then marketplaces: each step keeps a row the product of its three sets.
 */
#include "common/policy/coverage_rows.h"

static int desk_number(const struct policy *p, const struct desk *d) {
    return (int)(d - p->desks);
}

static int64_t rough_us(const struct duration *d) {
    bool is_days = d->kind == SPAN_CALENDAR_DAYS || d->kind == SPAN_BUSINESS_DAYS;
    return is_days ? d->amount * INT64_C(86400000000) : d->amount;
}

int coverage_worst_hour(const struct coverage_hours *h) {
    int worst = 0;
    for (int i = 1; i < COVERAGE_HOURS; i++)
        worst = h->missed[i] > h->missed[worst] ? i : worst;
    return worst;
}

/* The duty with the most holes, those first that no gap accepts; of several the one with
 * the least time. */
static void find_worst(const struct policy *p, const struct coverage *c,
                       const struct coverage_cell *cell, struct coverage_row *r) {
    for (int i = 0; i < cell->n_promises; i++) {
        const struct coverage_promise *x = &cell->promises[i], *worst = r->promise;
        if (x->hours->n_missed == 0)
            continue;
        const struct coverage_gap *gap = coverage_accepted(p, c, cell, x);
        int more = worst ? x->hours->n_missed - worst->hours->n_missed : 1;
        bool is_tighter = worst && rough_us(&x->duty->due) < rough_us(&worst->duty->due);
        if (!worst || (r->gap && !gap) ||
            (!r->gap == !gap && (more > 0 || (more == 0 && is_tighter)))) {
            r->promise = x;
            r->gap = gap;
        }
    }
}

/* The duty with the least time tells who answers: the others have as much or more. What
 * goes to one desk by its rule tells nothing about the rest. */
static const struct coverage_promise *tightest(const struct coverage_cell *cell) {
    const struct coverage_promise *best = NULL;
    for (int i = 0; i < cell->n_promises; i++) {
        const struct coverage_promise *x = &cell->promises[i];
        bool has_choice = x->chain && x->chain->n > 1;
        bool best_has = best && best->chain && best->chain->n > 1;
        if (!best || (has_choice && !best_has) ||
            (has_choice == best_has &&
             rough_us(&x->duty->due) < rough_us(&best->duty->due)))
            best = x;
    }
    return best;
}

static void judge_hour(const struct policy *p, const struct coverage_cell *cell,
                       const struct coverage_promise *shown, int hour,
                       struct coverage_row *r) {
    struct coverage_slot *s = &r->slots[hour];
    int worst = 0;
    for (int i = 0; i < cell->n_promises; i++) {
        const struct coverage_promise *x = &cell->promises[i];
        if (x->hours->missed[hour] > worst)
            worst = x->hours->missed[hour];
    }
    int step = shown->hours->desk[hour];
    s->state = worst == 0                     ? COVER_HELD
               : worst == shown->hours->weeks ? COVER_NOBODY
                                              : COVER_PARTLY;
    s->desk = s->state == COVER_NOBODY || step < 0
                  ? COVERAGE_NOBODY
                  : (int16_t)desk_number(p, shown->chain->steps[step].desk);
    r->n_missed += worst > 0;
}

static void row_of_cell(const struct policy *p, const struct coverage *c,
                        const struct coverage_cell *cell, struct coverage_row *r) {
    const struct coverage_class *k = &c->classes[cell->category_class];
    const struct coverage_promise *shown = tightest(cell);
    *r = (struct coverage_row){.cell = cell,
                               .categories = k->words,
                               .has_no_category = k->has_missing,
                               .has_no_lang = cell->lang < 0};
    word_set_add(&r->marketplaces, cell->marketplace);
    if (cell->lang >= 0)
        word_set_add(&r->langs, cell->lang);
    for (int h = 0; h < COVERAGE_HOURS; h++) {
        r->slots[h].desk = COVERAGE_NOBODY;
        if (shown)
            judge_hour(p, cell, shown, h, r);
    }
    find_worst(p, c, cell, r);
}

/* ---- merging ---- */

enum { BY_CATEGORY, BY_LANG, BY_MARKETPLACE };

static bool same_slots(const struct coverage_row *a, const struct coverage_row *b) {
    for (int h = 0; h < COVERAGE_HOURS; h++)
        if (a->slots[h].state != b->slots[h].state ||
            a->slots[h].desk != b->slots[h].desk)
            return false;
    return true;
}

static bool may_merge(const struct coverage_row *a, const struct coverage_row *b,
                      int by) {
    bool same_market = word_set_equal(&a->marketplaces, &b->marketplaces);
    bool same_lang =
        word_set_equal(&a->langs, &b->langs) && a->has_no_lang == b->has_no_lang;
    bool same_category = word_set_equal(&a->categories, &b->categories) &&
                         a->has_no_category == b->has_no_category;
    return (by == BY_MARKETPLACE || same_market) && (by == BY_LANG || same_lang) &&
           (by == BY_CATEGORY || same_category) && a->gap == b->gap && same_slots(a, b);
}

static void add_words(struct word_set *to, const struct word_set *from) {
    for (int i = 0; i < 4; i++)
        to->bits[i] |= from->bits[i];
}

static void merge(struct coverage_row *to, const struct coverage_row *from) {
    add_words(&to->marketplaces, &from->marketplaces);
    add_words(&to->langs, &from->langs);
    add_words(&to->categories, &from->categories);
    to->has_no_lang = to->has_no_lang || from->has_no_lang;
    to->has_no_category = to->has_no_category || from->has_no_category;
    if (from->promise &&
        (!to->promise || from->promise->hours->n_missed > to->promise->hours->n_missed)) {
        to->promise = from->promise;
        to->cell = from->cell;
    }
}

static int merge_all(struct coverage_row *rows, int n, int by) {
    int kept = 0;
    for (int i = 0; i < n; i++) {
        int k = 0;
        while (k < kept && !may_merge(&rows[k], &rows[i], by))
            k++;
        if (k < kept) {
            merge(&rows[k], &rows[i]);
        } else {
            if (kept != i)
                rows[kept] = rows[i];
            kept++;
        }
    }
    return kept;
}

/* Cells stand by marketplace, so those of one are merged as soon as they are there. */
struct coverage_row *coverage_rows(struct arena *a, const struct policy *p,
                                   const struct coverage *c, int *n) {
    struct coverage_row *rows = NULL;
    int kept = 0, room = 0;
    for (int i = 0; i < c->n_cells;) {
        int market = c->cells[i].marketplace, last = i;
        while (last < c->n_cells && c->cells[last].marketplace == market)
            last++;
        if (kept + last - i > room) {
            room = (kept + last - i) * 2;
            struct coverage_row *more = arena_array(a, (size_t)room, sizeof *more);
            if (kept > 0)
                memcpy(more, rows, (size_t)kept * sizeof *more);
            rows = more;
        }
        int fresh = 0;
        for (; i < last; i++)
            row_of_cell(p, c, &c->cells[i], &rows[kept + fresh++]);
        fresh = merge_all(rows + kept, fresh, BY_CATEGORY);
        kept += merge_all(rows + kept, fresh, BY_LANG);
    }
    *n = merge_all(rows, kept, BY_MARKETPLACE);
    return rows;
}

/* ---- in words ---- */

static void spell(const struct attribute *at, const struct word_set *set, bool has_none,
                  const char *none, const char *all, int most, struct builder *b) {
    int n = has_none, n_all = at->n_words + (at->is_optional ? 1 : 0), said = 0;
    for (int v = 0; v < at->n_words; v++)
        n += word_set_has(set, v);
    if (n >= n_all && n > 1) {
        build_text(b, all);
        return;
    }
    /* "all but x" where that is shorter */
    bool is_negative = n > n_all / 2 + 1 && n_all - n <= most;
    if (is_negative)
        build_format(b, "%s but ", all);
    for (int v = 0; v <= at->n_words; v++) {
        bool is_in = v < at->n_words ? word_set_has(set, v) : has_none;
        if (is_in == is_negative || (v == at->n_words && is_negative && !at->is_optional))
            continue;
        if (!is_negative && said == most && n - said > 1) {
            build_format(b, " and %d more", n - said);
            return;
        }
        build_format(b, "%s%s", said++ ? ", " : "",
                     v < at->n_words ? at->words[v] : none);
    }
}

void coverage_spell_marketplaces(const struct policy *p, const struct coverage_row *r,
                                 int most, struct builder *b) {
    spell(&p->domain.facts[FACT_MARKETPLACE], &r->marketplaces, false, "", "all stores",
          most, b);
}

void coverage_spell_langs(const struct policy *p, const struct coverage_row *r, int most,
                          struct builder *b) {
    spell(&p->domain.facts[FACT_LANG], &r->langs, r->has_no_lang, "not stated",
          "any language", most, b);
}

void coverage_spell_categories(const struct policy *p, const struct coverage_row *r,
                               int most, struct builder *b) {
    spell(&p->domain.facts[FACT_CATEGORY], &r->categories, r->has_no_category,
          "not stated", "all goods", most, b);
}

static const char *const day_names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

static void spell_range(struct builder *b, int from, int to) {
    build_text(b, b->len > 0 ? ", " : "");
    if (from % 24 == 0 && to - from == 24) {
        build_text(b, day_names[from / 24 % 7]);
    } else {
        build_format(b, "%s %02d:00 to %s %02d:00", day_names[from / 24 % 7], from % 24,
                     day_names[to / 24 % 7], to % 24);
    }
}

static bool is_in(const struct coverage_row *r, int hour, enum coverage_state state) {
    return r->slots[hour % COVERAGE_HOURS].state == state;
}

/* The hours in one state; what goes over Sunday midnight is one. */
static void spell_hours(const struct coverage_row *r, enum coverage_state state,
                        struct builder *b) {
    int first = 0;
    while (first < COVERAGE_HOURS && is_in(r, first, state))
        first++;
    if (first == COVERAGE_HOURS) {
        build_text(b, "at any hour");
        return;
    }
    struct builder part = {b->ptr + b->len, 0, b->cap - b->len, false};
    for (int i = first; i < first + COVERAGE_HOURS;) {
        int n = 0;
        while (i + n < first + COVERAGE_HOURS && is_in(r, i + n, state))
            n++;
        if (n > 0)
            spell_range(&part, i, i + n);
        i += n + 1;
    }
    b->len += part.len;
    b->is_cut = b->is_cut || part.is_cut;
}

void coverage_spell_holes(const struct coverage_row *r, struct builder *b) {
    size_t begin = b->len;
    spell_hours(r, COVER_NOBODY, b);
    if (b->len > begin)
        build_text(b, " in every week");
    size_t every = b->len;
    build_text(b, every > begin ? "; " : "");
    size_t some = b->len;
    spell_hours(r, COVER_PARTLY, b);
    if (b->len > some)
        build_text(b, " in some weeks");
    else
        b->len = every;
}

#include "services/deadlines/seller_fold.h"

#include "common/base/clock.h"
#include "common/event/event.h"
#include "common/policy/directory.h"

#include <stdlib.h>

/* What was told so long ago may have been dropped by retention: it is not told again. */
#define TOLD_US (400 * US_PER_DAY)
#define OPEN_START (INT64_MIN + 1)

struct fold {
    struct arena *a;
    const struct policy *p;
    const struct seller_picture *s;
    struct blocker {
        struct seller_blocker row;
        bool is_new; /* its last step was taken in this fold */
    } * blockers;
    size_t n_blockers, blocker_room, step_room;
    int64_t *instants;
    size_t n_instants;
    int64_t at_us; /* at which the stores are asked */
    struct seller_steps *out;
};

static int64_t later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* ---- steps ---- */

static void add_step(struct fold *f, const struct seller_blocker *b,
                     struct builder *reason) {
    struct seller_steps *out = f->out;
    out->steps =
        arena_grow(f->a, out->steps, out->n_steps, &f->step_room, sizeof *out->steps);
    out->steps[out->n_steps++] = (struct blocker_step){
        .seller_id = f->s->seller_id,
        .marketplace = b->marketplace,
        .name = b->name,
        .instance = b->instance,
        .raised_us = b->raised_us,
        .resolved_us = b->resolved_us,
        .severity = b->severity,
        .rule_id = b->rule_id,
        .desk = b->desk,
        .reason = span_dup(f->a, builder_span(reason)),
        .revision = policy_revision(f->p)->id,
        .case_kind = SPAN("seller"),
    };
}

/* `facts` NULL: because the seller has left. */
static void resolve(struct fold *f, struct seller_blocker *b,
                    const struct policy_facts *facts, int64_t at_us) {
    char text[500], met[300];
    struct builder reason = builder_over(text, sizeof text);
    struct builder words = builder_over(met, sizeof met);
    if (facts)
        directory_build_met(f->p, facts, b->name, &words);
    build_text(&reason, "resolved: ");
    if (!facts) {
        build_text(&reason, "the seller has left this marketplace");
    } else if (builder_span(&words).len > 0) {
        build_text(&reason, "the directory holds ");
        build_span(&reason, builder_span(&words));
    } else {
        build_text(&reason, "no rule asks for it any more");
    }
    b->resolved_us = at_us;
    add_step(f, b, &reason);
}

static void raise_again(struct fold *f, struct seller_blocker *b, struct span wanted,
                        int64_t at_us) {
    char text[500];
    struct builder reason = builder_over(text, sizeof text);
    build_text(&reason, "what had resolved it does not hold any more; wanted: ");
    build_span(&reason, wanted);
    b->instance++;
    b->raised_us = at_us;
    b->resolved_us = EVENT_ABSENT;
    add_step(f, b, &reason);
}

static bool stands(const struct fold *f, const struct seller_blocker *b, int64_t at_us,
                   struct policy_facts *facts) {
    return seller_is_blocked(f->p, f->s, b->marketplace, b->name, at_us, at_us, facts);
}

/* The store's end, if it is over; EVENT_ABSENT: it is not known that it is. */
static int64_t left_us(const struct fold *f, struct span marketplace, int64_t at_us) {
    const struct seller_store *store = seller_store_at(f->s, marketplace);
    return store && store->until_us <= at_us ? store->until_us : EVENT_ABSENT;
}

/* One that an event met after the seller had left stays until the fact arrives. */
static void turn_raised(struct fold *f, struct blocker *b, int64_t at_us) {
    struct seller_blocker *row = &b->row;
    struct policy_facts facts;
    if (at_us < row->raised_us)
        return;
    int64_t end_us = left_us(f, row->marketplace, at_us);
    if (end_us != EVENT_ABSENT && row->raised_us < end_us)
        resolve(f, row, NULL, at_us);
    else if (!stands(f, row, at_us, &facts))
        resolve(f, row, &facts, at_us);
    else
        return;
    b->is_new = true;
}

/* One that no fact can lift was resolved by hand: only an event raises it again. */
static void turn_resolved(struct fold *f, struct blocker *b, int64_t at_us) {
    struct seller_blocker *row = &b->row;
    struct policy_facts facts;
    char text[300];
    struct builder wanted = builder_over(text, sizeof text);
    bool is_told = at_us < row->resolved_us || (!b->is_new && at_us <= f->s->looked_us);
    if (is_told || left_us(f, row->marketplace, at_us) != EVENT_ABSENT ||
        !stands(f, row, at_us, &facts))
        return;
    directory_build_wanted(f->p, &facts, row->name, &wanted);
    if (builder_span(&wanted).len == 0)
        return;
    raise_again(f, row, builder_span(&wanted), at_us);
    b->is_new = true;
}

static struct blocker *add_blocker(struct fold *f, const struct seller_blocker *row,
                                   bool is_new) {
    f->blockers = arena_grow(f->a, f->blockers, f->n_blockers, &f->blocker_room,
                             sizeof *f->blockers);
    struct blocker *b = &f->blockers[f->n_blockers++];
    *b = (struct blocker){*row, is_new};
    return b;
}

/* ---- ahead of the first order ---- */

static bool is_listed(const struct fold *f, struct span marketplace, struct span name) {
    for (size_t i = 0; i < f->n_blockers; i++)
        if (span_equal(marketplace, f->blockers[i].row.marketplace) &&
            span_equal(name, f->blockers[i].row.name))
            return true;
    return false;
}

static void raise_ahead(void *context, const struct seller_store *store,
                        const struct policy_blocker *b, const char *desk) {
    struct fold *f = context;
    int64_t at_us = f->at_us;
    if (is_listed(f, store->marketplace, span_of(b->name)))
        return;
    char text[500], opens[CLOCK_TEXT_SIZE];
    struct builder reason = builder_over(text, sizeof text);
    build_text(&reason, b->title);
    if (store->from_us > at_us) {
        clock_text(store->from_us, opens);
        build_format(&reason, "; the seller opens there on %s", opens);
    } else {
        build_text(&reason, "; told before an order has met it");
    }
    const struct seller_blocker row = {
        .marketplace = store->marketplace,
        .name = span_of(b->name),
        .rule_id = span_of(b->rule_id),
        .desk = span_of(desk),
        .severity = b->severity,
        .instance = 1,
        .raised_us = at_us,
        .resolved_us = EVENT_ABSENT,
    };
    add_step(f, &add_blocker(f, &row, true)->row, &reason);
}

static void ask_store(struct fold *f, const struct seller_store *store, int64_t at_us,
                      int64_t known_us, seller_take *take, void *context) {
    const char *cause =
        seller_ask_store(f->p, f->s, store, at_us, known_us, take, context);
    f->out->cause = cause ? cause : f->out->cause;
}

static void turn_stores(struct fold *f, int64_t at_us) {
    f->at_us = at_us;
    for (size_t i = 0; i < f->s->n_stores; i++) {
        const struct seller_store *store = &f->s->stores[i];
        if (store->known_us <= at_us && at_us < store->until_us)
            ask_store(f, store, at_us, at_us, raise_ahead, f);
    }
}

/* ---- instants ---- */

static void add_instant(struct fold *f, int64_t us, int64_t now_us) {
    if (us == OPEN_START || us == EVENT_ABSENT || us == INT64_MAX)
        return;
    if (us <= now_us)
        f->instants[f->n_instants++] = us;
    else if (us < f->out->next_us)
        f->out->next_us = us;
}

static int compare_instants(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

enum { RULE_INSTANTS_MAX = 64 };

static void collect_instants(struct fold *f, int64_t now_us) {
    const struct seller_picture *s = f->s;
    size_t room =
        3 * (s->n_entries + s->n_stores) + s->n_blockers + RULE_INSTANTS_MAX + 2;
    f->instants = arena_array(f->a, room, sizeof *f->instants);
    add_instant(f, now_us,
                now_us); /* what has no instant: other rules, an entry taken back */
    for (size_t i = 0; i < s->n_entries; i++) {
        add_instant(f, s->entries[i].from_us, now_us);
        add_instant(f, s->entries[i].until_us, now_us);
        add_instant(f, s->entries[i].known_us, now_us);
    }
    for (size_t i = 0; i < s->n_stores; i++) {
        add_instant(f, s->stores[i].until_us, now_us);
        add_instant(f, s->stores[i].known_us, now_us);
    }
    for (size_t i = 0; i < s->n_blockers; i++)
        add_instant(f, s->blockers[i].raised_us, now_us);
    /* What a rule set that is new today asked long ago is nobody's business any more. */
    int64_t rule_us = directory_next_rule(f->p, later(s->looked_us, now_us - TOLD_US));
    for (int i = 0; i < RULE_INSTANTS_MAX && rule_us != INT64_MAX; i++) {
        add_instant(f, rule_us, now_us);
        rule_us = rule_us > now_us ? INT64_MAX : directory_next_rule(f->p, rule_us);
    }
    qsort(f->instants, f->n_instants, sizeof *f->instants, compare_instants);
}

/* ---- what ends ---- */

static bool is_followed(const struct fold *f, const struct seller_entry *e) {
    for (size_t i = 0; i < f->s->n_entries; i++) {
        const struct seller_entry *x = &f->s->entries[i];
        if (x != e && span_equal(x->word, e->word) && x->from_us <= e->until_us &&
            x->until_us > e->until_us)
            return true;
    }
    return false;
}

struct missing {
    struct fold *fold;
    struct builder *b;
    int severity;
};

static void add_missing(struct missing *m, struct span marketplace, struct span name,
                        int severity) {
    char text[300];
    struct builder one = builder_over(text, sizeof text);
    build_span(&one, name);
    build_text(&one, " on ");
    build_span(&one, marketplace);
    struct span told = builder_span(m->b), what = builder_span(&one);
    if (memmem(told.ptr, told.len, what.ptr, what.len))
        return;
    build_text(m->b, told.len > 0 ? ", " : "");
    build_span(m->b, what);
    m->severity = severity > m->severity ? severity : m->severity;
}

static void take_missing(void *context, const struct seller_store *store,
                         const struct policy_blocker *b, const char *desk) {
    struct missing *m = context;
    const struct fold *f = m->fold;
    (void)desk;
    for (size_t i = 0; i < f->n_blockers; i++) {
        const struct seller_blocker *row = &f->blockers[i].row;
        if (row->resolved_us == EVENT_ABSENT &&
            span_equal(row->marketplace, store->marketplace) &&
            span_is(row->name, b->name))
            return; /* it is missing already */
    }
    add_missing(m, store->marketplace, span_of(b->name), b->severity);
}

/* What would be missing once the entry has ended, as far as it is known now. */
static void find_missing(struct fold *f, struct seller_ending *ending) {
    char text[600];
    struct builder b = builder_over(text, sizeof text);
    struct missing m = {f, &b, 1};
    int64_t at_us = ending->entry->until_us;
    struct policy_facts facts;
    for (size_t i = 0; i < f->n_blockers; i++) {
        const struct seller_blocker *row = &f->blockers[i].row;
        if (row->resolved_us != EVENT_ABSENT &&
            left_us(f, row->marketplace, at_us) == EVENT_ABSENT &&
            seller_is_blocked(f->p, f->s, row->marketplace, row->name, at_us, INT64_MAX,
                              &facts))
            add_missing(&m, row->marketplace, row->name, row->severity);
    }
    for (size_t i = 0; i < f->s->n_stores; i++)
        if (at_us < f->s->stores[i].until_us)
            ask_store(f, &f->s->stores[i], at_us, INT64_MAX, take_missing, &m);
    ending->severity = m.severity;
    ending->missing = span_dup(f->a, builder_span(&b));
}

static void turn_entry(struct fold *f, const struct seller_entry *e, int64_t now_us) {
    const int64_t *ends_soon;
    if (e->until_us == INT64_MAX || e->until_us <= e->known_us || is_followed(f, e))
        return;
    int n = directory_warnings(f->p, e->word, &ends_soon);
    struct seller_ending last = {.entry = e, .at_us = EVENT_ABSENT};
    for (int i = 0; i <= n; i++) {
        int64_t ahead_us = i < n ? ends_soon[i] : 0, at_us = e->until_us - ahead_us;
        if (at_us > now_us) {
            f->out->next_us = at_us < f->out->next_us ? at_us : f->out->next_us;
            break;
        }
        last.at_us = at_us;
        last.ahead_us = ahead_us;
    }
    bool is_told = !f->s->is_changed && last.at_us <= f->s->looked_us;
    if (last.at_us == EVENT_ABSENT || is_told || last.at_us < now_us - TOLD_US)
        return;
    find_missing(f, &last);
    f->out->endings[f->out->n_endings++] = last;
}

/* ---- the fold ---- */

void seller_fold(struct arena *a, const struct policy *p, const struct seller_picture *s,
                 int64_t now_us, struct seller_steps *out) {
    struct fold *f = arena_zalloc(a, sizeof *f);
    *out = (struct seller_steps){
        .endings = arena_array(a, s->n_entries + 1, sizeof *out->endings),
        .next_us = INT64_MAX,
    };
    f->a = a;
    f->p = p;
    f->s = s;
    f->out = out;
    for (size_t i = 0; i < s->n_blockers; i++)
        (void)add_blocker(f, &s->blockers[i], false);
    collect_instants(f, now_us);
    for (size_t i = 0; i < f->n_instants; i++) {
        int64_t at_us = f->instants[i];
        if (i > 0 && at_us == f->instants[i - 1])
            continue;
        for (size_t k = 0; k < f->n_blockers; k++)
            if (f->blockers[k].row.resolved_us == EVENT_ABSENT)
                turn_raised(f, &f->blockers[k], at_us);
            else
                turn_resolved(f, &f->blockers[k], at_us);
        if (at_us > s->looked_us)
            turn_stores(f, at_us);
    }
    for (size_t i = 0; i < s->n_entries; i++)
        turn_entry(f, &s->entries[i], now_us);
}

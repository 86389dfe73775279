/* dispose.c: see dispose.h. */
#include "services/returns/dispose.h"

#include "common/event/lines.h"
#include "common/policy/known.h"
#include "common/policy/partner.h"

#include <stdlib.h>

/* One event, while the lines that it tells of are decided. */
struct disposing {
    struct returns_goods_case *g;
    const struct case_state *c;
    const struct return_event *e;
    const struct goods *goods;
    const struct policy *p;
    const struct policy_facts *facts;
    struct case_decision *d;
    struct policy_decision *again; /* room for another decision */
    const char *word;              /* of the event */
    const char *asked; /* of the latest event before the goods came that rules speak of
                           goods at; NULL: none */
    int64_t asked_us;
};

static int event_of(const struct return_event *e) {
    return e->kind == RETURN_RECEIVED    ? SAID_RECEIVED
           : e->kind == RETURN_INSPECTED ? SAID_INSPECTED
                                         : SAID_BEFORE;
}

/* ---- what the event says ---- */

/* An arrival that names no line says that everything came. */
static size_t say(struct arena *a, const struct return_event *e, struct said_line **out) {
    int event = event_of(e);
    size_t n = e->n_lines > 0 ? e->n_lines : event != SAID_BEFORE;
    struct said_line *said = *out = arena_array(a, n + 1, sizeof *said);
    for (size_t i = 0; i < n; i++) {
        said[i] = (struct said_line){
            .event = event,
            .at_us = event == SAID_BEFORE ? EVENT_ABSENT : e->head.occurred_at_us,
        };
        if (e->n_lines > 0)
            said[i].line = e->lines[i];
        else
            said[i].line = (struct return_line){
                .line_id = SPAN(""), .sku = SPAN(""), .condition = CONDITION_ABSENT};
    }
    return known_join(said, n);
}

/* ---- at which event a line is decided ---- */

static bool is_here(struct span word) {
    return span_is(word, returns_word(RETURN_RECEIVED)) ||
           span_is(word, returns_word(RETURN_INSPECTED));
}

static const char *known_word(struct span word) {
    for (int kind = 0; kind < RETURN_KIND_COUNT; kind++)
        if (returns_word(kind) && span_is(word, returns_word(kind)))
            return returns_word(kind);
    return NULL;
}

static void consider(struct disposing *x, struct span word, int64_t at_us) {
    bool is_later = !x->asked || at_us > x->asked_us ||
                    (at_us == x->asked_us && span_compare(word, span_of(x->asked)) > 0);
    const char *known = is_later && !is_here(word) ? known_word(word) : NULL;
    if (!known || !policy_disposes(x->p, known))
        return;
    x->asked = known;
    x->asked_us = at_us;
}

/* Nothing in the event is worked: nothing is asked of its goods. */
static bool is_watched(const struct disposing *x) {
    return x->g->hands && x->g->hands->share.noted;
}

static void find_asked(struct disposing *x) {
    if (!is_watched(x))
        consider(x, span_of(x->word), x->e->head.occurred_at_us);
    for (size_t i = 0; i < x->c->history.n; i++)
        consider(x, x->c->history.events[i], x->c->history.at_us[i]);
}

static const char *word_of(const struct disposing *x, const struct known_line *k) {
    return k->event == SAID_RECEIVED    ? returns_word(RETURN_RECEIVED)
           : k->event == SAID_INSPECTED ? returns_word(RETURN_INSPECTED)
                                        : x->asked;
}

static int64_t at_of(const struct disposing *x, const struct known_line *k) {
    return k->event == SAID_BEFORE ? x->asked_us : k->at_us;
}

/* ---- one line ---- */

/* Whose it is, enum fulfilment; FULFILMENT_ABSENT: the order is in one hand. */
static int hand_of(const struct disposing *x, const struct known_line *k) {
    return x->g->hands ? whose_line(&x->g->hands->whose, k->line_id, k->sku)
                       : FULFILMENT_ABSENT;
}

/* The rules' word on these goods at an event of the case. The decision of the event itself
 * is taken where it is about the same. */
static const struct policy_decision *ask(struct disposing *x, const struct goods *goods,
                                         int hand, const char *word, int64_t at_us) {
    const struct returns_hands *hands = x->g->hands;
    if (word == x->word && at_us == x->e->head.occurred_at_us &&
        goods_equal(goods, x->goods) && (!hands || hand == hands->share.fulfilment))
        return &x->d->policy;
    struct policy_facts facts = *x->facts;
    if (hands)
        policy_state_missing(&facts, FACT_FULFILMENT);
    if (hands && hand != FULFILMENT_UNKNOWN)
        policy_state(x->p, &facts, FACT_FULFILMENT, span_of(fulfilment_names[hand]));
    policy_state(x->p, &facts, FACT_EVENT, span_of(word));
    policy_state_instant(&facts, TIME_EVENT, at_us);
    goods_state(x->p, goods, &facts);
    policy_decide(x->p, &facts, x->again);
    return x->again;
}

/* By what was found on it, or by what it is. */
static bool is_dangerous(const struct disposing *x, const struct goods *g) {
    return g->n_hazards > 0 || g->has_more_hazards ||
           policy_groups(x->p, FACT_CATEGORY, SPAN("dangerous"), g->product_class);
}

/* Nothing is done with what is not the order's, unless it is dangerous. */
static bool is_ours(struct disposing *x, const struct known_line *k) {
    int32_t ordered = 0;
    if (k->event == SAID_BEFORE || !x->g->order_lines.ptr || k->line_id.len == 0)
        return true;
    if (!x->g->ordered)
        x->g->ordered = lines_classes(x->g->a, x->g->order_lines);
    enum line_match match = lines_match(x->g->ordered, k->line_id, k->sku, &ordered);
    bool is_ours = match == LINE_NOT_KNOWN || match == LINE_ORDERED;
    if (!is_ours)
        case_tell(x->c, "something came back that the order does not have", x->d);
    else if (match == LINE_ORDERED && ordered > 0 && k->quantity > ordered)
        case_tell(x->c, "more pieces came back than were ordered", x->d);
    return is_ours || is_dangerous(x, &k->goods);
}

/* Ids begin with the purchase: no event of the return that is read later changes it. */
static int64_t identity_of(const struct disposing *x) {
    int64_t first_us = x->e->head.occurred_at_us;
    if (x->g->purchased_us != EVENT_ABSENT)
        return x->g->purchased_us;
    return x->c->history.n > 0 && x->c->opened_us < first_us ? x->c->opened_us : first_us;
}

/* What is said of this line and cannot all be true. The rules decide all the same: the
 * dangerous word has priority with them. */
static void tell_contradictions(struct disposing *x, const struct goods *goods) {
    const struct policy_contradiction *found[POLICY_TOLD_CONTRADICTIONS];
    struct policy_facts facts = *x->facts;
    goods_state(x->p, goods, &facts);
    int n = policy_contradictions(x->p, &facts, found);
    for (int i = 0; i < n; i++)
        case_tell(x->c, found[i]->text, x->d);
}

static struct span plan(struct disposing *x, const struct known_line *k) {
    static const struct policy_disposition nothing = {0};
    int hand = hand_of(x, k);
    if (hand == FULFILMENT_MARKETPLACE)
        return (struct span){NULL, 0};
    const struct policy_decision *d = ask(x, &k->goods, hand, word_of(x, k), at_of(x, k));
    tell_contradictions(x, &k->goods);
    if (k->units_differ)
        case_tell(x->c,
                  "pieces of one line came in different states: they are treated as the "
                  "worst until an inspection tells them apart",
                  x->d);
    if (k->is_uncounted)
        case_tell(x->c, "more pieces of one line came back than can be counted", x->d);
    if (d->outcome == POLICY_NOT_EVALUATED) {
        case_tell(x->c, d->cause, x->d);
        return k->disposition;
    }
    bool speaks =
        d->outcome == POLICY_DECIDED && d->disposition.code && !d->disposition.is_shadow;
    const struct policy_disposition *now =
        speaks && is_ours(x, k) ? &d->disposition : &nothing;
    const struct task_goods goods = {
        .line_id = k->line_id,
        .site = span_of(policy_site(x->p, x->g->marketplace)),
        .product_class = k->goods.product_class,
        .quantity = k->quantity,
        .at_us = at_of(x, k),
    };
    struct task_plan met = tasks_plan(x->g->tasks, &goods, now, identity_of(x));
    if (met.is_other)
        case_tell(x->c, "the goods turned out to need another disposition", x->d);
    if (met.is_too_many)
        case_tell(x->c, "the return needs more steps than a case takes", x->d);
    return span_of(now->code);
}

/* The event was read late: what its own plan shares with the one that stands began then.
 */
static void count_from_here(struct disposing *x, const struct known_line *k,
                            const struct said_line *fresh, size_t n) {
    if (!tasks_have(x->g->tasks, k->line_id) || !policy_disposes(x->p, x->word) ||
        is_watched(x))
        return;
    const struct known_line alone = known_of(fresh, n, NULL, 0);
    const struct goods *goods = alone.goods.n_lines > 0 && fresh[0].line.line_id.len > 0
                                    ? &alone.goods
                                    : &k->goods;
    int64_t at_us = x->e->head.occurred_at_us;
    const struct policy_decision *d = ask(x, goods, hand_of(x, k), x->word, at_us);
    if (d->outcome == POLICY_DECIDED && d->disposition.code && !d->disposition.is_shadow)
        tasks_counted_from(x->g->tasks,
                           &(struct task_goods){.line_id = k->line_id, .at_us = at_us},
                           &d->disposition);
}

static bool is_same(const struct known_line *a, const struct known_line *b) {
    return a->event == b->event && a->at_us == b->at_us && a->quantity == b->quantity &&
           goods_equal(&a->goods, &b->goods);
}

/* ---- all lines ---- */

/* What was said of one line, before the event and by it. */
struct line_said {
    const struct said_line *before, *fresh, *after;
    size_t n_before, n_fresh, n_after;
};

struct all_said {
    struct said_line *items;
    size_t n;
    size_t n_arrivals; /* those without a line come first */
};

static struct all_said settled(struct said_line *items, size_t n) {
    struct all_said s = {.items = items, .n = known_settle(items, n)};
    if (s.n > 0 && items[0].line.line_id.len == 0)
        s.n_arrivals = known_span(items, s.n);
    return s;
}

/* Those about the line, in a sorted list. */
static size_t find(const struct all_said *s, struct span line_id,
                   const struct said_line **at) {
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (span_compare(s->items[middle].line.line_id, line_id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *at = s->items + low;
    return low < s->n && span_equal(s->items[low].line.line_id, line_id)
               ? known_span(*at, s->n - low)
               : 0;
}

static struct known_line know(const struct all_said *all, const struct said_line *said,
                              size_t n) {
    bool is_nameless = n > 0 && said[0].line.line_id.len == 0;
    return known_of(said, n, all->items, is_nameless ? 0 : all->n_arrivals);
}

static void decide_line(struct disposing *x, struct said_line *said, size_t n,
                        const struct all_said *now, const struct all_said *before,
                        const struct all_said *fresh) {
    const struct said_line *old, *own;
    size_t n_old = find(before, said->line.line_id, &old);
    size_t n_own = find(fresh, said->line.line_id, &own);
    if (n_own == 0 && fresh->n_arrivals > 0) {
        own = fresh->items;
        n_own = fresh->n_arrivals;
    }
    struct known_line k = know(now, said, n), was = know(before, old, n_old);
    int64_t at_us = x->e->head.occurred_at_us;
    bool is_asked = k.event == SAID_BEFORE && x->asked == x->word && x->asked_us == at_us;
    k.disposition = was.disposition;
    if (word_of(x, &k) && (is_asked || n_old == 0 || !is_same(&k, &was)))
        k.disposition = plan(x, &k);
    if (n_own > 0 && (word_of(x, &k) != x->word || at_of(x, &k) != at_us))
        count_from_here(x, &k, own, n_own);
    for (size_t i = 0; i < n; i++)
        said[i].disposition = i == 0 ? k.disposition : (struct span){NULL, 0};
}

/* Lines have names now: what was decided of all of them together is not wanted. */
static void forget_nameless(struct disposing *x, struct all_said *s) {
    static const struct policy_disposition nothing = {0};
    if (!tasks_have(x->g->tasks, SPAN("")))
        return;
    (void)tasks_plan(
        x->g->tasks,
        &(struct task_goods){.line_id = SPAN(""), .at_us = x->e->head.occurred_at_us},
        &nothing, identity_of(x));
    s->items[0].disposition = (struct span){NULL, 0};
}

static void decide_lines(struct disposing *x, struct all_said *now,
                         const struct all_said *before, const struct all_said *fresh) {
    size_t first = now->n_arrivals < now->n ? now->n_arrivals : 0;
    if (first > 0)
        forget_nameless(x, now);
    for (size_t i = first; i < now->n;) {
        size_t n = known_span(now->items + i, now->n - i);
        decide_line(x, now->items + i, n, now, before, fresh);
        i += n;
    }
}

/* Whether the decision of the event is about each of its lines, and there is nothing to
 * say of them. */
static bool is_silent(const struct disposing *x) {
    const struct policy_contradiction *found[POLICY_TOLD_CONTRADICTIONS];
    bool agree = x->d->policy.outcome != POLICY_NOT_EVALUATED &&
                 policy_contradictions(x->p, x->facts, found) == 0 &&
                 (!x->d->policy.disposition.code || x->d->policy.disposition.is_shadow);
    for (size_t i = 0; agree && i < x->e->n_lines; i++) {
        struct goods one = {0};
        goods_add(&one, x->e->lines[i].product_class, x->e->lines[i].condition,
                  &x->e->lines[i].hazards);
        agree = goods_equal(&one, x->goods);
    }
    return agree;
}

static bool knows_lines(const struct returns_goods_case *g) {
    return g->n_said > 0 || g->lines.ptr;
}

/* What the row has is compared as text, which is less work than reading it. */
static bool is_once_more(const struct returns_goods_case *g, const struct all_said *own) {
    return g->said ? known_equal(g->said, g->n_said, own->items, own->n)
                   : span_equal(lines_of_said(g->a, own->items, own->n), g->lines);
}

/* The usual case: nobody decides on goods, as they are told for the first time or once
 * more. */
static bool is_usual(const struct disposing *x, const struct all_said *own) {
    if (x->g->tasks->n > 0 || event_of(x->e) != SAID_BEFORE)
        return false;
    bool is_first = !knows_lines(x->g);
    if (!is_first && !is_once_more(x->g, own))
        return false;
    return x->asked == x->word ? is_silent(x) : !x->asked || !is_first;
}

static int by_word(const void *a, const void *b) {
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

/* What becomes of the goods in one word each: "hazmat, restock". */
static struct span dispositions_of(struct arena *a, const struct said_line *said,
                                   size_t n) {
    size_t n_words = 0, room = 1;
    struct span *words = arena_array(a, n + 1, sizeof *words);
    for (size_t i = 0; i < n; i++)
        if (said[i].disposition.ptr)
            words[n_words++] = said[i].disposition;
    qsort(words, n_words, sizeof *words, by_word);
    for (size_t i = 0; i < n_words; i++)
        room += words[i].len + 2;
    struct builder b = builder_in(a, room);
    for (size_t i = 0; i < n_words; i++) {
        if (i > 0 && span_equal(words[i], words[i - 1]))
            continue;
        build_text(&b, i > 0 ? ", " : "");
        build_span(&b, words[i]);
    }
    return n_words > 0 ? builder_span(&b) : (struct span){NULL, 0};
}

static void keep(struct returns_goods_case *g, const struct all_said *said) {
    g->said = said->items;
    g->n_said = said->n;
}

void returns_dispose(struct returns_goods_case *g, const struct case_state *c,
                     const struct return_event *e, const struct goods *goods,
                     const struct policy *p, const struct policy_facts *facts,
                     struct case_decision *d) {
    struct disposing x = {.g = g,
                          .c = c,
                          .e = e,
                          .goods = goods,
                          .p = p,
                          .facts = facts,
                          .d = d,
                          .word = returns_word(e->kind)};
    struct policy_decision again; /* nine kilobytes: not for each event in the arena */
    struct said_line *fresh, *before, *all;
    x.again = &again;
    if (!x.word)
        return;
    size_t n_fresh = say(g->a, e, &fresh);
    find_asked(&x);
    if (n_fresh == 0 && (!knows_lines(g) || x.asked != x.word))
        return;
    const struct all_said own = settled(fresh, n_fresh);
    if (is_usual(&x, &own)) {
        keep(g, &own);
        return;
    }
    if (!g->said)
        g->n_said = lines_said(g->a, g->lines, &g->said);
    before = g->said;
    size_t n = g->n_said;
    all = arena_array(g->a, n + own.n, sizeof *all);
    memcpy(all, before, n * sizeof *all);
    memcpy(all + n, fresh, own.n * sizeof *all);
    const struct all_said was = settled(before, n);
    struct all_said now = settled(all, n + own.n);
    if (now.n > SAID_MAX) {
        case_tell(c, "more is said of the return's lines than a case takes", d);
        keep(g, &was);
        return;
    }
    decide_lines(&x, &now, &was, &own);
    keep(g, &now);
    g->disposition = dispositions_of(g->a, now.items, now.n);
}

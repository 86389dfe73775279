/*
 * decide.c: an inquiry event and its conversation put into the packs' words. No I/O: the
 * rules stand in deploy/policy, the folding in common/policy/thread.c.
 */
#include "services/inquiries/mark.h"

#define HUMAN "replied_by_human"
#define MESSAGE "message_received"
#define OTHER_LANGUAGE "replied_in_other_language"

const char *const language_from_names[LANGUAGE_FROM_COUNT] = {
    [LANGUAGE_FROM_NOTHING] = "not_known",       [LANGUAGE_FROM_MESSAGE] = "declared",
    [LANGUAGE_FROM_GUESS] = "detected",          [LANGUAGE_FROM_ORDER] = "order",
    [LANGUAGE_FROM_MARKETPLACE] = "marketplace",
};

/* ---- language ---- */

struct oldest {
    struct span tag;
    int64_t at_us;
    int64_t id;
    bool is_guess;
    int confidence;
};

/* A declared language counts before a guess; then the older message, and for two of one
 * instant the smaller id: never what was read first. */
static bool is_before(const struct oldest *a, const struct oldest *b) {
    if (!b->tag.ptr || a->is_guess != b->is_guess)
        return !b->tag.ptr || !a->is_guess;
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->id < b->id;
}

static void consider(struct oldest *best, struct oldest candidate) {
    if (candidate.tag.len > 0 && is_before(&candidate, best))
        *best = candidate;
}

static void consider_mark(struct oldest *best, struct mark m, int64_t at_us, int64_t id) {
    if (span_is(m.word, MESSAGE))
        consider(best, (struct oldest){m.language, at_us, id, m.is_guess, m.confidence});
}

struct thread_language inquiries_language(const struct case_state *c,
                                          const struct inquiry *q,
                                          const struct order_facts *o,
                                          const struct marketplace *m) {
    const struct event_head *head = &q->event.head;
    const struct case_history *h = &c->history;
    struct oldest best = {.tag = {NULL, 0}};
    for (size_t i = 0; i < h->n; i++)
        consider_mark(&best, mark_of(h->events[i]), h->at_us[i], h->ids[i]);
    consider_mark(&best, mark_of_event(q, mark_word(&q->event)), head->occurred_at_us,
                  identity_hash64(head->event_id));
    struct thread_language l = {.tag = best.tag, .confidence = CONFIDENCE_ABSENT};
    if (best.tag.ptr) {
        l.from = best.is_guess ? LANGUAGE_FROM_GUESS : LANGUAGE_FROM_MESSAGE;
        l.confidence = best.confidence;
    } else if (o->buyer_language.len > 0) {
        l.tag = o->buyer_language;
        l.from = LANGUAGE_FROM_ORDER;
    } else if (m) {
        l.tag = span_of(m->language);
        l.from = LANGUAGE_FROM_MARKETPLACE;
    }
    return l;
}

/* "en-GB" reads "en". */
static struct span primary(struct span tag) {
    struct span rest = tag, first = tag;
    (void)span_cut(&rest, '-', &first);
    return first;
}

/* A reply that does not say its language is taken to be in the buyer's. */
static bool is_unreadable(struct mark n, const struct thread_language *l) {
    return span_is(n.word, HUMAN) && n.language.len > 0 && l->tag.len > 0 &&
           !span_equal_nocase(primary(n.language), primary(l->tag));
}

const char *inquiries_word(const struct inquiry *q, const struct thread_language *l) {
    const char *word = mark_word(&q->event);
    return word && is_unreadable(mark_of_event(q, word), l) ? OTHER_LANGUAGE : word;
}

/* ---- whose it is ---- */

static const struct span no_sku = {NULL, 0};

struct span inquiries_line(struct span before, const struct inquiry *q,
                           const struct whose *w) {
    struct span named = q->event.line_id;
    if (named.len == 0)
        return before;
    if (!before.ptr)
        return named;
    bool is_stricter = w && whose_line(w, named, no_sku) == FULFILMENT_SELLER &&
                       whose_line(w, before, no_sku) != FULFILMENT_SELLER;
    return is_stricter ? named : before;
}

int inquiries_whose(struct span line_id, const struct inquiry *q, const struct whose *w) {
    if (q->event.line_id.len > 0)
        line_id = q->event.line_id;
    return line_id.ptr ? whose_line(w, line_id, no_sku) : w->all;
}

/* ---- the decision ---- */

/* Only those of this event: what an event calls for must not depend on what was read
 * before it. A signal of an earlier rule set may be none of this one. */
static void state_signals(const struct policy *p, const struct inquiry *q,
                          struct policy_facts *out) {
    struct span rest = q->signals, word;
    if (q->signals.ptr)
        policy_state_none(out, FACT_SIGNALS);
    while (span_cut(&rest, '+', &word))
        if (policy_lists(p, FACT_SIGNALS, word))
            policy_state_member(p, out, FACT_SIGNALS, word);
    if (q->event.topic == TOPIC_COMPLAINT)
        policy_state_member(p, out, FACT_SIGNALS, SPAN("complaint"));
}

void inquiries_state(const struct policy *p, const struct inquiry *q,
                     const struct marketplace *m, const struct order_facts *o,
                     const struct thread_language *l, struct policy_facts *out) {
    const struct inquiry_event *e = &q->event;
    policy_facts_init(p, out);
    policy_state(p, out, FACT_MARKETPLACE, m ? span_of(m->code) : e->head.marketplace);
    order_facts_state(p, o, m, out);
    policy_state(p, out, FACT_LANG, l->tag);
    state_signals(p, q, out);
}

/* The history in the packs' words, as the conversation's language reads it. */
static struct case_state read_with(struct arena *a, const struct case_state *c,
                                   const struct thread_language *l) {
    struct case_state read = *c;
    struct span *words = arena_array(a, c->history.n, sizeof *words);
    for (size_t i = 0; i < c->history.n; i++) {
        struct mark n = mark_of(c->history.events[i]);
        words[i] = is_unreadable(n, l) ? SPAN(OTHER_LANGUAGE) : n.word;
    }
    read.history.events = words;
    return read;
}

void inquiries_decide(struct arena *a, const struct case_state *c,
                      const struct inquiry *q, const struct thread_language *l,
                      const struct policy *p, struct policy_facts *facts,
                      struct case_decision *out) {
    const struct inquiry_event *e = &q->event;
    static const char unknown_author[] =
        "who wrote a reply is not stated: the clock runs on until a person answers";
    const struct case_state read = read_with(a, c, l);
    const struct case_event event = {
        .word = inquiries_word(q, l),
        .event_id = e->head.event_id,
        .occurred_us = e->head.occurred_at_us,
        .is_reread = l->is_new,
    };
    thread_decide(&read, &event, p, facts, out);
    bool is_anonymous =
        e->kind == INQUIRY_REPLIED && (e->reply_author == REPLY_AUTHOR_ABSENT ||
                                       e->reply_author == REPLY_AUTHOR_UNKNOWN);
    if (!out->is_duplicate && is_anonymous)
        case_tell(c, unknown_author, out);
}

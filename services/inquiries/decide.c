/*
 * decide.c: an inquiry event and its conversation put into the packs' words. No I/O: the
 * rules stand in deploy/policy, the folding in common/policy/thread.c.
 */
#include "services/inquiries/inquiries.h"

#include <string.h>

#define HUMAN "replied_by_human"
#define OTHER_LANGUAGE "replied_in_other_language"

const char *const language_from_names[LANGUAGE_FROM_COUNT] = {
    [LANGUAGE_FROM_NOTHING] = "not_known",       [LANGUAGE_FROM_MESSAGE] = "declared",
    [LANGUAGE_FROM_GUESS] = "detected",          [LANGUAGE_FROM_ORDER] = "order",
    [LANGUAGE_FROM_MARKETPLACE] = "marketplace",
};

/* ---- words ---- */

/* Nobody knows who wrote: until somebody says that it was a person, the clock runs on. */
static const char *reply_word(int author) {
    switch (author) {
    case REPLY_HUMAN:
        return HUMAN;
    case REPLY_MACHINE_TRANSLATION:
        return "replied_by_translation";
    default:
        return "replied_automatically";
    }
}

static const char *plain_word(const struct inquiry_event *e) {
    static const char *const words[INQUIRY_KIND_COUNT] = {
        [INQUIRY_MESSAGE_RECEIVED] = "message_received",
        [INQUIRY_NO_REPLY_NEEDED] = "marked_no_reply_needed",
        [INQUIRY_CLAIM_OPENED] = "claim_opened",
        [INQUIRY_CLAIM_INFO_REQUESTED] = "claim_info_requested",
        [INQUIRY_CHARGEBACK] = "chargeback",
        [INQUIRY_CLOSED] = "inquiry_closed",
        [INQUIRY_REOPENED] = "inquiry_reopened",
    };
    if (e->kind == INQUIRY_REPLIED)
        return reply_word(e->reply_author);
    return e->kind >= 0 && e->kind < INQUIRY_KIND_COUNT ? words[e->kind] : NULL;
}

/* Which language an event states: a message its own, a reply the reply's. A guess is
 * marked, because a declaration is worth more. */
static struct span stated_language(const struct inquiry_event *e) {
    if (e->kind == INQUIRY_MESSAGE_RECEIVED)
        return e->language;
    return e->kind == INQUIRY_REPLIED ? e->reply_language : (struct span){NULL, 0};
}

const char *inquiries_noted(struct arena *a, const struct inquiry_event *e) {
    const char *word = plain_word(e);
    struct span language = stated_language(e);
    bool is_guess =
        e->kind == INQUIRY_MESSAGE_RECEIVED && e->language_source == LANGUAGE_DETECTED;
    if (!word || language.len == 0)
        return word;
    struct builder b = builder_in(a, strlen(word) + language.len + 3);
    build_text(&b, word);
    build_char(&b, '/');
    build_span(&b, language);
    if (is_guess)
        build_char(&b, '?');
    build_char(&b, '\0');
    return b.ptr;
}

/* What inquiries_noted() made, taken apart. */
struct noted {
    struct span word, language; /* language: ptr NULL when none was stated */
    bool is_guess;
};

static struct noted noted_of(struct span text) {
    struct noted n = {.word = text};
    const char *slash = text.len > 0 ? memchr(text.ptr, '/', text.len) : NULL;
    if (!slash)
        return n;
    n.word.len = (size_t)(slash - text.ptr);
    n.language = (struct span){slash + 1, text.len - n.word.len - 1};
    n.is_guess = n.language.len > 0 && n.language.ptr[n.language.len - 1] == '?';
    n.language.len -= n.is_guess;
    return n;
}

/* ---- language ---- */

struct oldest {
    struct span tag;
    int64_t at_us;
    int64_t id;
    bool is_guess;
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

struct thread_language inquiries_language(const struct case_state *c,
                                          const struct inquiry_event *e,
                                          const struct order_facts *o,
                                          const struct marketplace *m) {
    struct oldest best = {.tag = {NULL, 0}};
    for (size_t i = 0; i < c->history.n; i++) {
        struct noted n = noted_of(c->history.events[i]);
        if (span_is(n.word, "message_received"))
            consider(&best, (struct oldest){n.language, c->history.at_us[i],
                                            c->history.ids[i], n.is_guess});
    }
    if (e->kind == INQUIRY_MESSAGE_RECEIVED)
        consider(&best, (struct oldest){e->language, e->head.occurred_at_us,
                                        identity_hash64(e->head.event_id),
                                        e->language_source == LANGUAGE_DETECTED});
    if (best.tag.ptr)
        return (struct thread_language){best.tag, best.is_guess ? LANGUAGE_FROM_GUESS
                                                                : LANGUAGE_FROM_MESSAGE};
    if (o->buyer_language.len > 0)
        return (struct thread_language){o->buyer_language, LANGUAGE_FROM_ORDER};
    if (m)
        return (struct thread_language){span_of(m->language), LANGUAGE_FROM_MARKETPLACE};
    return (struct thread_language){{NULL, 0}, LANGUAGE_FROM_NOTHING};
}

/* "en-GB" reads "en". */
static struct span primary(struct span tag) {
    struct span rest = tag, first = tag;
    (void)span_cut(&rest, '-', &first);
    return first;
}

/* A reply that does not say its language is taken to be in the buyer's. */
static bool is_unreadable(struct noted n, const struct thread_language *l) {
    return span_is(n.word, HUMAN) && n.language.len > 0 && l->tag.len > 0 &&
           !span_equal_nocase(primary(n.language), primary(l->tag));
}

const char *inquiries_word(const struct inquiry_event *e,
                           const struct thread_language *l) {
    const char *word = plain_word(e);
    const struct noted n = {span_of(word), stated_language(e), false};
    return word && is_unreadable(n, l) ? OTHER_LANGUAGE : word;
}

/* ---- the decision ---- */

void inquiries_state(const struct policy *p, const struct inquiry_event *e,
                     const struct marketplace *m, const struct order_facts *o,
                     const struct thread_language *l, struct policy_facts *out) {
    policy_facts_init(p, out);
    policy_state(p, out, FACT_MARKETPLACE, m ? span_of(m->code) : e->head.marketplace);
    order_facts_state(p, o, m, out);
    policy_state(p, out, FACT_LANG, l->tag);
    if (e->topic == TOPIC_COMPLAINT)
        policy_state_member(p, out, FACT_SIGNALS, SPAN("complaint"));
}

/* The history in the packs' words, as the conversation's language reads it. */
static struct case_state read_with(struct arena *a, const struct case_state *c,
                                   const struct thread_language *l) {
    struct case_state read = *c;
    struct span *words = arena_array(a, c->history.n, sizeof *words);
    for (size_t i = 0; i < c->history.n; i++) {
        struct noted n = noted_of(c->history.events[i]);
        words[i] = is_unreadable(n, l) ? SPAN(OTHER_LANGUAGE) : n.word;
    }
    read.history.events = words;
    return read;
}

void inquiries_decide(struct arena *a, const struct case_state *c,
                      const struct inquiry_event *e, const struct thread_language *l,
                      const struct policy *p, struct policy_facts *facts,
                      struct case_decision *out) {
    static const char unknown_author[] =
        "who wrote a reply is not stated: the clock runs on until a person answers";
    const struct case_state read = read_with(a, c, l);
    const struct case_event event = {
        .word = inquiries_word(e, l),
        .event_id = e->head.event_id,
        .occurred_us = e->head.occurred_at_us,
    };
    thread_decide(&read, &event, p, facts, out);
    bool is_anonymous =
        e->kind == INQUIRY_REPLIED && (e->reply_author == REPLY_AUTHOR_ABSENT ||
                                       e->reply_author == REPLY_AUTHOR_UNKNOWN);
    if (!out->is_duplicate && is_anonymous)
        case_tell(c, unknown_author, out);
}

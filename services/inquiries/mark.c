/* mark.c: see mark.h. */
#include "services/inquiries/mark.h"

#include <string.h>

/* Nobody knows who wrote: until somebody says that it was a person, the clock runs on. */
static const char *reply_word(int author) {
    switch (author) {
    case REPLY_HUMAN:
        return "replied_by_human";
    case REPLY_MACHINE_TRANSLATION:
        return "replied_by_translation";
    default:
        return "replied_automatically";
    }
}

const char *mark_word(const struct inquiry_event *e) {
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

/* Which language an event states: a message its own, a reply the reply's. */
static struct span stated_language(const struct inquiry_event *e) {
    if (e->kind == INQUIRY_MESSAGE_RECEIVED)
        return e->language;
    return e->kind == INQUIRY_REPLIED ? e->reply_language : (struct span){NULL, 0};
}

struct mark mark_of_event(const struct inquiry *q, const char *word) {
    const struct inquiry_event *e = &q->event;
    struct mark m = {.word = span_of(word),
                     .language = stated_language(e),
                     .confidence = CONFIDENCE_ABSENT,
                     .signals = q->signals};
    if (m.language.len == 0)
        return m;
    bool is_connectors_guess =
        e->kind == INQUIRY_MESSAGE_RECEIVED && e->language_source == LANGUAGE_DETECTED;
    m.is_guess = q->confidence != CONFIDENCE_ABSENT || is_connectors_guess;
    m.confidence = q->confidence;
    return m;
}

const char *inquiries_noted(struct arena *a, const struct inquiry *q) {
    enum { ROOM = 16 }; /* for the signs and the confidence */
    const char *word = mark_word(&q->event);
    const struct mark m = mark_of_event(q, word);
    if (!word || (m.language.len == 0 && m.signals.len == 0))
        return word;
    struct builder b = builder_in(a, m.word.len + m.language.len + m.signals.len + ROOM);
    build_text(&b, word);
    if (m.language.len > 0) {
        build_char(&b, '/');
        build_span(&b, m.language);
    }
    if (m.is_guess)
        build_char(&b, '?');
    if (m.confidence != CONFIDENCE_ABSENT)
        build_i64(&b, m.confidence);
    if (m.signals.len > 0) {
        build_char(&b, '+');
        build_span(&b, m.signals);
    }
    build_char(&b, '\0');
    return b.ptr;
}

struct mark mark_of(struct span noted) {
    struct mark m = {.confidence = CONFIDENCE_ABSENT, .signals = noted};
    struct span guess, rest = {NULL, 0};
    int64_t confidence;
    (void)span_cut(&m.signals, '+', &rest);
    (void)span_cut(&rest, '/', &m.word);
    m.language = rest;
    guess = rest;
    m.is_guess = rest.len > 0 && memchr(rest.ptr, '?', rest.len) != NULL;
    if (!m.is_guess)
        return m;
    (void)span_cut(&guess, '?', &m.language);
    if (span_to_i64(guess, &confidence))
        m.confidence = (int)confidence;
    return m;
}

/* words.c: what people wrote is read here, once, and goes no further: a language and
 * signals are all that is kept. */
#include "common/text/language.h"
#include "services/inquiries/mark.h"

/* A guess about a reply may let a good answer count for none: only the surest. On the
 * tuning half of the labelled set no message of such confidence is told wrong. */
enum { REPLY_MIN_CONFIDENCE = 90 };

static bool is_buyers(int kind) {
    return kind == INQUIRY_MESSAGE_RECEIVED || kind == INQUIRY_CLAIM_OPENED ||
           kind == INQUIRY_REOPENED;
}

void inquiries_read_language(struct inquiry *q) {
    struct inquiry_event *e = &q->event;
    bool is_reply = e->kind == INQUIRY_REPLIED;
    struct span *stated = is_reply ? &e->reply_language : &e->language;
    q->confidence = CONFIDENCE_ABSENT;
    if ((!is_reply && e->kind != INQUIRY_MESSAGE_RECEIVED) || stated->len > 0)
        return;
    const struct language_guess guess = language_detect(e->text);
    if (!guess.tag || (is_reply && guess.confidence < REPLY_MIN_CONFIDENCE))
        return;
    *stated = span_of(guess.tag);
    q->confidence = guess.confidence;
}

void inquiries_read_signals(const struct policy *p, struct arena *a,
                            struct arena *scratch, struct inquiry *q) {
    const char *words[POLICY_MAX_SIGNALS];
    size_t room = 1;
    q->signals = (struct span){NULL, 0};
    if (!is_buyers(q->event.kind) || q->event.text.len == 0)
        return;
    int n = policy_signals(p, scratch, q->event.text, words);
    for (int i = 0; i < n; i++)
        room += strlen(words[i]) + 1;
    struct builder b = builder_in(a, room);
    for (int i = 0; i < n; i++) {
        build_text(&b, i > 0 ? "+" : "");
        build_text(&b, words[i]);
    }
    q->signals = builder_span(&b);
}

/* ---- of the whole conversation ---- */

struct signal_set {
    struct span items[POLICY_MAX_SIGNALS];
    size_t n, bytes;
};

static void add_sorted(struct signal_set *s, struct span word) {
    size_t i = 0;
    while (i < s->n && span_compare(s->items[i], word) < 0)
        i++;
    if ((i < s->n && span_equal(s->items[i], word)) || s->n == COUNT_OF(s->items))
        return;
    memmove(&s->items[i + 1], &s->items[i], (s->n - i) * sizeof *s->items);
    s->items[i] = word;
    s->n++;
    s->bytes += word.len + 1;
}

static void add_all(struct signal_set *s, struct span joined) {
    struct span word;
    while (span_cut(&joined, '+', &word))
        if (word.len > 0)
            add_sorted(s, word);
}

struct span inquiries_signals(struct arena *a, const struct case_state *c,
                              const struct inquiry *q) {
    struct signal_set all = {.n = 0};
    for (size_t i = 0; i < c->history.n; i++)
        add_all(&all, mark_of(c->history.events[i]).signals);
    add_all(&all, q->signals);
    if (all.n == 0)
        return (struct span){NULL, 0};
    struct builder b = builder_in(a, all.bytes);
    for (size_t i = 0; i < all.n; i++) {
        build_text(&b, i > 0 ? "+" : "");
        build_span(&b, all.items[i]);
    }
    return builder_span(&b);
}

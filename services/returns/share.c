/* share.c: what of an event is the seller's, when its order's lines are in several hands. */
#include "services/returns/returns.h"

/* The lines that an event is about, by whose they are. */
struct shares {
    int fulfilment; /* of all of them together */
    int64_t ours_minor, all_minor;
    bool has_unknown, has_theirs;
};

static void add(struct shares *s, const struct whose *w, const struct return_line *line) {
    int hand = whose_line(w, line->line_id, line->sku);
    int64_t price = lines_price_of(w->lines, line->line_id, line->sku), worth;
    s->fulfilment = whose_together(s->fulfilment, hand);
    s->has_unknown = s->has_unknown || hand == FULFILMENT_UNKNOWN;
    s->has_theirs = s->has_theirs || hand == FULFILMENT_MARKETPLACE;
    if (price <= 0 || __builtin_mul_overflow(price, line->quantity, &worth) ||
        __builtin_add_overflow(s->all_minor, worth, &s->all_minor))
        s->all_minor = INT64_MAX; /* not known, or no number: nothing is divided */
    else if (hand != FULFILMENT_MARKETPLACE)
        s->ours_minor += worth;
}

/* Entries of one line stand together; the first has what the buyer said of it. */
static void add_said(struct shares *s, const struct whose *w,
                     const struct said_line *said, size_t n) {
    for (size_t i = 0; i < n; i++) {
        struct span id = said[i].line.line_id;
        bool is_another = i == 0 || !span_equal(id, said[i - 1].line.line_id);
        if (id.len > 0 && is_another)
            add(s, w, &said[i].line);
    }
}

static int64_t part_of(int64_t amount, const struct shares *s) {
    int64_t parts;
    if (amount == EVENT_ABSENT || s->fulfilment == FULFILMENT_MARKETPLACE)
        return EVENT_ABSENT;
    bool is_divided = s->has_theirs && s->all_minor > 0 && s->all_minor < INT64_MAX / 2 &&
                      amount >= 0 &&
                      !__builtin_mul_overflow(amount, s->ours_minor, &parts) &&
                      !__builtin_add_overflow(parts, s->all_minor / 2, &parts);
    return is_divided ? parts / s->all_minor : amount;
}

/* Those that are in the hand by which the event is decided. */
static void keep_share(struct return_event *e, const struct whose *w, int fulfilment,
                       struct return_line *kept) {
    size_t n = 0;
    for (size_t i = 0; i < e->n_lines; i++)
        if (whose_line(w, e->lines[i].line_id, e->lines[i].sku) == fulfilment)
            kept[n++] = e->lines[i];
    e->lines = kept;
    e->n_lines = n;
}

/* "return_refunded/marketplace"; NULL for a kind that we do not know. */
static const char *watched_word(struct arena *a, const char *word) {
    static const char of[] = "/marketplace";
    if (!word)
        return NULL;
    struct builder b = builder_in(a, strlen(word) + sizeof of);
    build_text(&b, word);
    build_bytes(&b, of, sizeof of);
    return b.ptr;
}

struct returns_share returns_share_of(struct arena *a, const struct return_event *e,
                                      const struct whose *w, const struct said_line *said,
                                      size_t n_said) {
    struct shares s = {.fulfilment = FULFILMENT_ABSENT};
    struct return_event *ours = arena_alloc(a, sizeof *ours);
    *ours = *e;
    for (size_t i = 0; i < e->n_lines; i++)
        add(&s, w, &e->lines[i]);
    if (e->n_lines == 0)
        add_said(&s, w, said, n_said);
    if (s.fulfilment == FULFILMENT_ABSENT)
        s.fulfilment = w->all;
    keep_share(ours, w, s.fulfilment, arena_array(a, e->n_lines, sizeof *ours->lines));
    ours->amount_minor = part_of(e->amount_minor, &s);
    bool is_watched = s.fulfilment == FULFILMENT_MARKETPLACE;
    return (struct returns_share){
        .event = ours,
        .fulfilment = s.fulfilment,
        .is_unsure = s.fulfilment == FULFILMENT_SELLER && s.has_unknown,
        .noted = is_watched ? watched_word(a, returns_word(e->kind)) : NULL,
    };
}

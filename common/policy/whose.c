#include "common/policy/whose.h"

int whose_word(struct span fulfilment) {
    for (int i = 0; i < FULFILMENT_COUNT; i++)
        if (span_is(fulfilment, fulfilment_names[i]))
            return i;
    return FULFILMENT_UNKNOWN;
}

int whose_together(int a, int b) {
    static const int strictest[] = {FULFILMENT_SELLER, FULFILMENT_UNKNOWN,
                                    FULFILMENT_MARKETPLACE};
    for (size_t i = 0; i < COUNT_OF(strictest); i++)
        if (a == strictest[i] || b == strictest[i])
            return strictest[i];
    return FULFILMENT_ABSENT;
}

static int said_of(const struct whose *w, int fulfilment) {
    return fulfilment == FULFILMENT_ABSENT ? w->order : fulfilment;
}

struct whose whose_of(const struct order_facts *o, const struct line_classes *lines) {
    struct whose w = {
        .lines = lines, .order = whose_word(o->fulfilment), .all = FULFILMENT_ABSENT};
    int fulfilment;
    for (size_t i = 0; lines_fulfilment_at(lines, i, &fulfilment); i++)
        w.all = whose_together(w.all, said_of(&w, fulfilment));
    if (w.all == FULFILMENT_ABSENT)
        w.all = w.order;
    return w;
}

int whose_line(const struct whose *w, struct span line_id, struct span sku) {
    int fulfilment;
    bool is_listed = lines_fulfilment_of(w->lines, line_id, sku, w->order, &fulfilment);
    return is_listed ? fulfilment : w->all;
}

/* decide.c: an order event put into the packs' words. No I/O. */
#include "services/orders/orders.h"

const char *orders_word(int kind) {
    static const char *const words[ORDER_KIND_COUNT] = {
        [ORDER_PLACED] = "order_placed",       [ORDER_CONFIRMED] = "order_confirmed",
        [ORDER_SHIPPED] = "order_shipped",     [ORDER_DELIVERED] = "order_delivered",
        [ORDER_CANCELLED] = "order_cancelled", [ORDER_UPDATED] = "order_updated",
    };
    return kind >= 0 && kind < ORDER_KIND_COUNT ? words[kind] : NULL;
}

static int hand_of(const struct order_line *line, int order) {
    return line->fulfilment == FULFILMENT_ABSENT ? order : line->fulfilment;
}

static int whose_all(const struct order_line *lines, size_t n, int order) {
    int all = FULFILMENT_ABSENT;
    for (size_t i = 0; i < n; i++)
        all = whose_together(all, hand_of(&lines[i], order));
    return all == FULFILMENT_ABSENT ? order : all;
}

int orders_whose(struct arena *a, struct orders_before *before,
                 const struct order_event *e) {
    if (e->n_lines > 0 || !before->facts->is_mixed)
        return whose_all(e->lines, e->n_lines, e->fulfilment);
    orders_read_lines(a, before);
    return whose_all(before->read, before->n_read, whose_word(before->facts->fulfilment));
}

struct goods orders_goods(const struct order_event *e, int fulfilment) {
    struct goods g = {0};
    for (size_t i = 0; i < e->n_lines; i++)
        if (hand_of(&e->lines[i], e->fulfilment) == fulfilment)
            goods_add(&g, e->lines[i].product_class, CONDITION_ABSENT,
                      &e->lines[i].hazards);
    return g;
}

void orders_state(const struct policy *p, const struct order_event *e,
                  const struct marketplace *m, int fulfilment, struct policy_facts *out) {
    struct order_facts order = order_facts_of(e);
    const struct goods goods = orders_goods(e, fulfilment);
    order.fulfilment = span_of(fulfilment_names[fulfilment]);
    policy_facts_init(p, out);
    policy_state(p, out, FACT_MARKETPLACE, m ? span_of(m->code) : e->head.marketplace);
    order_facts_state(p, &order, m, out);
    goods_state(p, &goods, out);
    if (e->delivered_at_us != EVENT_ABSENT)
        policy_state_instant(out, TIME_DELIVERED, e->delivered_at_us);
}

struct span orders_decide(struct arena *a, struct orders_before *before,
                          const struct order_event *e, const struct policy *p,
                          struct policy_facts *facts, struct case_decision *out) {
    static const char cause[] =
        "the order changed: its cases may stand on what it said before";
    const struct case_state *c = before->state;
    const struct case_event event = {
        .word = orders_word(e->kind),
        .event_id = e->head.event_id,
        .occurred_us = e->head.occurred_at_us,
    };
    struct span otherwise = {NULL, 0};
    case_decide(c, &event, p, facts, NULL, out);
    if (!out->is_duplicate && case_would_tell(c, cause, out))
        otherwise = orders_otherwise(a, before, e);
    if (otherwise.ptr)
        case_tell(c, cause, out);
    return otherwise;
}

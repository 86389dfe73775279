/* harm.c: see harm.h. */
#include "common/policy/harm.h"

#include "common/policy/goods.h"
#include "common/policy/partner.h"

const char *const harm_names[HARM_KINDS] = {"accident", "malfunction"};
static const char *const events[HARM_KINDS] = {"accident_known", "malfunction_known"};

/* What the rules said at one instant. */
struct harm_said {
    int64_t at_us;
    struct span product_class;
    struct policy_disposition d;
};

static void state(const struct policy *p, const struct harm *h, enum harm_kind kind,
                  struct span product_class, int64_t at_us, struct policy_facts *out) {
    struct goods g = {
        .n_lines = 1, .product_class = product_class, .condition = CONDITION_ABSENT};
    for (size_t i = 0; i < h->n && h->words[i].known_us <= at_us; i++)
        if (h->words[i].product_class.len == 0 ||
            span_equal(h->words[i].product_class, product_class))
            goods_add_hazard(&g, h->words[i].word);
    policy_facts_init(p, out);
    policy_state(p, out, FACT_EVENT, span_of(events[kind]));
    policy_state(p, out, FACT_MARKETPLACE, h->marketplace);
    order_facts_state(p, &h->order, marketplace_find(h->marketplace), out);
    policy_state_none(out, FACT_HAS);
    policy_state_instant(out, TIME_EVENT, at_us);
    goods_state(p, &g, out);
}

/* Whether a rule asks for something at this instant, of the first class for which one
 * does. */
static bool ask(const struct policy *p, const struct harm *h, enum harm_kind kind,
                int64_t at_us, struct policy_decision *d, struct harm_said *out,
                const char **cause) {
    const struct span none = {NULL, 0};
    size_t n = h->n_classes > 0 ? h->n_classes : 1;
    for (size_t i = 0; i < n; i++) {
        struct policy_facts facts;
        *out = (struct harm_said){
            .at_us = at_us, .product_class = h->n_classes > 0 ? h->classes[i] : none};
        state(p, h, kind, out->product_class, at_us, &facts);
        policy_decide(p, &facts, d);
        if (d->outcome == POLICY_NOT_EVALUATED)
            *cause = d->cause;
        if (d->outcome != POLICY_DECIDED || !d->disposition.code ||
            d->disposition.is_shadow)
            continue;
        out->d = d->disposition;
        return true;
    }
    return false;
}

const char *harm_plan(const struct policy *p, const struct harm *h, enum harm_kind kind,
                      struct tasks *t, int64_t identity_us) {
    struct harm_said *said = arena_array(t->a, h->n + 1, sizeof *said);
    struct policy_decision *room = arena_alloc(t->a, sizeof *room);
    const char *cause = NULL;
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++) {
        bool is_last = i + 1 == h->n || h->words[i + 1].known_us > h->words[i].known_us;
        if (is_last && ask(p, h, kind, h->words[i].known_us, room, &said[n], &cause))
            n++;
    }
    if (n == 0 || cause)
        return cause;
    for (size_t i = n; i > 0; i--) {
        const struct task_goods goods = {
            .line_id = SPAN(""),
            .site = span_of(policy_site(p, h->marketplace)),
            .product_class = said[i - 1].product_class,
            .at_us = said[i - 1].at_us,
        };
        if (i == n)
            (void)tasks_plan(t, &goods, &said[i - 1].d, identity_us);
        tasks_due_first(t, &goods, &said[i - 1].d);
    }
    return NULL;
}

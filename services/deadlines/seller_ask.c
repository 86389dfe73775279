#include "services/deadlines/seller_ask.h"

#include "common/event/event.h"
#include "common/event/marketplace.h"
#include "common/policy/directory.h"
#include "common/policy/order_facts.h"

static void state_seller(const struct policy *p, const struct seller_picture *s,
                         struct span marketplace, int64_t at_us, int64_t known_us,
                         struct policy_facts *facts) {
    policy_facts_init(p, facts);
    policy_state(p, facts, FACT_MARKETPLACE, marketplace);
    policy_state_instant(facts, TIME_EVENT, at_us);
    policy_state_none(facts, FACT_HAS);
    for (size_t i = 0; i < s->n_entries; i++) {
        const struct seller_entry *e = &s->entries[i];
        if (e->known_us > known_us || at_us < e->from_us || at_us >= e->until_us)
            continue;
        if (e->number.ptr)
            directory_state_licence(p, facts, e->word);
        else
            policy_state_member(p, facts, FACT_HAS, e->word);
    }
}

const struct seller_store *seller_store_at(const struct seller_picture *s,
                                           struct span marketplace) {
    for (size_t i = 0; i < s->n_stores; i++)
        if (span_equal(marketplace, s->stores[i].marketplace))
            return &s->stores[i];
    return NULL;
}

static int64_t asked_about(const struct seller_store *store, int64_t at_us) {
    return store && store->from_us > at_us ? store->from_us : at_us;
}

bool seller_is_blocked(const struct policy *p, const struct seller_picture *s,
                       struct span marketplace, struct span blocker, int64_t at_us,
                       int64_t known_us, struct policy_facts *facts) {
    const struct seller_store *store = seller_store_at(s, marketplace);
    state_seller(p, s, marketplace, asked_about(store, at_us), known_us, facts);
    return directory_blocks(p, facts, blocker);
}

/* One event that may come. */
static void decide(const struct policy *p, const struct seller_store *store,
                   const char *event, struct span category, struct policy_facts *facts,
                   struct policy_decision *d) {
    const struct order_facts order = {
        .fulfilment = span_of(fulfilment_names[FULFILMENT_SELLER]),
        .ship_from_country = store->ships_from,
        .purchased_us = facts->time_us[TIME_EVENT],
    };
    policy_state(p, facts, FACT_EVENT, span_of(event));
    policy_state(p, facts, FACT_CATEGORY, category);
    order_facts_state(p, &order, marketplace_find(store->marketplace), facts);
    policy_decide(p, facts, d);
}

const char *seller_ask_store(const struct policy *p, const struct seller_picture *s,
                             const struct seller_store *store, int64_t at_us,
                             int64_t known_us, seller_take *take, void *context) {
    static const char *const events[] = {"seller_enrolled", "order_placed"};
    size_t n = store->n_categories > 0 ? store->n_categories : 1;
    const char *cause = NULL;
    for (size_t k = 0; k < n * COUNT_OF(events); k++) {
        struct policy_facts facts;
        struct policy_decision d;
        const char *event = events[k % COUNT_OF(events)];
        struct span category = {NULL, 0};
        if (store->n_categories > 0)
            category = store->categories[k / COUNT_OF(events)];
        if (!policy_lists(p, FACT_EVENT, span_of(event)))
            continue; /* such packs know no enrolment */
        state_seller(p, s, store->marketplace, asked_about(store, at_us), known_us,
                     &facts);
        decide(p, store, event, category, &facts, &d);
        cause = d.outcome == POLICY_NOT_EVALUATED ? d.cause : cause;
        for (int i = 0; d.outcome == POLICY_DECIDED && i < d.n_blockers; i++)
            if (!d.blockers[i].is_shadow)
                take(context, store, &d.blockers[i], d.route.desk);
    }
    return cause;
}

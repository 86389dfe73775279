/* facts.c: how a worker states what it knows. A fact is one number: a word's position, a
 * number, or a set's bits. */
#include "common/policy/model.h"

void policy_facts_init(const struct policy *p, struct policy_facts *f) {
    (void)p;
    for (int i = 0; i < POLICY_FACT_COUNT; i++)
        f->value[i] = FACT_MISSING;
    for (int i = 0; i < POLICY_TIME_COUNT; i++)
        f->time_us[i] = POLICY_NO_INSTANT;
    f->outside = 0;
}

void policy_state(const struct policy *p, struct policy_facts *f, enum policy_fact fact,
                  struct span word) {
    const struct attribute *at = &p->domain.facts[fact];
    if (!word.ptr || !at->is_listed || at->kind != KIND_WORD)
        return;
    int i = attribute_find(at, word);
    const char *dash = fact == FACT_LANG ? memchr(word.ptr, '-', word.len) : NULL;
    if (i < 0 && dash) /* "en-GB": the primary language decides who can answer */
        i = attribute_find(at, (struct span){word.ptr, (size_t)(dash - word.ptr)});
    i = i >= 0 ? i : at->other;
    if (i >= 0) {
        f->value[fact] = i;
        f->outside &= ~(UINT32_C(1) << fact);
    } else {
        f->value[fact] = FACT_MISSING;
        f->outside |= UINT32_C(1) << fact;
    }
}

void policy_state_number(struct policy_facts *f, enum policy_fact fact, int64_t value) {
    f->value[fact] = value;
}

void policy_state_member(const struct policy *p, struct policy_facts *f,
                         enum policy_fact fact, struct span member) {
    const struct attribute *at = &p->domain.facts[fact];
    if (!at->is_listed || at->kind != KIND_SET)
        return;
    int i = attribute_find(at, member);
    policy_state_none(f, fact);
    if (i >= 0)
        f->value[fact] |= INT64_C(1) << i;
    else if (fact != FACT_HAS)
        f->outside |= UINT32_C(1) << fact;
}

void policy_state_none(struct policy_facts *f, enum policy_fact fact) {
    if (f->value[fact] == FACT_MISSING)
        f->value[fact] = 0;
}

void policy_state_missing(struct policy_facts *f, enum policy_fact fact) {
    f->value[fact] = FACT_MISSING;
    f->outside &= ~(UINT32_C(1) << fact);
}

bool policy_lists(const struct policy *p, enum policy_fact fact, struct span word) {
    const struct attribute *at = &p->domain.facts[fact];
    return at->is_listed && attribute_find(at, word) >= 0;
}

bool policy_groups(const struct policy *p, enum policy_fact fact, struct span group,
                   struct span word) {
    const struct attribute *at = &p->domain.facts[fact];
    const struct word_group *g = at->is_listed ? attribute_group(at, group) : NULL;
    int i = g && word.ptr ? attribute_find(at, word) : -1;
    return i >= 0 && word_set_has(&g->words, i);
}

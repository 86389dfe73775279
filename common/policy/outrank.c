/* outrank.c: see outrank.h. */
#include "common/policy/outrank.h"

#include "common/policy/region.h"

/* Active before shadow, then the number. */
static bool is_before(const struct rule *a, const struct rule *b) {
    return a->is_shadow != b->is_shadow ? b->is_shadow : a->priority > b->priority;
}

static bool meets(const struct policy *p, const struct table *t, const struct rule *a,
                  const struct rule *b) {
    struct region both;
    struct policy_facts f;
    region_init(&both);
    return region_add(&both, t->guard) && region_add_rule(&both, a) &&
           region_add_rule(&both, b) && region_find(&p->domain, &both, &f);
}

int outranking_rules(const struct policy *p, const struct table *t, const struct rule *r,
                     const struct rule **out, int max) {
    int n = 0;
    for (int i = 0; t->hit == HIT_PRIORITY && i < t->n_rules && n < max; i++) {
        const struct rule *other = &t->rules[i];
        if (!(other->then.gives & r->then.gives) || !is_before(other, r) ||
            !meets(p, t, other, r))
            continue;
        int at = n++;
        for (; at > 0 && is_before(other, out[at - 1]); at--)
            out[at] = out[at - 1];
        out[at] = other;
    }
    return n;
}

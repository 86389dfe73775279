/* desk_licence.c: see desk_licence.h. */
#include "common/policy/desk_licence.h"

#include "common/policy/desk.h"

#define STOPS_SIZE 600 /* of what is listed; the rest is "..." */

static bool holds_one(const struct desk *d, struct span name, int64_t at_us) {
    for (int i = 0; i < d->n_licences; i++) {
        const struct licence *x = &d->licences[i];
        if (span_is(name, x->name) && at_us >= x->from_us && at_us < x->until_us)
            return true;
    }
    return false;
}

bool desk_holds(const struct policy *p, struct span desk, struct span licences,
                int64_t at_us) {
    const struct desk *d = NULL;
    struct span name;
    for (int i = 0; i < p->n_desks; i++)
        if (span_is(desk, p->desks[i].name))
            d = &p->desks[i];
    while (licences.len > 0 && span_cut(&licences, '+', &name))
        if (!d || !holds_one(d, name, at_us))
            return false;
    return true;
}

static bool requires(const struct chain_step *s, const struct desk_ending *e) {
    for (int i = 0; i < s->n_requires; i++)
        if (strcmp(s->requires[i], e->licence) == 0)
            return strcmp(s->desk->name, e->desk) == 0;
    return false;
}

/* The last step needs no licence, so there is always one. */
static const char *next_desk(const struct chain *c, int i, int64_t at_us) {
    for (i++; i + 1 < c->n; i++)
        if (desk_can(c->steps[i].desk, &c->steps[i], -1, at_us))
            break;
    return c->steps[i].desk->name;
}

static void add_rule(struct builder *b, const struct rule *r,
                     const struct desk_ending *e) {
    const struct chain *c = r->then.chain;
    if (r->is_shadow || r->until_us <= e->until_us)
        return;
    for (int i = 0; c && i + 1 < c->n; i++) {
        if (!requires(&c->steps[i], e))
            continue;
        if (b->len > STOPS_SIZE - 160)
            return;
        build_format(b, "%s%s (then %s)", b->len > 0 ? ", " : "", r->id,
                     next_desk(c, i, e->until_us));
    }
}

static struct span find_stops(const struct policy *p, struct arena *a,
                              const struct desk_ending *e) {
    char text[STOPS_SIZE];
    struct builder b = builder_over(text, sizeof text);
    for (int i = 0; i < p->n_rules; i++)
        add_rule(&b, p->rules[i], e);
    return span_dup(a, builder_span(&b));
}

size_t desk_endings(const struct policy *p, struct arena *a,
                    const struct desk_ending **out) {
    size_t n = 0, room = 0;
    for (int i = 0; i < p->n_desks; i++)
        room += (size_t)p->desks[i].n_licences;
    struct desk_ending *all = arena_array(a, room + 1, sizeof *all);
    for (int i = 0; i < p->n_desks; i++) {
        const struct desk *d = &p->desks[i];
        for (int k = 0; k < d->n_licences; k++) {
            const struct licence *x = &d->licences[k];
            if (x->until_us == INT64_MAX || holds_one(d, span_of(x->name), x->until_us))
                continue;
            all[n] = (struct desk_ending){d->name, x->name, x->until_us, {NULL, 0}};
            all[n].stops = find_stops(p, a, &all[n]);
            n++;
        }
    }
    *out = all;
    return n;
}

/* world.c: see world.h. Tables come in the order of need, so those that a table depends
 * on are known before it. */
#include "common/policy/world.h"

enum { WORLDS_MAX = 64 };

struct maker {
    struct arena *a;
    const struct policy *p;
    struct worlds *all;
};

static const char *word_of(const struct outcome *o, enum slot slot) {
    return slot == SLOT_HANDLE ? o->handle : slot == SLOT_CODE ? o->code : o->remedy;
}

static bool gives_needed(const struct outcome *o, const struct slot_need *need) {
    const char *word = word_of(o, need->slot);
    for (int i = 0; word && i < need->n; i++)
        if (strcmp(word, need->words[i]) == 0)
            return true;
    return false;
}

/* Whether `other`, of the same table, keeps `giver` from filling the slot where both
 * hit. An active rule displaces one in the shadow; a higher priority the lower. */
static bool takes_from(const struct table *t, const struct rule *other,
                       const struct rule *giver, const struct slot_need *need) {
    if (!(other->then.gives >> need->slot & 1) || gives_needed(&other->then, need))
        return false;
    if (other->is_shadow != giver->is_shadow)
        return giver->is_shadow;
    return t->hit == HIT_PRIORITY ? other->priority > giver->priority : other < giver;
}

static bool is_giver(const struct rule *r, const struct slot_need *need) {
    return gives_needed(&r->then, need) && !(r->is_shadow && need->slot == SLOT_HANDLE);
}

static bool add_world(struct maker *m, struct worlds *out, const struct world *w) {
    struct policy_facts f;
    if (!region_find(&m->p->domain, &w->region, &f))
        return true;
    if (out->n == WORLDS_MAX)
        return false;
    out->items[out->n++] = *w;
    return true;
}

static void add_taker(struct world *w, const struct rule *r) {
    w->takers[w->n_takers++] = r;
}

/* `to`, reached through a rule (or the `else`, when `giver` is NULL) of table u, which
 * itself is reached as `from` says. False when it does not fit. */
static bool join(struct maker *m, const struct world *to, const struct world *from,
                 const struct table *u, const struct rule *giver,
                 const struct slot_need *need, struct worlds *out) {
    struct world w = *to;
    size_t n = (size_t)(to->n_takers + from->n_takers + u->n_rules);
    w.takers = arena_array(m->a, n + 1, sizeof *w.takers);
    for (int i = 0; i < to->n_takers; i++)
        w.takers[i] = to->takers[i];
    for (int i = 0; i < from->n_takers; i++)
        add_taker(&w, from->takers[i]);
    if (w.region.n + from->region.n + 1 > REGION_MAX)
        return false;
    if (!region_add_region(&w.region, &from->region) ||
        (giver && !region_add_rule(&w.region, giver)))
        return true; /* excludes itself: no way */
    for (int i = 0; i < u->n_rules; i++) {
        const struct rule *r = &u->rules[i];
        if (giver ? r != giver && takes_from(u, r, giver, need) : !r->is_shadow)
            add_taker(&w, r);
    }
    return add_world(m, out, &w);
}

/* Every way in which some table gives what is needed, for one way to the table so far. */
static bool join_all(struct maker *m, const struct world *to,
                     const struct slot_need *need, struct worlds *out) {
    for (int i = 0; i < m->p->n_tables; i++) {
        const struct table *u = &m->p->tables[i];
        const struct worlds *from = &m->all[i];
        bool is_good = (u->gives >> need->slot & 1) == 0 || !from->is_rough;
        for (int k = 0; k < from->n && u->gives >> need->slot & 1 && is_good; k++) {
            for (int r = 0; r < u->n_rules && is_good; r++) {
                is_good = !is_giver(&u->rules[r], need) ||
                          join(m, to, &from->items[k], u, &u->rules[r], need, out);
            }
            if (is_good && u->has_else && gives_needed(&u->otherwise.then, need))
                is_good = join(m, to, &from->items[k], u, NULL, need, out);
        }
        if (!is_good)
            return false;
    }
    return true;
}

static void make_worlds(struct maker *m, const struct table *t, struct worlds *out) {
    struct world first = {.takers = NULL};
    region_init(&first.region);
    if (!region_add(&first.region, t->guard))
        BUG("a region has no room for one condition");
    *out = (struct worlds){.items = arena_alloc(m->a, sizeof first)};
    (void)add_world(m, out, &first);
    for (int k = 0; k < t->n_needs && out->n > 0; k++) {
        struct worlds next = {.items = arena_array(m->a, WORLDS_MAX, sizeof *next.items)};
        for (int i = 0; i < out->n; i++) {
            if (!join_all(m, &out->items[i], &t->needs[k], &next)) {
                out->items[0] = first;
                out->n = 1;
                out->is_rough = true;
                return;
            }
        }
        *out = next;
    }
}

struct worlds *worlds_of(struct arena *a, const struct policy *p) {
    struct maker m = {a, p,
                      arena_zalloc(a, ((size_t)p->n_tables + 1) * sizeof(struct worlds))};
    for (int i = 0; i < p->n_tables; i++)
        make_worlds(&m, &p->tables[i], &m.all[i]);
    return m.all;
}

#include "common/flow/sellers.h"

#include "common/base/absent.h"
#include "common/event/identity.h"
#include "common/flow/batch.h"
#include "common/policy/directory.h"

#include <stdlib.h>

enum { SELLERS_MAX = 2 * BATCH_MESSAGES_MAX, SLOTS = 2 * SELLERS_MAX };

struct fact {
    struct span name;
    bool is_licence;
    int64_t from_us, until_us;
};

struct standing {
    struct span marketplace, blocker;
    int instance;
    int64_t resolved_us; /* EVENT_ABSENT: it is raised */
};

struct seller {
    struct span id;
    struct fact *facts;
    size_t n_facts;
    struct standing *blockers;
    size_t n_blockers;
};

struct sellers {
    struct seller *slots[SLOTS]; /* open addressing by hash of the id */
    size_t n;
    int64_t version; /* of the directory when the cache was filled; 0: nothing read yet */
};

struct sellers_load {
    struct sellers *sellers;
    struct span *wanted;
    size_t n_wanted, max_wanted;
    struct pg_query *version, *facts, *blockers;
};

static const struct pg_statement read_version = {
    "seller_version", "SELECT sum(version)::bigint FROM henpin.seller_directory_version"};
static const struct pg_statement read_facts = {
    "seller_facts",
    "SELECT seller_id, fact, valid_from, valid_until, false FROM henpin.seller_fact"
    " WHERE seller_id = ANY($1) UNION ALL"
    " SELECT seller_id, licence, valid_from, valid_until, true"
    " FROM henpin.seller_licence"
    " WHERE seller_id = ANY($1)"};
static const struct pg_statement read_blockers = {
    "seller_blockers", "SELECT seller_id, marketplace, blocker, instance, resolved_at"
                       " FROM henpin.blocker WHERE seller_id = ANY($1)"};

struct sellers *sellers_new(void) {
    return xcalloc(1, sizeof(struct sellers));
}

static struct span copy_text(struct span text) {
    char *copy = xmalloc(text.len + 1);
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return (struct span){copy, text.len};
}

static void forget_text(struct span text) {
    free((char *)text.ptr);
}

void sellers_forget(struct sellers *s) {
    for (size_t i = 0; i < SLOTS; i++) {
        struct seller *e = s->slots[i];
        if (!e)
            continue;
        for (size_t f = 0; f < e->n_facts; f++)
            forget_text(e->facts[f].name);
        for (size_t k = 0; k < e->n_blockers; k++) {
            forget_text(e->blockers[k].marketplace);
            forget_text(e->blockers[k].blocker);
        }
        free(e->facts);
        free(e->blockers);
        forget_text(e->id);
        free(e);
        s->slots[i] = NULL;
    }
    s->n = 0;
}

void sellers_free(struct sellers *s) {
    if (!s)
        return;
    sellers_forget(s);
    free(s);
}

static struct seller **slot_of(const struct sellers *s, struct span id) {
    size_t i = (uint64_t)identity_hash64(id) % SLOTS;
    while (s->slots[i] && !span_equal(id, s->slots[i]->id))
        i = (i + 1) % SLOTS;
    return (struct seller **)&s->slots[i];
}

struct sellers_load *sellers_begin(struct sellers *s, struct arena *a,
                                   size_t max_sellers) {
    struct sellers_load *l = arena_zalloc(a, sizeof *l);
    l->sellers = s;
    l->wanted = arena_array(a, max_sellers + 1, sizeof *l->wanted);
    l->max_wanted = max_sellers;
    return l;
}

void sellers_want(struct sellers_load *l, struct span seller_id) {
    if (l->n_wanted > 0 && span_equal(l->wanted[l->n_wanted - 1], seller_id))
        return;
    if (l->n_wanted < l->max_wanted)
        l->wanted[l->n_wanted++] = seller_id;
}

/* Room for all of the batch's sellers first: a cache that overflows begins anew. */
static size_t enter_missing(struct sellers_load *l, struct span *missing) {
    struct sellers *s = l->sellers;
    size_t n = 0;
    for (size_t i = 0; i < l->n_wanted; i++)
        n += *slot_of(s, l->wanted[i]) == NULL;
    if (s->n + n > SELLERS_MAX)
        sellers_forget(s);
    n = 0;
    for (size_t i = 0; i < l->n_wanted && s->n < SELLERS_MAX; i++) {
        struct seller **slot = slot_of(s, l->wanted[i]);
        if (*slot)
            continue;
        *slot = xcalloc(1, sizeof **slot);
        (*slot)->id = copy_text(l->wanted[i]);
        s->n++;
        missing[n++] = l->wanted[i];
    }
    return n;
}

void sellers_query(struct sellers_load *l, struct pg_script *script) {
    struct span *missing = xcalloc(l->n_wanted + 1, sizeof *missing);
    size_t n = enter_missing(l, missing);
    l->version = pg_script_query(script, &read_version);
    l->facts = l->blockers = NULL;
    if (n > 0) {
        struct pg_query **queries[] = {&l->facts, &l->blockers};
        const struct pg_statement *statements[] = {&read_facts, &read_blockers};
        for (int k = 0; k < 2; k++) {
            *queries[k] = pg_script_query(script, statements[k]);
            struct pg_array *ids = pg_param_array(*queries[k], PG_TEXT, n);
            for (size_t i = 0; i < n; i++)
                pg_array_text(ids, missing[i]);
        }
    }
    free(missing);
}

static void add_fact(struct sellers *s, const struct pg_query *q, size_t row) {
    struct seller *e = *slot_of(s, pg_text(q, row, 0));
    if (!e)
        return;
    e->facts = xrealloc(e->facts, (e->n_facts + 1) * sizeof *e->facts);
    e->facts[e->n_facts++] = (struct fact){
        .name = copy_text(pg_text(q, row, 1)),
        .from_us = pg_instant(q, row, 2),
        .until_us = pg_instant(q, row, 3),
        .is_licence = pg_bool(q, row, 4),
    };
}

static struct standing *find_blocker(const struct seller *e, struct span marketplace,
                                     struct span blocker) {
    for (size_t i = 0; i < e->n_blockers; i++)
        if (span_equal(marketplace, e->blockers[i].marketplace) &&
            span_equal(blocker, e->blockers[i].blocker))
            return &e->blockers[i];
    return NULL;
}

static struct standing *add_blocker(struct seller *e, struct span marketplace,
                                    struct span blocker) {
    e->blockers = xrealloc(e->blockers, (e->n_blockers + 1) * sizeof *e->blockers);
    struct standing *b = &e->blockers[e->n_blockers++];
    *b = (struct standing){.marketplace = copy_text(marketplace),
                           .blocker = copy_text(blocker),
                           .resolved_us = EVENT_ABSENT};
    return b;
}

static void take_blocker(struct sellers *s, const struct pg_query *q, size_t row) {
    struct seller *e = *slot_of(s, pg_text(q, row, 0));
    if (!e)
        return;
    struct standing *b = add_blocker(e, pg_text(q, row, 1), pg_text(q, row, 2));
    b->instance = (int)pg_i64(q, row, 3);
    b->resolved_us = pg_instant(q, row, 4);
}

bool sellers_read(struct sellers_load *l) {
    struct sellers *s = l->sellers;
    int64_t version = pg_i64(l->version, 0, 0);
    if (s->version != version) {
        bool was_filled = s->version != 0;
        s->version = version;
        if (was_filled) {
            sellers_forget(s);
            return false;
        }
    }
    for (size_t row = 0; l->facts && row < pg_rows(l->facts); row++)
        add_fact(s, l->facts, row);
    for (size_t row = 0; l->blockers && row < pg_rows(l->blockers); row++)
        take_blocker(s, l->blockers, row);
    return true;
}

void sellers_state(const struct sellers *s, const struct policy *p,
                   struct policy_facts *f, struct span seller_id, int64_t at_us) {
    const struct seller *e = *slot_of(s, seller_id);
    policy_state_none(f, FACT_HAS);
    for (size_t i = 0; e && i < e->n_facts; i++) {
        const struct fact *fact = &e->facts[i];
        if (at_us < fact->from_us || at_us >= fact->until_us)
            continue;
        if (fact->is_licence)
            directory_state_licence(p, f, fact->name);
        else
            policy_state_member(p, f, FACT_HAS, fact->name);
    }
}

int sellers_raise(struct sellers *s, struct span seller_id, struct span marketplace,
                  const char *blocker, int64_t at_us) {
    struct seller *e = *slot_of(s, seller_id);
    if (!e)
        return 1;
    struct standing *b = find_blocker(e, marketplace, span_of(blocker));
    if (b && (b->resolved_us == EVENT_ABSENT || at_us < b->resolved_us))
        return 0;
    b = b ? b : add_blocker(e, marketplace, span_of(blocker));
    b->resolved_us = EVENT_ABSENT;
    return ++b->instance;
}

/* desk.c: reads `desks:`; who can act when. */
#include "common/policy/desk.h"

#include "common/base/clock.h"
#include "common/base/suggest.h"
#include "common/policy/schema.h"
#include "common/policy/witness.h"

const struct desk *desk_find(struct loader *l, struct span name, const struct node *at) {
    struct suggestion s = suggest_for(name);
    for (int i = 0; i < l->p->n_desks; i++) {
        if (span_is(name, l->p->desks[i].name))
            return &l->p->desks[i];
        suggest_consider(&s, l->p->desks[i].name);
    }
    finding_tell(l->fs, POLICY_ERROR, "unknown-desk", at,
                 witness_here(l, "an input that goes to a desk that is not there"),
                 "there is no desk \"%.*s\"%s", SPAN_ARGS(name), suggest_text(&s));
    return NULL;
}

static void read_langs(struct loader *l, struct desk *d, const struct node *n) {
    const struct attribute *lang = &l->p->domain.facts[FACT_LANG];
    NODE_WORDS(w, n) {
        int i = w->kind == NODE_SCALAR ? attribute_find(lang, w->text) : -1;
        if (node_is(w, "any")) {
            d->speaks_any = true;
        } else if (i >= 0) {
            word_set_add(&d->langs, i);
        } else {
            finding_error(l->fs, "unknown-value", w,
                          "\"%.*s\" is no language of the domain", SPAN_ARGS(w->text));
        }
    }
}

static void read_licence(struct loader *l, struct desk *d, const struct node *n) {
    static const char *const keys[] = {"for", "from", "until", NULL};
    struct licence *x = &d->licences[d->n_licences];
    *x = (struct licence){.from_us = INT64_MIN, .until_us = INT64_MAX};
    if (!schema_map(l, n, "a licence", keys) ||
        !(x->name = schema_text(l, n, "for", true)))
        return;
    const struct node *from = node_get(n, "from"), *until = node_get(n, "until");
    if ((from && !instant_read(l, from, &x->from_us)) ||
        (until && !instant_read(l, until, &x->until_us)))
        return;
    if (x->from_us >= x->until_us)
        finding_error(l->fs, "date", n, "this licence ends before it begins");
    d->n_licences++;
}

static void read_desk(struct loader *l, struct desk *d, const struct node *n) {
    static const char *const keys[] = {"langs",   "calendar", "capacity",
                                       "kind",    "licences", "title",
                                       "regions", "services", NULL};
    static const char *const kinds[] = {"inhouse", "provider", "partner", NULL};
    *d = (struct desk){.name = span_cstr(l->a, n->key->text),
                       .at = n->key,
                       .capacity = -1,
                       .kind = kinds[0]};
    if (!schema_map(l, n, "a desk", keys))
        return;
    const struct node *langs = node_get(n, "langs"), *capacity = node_get(n, "capacity"),
                      *kind = node_get(n, "kind"), *licences = node_get(n, "licences");
    d->title = schema_text(l, n, "title", false);
    const struct node *calendar = node_get(n, "calendar");
    if (calendar && calendar->kind == NODE_SCALAR)
        d->calendar = calendar_find(l, calendar->text, calendar);
    else
        finding_error(l->fs, "schema", n, "a desk needs \"calendar\": when it is open");
    if (langs) {
        read_langs(l, d, langs);
    } else {
        finding_error(l->fs, "schema", n,
                      "a desk needs \"langs\": the languages it answers in, or [any]");
    }
    if (capacity && !node_is(capacity, "unlimited") &&
        !schema_number(l, capacity, 0, 1000000, &d->capacity))
        return;
    int k = kind ? schema_choice(l, kind, "kind", kinds) : 0;
    d->kind = k < 0 ? kinds[0] : kinds[k];
    if (licences && schema_list(l, licences, "licences")) {
        d->licences = arena_array(l->a, (size_t)licences->count + 1, sizeof *d->licences);
        NODE_EACH(one, licences) {
            read_licence(l, d, one);
        }
    }
}

void desks_read(struct loader *l, const struct node *node) {
    if (node->kind != NODE_MAP) {
        finding_error(l->fs, "schema", node, "\"desks\" must be a mapping");
        return;
    }
    if (!schema_room(l, node, l->p->n_desks, node->count, POLICY_MAX_DESKS, "desks"))
        return;
    struct desk *all =
        schema_extend(l, l->p->desks, l->p->n_desks, node->count, sizeof *all);
    l->p->desks = all;
    NODE_EACH(n, node) {
        for (int i = 0; i < l->p->n_desks; i++) {
            if (span_is(n->key->text, all[i].name)) {
                finding_error(l->fs, "duplicate-name", n->key,
                              "the desk \"%s\" stands in another file too", all[i].name);
            }
        }
        read_desk(l, &all[l->p->n_desks++], n);
    }
}

static bool holds_licence(const struct desk *d, const char *name, int64_t at_us) {
    for (int i = 0; i < d->n_licences; i++) {
        const struct licence *x = &d->licences[i];
        if (strcmp(x->name, name) == 0 && at_us >= x->from_us && at_us < x->until_us)
            return true;
    }
    return false;
}

static bool speaks(const struct desk *d, int64_t lang) {
    return d->speaks_any || lang < 0 || word_set_has(&d->langs, (int)lang);
}

/* The last instant, at or before `at_us`, until which the licence is held; INT64_MIN: it
 * was not held before. */
static int64_t held_until(const struct desk *d, const char *name, int64_t at_us) {
    int64_t last = INT64_MIN;
    for (int i = 0; i < d->n_licences; i++) {
        const struct licence *x = &d->licences[i];
        if (x->from_us < at_us && strcmp(x->name, name) == 0) {
            int64_t until = x->until_us < at_us ? x->until_us : at_us;
            last = until > last ? until : last;
        }
    }
    return last;
}

/* Open time and licences are stretches without their ends: the answer is the end of the
 * last stretch that all have in common. */
int64_t desk_last_able(const struct desk *d, const struct chain_step *step, int64_t lang,
                       int64_t latest_us) {
    int64_t at =
        speaks(d, lang) ? calendar_last_open(d->calendar, latest_us) : POLICY_NO_INSTANT;
    for (int i = 0; i < step->n_requires && at != POLICY_NO_INSTANT;) {
        int64_t until = held_until(d, step->requires[i], at);
        if (until == at) {
            i++;
            continue;
        }
        if (until == INT64_MIN)
            return POLICY_NO_INSTANT;
        at = calendar_last_open(d->calendar, until - 1);
        at += at == until - 1;
        i = 0; /* the licences before may end earlier still */
    }
    return at;
}

bool desk_can(const struct desk *d, const struct chain_step *step, int64_t lang,
              int64_t at_us) {
    if (!speaks(d, lang))
        return false;
    for (int i = 0; i < step->n_requires; i++)
        if (!holds_licence(d, step->requires[i], at_us))
            return false;
    return true;
}

int policy_desk_count(const struct policy *p) {
    return p->n_desks;
}

static const char *licences_text(const struct desk *d, struct arena *a) {
    size_t size = 1;
    for (int i = 0; i < d->n_licences; i++)
        size += strlen(d->licences[i].name) + CLOCK_TEXT_SIZE + 10;
    struct builder b = builder_in(a, size);
    for (int i = 0; i < d->n_licences; i++) {
        build_format(&b, "%s%s", i > 0 ? "," : "", d->licences[i].name);
        if (d->licences[i].until_us != INT64_MAX)
            build_instant(&b, " until ", d->licences[i].until_us);
    }
    build_char(&b, '\0');
    return b.ptr;
}

struct policy_desk policy_desk(const struct policy *p, int i, struct arena *a) {
    const struct desk *d = &p->desks[i];
    const struct attribute *lang = &p->domain.facts[FACT_LANG];
    struct builder b = builder_in(a, 1024);
    build_text(&b, d->speaks_any ? "any" : "");
    for (int k = 0; k < lang->n_words && !d->speaks_any; k++) {
        if (word_set_has(&d->langs, k)) {
            build_text(&b, b.len > 0 ? "," : "");
            build_text(&b, lang->words[k]);
        }
    }
    build_char(&b, '\0');
    return (struct policy_desk){.name = d->name,
                                .title = d->title,
                                .kind = d->kind,
                                .zone = d->calendar->zone->name,
                                .languages = b.ptr,
                                .licences = licences_text(d, a),
                                .capacity = d->capacity};
}

int64_t policy_desk_open_us(const struct policy *p, struct span desk, int64_t from_us,
                            int64_t to_us) {
    for (int i = 0; i < p->n_desks && from_us <= to_us; i++)
        if (span_is(desk, p->desks[i].name))
            return calendar_open_between(p->desks[i].calendar, from_us, to_us);
    return POLICY_NO_INSTANT;
}

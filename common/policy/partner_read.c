/* partner_read.c: see partner_read.h. */
#include "common/policy/partner_read.h"

#include "common/policy/condition.h"
#include "common/policy/desk.h"
#include "common/policy/schema.h"
#include "common/policy/terms.h"

static bool is_map(struct loader *l, const struct node *n, const char *what) {
    if (n->kind != NODE_MAP)
        finding_error(l->fs, "schema", n, "\"%s\" must be a mapping of names", what);
    return n->kind == NODE_MAP;
}

static void check_name(struct loader *l, const struct node *n, const char *taken) {
    if (span_is(n->key->text, taken))
        finding_error(l->fs, "duplicate-name", n->key, "\"%s\" stands twice", taken);
}

/* ---- lists of words ---- */

/* `kind` POLICY_TERM_KINDS: any words. "any" alone stands for all. */
static struct word_list read_list(struct loader *l, const struct node *n,
                                  const char *what, enum policy_term_kind kind) {
    struct word_list out = {.is_any = n && node_is(n, "any")};
    if (!n || out.is_any)
        return out;
    out.words = arena_array(l->a, (size_t)n->count + 1, sizeof *out.words);
    NODE_WORDS(w, n) {
        const char *word = kind == POLICY_TERM_KINDS ? schema_word(l, w, what)
                                                     : term_word(l, w, kind, what);
        if (word)
            out.words[out.n++] = word;
    }
    return out;
}

static struct word_list read_langs(struct loader *l, const struct node *n) {
    const struct attribute *lang = &l->p->domain.facts[FACT_LANG];
    struct word_list out = read_list(l, n, "langs", POLICY_TERM_KINDS);
    NODE_WORDS(w, n) {
        if (!out.is_any && attribute_find(lang, w->text) < 0)
            finding_error(l->fs, "unknown-value", w,
                          "\"%.*s\" is no language of the domain", SPAN_ARGS(w->text));
    }
    return out;
}

/* ---- sites ---- */

static void read_site(struct loader *l, struct site *s, const struct node *n) {
    static const char *const keys[] = {"title", "area", "langs", "when", NULL};
    *s = (struct site){.name = span_cstr(l->a, n->key->text)};
    if (!schema_map(l, n, "a site", keys))
        return;
    s->title = schema_text(l, n, "title", true);
    s->area = schema_text(l, n, "area", true);
    s->langs = read_langs(l, node_get(n, "langs"));
    const struct node *when = node_get(n, "when");
    if (when)
        conditions_read(l, when, s->when);
    else
        finding_error(l->fs, "schema", n,
                      "a site needs \"when\": which marketplaces' goods come there");
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++)
        if (s->when[fact] && fact != FACT_MARKETPLACE)
            finding_error(l->fs, "schema", when, "a site goes by \"marketplace\" only");
}

void sites_read(struct loader *l, const struct node *node) {
    struct policy *p = l->p;
    if (!is_map(l, node, "sites") ||
        !schema_room(l, node, p->n_sites, node->count, POLICY_MAX_SITES, "sites"))
        return;
    struct site *all = schema_extend(l, p->sites, p->n_sites, node->count, sizeof *all);
    p->sites = all;
    NODE_EACH(n, node) {
        for (int i = 0; i < p->n_sites; i++)
            check_name(l, n, all[i].name);
        read_site(l, &all[p->n_sites++], n);
    }
}

/* ---- partners ---- */

static void read_licence(struct loader *l, struct partner *p, const struct node *n) {
    static const char *const keys[] = {"for",   "areas",  "waste", "from",
                                       "until", "number", NULL};
    struct partner_licence *x = &p->licences[p->n_licences];
    *x = (struct partner_licence){.licence = {NULL, INT64_MIN, INT64_MAX}};
    const struct node *what = node_get(n, "for"), *from = node_get(n, "from"),
                      *until = node_get(n, "until"), *areas = node_get(n, "areas");
    if (!schema_map(l, n, "a licence", keys))
        return;
    if (!what) {
        finding_error(l->fs, "schema", n, "a licence needs \"for\": which one it is");
        return;
    }
    x->licence.name = term_word(l, what, TERM_LICENCE, "for");
    const struct policy_term *term = policy_term(l->p, TERM_LICENCE, x->licence.name);
    if (term && term->n_kinds > 0)
        finding_error(
            l->fs, "licence", what,
            "\"%s\" is given for one kind of goods at a time: name it, \"%s\" ...",
            term->word, term->kinds[0].licence);
    x->areas = areas ? read_list(l, areas, "areas", POLICY_TERM_KINDS) : p->areas;
    x->waste = read_list(l, node_get(n, "waste"), "waste", TERM_WASTE);
    if ((from && !instant_read(l, from, &x->licence.from_us)) ||
        (until && !instant_read(l, until, &x->licence.until_us)))
        return;
    if (x->licence.from_us >= x->licence.until_us)
        finding_error(l->fs, "date", n, "this licence ends before it begins");
    p->n_licences += x->licence.name != NULL;
}

static void read_partner(struct loader *l, struct partner *p, const struct node *n) {
    static const char *const keys[] = {"title",    "services", "areas",
                                       "calendar", "langs",    "capacity",
                                       "licences", "source",   NULL};
    *p = (struct partner){.name = span_cstr(l->a, n->key->text), .capacity = -1};
    if (!schema_map(l, n, "a partner", keys))
        return;
    const struct node *services = node_get(n, "services"), *areas = node_get(n, "areas"),
                      *calendar = node_get(n, "calendar"),
                      *capacity = node_get(n, "capacity"),
                      *licences = node_get(n, "licences");
    p->title = schema_text(l, n, "title", true);
    if (!services || !areas || !calendar || calendar->kind != NODE_SCALAR) {
        finding_error(l->fs, "schema", n,
                      "a partner needs \"services\", \"areas\" and \"calendar\": what it "
                      "does, where and when");
        return;
    }
    p->services = read_list(l, services, "to", TERM_ROLE);
    p->areas = read_list(l, areas, "areas", POLICY_TERM_KINDS);
    p->langs = read_langs(l, node_get(n, "langs"));
    p->calendar = calendar_find(l, calendar->text, calendar);
    if (capacity && !schema_number(l, capacity, 0, 1000000, &p->capacity))
        return;
    if (licences && schema_list(l, licences, "licences")) {
        p->licences = arena_array(l->a, (size_t)licences->count + 1, sizeof *p->licences);
        NODE_EACH(one, licences) {
            read_licence(l, p, one);
        }
    }
}

void partners_read(struct loader *l, const struct node *node) {
    struct policy *p = l->p;
    if (!is_map(l, node, "partners") || !schema_room(l, node, p->n_partners, node->count,
                                                     POLICY_MAX_PARTNERS, "partners"))
        return;
    struct partner *all =
        schema_extend(l, p->partners, p->n_partners, node->count, sizeof *all);
    p->partners = all;
    NODE_EACH(n, node) {
        for (int i = 0; i < p->n_partners; i++)
            check_name(l, n, all[i].name);
        read_partner(l, &all[p->n_partners++], n);
    }
}

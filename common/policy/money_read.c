/* money_read.c: `money:` of the packs; see money.h. */
#include "common/policy/money.h"

#include "common/base/suggest.h"
#include "common/policy/condition.h"
#include "common/policy/region.h"
#include "common/policy/schema.h"
#include "common/policy/terms.h"

enum { MONEY_MAX_FIGURES = 2000 };

static const char *const confidences[] = {"seed", "confirmed", "recalled-not-confirmed",
                                          "own", NULL};

static unsigned read_part(struct loader *l, const struct node *n) {
    const char *names[MONEY_PART_COUNT + 1] = {NULL};
    for (int i = 0; i < MONEY_PART_COUNT; i++)
        names[i] = money_part_name((enum money_part)i);
    int part = schema_choice(l, n, "a part", names);
    return part < 0 ? 0 : 1U << part;
}

/* ---- ways ---- */

static void read_codes(struct loader *l, const struct node *n, struct money_way *way) {
    const struct money_ground *m = &l->p->money;
    way->codes = arena_array(l->a, (size_t)n->count + 1, sizeof *way->codes);
    NODE_WORDS(w, n) {
        const char *code = term_word(l, w, TERM_CODE, "codes");
        for (int i = 0; code && i < m->n_ways; i++)
            for (int k = 0; k < m->ways[i].n_codes; k++)
                if (strcmp(code, m->ways[i].codes[k]) == 0)
                    finding_error(l->fs, "duplicate-name", w,
                                  "\"%s\" goes the way \"%s\" already", code,
                                  m->ways[i].name);
        if (code)
            way->codes[way->n_codes++] = code;
    }
}

static void read_way(struct loader *l, const struct node *n) {
    static const char *const keys[] = {"title", "codes", "parts", "when", NULL};
    struct money_way *way = &l->p->money.ways[l->p->money.n_ways];
    *way = (struct money_way){.name = span_cstr(l->a, n->key->text)};
    if (!schema_map(l, n, "a way", keys))
        return;
    const struct node *codes = node_get(n, "codes"), *when = node_get(n, "when");
    way->title = schema_text(l, n, "title", true);
    NODE_WORDS(w, node_get(n, "parts")) {
        way->parts |= read_part(l, w);
    }
    if (codes)
        read_codes(l, codes, way);
    if (when)
        conditions_read(l, when, way->when);
    if (!way->parts)
        finding_error(l->fs, "schema", n,
                      "a way needs \"parts\": what it costs or brings");
    l->p->money.n_ways++;
}

void money_ways_read(struct loader *l, const struct node *node) {
    static const char *const keys[] = {"ways", "figures", NULL};
    struct money_ground *m = &l->p->money;
    const struct node *ways = node_get(node, "ways");
    if (!schema_map(l, node, "\"money\"", keys) || !ways)
        return;
    if (m->n_ways > 0 || ways->kind != NODE_MAP) {
        finding_error(l->fs, "schema", ways,
                      "\"ways\" is a mapping of names, and stands in one file");
        return;
    }
    if (!schema_room(l, ways, 0, ways->count, POLICY_MAX_WAYS, "ways"))
        return;
    m->ways = arena_array(l->a, (size_t)ways->count + 1, sizeof *m->ways);
    NODE_EACH(n, ways) {
        read_way(l, n);
    }
}

/* ---- figures ---- */

static bool read_range(struct span text, struct money_figure *f) {
    size_t i = 0;
    while (i + 1 < text.len && !(text.ptr[i] == '.' && text.ptr[i + 1] == '.'))
        i++;
    bool is_range = i + 1 < text.len;
    struct span low = {text.ptr, is_range ? i : text.len},
                high = is_range ? (struct span){text.ptr + i + 2, text.len - i - 2} : low;
    return span_to_i64(low, &f->low) && span_to_i64(high, &f->high) && f->low >= 0 &&
           f->low <= f->high && f->high <= INT64_C(100000000000);
}

/* `100% of value`, `50..100% of value`, `900..1200 JPY`, `0`. */
static bool read_amount(struct loader *l, const struct node *n, struct money_figure *f) {
    const struct attribute *currencies = &l->p->domain.facts[FACT_CURRENCY];
    struct span rest = n && n->kind == NODE_SCALAR ? n->text : SPAN(""), number = rest;
    (void)span_cut(&rest, ' ', &number);
    bool has_more = rest.ptr && rest.len > 0;
    if (has_more && number.len > 1 && number.ptr[number.len - 1] == '%') {
        number.len--;
        f->is_share = true;
        return read_range(number, f) && f->high <= 100 && span_is(rest, "of value");
    }
    int i = has_more && currencies->is_listed ? attribute_find(currencies, rest) : -1;
    f->currency = i >= 0 && i != currencies->other ? currencies->words[i] : NULL;
    return read_range(has_more ? number
                      : n      ? n->text
                               : SPAN(""),
                      f) &&
           (has_more ? f->currency != NULL : f->high == 0);
}

static uint64_t read_ways(struct loader *l, const struct node *n,
                          const struct money_figure *f) {
    const struct money_ground *m = &l->p->money;
    uint64_t ways = 0;
    for (int i = 0; i < m->n_ways && !n; i++) /* all that have the part */
        ways |= (uint64_t)(m->ways[i].parts >> f->part & 1) << i;
    NODE_WORDS(w, n) {
        int found = -1;
        struct suggestion s = suggest_for(w->kind == NODE_SCALAR ? w->text : SPAN(""));
        for (int i = 0; i < m->n_ways; i++) {
            found = node_is(w, m->ways[i].name) ? i : found;
            suggest_consider(&s, m->ways[i].name);
        }
        if (found < 0)
            finding_error(l->fs, "unknown-value", w, "there is no way \"%.*s\"%s",
                          SPAN_ARGS(w->text), suggest_text(&s));
        else if (!(m->ways[found].parts >> f->part & 1))
            finding_error(l->fs, "no-effect", w, "the way \"%s\" has no part \"%s\"",
                          m->ways[found].name, money_part_name((enum money_part)f->part));
        else
            ways |= UINT64_C(1) << found;
    }
    return ways;
}

static void check_overlap(struct loader *l, const struct node *n,
                          const struct money_figure *f) {
    for (const struct money_figure *g = l->p->money.figures; g < f; g++) {
        struct region r;
        struct policy_facts input;
        region_init(&r);
        if (g->part == f->part && g->ways & f->ways && region_add(&r, f->when) &&
            region_add(&r, g->when) && region_find(&l->p->domain, &r, &input))
            finding_error(l->fs, "overlap", n,
                          "for some goods there are two figures of \"%s\", this one and "
                          "that of %s line %d: exclude them from one",
                          money_part_name((enum money_part)f->part), g->file, g->line);
    }
}

static void read_figure(struct loader *l, const struct node *n) {
    static const char *const keys[] = {"part",   "ways",       "when", "amount",
                                       "source", "confidence", "why",  NULL};
    struct money_figure *f = &l->p->money.figures[l->p->money.n_figures];
    *f = (struct money_figure){.line = n->line,
                               .file = span_cstr(l->a, span_of(n->source->name))};
    if (!schema_map(l, n, "a figure", keys))
        return;
    const struct node *part = node_get(n, "part"), *when = node_get(n, "when"),
                      *amount = node_get(n, "amount"),
                      *confidence = node_get(n, "confidence");
    f->amount = schema_text(l, n, "amount", true);
    f->source = schema_text(l, n, "source", true);
    if (!part || !confidence) {
        finding_error(l->fs, "schema", n, "a figure needs \"part\" and \"confidence\"");
        return;
    }
    unsigned bit = read_part(l, part);
    int c = schema_choice(l, confidence, "confidence", confidences);
    if (!bit || c < 0)
        return;
    f->part = __builtin_ctz(bit);
    f->confidence = confidences[c];
    if (amount && !read_amount(l, amount, f)) {
        finding_error(
            l->fs, "schema", amount,
            "write \"900..1200 JPY\" in minor units, \"50..100%% of value\", or "
            "\"0\"");
        return;
    }
    if (when)
        conditions_read(l, when, f->when);
    f->ways = read_ways(l, node_get(n, "ways"), f);
    check_overlap(l, n, f);
    l->p->money.n_figures++;
}

void money_figures_read(struct loader *l, const struct node *node) {
    struct money_ground *m = &l->p->money;
    const struct node *figures = node_get(node, "figures");
    if (!figures || !schema_list(l, figures, "figures") ||
        !schema_room(l, figures, m->n_figures, figures->count, MONEY_MAX_FIGURES,
                     "figures"))
        return;
    struct money_figure *all =
        schema_extend(l, m->figures, m->n_figures, figures->count, sizeof *all);
    m->figures = all;
    NODE_EACH(n, figures) {
        read_figure(l, n);
    }
}

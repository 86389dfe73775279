/* diff_rules.c: two revisions of the rules, rule by rule: the rows that people read. */
#include "common/policy/diff.h"

#include "common/policy/rule.h"

#include <stdlib.h>

static int by_id(const void *a, const void *b) {
    return strcmp((*(const struct rule *const *)a)->id,
                  (*(const struct rule *const *)b)->id);
}

static const struct rule **sorted_rules(struct arena *a, const struct policy *p) {
    const struct rule **rules = arena_array(a, (size_t)p->n_rules + 1, sizeof(*rules));
    memcpy(rules, p->rules, (size_t)p->n_rules * sizeof(*rules));
    qsort(rules, (size_t)p->n_rules, sizeof(*rules), by_id);
    return rules;
}

/* The rows of a rule, with the table that it stands in as the first. */
static struct rule_rows rows_of(struct arena *a, const struct words *w,
                                const struct rule *r) {
    if (!r)
        return (struct rule_rows){NULL, 0};
    const struct table *t = rule_table(words_policy(w), r);
    struct rule_rows rows = rule_rows(a, w, r, t);
    struct rule_rows out = {arena_array(a, (size_t)rows.n + 1, sizeof *out.items), 0};
    out.items[out.n++] =
        (struct rule_row){ROW_ABOUT, "table", words_phrase(w, PH_R_TABLE), t->name};
    memcpy(out.items + 1, rows.items, (size_t)rows.n * sizeof *rows.items);
    out.n += rows.n;
    return out;
}

static const struct rule_row *find_row(const struct rule_rows *rows, const char *key) {
    for (int i = 0; i < rows->n; i++)
        if (strcmp(rows->items[i].key, key) == 0)
            return &rows->items[i];
    return NULL;
}

static void add_field(struct diff_rule *d, const struct rule_row *x,
                      const struct rule_row *y, bool wants_all) {
    const struct rule_row *any = x ? x : y;
    bool is_same = x && y && strcmp(x->text, y->text) == 0;
    d->n_changed += !is_same;
    if (!is_same || wants_all) {
        d->fields[d->n_fields++] = (struct diff_field){
            any->key, any->label, x ? x->text : NULL, y ? y->text : NULL};
    }
}

static void compare(struct arena *a, const struct words *before,
                    const struct words *after, struct diff_rule *d, bool wants_all) {
    struct rule_rows old_rows = rows_of(a, before, d->before);
    struct rule_rows new_rows = rows_of(a, after, d->after);
    d->fields = arena_array(a, (size_t)(old_rows.n + new_rows.n) + 1, sizeof *d->fields);
    for (int i = 0; i < old_rows.n; i++) {
        add_field(d, &old_rows.items[i], find_row(&new_rows, old_rows.items[i].key),
                  wants_all);
    }
    for (int i = 0; i < new_rows.n; i++)
        if (!find_row(&old_rows, new_rows.items[i].key))
            add_field(d, NULL, &new_rows.items[i], wants_all);
}

/* What a rule says, whatever language: the same words in both revisions give the same
 * rows. Most rules are the same: theirs are thrown away again. */
static bool is_changed(struct arena *scratch, const struct words *before,
                       const struct words *after, const struct rule *x,
                       const struct rule *y) {
    struct diff_rule d = {.before = x, .after = y};
    compare(scratch, before, after, &d, false);
    arena_reset(scratch);
    return d.n_changed > 0;
}

struct diff_rules diff_rule_sets(struct arena *a, const struct words *before,
                                 const struct words *after) {
    const struct policy *p = words_policy(before), *q = words_policy(after);
    const struct rule **olds = sorted_rules(a, p), **news = sorted_rules(a, q);
    struct arena *scratch = arena_new((size_t)16 << 20);
    struct diff_rules out = {
        .items =
            arena_array(a, (size_t)(p->n_rules + q->n_rules) + 1, sizeof *out.items)};
    for (int i = 0, k = 0; i < p->n_rules || k < q->n_rules;) {
        int order = i == p->n_rules   ? 1
                    : k == q->n_rules ? -1
                                      : strcmp(olds[i]->id, news[k]->id);
        struct diff_rule d = {.before = order <= 0 ? olds[i++] : NULL,
                              .after = order >= 0 ? news[k++] : NULL};
        d.id = d.before ? d.before->id : d.after->id;
        out.n_added += !d.before;
        out.n_removed += !d.after;
        if (d.before && d.after) {
            if (!is_changed(scratch, before, after, d.before, d.after)) {
                out.n_same++;
                continue;
            }
            out.n_changed++;
            compare(a, before, after, &d, false);
        }
        out.items[out.n++] = d;
    }
    arena_free(scratch);
    return out;
}

bool diff_one_rule(struct arena *a, const struct words *before, const struct words *after,
                   const char *id, struct diff_rule *out) {
    *out = (struct diff_rule){.id = id,
                              .before = rule_find(words_policy(before), span_of(id)),
                              .after = rule_find(words_policy(after), span_of(id))};
    if (!out->before && !out->after)
        return false;
    compare(a, before, after, out, true);
    return true;
}

/* table.c: reads tables, orders them by need, numbers their rules. */
#include "common/policy/table.h"

#include "common/policy/condition.h"
#include "common/policy/outcome.h"
#include "common/policy/rule.h"
#include "common/policy/schema.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const hit_names[] = {"unique", "priority", "collect", NULL};
static const char *const merge_names[] = {"one", "set", "list", "by-name", NULL};

/* Which merges make sense for a slot. */
static bool merge_fits(int slot, int merge) {
    switch ((enum slot)slot) {
    case SLOT_DUTY:
        return merge == MERGE_BY_NAME;
    case SLOT_BLOCKER:
        return merge == MERGE_SET;
    case SLOT_STEPS:
        return merge == MERGE_LIST || merge == MERGE_ONE;
    default:
        return merge == MERGE_ONE;
    }
}

static void read_gives(struct loader *l, const struct node *n, struct table *t) {
    if (n->kind != NODE_MAP || n->count == 0) {
        finding_error(l->fs, "schema", n,
                      "\"gives\" maps each slot of the table to its merge, such as "
                      "{duty: by-name}");
        return;
    }
    NODE_EACH(part, n) {
        int slot = slot_find(part->key->text);
        int merge = schema_choice(l, part, "a merge", merge_names);
        if (slot < 0) {
            finding_error(
                l->fs, "unknown-key", part->key,
                "there is no slot \"%s\"; slots are handle, duty, blocker, chain, "
                "code, remedy, destination, steps",
                part->key->text.ptr);
        } else if (merge >= 0 && !merge_fits(slot, merge)) {
            finding_error(l->fs, "slot", part, "\"%s\" cannot be merged by \"%s\"",
                          slot_name(slot), merge_names[merge]);
        } else if (merge >= 0) {
            t->gives |= 1U << slot;
            t->merges[slot] = (enum merge)merge;
        }
    }
}

static void read_slot_need(struct loader *l, const struct node *n, int slot,
                           struct table *t) {
    if (slot != SLOT_HANDLE && slot != SLOT_CODE && slot != SLOT_REMEDY) {
        finding_error(l->fs, "needs", n->key,
                      "a table can need handle, code or remedy, or facts");
        return;
    }
    struct slot_need *need = &t->needs[t->n_needs++];
    *need = (struct slot_need){.slot = (enum slot)slot};
    NODE_WORDS(w, n) {
        const char *word = schema_word(l, w, "a needed word");
        if (word && need->n < (int)COUNT_OF(need->words))
            need->words[need->n++] = word;
    }
}

/* Facts and slots may be mixed: slots are taken out, the rest are conditions. */
static void read_needs(struct loader *l, const struct node *n, struct table *t) {
    if (n->kind != NODE_MAP) {
        finding_error(l->fs, "schema", n, "\"needs\" must be a mapping");
        return;
    }
    struct node facts = *n, **tail = &facts.first;
    facts.first = NULL;
    facts.count = 0;
    NODE_EACH(part, n) {
        int slot = slot_find(part->key->text);
        if (slot >= 0 && t->n_needs < (int)COUNT_OF(t->needs)) {
            read_slot_need(l, part, slot, t);
            continue;
        }
        struct node *copy = arena_alloc(l->scratch, sizeof *copy);
        *copy = *part;
        copy->next = NULL;
        *tail = copy;
        tail = &copy->next;
        facts.count++;
    }
    conditions_read(l, &facts, t->guard);
}

static void read_else(struct loader *l, const struct node *n, struct table *t) {
    t->has_else = true;
    char id[160];
    snprintf(id, sizeof id, "%s.else", t->name);
    t->otherwise =
        (struct rule){.id = span_cstr(l->a, span_of(id)), .number = -1, .at = n};
    t->otherwise.title = t->title ? t->title : t->otherwise.id;
    if (!node_is(n, "none"))
        outcome_read(l, n, t->gives, &t->otherwise.then);
}

static void read_table(struct loader *l, const struct node *n, struct table *t) {
    static const char *const keys[] = {"table", "title", "hit",   "gives",
                                       "needs", "else",  "rules", NULL};
    if (!schema_map(l, n, "a table", keys))
        return;
    t->name = schema_text(l, n, "table", true);
    t->title = schema_text(l, n, "title", false);
    t->name = t->name ? t->name : "";
    const struct node *hit = node_get(n, "hit"), *gives = node_get(n, "gives"),
                      *needs = node_get(n, "needs"), *otherwise = node_get(n, "else"),
                      *rules = node_get(n, "rules");
    int h = hit ? schema_choice(l, hit, "hit", hit_names) : HIT_UNIQUE;
    t->hit = h < 0 ? HIT_UNIQUE : (enum hit_policy)h;
    if (!gives || !rules) {
        finding_error(l->fs, "schema", n, "a table needs \"gives\" and \"rules\"");
        return;
    }
    read_gives(l, gives, t);
    if (needs)
        read_needs(l, needs, t);
    if (otherwise)
        read_else(l, otherwise, t);
    if (!schema_list(l, rules, "rules") ||
        !schema_room(l, rules, l->n_rules, rules->count, POLICY_MAX_RULES, "rules"))
        return;
    l->n_rules += rules->count;
    t->rules = arena_array(l->a, (size_t)rules->count + 1, sizeof *t->rules);
    l->table = t;
    NODE_EACH(r, rules) {
        rule_read(l, r, t, &t->rules[t->n_rules++]);
    }
    l->table = NULL;
}

void tables_read(struct loader *l, const struct node *node) {
    if (!schema_list(l, node, "\"tables\"") ||
        !schema_room(l, node, l->p->n_tables, node->count, POLICY_MAX_TABLES, "tables"))
        return;
    struct table *all =
        schema_extend(l, l->p->tables, l->p->n_tables, node->count, sizeof *all);
    l->p->tables = all;
    NODE_EACH(n, node) {
        struct table *t = &all[l->p->n_tables];
        *t = (struct table){.name = "", .at = n, .order = l->p->n_tables};
        l->p->n_tables++;
        read_table(l, n, t);
    }
}

static int compare_rules(const void *a, const void *b) {
    const struct rule *x = a, *y = b;
    int c = strcmp(x->id, y->id);
    return c != 0 ? c : x->line - y->line;
}

static bool is_ready(const struct policy *p, const struct table *t,
                     const bool *is_placed) {
    for (int k = 0; k < t->n_needs; k++) {
        for (int i = 0; i < p->n_tables; i++) {
            const struct table *other = &p->tables[i];
            if (!is_placed[i] && other != t && other->gives >> t->needs[k].slot & 1)
                return false;
        }
    }
    return true;
}

/* Tables that give a slot come before tables that need it; otherwise file order, by file
 * name. */
static void order_tables(struct loader *l) {
    struct policy *p = l->p;
    struct table *sorted = arena_array(l->a, (size_t)p->n_tables + 1, sizeof *sorted);
    bool *is_placed = arena_zalloc(l->scratch, (size_t)p->n_tables + 1);
    for (int n = 0; n < p->n_tables; n++) {
        int next = -1;
        for (int i = 0; i < p->n_tables && next < 0; i++)
            next = !is_placed[i] && is_ready(p, &p->tables[i], is_placed) ? i : -1;
        if (next < 0) {
            finding_error(l->fs, "cycle", p->tables[0].at,
                          "the tables need each other in a circle");
            return;
        }
        is_placed[next] = true;
        sorted[n] = p->tables[next];
    }
    p->tables = sorted;
}

static uint32_t facts_of(struct condition *const conditions[POLICY_FACT_COUNT]) {
    uint32_t bits = 0;
    for (int i = 0; i < POLICY_FACT_COUNT; i++)
        bits |= conditions[i] ? UINT32_C(1) << i : 0;
    return bits;
}

static void number_rules(struct loader *l) {
    struct policy *p = l->p;
    for (int i = 0; i < p->n_tables; i++)
        p->n_rules += p->tables[i].n_rules;
    p->rules = arena_array(l->a, (size_t)p->n_rules + 1, sizeof *p->rules);
    int number = 0;
    for (int i = 0; i < p->n_tables; i++) {
        struct table *t = &p->tables[i];
        int n_active = 0;
        t->facts = facts_of(t->guard);
        if (t->n_rules > 0)
            qsort(t->rules, (size_t)t->n_rules, sizeof *t->rules, compare_rules);
        for (int k = 0; k < t->n_rules; k++) {
            t->rules[k].number = number;
            p->rules[number++] = &t->rules[k];
            uint32_t facts = facts_of(t->rules[k].conditions);
            t->rule_facts |= facts;
            t->active_facts |= t->rules[k].is_shadow ? 0 : facts;
            n_active += !t->rules[k].is_shadow;
        }
        t->is_shadow = n_active == 0 && t->otherwise.then.gives == 0;
    }
}

static int compare_by_id(const void *a, const void *b) {
    return compare_rules(*(const struct rule *const *)a, *(const struct rule *const *)b);
}

static void check_names(struct loader *l) {
    struct policy *p = l->p;
    const struct rule **by_id =
        arena_array(l->scratch, (size_t)p->n_rules + 1, sizeof *by_id);
    memcpy(by_id, p->rules, (size_t)p->n_rules * sizeof *by_id);
    qsort(by_id, (size_t)p->n_rules, sizeof *by_id, compare_by_id);
    for (int i = 1; i < p->n_rules; i++) {
        if (by_id[i]->id[0] && strcmp(by_id[i - 1]->id, by_id[i]->id) == 0) {
            finding_error(l->fs, "duplicate-name", by_id[i]->at,
                          "the rule id \"%s\" stands twice, also in %s line %d",
                          by_id[i]->id, by_id[i - 1]->file, by_id[i - 1]->line);
        }
    }
    for (int i = 0; i < p->n_tables; i++) {
        for (int k = 0; k < i; k++) {
            if (strcmp(p->tables[i].name, p->tables[k].name) == 0) {
                finding_error(l->fs, "duplicate-name", p->tables[i].at,
                              "the table \"%s\" stands twice", p->tables[i].name);
            }
        }
    }
}

static void share_word(const struct policy *p, enum slot slot, const char **word) {
    for (int i = 0; *word && i < p->n_tables; i++) {
        for (int k = 0; k < p->tables[i].n_needs; k++) {
            const struct slot_need *need = &p->tables[i].needs[k];
            for (int w = 0; need->slot == slot && w < need->n; w++) {
                if (strcmp(need->words[w], *word) == 0) {
                    *word = need->words[w];
                    return;
                }
            }
        }
    }
}

static void share_words_of(const struct policy *p, struct outcome *o) {
    share_word(p, SLOT_HANDLE, &o->handle);
    share_word(p, SLOT_CODE, &o->code);
    share_word(p, SLOT_REMEDY, &o->remedy);
}

/* A word that tables need is one text wherever it stands, so that decisions compare
 * pointers. */
static void share_words(struct loader *l) {
    struct policy *p = l->p;
    for (int i = 0; i < p->n_tables; i++) {
        struct table *t = &p->tables[i];
        for (int k = 0; k < t->n_needs; k++)
            for (int w = 0; w < t->needs[k].n; w++)
                share_word(p, t->needs[k].slot, &t->needs[k].words[w]);
        for (int k = 0; k < t->n_rules; k++)
            share_words_of(p, &t->rules[k].then);
        share_words_of(p, &t->otherwise.then);
    }
}

void tables_finish(struct loader *l) {
    order_tables(l);
    number_rules(l);
    check_names(l);
    share_words(l);
}

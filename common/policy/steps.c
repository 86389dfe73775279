/* steps.c: reads `steps:`: ordered actions with role, licence, evidence, place and
 * deadline; `{play: NAME}` puts the steps of a playbook there. */
#include "common/policy/duration.h"
#include "common/policy/outcome.h"
#include "common/policy/playbook.h"
#include "common/policy/schema.h"
#include "common/policy/terms.h"

/* The steps of one list, while they are read. */
struct reading {
    struct policy_step steps[POLICY_MAX_STEPS];
    int n;
    bool is_full;
};

int64_t policy_step_due(const struct policy_step *s, int64_t from_us) {
    return s->due && from_us != POLICY_NO_INSTANT ? duration_after(s->due, from_us)
                                                  : POLICY_NO_INSTANT;
}

/* The words of a step, in the order in which they tell two steps apart. */
static const struct {
    const char *key;
    size_t offset;
    int kind; /* enum policy_term_kind; -1: not explained by the packs */
} words[] = {
    {"do", offsetof(struct policy_step, action), TERM_ACTION},
    {"to", offsetof(struct policy_step, to), TERM_ROLE},
    {"licence", offsetof(struct policy_step, licence), TERM_LICENCE},
    {"evidence", offsetof(struct policy_step, evidence), TERM_EVIDENCE},
    {"place", offsetof(struct policy_step, place), TERM_PLACE},
    {"unlocks", offsetof(struct policy_step, unlocks), TERM_UNLOCKS},
    {"overdue", offsetof(struct policy_step, overdue), TERM_ROLE},
    {"cost", offsetof(struct policy_step, cost), -1},
    {"unit", offsetof(struct policy_step, unit), -1},
    {"lot", offsetof(struct policy_step, lot), -1},
};

static const char **word_at(struct policy_step *s, size_t i) {
    return (void *)((char *)s + words[i].offset);
}

static const char *word_of(const struct policy_step *s, size_t i) {
    return *(const char *const *)(const void *)((const char *)s + words[i].offset);
}

bool step_difference(const struct policy_step *a, const struct policy_step *b,
                     const char **of_a, const char **of_b) {
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (!text_equal(word_of(a, i), word_of(b, i))) {
            *of_a = word_of(a, i);
            *of_b = word_of(b, i);
            return true;
        }
    return false;
}

bool step_says_same(const struct policy_step *a, const struct policy_step *b) {
    const char *of_a, *of_b;
    if (step_difference(a, b, &of_a, &of_b) || a->keep_years != b->keep_years ||
        a->after != b->after || a->n_waste != b->n_waste || !a->late != !b->late)
        return false;
    for (int i = 0; i < a->n_waste; i++)
        if (!text_equal(a->waste[i], b->waste[i]))
            return false;
    return !a->late || step_equal(a->late, b->late);
}

bool step_equal(const struct policy_step *a, const struct policy_step *b) {
    return step_says_same(a, b) &&
           text_equal(a->due ? a->due->text : NULL, b->due ? b->due->text : NULL);
}

static bool is_word(const char *word, struct span text) {
    return word ? text.ptr && span_is(text, word) : text.len == 0;
}

const struct policy_step *policy_step_find(const struct policy *p, struct span rule_id,
                                           struct span action, struct span lot) {
    for (int i = 0; i < p->n_rules; i++) {
        const struct outcome *o = &p->rules[i]->then;
        if (!span_is(rule_id, p->rules[i]->id))
            continue;
        for (int k = 0; k < o->n_steps; k++)
            if (is_word(o->steps[k].action, action) && is_word(o->steps[k].lot, lot))
                return &o->steps[k];
    }
    return NULL;
}

/* The nearest one above: lots repeat the same actions. */
static int find_step(const struct reading *r, struct span action) {
    for (int i = r->n - 1; i >= 0; i--)
        if (span_is(action, r->steps[i].action))
            return i;
    return -1;
}

static void add_step(struct loader *l, const struct node *n, struct reading *r,
                     const struct policy_step *s) {
    for (int i = 0; i < r->n; i++) {
        if (strcmp(r->steps[i].action, s->action) == 0 &&
            text_equal(r->steps[i].lot, s->lot)) {
            finding_error(l->fs, "duplicate-name", n,
                          "the step \"%s\" stands twice: give one of them another "
                          "\"lot\"",
                          s->action);
        }
    }
    if (r->n == POLICY_MAX_STEPS && !r->is_full) {
        finding_error(l->fs, "steps", n, "at most %d steps, those played included",
                      (int)POLICY_MAX_STEPS);
    }
    r->is_full = r->n == POLICY_MAX_STEPS;
    if (!r->is_full)
        r->steps[r->n++] = *s;
}

static int read_after(struct loader *l, const struct node *n, const struct reading *r) {
    const struct node *after = node_get(n, "after");
    int i = after && after->kind == NODE_SCALAR ? find_step(r, after->text) : -1;
    if (after && i < 0)
        finding_error(l->fs, "steps", after, "\"after\" names a step above this one");
    return i;
}

static void read_words(struct loader *l, const struct node *n, struct policy_step *s) {
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        const struct node *word = node_get(n, words[i].key);
        if (word && words[i].kind >= 0)
            *word_at(s, i) =
                term_word(l, word, (enum policy_term_kind)words[i].kind, words[i].key);
    }
    const struct policy_term *licence = policy_term(l->p, TERM_LICENCE, s->licence);
    s->by_kind = licence && licence->n_kinds > 0 ? licence : NULL;
}

static const struct duration *read_due(struct loader *l, const struct node *n) {
    struct duration *due = arena_zalloc(l->a, sizeof *due);
    return n && duration_read(l, n, due) ? due : NULL;
}

static void read_waste(struct loader *l, const struct node *n, struct policy_step *s) {
    const struct node *list = node_get(n, "waste");
    const char **waste = arena_array(l->a, POLICY_MAX_WASTE, sizeof *waste);
    s->waste = waste;
    NODE_WORDS(w, list) {
        const char *word = term_word(l, w, TERM_WASTE, "waste");
        if (s->n_waste == POLICY_MAX_WASTE) {
            finding_error(l->fs, "steps", w, "at most %d kinds of waste in a step",
                          (int)POLICY_MAX_WASTE);
            return;
        }
        if (word)
            waste[s->n_waste++] = word;
    }
}

static const char *read_unit(struct loader *l, const struct node *n) {
    static const char *const units[] = {"kg", "litre", "piece", NULL};
    const struct node *unit = node_get(n, "unit");
    int i = unit ? schema_choice(l, unit, "unit", units) : -1;
    return i < 0 ? NULL : units[i];
}

static const struct policy_step nothing = {.after = -1, .due_us = POLICY_NO_INSTANT};

/* A step of its own, that waits for no other: one that is late has no follower yet. */
static void read_late(struct loader *l, const struct node *n, struct policy_step *s) {
    static const char *const keys[] = {"do",  "to",      "licence", "evidence",
                                       "due", "overdue", "keep",    NULL};
    const struct node *what = node_get(n, "do"), *due = node_get(n, "due"),
                      *keep = node_get(n, "keep");
    if (!schema_map(l, n, "what follows a late step", keys))
        return;
    if (!what || !due) {
        finding_error(l->fs, "schema", n, "\"late\" needs \"do\" and \"due\"");
        return;
    }
    struct policy_step *late = arena_zalloc(l->a, sizeof *late);
    *late = nothing;
    read_words(l, n, late);
    late->due = read_due(l, due);
    if ((!keep || years_read(l, keep, &late->keep_years)) && late->action)
        s->late = late;
}

static void read_own_step(struct loader *l, const struct node *n, struct reading *r) {
    static const char *const keys[] = {
        "do",   "to",   "licence", "evidence", "after", "due", "place", "waste",
        "unit", "keep", "unlocks", "overdue",  "cost",  "lot", "late",  NULL};
    struct policy_step s = nothing;
    const struct node *what = node_get(n, "do"), *due = node_get(n, "due"),
                      *keep = node_get(n, "keep");
    if (!schema_map(l, n, "a step", keys))
        return;
    if (!what) {
        finding_error(l->fs, "schema", n, "a step needs \"do\", or \"play\": a playbook");
        return;
    }
    read_words(l, n, &s);
    s.cost = schema_text(l, n, "cost", false);
    s.lot = schema_text(l, n, "lot", false);
    s.unit = read_unit(l, n);
    read_waste(l, n, &s);
    if (keep && !years_read(l, keep, &s.keep_years))
        return;
    s.after = read_after(l, n, r);
    s.due = read_due(l, due);
    const struct node *late = node_get(n, "late");
    if ((s.overdue || s.cost || late) && !due)
        finding_error(l->fs, "steps", n, "\"%s\" needs a \"due\": it is never late",
                      late        ? "late"
                      : s.overdue ? "overdue"
                                  : "cost");
    if (late)
        read_late(l, late, &s);
    if (s.action)
        add_step(l, n, r, &s);
}

static void play(struct loader *l, const struct node *n, struct reading *r) {
    static const char *const keys[] = {"play", "after", "lot", "waste", NULL};
    if (!schema_map(l, n, "a step that plays a playbook", keys))
        return;
    const struct playbook *b = playbook_find(l, node_get(n, "play"));
    struct policy_step given = {0};
    given.lot = schema_text(l, n, "lot", false);
    read_waste(l, n, &given);
    int after = read_after(l, n, r), first = r->n;
    for (int i = 0; b && i < b->n_steps; i++) {
        struct policy_step s = b->steps[i];
        s.after = s.after < 0 ? after : s.after + first;
        s.lot = s.lot ? s.lot : given.lot;
        if (s.n_waste == 0) {
            s.n_waste = given.n_waste;
            s.waste = given.waste;
        }
        add_step(l, n, r, &s);
    }
}

void steps_read(struct loader *l, const struct node *n, struct outcome *out) {
    if (!schema_list(l, n, "steps"))
        return;
    struct reading r = {.n = 0};
    NODE_EACH(step, n) {
        if (node_get(step, "play"))
            play(l, step, &r);
        else
            read_own_step(l, step, &r);
    }
    out->steps = arena_array(l->a, (size_t)r.n + 1, sizeof *out->steps);
    memcpy(out->steps, r.steps, (size_t)r.n * sizeof *r.steps);
    out->n_steps = r.n;
}

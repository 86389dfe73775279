/* steps.c: reads `steps:`: ordered actions with role, licence, evidence, place and
 * deadline; `{play: NAME}` puts the steps of a playbook there. */
#include "common/policy/duration.h"
#include "common/policy/outcome.h"
#include "common/policy/playbook.h"
#include "common/policy/schema.h"
#include "common/policy/terms.h"

/* The steps of one list, while they are read. */
struct reading {
    struct step_spec steps[POLICY_MAX_STEPS];
    int n;
    bool is_full;
};

int64_t policy_step_due(const struct policy_step *s, int64_t from_us) {
    return s->due && from_us != POLICY_NO_INSTANT ? duration_after(s->due, from_us)
                                                  : POLICY_NO_INSTANT;
}

struct policy_step step_of(const struct step_spec *s) {
    return (struct policy_step){.action = s->action,
                                .to = s->to,
                                .licence = s->licence,
                                .evidence = s->evidence,
                                .place = s->place,
                                .unlocks = s->unlocks,
                                .overdue = s->overdue,
                                .unit = s->unit,
                                .lot = s->lot,
                                .waste = s->waste,
                                .n_waste = s->n_waste,
                                .keep_years = s->keep_years,
                                .due = s->has_due ? &s->due : NULL,
                                .late = s->late,
                                .after = s->after,
                                .due_us = POLICY_NO_INSTANT};
}

bool policy_step_late(const struct policy_step *s, struct policy_step *out) {
    if (s->late)
        *out = step_of(s->late);
    return s->late != NULL;
}

static bool is_word(const char *word, struct span text) {
    return word ? text.ptr && span_is(text, word) : text.len == 0;
}

bool policy_step_find(const struct policy *p, struct span rule_id, struct span action,
                      struct span lot, struct policy_step *out) {
    for (int i = 0; i < p->n_rules; i++) {
        const struct rule *r = p->rules[i];
        if (!span_is(rule_id, r->id))
            continue;
        for (int k = 0; k < r->then.n_steps; k++) {
            const struct step_spec *s = &r->then.steps[k];
            if (is_word(s->action, action) && is_word(s->lot, lot)) {
                *out = step_of(s);
                return true;
            }
        }
    }
    return false;
}

/* The nearest one above: lots repeat the same actions. */
static int find_step(const struct reading *r, struct span action) {
    for (int i = r->n - 1; i >= 0; i--)
        if (span_is(action, r->steps[i].action))
            return i;
    return -1;
}

static bool is_same_lot(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

static void add_step(struct loader *l, const struct node *n, struct reading *r,
                     const struct step_spec *s) {
    for (int i = 0; i < r->n; i++) {
        if (strcmp(r->steps[i].action, s->action) == 0 &&
            is_same_lot(r->steps[i].lot, s->lot)) {
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

static const char *read_term(struct loader *l, const struct node *n, const char *key,
                             enum policy_term_kind kind) {
    const struct node *word = node_get(n, key);
    return word ? term_word(l, word, kind, key) : NULL;
}

static void read_waste(struct loader *l, const struct node *n, struct step_spec *s) {
    const struct node *list = node_get(n, "waste");
    NODE_WORDS(w, list) {
        const char *word = term_word(l, w, TERM_WASTE, "waste");
        if (s->n_waste == POLICY_MAX_WASTE) {
            finding_error(l->fs, "steps", w, "at most %d kinds of waste in a step",
                          (int)POLICY_MAX_WASTE);
            return;
        }
        if (word)
            s->waste[s->n_waste++] = word;
    }
}

static const char *read_unit(struct loader *l, const struct node *n) {
    static const char *const units[] = {"kg", "litre", "piece", NULL};
    const struct node *unit = node_get(n, "unit");
    int i = unit ? schema_choice(l, unit, "unit", units) : -1;
    return i < 0 ? NULL : units[i];
}

/* A step of its own, that waits for no other: one that is late has no follower yet. */
static void read_late(struct loader *l, const struct node *n, struct step_spec *s) {
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
    struct step_spec *late = arena_zalloc(l->a, sizeof *late);
    late->after = -1;
    late->action = term_word(l, what, TERM_ACTION, "do");
    late->to = read_term(l, n, "to", TERM_ROLE);
    late->licence = read_term(l, n, "licence", TERM_LICENCE);
    late->evidence = read_term(l, n, "evidence", TERM_EVIDENCE);
    late->overdue = read_term(l, n, "overdue", TERM_ROLE);
    late->has_due = duration_read(l, due, &late->due);
    if ((!keep || years_read(l, keep, &late->keep_years)) && late->action)
        s->late = late;
}

static void read_own_step(struct loader *l, const struct node *n, struct reading *r) {
    static const char *const keys[] = {
        "do",   "to",   "licence", "evidence", "after", "due",  "place", "waste",
        "unit", "keep", "unlocks", "overdue",  "lot",   "late", NULL};
    struct step_spec s = {.after = -1};
    const struct node *what = node_get(n, "do"), *due = node_get(n, "due"),
                      *keep = node_get(n, "keep");
    if (!schema_map(l, n, "a step", keys))
        return;
    if (!what) {
        finding_error(l->fs, "schema", n, "a step needs \"do\", or \"play\": a playbook");
        return;
    }
    s.action = term_word(l, what, TERM_ACTION, "do");
    s.to = read_term(l, n, "to", TERM_ROLE);
    s.licence = read_term(l, n, "licence", TERM_LICENCE);
    s.evidence = read_term(l, n, "evidence", TERM_EVIDENCE);
    s.place = read_term(l, n, "place", TERM_PLACE);
    s.unlocks = read_term(l, n, "unlocks", TERM_UNLOCKS);
    s.overdue = read_term(l, n, "overdue", TERM_ROLE);
    s.lot = schema_text(l, n, "lot", false);
    s.unit = read_unit(l, n);
    read_waste(l, n, &s);
    if (keep && !years_read(l, keep, &s.keep_years))
        return;
    s.after = read_after(l, n, r);
    s.has_due = due && duration_read(l, due, &s.due);
    const struct node *late = node_get(n, "late");
    if ((s.overdue || late) && !due)
        finding_error(l->fs, "steps", n, "\"%s\" needs a \"due\": it is never late",
                      late ? "late" : "overdue");
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
    struct step_spec given = {0};
    given.lot = schema_text(l, n, "lot", false);
    read_waste(l, n, &given);
    int after = read_after(l, n, r), first = r->n;
    for (int i = 0; b && i < b->n_steps; i++) {
        struct step_spec s = b->steps[i];
        s.after = s.after < 0 ? after : s.after + first;
        s.lot = s.lot ? s.lot : given.lot;
        if (s.n_waste == 0) {
            s.n_waste = given.n_waste;
            memcpy(s.waste, given.waste, sizeof s.waste);
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

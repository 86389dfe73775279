/* steps.c: reads `steps:`: ordered actions with role, licence, evidence and deadline. */
#include "common/policy/duration.h"
#include "common/policy/outcome.h"
#include "common/policy/schema.h"

static int find_step(const struct outcome *o, struct span action) {
    for (int i = 0; i < o->n_steps; i++) {
        if (span_is(action, o->steps[i].action)) {
            return i;
        }
    }
    return -1;
}

static void read_step(struct loader *l, const struct node *n, struct outcome *out) {
    static const char *const keys[] = {"do",    "to",  "licence", "evidence",
                                       "after", "due", NULL};
    struct step_spec s = {.after = -1};
    if (!schema_map(l, n, "a step", keys) ||
        !(s.action = schema_text(l, n, "do", true))) {
        return;
    }
    if (find_step(out, span_of(s.action)) >= 0) {
        finding_error(l->fs, "duplicate-name", n, "the step \"%s\" stands twice",
                      s.action);
    }
    s.to = schema_text(l, n, "to", false);
    s.licence = schema_text(l, n, "licence", false);
    s.evidence = schema_text(l, n, "evidence", false);
    const struct node *after = node_get(n, "after"), *due = node_get(n, "due");
    if (after) {
        s.after = after->kind == NODE_SCALAR ? find_step(out, after->text) : -1;
        if (s.after < 0) {
            finding_error(l->fs, "steps", after, "\"after\" names a step above this one");
        }
    }
    s.has_due = due && duration_read(l, due, &s.due);
    out->steps[out->n_steps++] = s;
}

void steps_read(struct loader *l, const struct node *n, struct outcome *out) {
    if (!schema_list(l, n, "steps")) {
        return;
    }
    if (n->count > POLICY_MAX_STEPS) {
        finding_error(l->fs, "steps", n, "at most %d steps", (int)POLICY_MAX_STEPS);
        return;
    }
    out->steps = arena_array(l->a, (size_t)n->count + 1, sizeof *out->steps);
    NODE_EACH(step, n) {
        read_step(l, step, out);
    }
}

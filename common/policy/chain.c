/* chain.c: reads a chain of desks; its last step must always be open. */
#include "common/policy/desk.h"
#include "common/policy/duration.h"
#include "common/policy/outcome.h"
#include "common/policy/schema.h"

static void read_skip(struct loader *l, const struct node *n, struct chain_step *s) {
    static const char *const choices[] = {"closed", "full", "closed or full", NULL};
    int i = schema_choice(l, n, "skip_if", choices);
    s->skip_closed = i == 0 || i == 2;
    s->skip_full = i == 1 || i == 2;
}

static void read_requires(struct loader *l, const struct node *n, struct chain_step *s) {
    struct span prefix = SPAN("licence:");
    NODE_WORDS(w, n) {
        if (w->kind != NODE_SCALAR || !span_starts_with(w->text, prefix)) {
            finding_error(l->fs, "schema", w, "a requirement reads licence:NAME");
        } else if (s->n_requires == (int)COUNT_OF(s->requires)) {
            finding_error(l->fs, "schema", w, "at most 4 requirements");
        } else {
            s->requires[s->n_requires++] = span_cstr(
                l->a, (struct span){w->text.ptr + prefix.len, w->text.len - prefix.len});
        }
    }
}

static bool read_wait(struct loader *l, const struct node *n, struct chain_step *s) {
    int64_t percent = 0;
    size_t len = n->kind == NODE_SCALAR ? n->text.len : 0;
    if (len == 0 || n->text.ptr[len - 1] != '%')
        return duration_read_elapsed(l, n, &s->wait_us);
    if (!span_to_i64((struct span){n->text.ptr, len - 1}, &percent) || percent < 1 ||
        percent > 99) {
        finding_error(l->fs, "duration", n, "a share of the time is 1%% to 99%%");
        return false;
    }
    s->wait_percent = (int)percent;
    return true;
}

static void read_step(struct loader *l, const struct node *n, struct chain *c) {
    static const char *const keys[] = {"to", "skip_if", "wait", "require", NULL};
    if (!schema_map(l, n, "a step of a chain", keys))
        return;
    struct chain_step *s = &c->steps[c->n];
    const struct node *to = node_get(n, "to"), *skip = node_get(n, "skip_if"),
                      *wait = node_get(n, "wait"), *require = node_get(n, "require");
    if (!to || to->kind != NODE_SCALAR) {
        finding_error(l->fs, "schema", n, "a step of a chain needs \"to\": a desk");
        return;
    }
    s->desk = desk_find(l, to->text, to);
    if (skip)
        read_skip(l, skip, s);
    if (require)
        read_requires(l, require, s);
    if (wait && !read_wait(l, wait, s))
        return;
    for (int i = 0; i < c->n; i++) {
        if (s->desk && c->steps[i].desk == s->desk) {
            finding_error(l->fs, "chain", to,
                          "the desk \"%s\" stands in this chain already: nobody is "
                          "assigned twice",
                          s->desk->name);
            return;
        }
    }
    if (s->desk)
        c->n++;
}

struct chain *chain_read(struct loader *l, const struct node *n) {
    struct chain *c = arena_zalloc(l->a, sizeof *c);
    c->at = n;
    if (!schema_list(l, n, "a chain"))
        return c;
    if (n->count == 0 || n->count > POLICY_MAX_CHAIN) {
        finding_error(l->fs, "chain", n, "a chain has 1 to %d steps",
                      (int)POLICY_MAX_CHAIN);
        return c;
    }
    int errors_before = l->fs->n_errors;
    NODE_EACH(step, n) {
        read_step(l, step, c);
    }
    if (l->fs->n_errors > errors_before)
        return c;
    const struct chain_step *last = &c->steps[c->n - 1];
    if (!last->desk->calendar || !last->desk->calendar->is_always ||
        !last->desk->speaks_any || last->skip_closed || last->skip_full ||
        last->n_requires > 0) {
        finding_error(
            l->fs, "chain", n,
            "the last step must always be open: a desk with langs [any] and a calendar "
            "open always, without skip_if and require (\"%s\" is not)",
            last->desk->name);
    }
    return c;
}

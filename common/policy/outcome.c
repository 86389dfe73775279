/* outcome.c: reads what a rule gives, slot by slot. */
#include "common/policy/outcome.h"

#include "common/base/suggest.h"
#include "common/policy/schema.h"
#include "common/policy/terms.h"

static const char *const slot_names[] = {
    "handle", "duty", "blocker", "chain", "code", "remedy", "destination", "steps", NULL};
static const char *const severity_names[] = {"note", "low",   "normal",
                                             "high", "grave", NULL};
_Static_assert(COUNT_OF(severity_names) == SEVERITY_MAX + 2, "each severity has a word");

const char *slot_name(int slot) {
    return slot_names[slot];
}

int slot_find(struct span name) {
    for (int i = 0; slot_names[i]; i++)
        if (span_is(name, slot_names[i]))
            return i;
    return -1;
}

const char *severity_name(int severity) {
    return severity_names[severity];
}

int severity_read(struct loader *l, const struct node *n, int fallback) {
    int i = n ? schema_choice(l, n, "severity", severity_names) : fallback;
    return i < 0 ? fallback : i;
}

static void read_blocker(struct loader *l, const struct node *n, struct outcome *out) {
    static const char *const keys[] = {"name", "severity", NULL};
    struct blocker_spec b = {.severity = 3};
    if (n->kind == NODE_MAP) {
        if (!schema_map(l, n, "a blocker", keys))
            return;
        b.name = schema_text(l, n, "name", true);
        b.severity = severity_read(l, node_get(n, "severity"), 3);
    } else {
        b.name = schema_word(l, n, "a blocker");
    }
    if (b.name)
        out->blockers[out->n_blockers++] = b;
}

static void read_slot(struct loader *l, const struct node *n, int slot,
                      struct outcome *out) {
    switch ((enum slot)slot) {
    case SLOT_HANDLE:
        out->handle = schema_word(l, n, "handle");
        break;
    case SLOT_CODE:
        out->code = term_word(l, n, TERM_CODE, "code");
        break;
    case SLOT_REMEDY:
        out->remedy = schema_word(l, n, "remedy");
        break;
    case SLOT_DESTINATION:
        out->destination = term_word(l, n, TERM_DESTINATION, "destination");
        break;
    case SLOT_CHAIN:
        out->chain = chain_read(l, n);
        break;
    case SLOT_STEPS:
        steps_read(l, n, out);
        break;
    case SLOT_DUTY:
        out->duties = arena_array(l->a, (size_t)n->count + 1, sizeof *out->duties);
        NODE_WORDS(d, n) {
            duty_read(l, d, &out->duties[out->n_duties++]);
        }
        break;
    case SLOT_BLOCKER:
        out->blockers = arena_array(l->a, (size_t)n->count + 1, sizeof *out->blockers);
        NODE_WORDS(b, n) {
            read_blocker(l, b, out);
        }
        break;
    case SLOT_COUNT:
        break;
    }
}

void outcome_read(struct loader *l, const struct node *n, unsigned allowed,
                  struct outcome *out) {
    if (n->kind != NODE_MAP) {
        finding_error(l->fs, "schema", n, "what a rule gives must be a mapping of slots");
        return;
    }
    NODE_EACH(part, n) {
        int slot = slot_find(part->key->text);
        if (slot < 0) {
            struct suggestion s = suggest_for(part->key->text);
            for (int i = 0; slot_names[i]; i++)
                suggest_consider(&s, slot_names[i]);
            finding_error(l->fs, "unknown-key", part->key, "there is no slot \"%s\"%s",
                          part->key->text.ptr, suggest_text(&s));
        } else if (!(allowed >> slot & 1)) {
            finding_error(
                l->fs, "slot", part->key,
                "the table does not give \"%s\": add it to \"gives\" or move the rule",
                slot_names[slot]);
        } else {
            out->gives |= 1U << slot;
            read_slot(l, part, slot, out);
        }
    }
    if (n->count == 0)
        finding_error(l->fs, "schema", n, "this gives nothing");
}

static bool chain_equal(const struct chain *a, const struct chain *b) {
    if (!a || !b || a->n != b->n)
        return a == b;
    for (int i = 0; i < a->n; i++) {
        const struct chain_step *x = &a->steps[i], *y = &b->steps[i];
        if (x->desk != y->desk || x->wait_us != y->wait_us ||
            x->wait_percent != y->wait_percent || x->skip_closed != y->skip_closed ||
            x->skip_full != y->skip_full || x->n_requires != y->n_requires)
            return false;
        for (int k = 0; k < x->n_requires; k++)
            if (!text_equal(x->requires[k], y->requires[k]))
                return false;
    }
    return true;
}

static bool steps_equal(const struct outcome *a, const struct outcome *b) {
    bool is_equal = a->n_steps == b->n_steps;
    for (int i = 0; is_equal && i < a->n_steps; i++)
        is_equal = step_equal(&a->steps[i], &b->steps[i]);
    return is_equal;
}

bool outcome_equal(const struct outcome *a, const struct outcome *b, int slot) {
    switch ((enum slot)slot) {
    case SLOT_HANDLE:
        return text_equal(a->handle, b->handle);
    case SLOT_CODE:
        return text_equal(a->code, b->code);
    case SLOT_REMEDY:
        return text_equal(a->remedy, b->remedy);
    case SLOT_DESTINATION:
        return text_equal(a->destination, b->destination);
    case SLOT_CHAIN:
        return chain_equal(a->chain, b->chain);
    case SLOT_STEPS:
        return steps_equal(a, b);
    case SLOT_DUTY:
    case SLOT_BLOCKER:
    case SLOT_COUNT:
        break;
    }
    return false;
}

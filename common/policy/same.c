/* same.c: see same.h. */
#include "common/policy/same.h"

#include "common/policy/condition.h"
#include "common/policy/duration.h"
#include "common/policy/outcome.h"

static bool texts_equal(const char *const *a, int n_a, const char *const *b, int n_b) {
    for (int i = 0; n_a == n_b && i < n_a; i++)
        if (!text_equal(a[i], b[i]))
            return false;
    return n_a == n_b;
}

static bool clock_equal(const struct duty_spec *a, const struct duty_spec *b) {
    for (int i = 0; a->n_pauses == b->n_pauses && i < a->n_pauses; i++)
        if (!span_equal(a->pauses[i], b->pauses[i]))
            return false;
    return a->n_pauses == b->n_pauses && a->start_time == b->start_time &&
           text_equal(a->waits_for, b->waits_for) && a->is_own_clock == b->is_own_clock &&
           a->reopen == b->reopen && duration_equal(&a->due, &b->due) &&
           a->has_aim == b->has_aim &&
           (!a->has_aim || duration_equal(&a->aim, &b->aim)) &&
           a->reserve_us == b->reserve_us;
}

static bool duty_equal(const struct duty_spec *a, const struct duty_spec *b) {
    for (int i = 0; a->n_warnings == b->n_warnings && i < a->n_warnings; i++)
        if (a->warnings[i].percent != b->warnings[i].percent ||
            a->warnings[i].before_us != b->warnings[i].before_us)
            return false;
    return text_equal(a->name, b->name) && clock_equal(a, b) &&
           texts_equal(a->stops, a->n_stops, b->stops, b->n_stops) &&
           a->n_warnings == b->n_warnings && a->severity == b->severity &&
           text_equal(a->breach, b->breach) && text_equal(a->cost, b->cost);
}

int same_count(const struct outcome *a, int slot) {
    return slot == SLOT_DUTY      ? a->n_duties
           : slot == SLOT_BLOCKER ? a->n_blockers
                                  : (int)(a->gives >> slot & 1);
}

bool same_item(const struct outcome *a, int i, const struct outcome *b, int slot) {
    if (slot != SLOT_DUTY && slot != SLOT_BLOCKER)
        return b->gives >> slot & 1 && outcome_equal(a, b, slot);
    for (int k = 0; k < same_count(b, slot); k++)
        if (slot == SLOT_DUTY ? duty_equal(&a->duties[i], &b->duties[k])
                              : strcmp(a->blockers[i].name, b->blockers[k].name) == 0 &&
                                    a->blockers[i].severity == b->blockers[k].severity)
            return true;
    return false;
}

bool same_slot(const struct outcome *a, const struct outcome *b, int slot) {
    if (same_count(a, slot) != same_count(b, slot))
        return false;
    for (int i = 0; i < same_count(a, slot); i++)
        if (!same_item(a, i, b, slot))
            return false;
    return true;
}

bool same_conditions(const struct rule *a, const struct rule *b) {
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++)
        if (!condition_equal(a->conditions[fact], b->conditions[fact]))
            return false;
    return a->is_shadow == b->is_shadow;
}

bool same_inputs(const struct rule *a, const struct rule *b) {
    bool is_always = a->from_us == INT64_MIN && a->until_us == INT64_MAX;
    return a->from_us == b->from_us && a->until_us == b->until_us &&
           (a->by == b->by || is_always) && same_conditions(a, b);
}

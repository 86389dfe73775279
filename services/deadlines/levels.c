#include "services/deadlines/levels.h"

#include "common/event/event.h"

#include <stdio.h>

const char *const level_names[LEVEL_KIND_COUNT] = {
    [LEVEL_NONE] = "",           [LEVEL_WARNED] = "warned",
    [LEVEL_ACT_BY] = "act_by",   [LEVEL_BREACHED] = "breached",
    [LEVEL_OVERDUE] = "overdue", [LEVEL_HANDED_OVER] = "handed_over",
};

/* Takes the level of instant `at_us` into account: as the latest that has passed, or as
 * the next to come. */
static void consider(struct level *l, const struct standing_duty *d, int64_t now_us,
                     enum level_kind kind, int number, int64_t at_us) {
    if (at_us == EVENT_ABSENT || at_us < d->fires_us)
        return;
    if (at_us > now_us) {
        if (l->next_us == EVENT_ABSENT || at_us < l->next_us)
            l->next_us = at_us;
    } else if (l->kind == LEVEL_NONE || at_us >= l->at_us) {
        l->kind = kind;
        l->number = number;
        l->at_us = at_us;
    }
}

/* Instants of the turn that counts now, and the next. */
static int64_t act_by_of(const struct standing_duty *d, int turn) {
    return turn == d->turns.present ? d->act_by_us : d->turns.act_by_us[turn];
}

struct level level_handed_over(const struct standing_duty *d, int turn, int64_t now_us) {
    int64_t from_us = d->turns.from_us[turn];
    return (struct level){LEVEL_HANDED_OVER, turn + 1,
                          from_us < now_us ? from_us : now_us, EVENT_ABSENT};
}

struct level level_at(const struct standing_duty *d, int turn, int64_t now_us) {
    const struct policy_turns *t = &d->turns;
    struct level l = {.kind = LEVEL_NONE, .at_us = EVENT_ABSENT, .next_us = EVENT_ABSENT};
    if (d->due_us != EVENT_ABSENT && d->due_us <= now_us)
        return (struct level){d->has_breach ? LEVEL_BREACHED : LEVEL_OVERDUE, 0,
                              d->due_us, EVENT_ABSENT};
    for (int i = 0; i < d->n_warnings; i++)
        consider(&l, d, now_us, LEVEL_WARNED, i + 1, d->warn_us[i]);
    consider(&l, d, now_us, LEVEL_ACT_BY, 0, act_by_of(d, turn));
    consider(&l, d, now_us, LEVEL_BREACHED, 0, d->due_us);
    for (int i = turn + 1; i < t->n; i++)
        consider(&l, d, now_us, LEVEL_HANDED_OVER, i + 1, t->from_us[i]);
    if (turn != t->present && l.at_us != EVENT_ABSENT &&
        l.at_us <= level_handed_over(d, turn, now_us).at_us)
        l.kind = LEVEL_NONE;
    return l;
}

struct uuid level_id(struct uuid duty_id, const struct level *l) {
    char name[32];
    if (l->number > 0)
        snprintf(name, sizeof name, "%s:%d", level_names[l->kind], l->number);
    else
        snprintf(name, sizeof name, "%s", level_names[l->kind]);
    return identity_escalation(l->at_us, duty_id, name);
}

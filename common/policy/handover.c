/* handover.c: see handover.h. */
#include "common/policy/handover.h"

#include "common/policy/desk.h"

struct planning {
    const struct deadline_request *q;
    int64_t start_us, latest_us;
    int64_t from_us; /* of the turn that is being planned */
};

/* Who could have the next turn, and until when. */
struct candidate {
    int step; /* -1: nobody but the last */
    int64_t act_by_us, end_us;
};

/* When a turn ends whose wait is counted from an instant at which, or after which, the
 * desk is open. */
static int64_t end_of_turn(const struct planning *p, const struct chain_step *s,
                           int64_t counted_us, int64_t act_by_us) {
    int64_t wait_us = s->wait_percent > 0
                          ? (p->latest_us - p->start_us) / 100 * s->wait_percent
                          : s->wait_us;
    if (wait_us == 0 || wait_us >= act_by_us - counted_us)
        return act_by_us;
    if (s->skip_closed)
        return desk_last_able(s->desk, s, p->q->lang, counted_us + wait_us);
    int64_t end = calendar_add_open(s->desk->calendar, counted_us, wait_us);
    return end == POLICY_NO_INSTANT || end > act_by_us ? act_by_us : end;
}

/* The next of the chain that is open within its wait, else the one that opens first. */
static struct candidate find_next(const struct planning *p, int first) {
    const struct chain *c = p->q->chain;
    struct candidate waited_for = {.step = -1};
    int64_t opens_first = INT64_MAX;
    for (int i = first; i + 1 < c->n; i++) {
        const struct chain_step *s = &c->steps[i];
        int64_t act_by = deadline_step_act_by(p->q, s, p->from_us, p->latest_us, 0);
        if (act_by == POLICY_NO_INSTANT)
            continue;
        int64_t end = end_of_turn(p, s, p->from_us, act_by);
        if (end > p->from_us) /* POLICY_NO_INSTANT is before all others */
            return (struct candidate){i, act_by, end};
        int64_t opens = calendar_next_open(s->desk->calendar, p->from_us);
        if (opens != POLICY_NO_INSTANT && opens < opens_first) {
            opens_first = opens;
            end = end_of_turn(p, s, opens, act_by);
            /* not so when its licence begins later still */
            waited_for = (struct candidate){i, act_by, end > p->from_us ? end : act_by};
        }
    }
    return waited_for;
}

static struct policy_turn turn_of(const struct planning *p, const struct chain_step *s,
                                  int64_t act_by_us) {
    return (struct policy_turn){.desk = s->desk->name,
                                .from_us = p->from_us,
                                .act_by_us = act_by_us,
                                .licences = s->requires,
                                .n_licences = s->n_requires,
                                .skips_full = s->skip_full};
}

int handover_plan(const struct deadline_request *q, int64_t start_us, int64_t due_us,
                  int64_t reserve_us, struct policy_turn out[POLICY_MAX_CHAIN]) {
    struct planning p = {q, start_us, due_us - reserve_us, start_us};
    const struct chain_step nobody_else = {.desk = q->triage};
    int n = 0;
    for (int step = 0; q->chain && step + 1 < q->chain->n;) {
        struct candidate next = find_next(&p, step);
        if (next.step < 0)
            break;
        out[n++] = turn_of(&p, &q->chain->steps[next.step], next.act_by_us);
        p.from_us = next.end_us;
        step = next.step + 1;
    }
    if (n == 0 || p.from_us < p.latest_us) {
        const struct chain_step *last =
            q->chain ? &q->chain->steps[q->chain->n - 1] : &nobody_else;
        out[n++] = turn_of(&p, last, p.latest_us);
    }
    return n;
}

/* deadline.c: see deadline.h. */
#include "common/policy/deadline.h"

#include "common/policy/desk.h"
#include "common/policy/duration.h"
#include "common/policy/handover.h"

static const char cause_beyond[] = "an instant lies beyond the years of the calendars";

int64_t deadline_step_act_by(const struct deadline_request *q,
                             const struct chain_step *step, int64_t start_us,
                             int64_t due_us, int64_t reserve_us) {
    int64_t act_by = desk_last_able(step->desk, step, q->lang, due_us - reserve_us);
    return act_by > start_us ? act_by : POLICY_NO_INSTANT;
}

struct policy_desk_choice deadline_owner(const struct deadline_request *q,
                                         int64_t start_us, int64_t due_us,
                                         int64_t reserve_us) {
    for (int i = 0; q->chain && i + 1 < q->chain->n; i++) {
        const struct chain_step *step = &q->chain->steps[i];
        int64_t act_by = deadline_step_act_by(q, step, start_us, due_us, reserve_us);
        if (act_by != POLICY_NO_INSTANT)
            return (struct policy_desk_choice){step->desk->name, act_by, false};
    }
    const struct desk *last =
        q->chain ? q->chain->steps[q->chain->n - 1].desk : q->triage;
    /* A chain of one desk is that desk's by design, not for want of others. */
    return (struct policy_desk_choice){last->name, due_us - reserve_us,
                                       !q->chain || q->chain->n > 1};
}

struct policy_desk_choice deadline_route(const struct deadline_request *q,
                                         int64_t at_us) {
    for (int i = 0; q->chain && i + 1 < q->chain->n; i++) {
        const struct chain_step *step = &q->chain->steps[i];
        bool is_closed =
            step->skip_closed && !calendar_is_open(step->desk->calendar, at_us);
        if (!is_closed && desk_can(step->desk, step, q->lang, at_us)) {
            return (struct policy_desk_choice){
                step->desk->name, calendar_next_open(step->desk->calendar, at_us), false};
        }
    }
    const struct desk *last =
        q->chain ? q->chain->steps[q->chain->n - 1].desk : q->triage;
    return (struct policy_desk_choice){last->name, at_us, !q->chain || q->chain->n > 1};
}

static const struct calendar *hours_of(const struct policy *p, const char *desk) {
    for (int i = 0; i < p->n_desks; i++)
        if (p->desks[i].name == desk)
            return p->desks[i].calendar;
    return p->triage->calendar;
}

int deadline_notice_turns(const struct policy *p, const struct policy_duty *d,
                          struct notice_turn out[POLICY_MAX_CHAIN]) {
    for (int i = 0; i < d->n_turns; i++)
        out[i] = (struct notice_turn){hours_of(p, d->turns[i].desk), d->turns[i].from_us,
                                      d->turns[i].act_by_us};
    return d->n_turns;
}

int64_t deadline_notice(const struct notice_turn *turns, int n_turns, int64_t at_us,
                        bool is_last) {
    int64_t from = at_us;
    for (int i = 0; i < n_turns && !is_last; i++) {
        bool has_next = i + 1 < n_turns;
        if (has_next && turns[i + 1].from_us <= from)
            continue;
        int64_t opens = calendar_next_open(turns[i].hours, from);
        bool is_in_time = opens != POLICY_NO_INSTANT && opens <= turns[i].act_by_us;
        if (is_in_time && (!has_next || opens < turns[i + 1].from_us))
            return opens;
        if (has_next)
            from = turns[i + 1].from_us;
    }
    return at_us;
}

int64_t policy_notice_us(const struct policy *p, const struct policy_turns *t, int turn,
                         int64_t at_us) {
    struct notice_turn turns[POLICY_MAX_CHAIN];
    int n = 0;
    for (int i = turn; i < t->n; i++) {
        const struct desk *desk = p->triage;
        for (int k = 0; k < p->n_desks; k++)
            if (span_is(t->desk[i], p->desks[k].name))
                desk = &p->desks[k];
        turns[n++] = (struct notice_turn){desk->calendar, t->from_us[i], t->act_by_us[i]};
    }
    return deadline_notice(turns, n, at_us, false);
}

/* A share of the time from start to due, on the duty's own clock. */
static int64_t share_of(const struct duration *d, int64_t start_us, int64_t due_us,
                        int percent) {
    int64_t whole = duration_counted(d, start_us, due_us);
    int64_t at = duration_advance(d, start_us,
                                  whole / 100 * percent + whole % 100 * percent / 100);
    return at == POLICY_NO_INSTANT ? due_us : at;
}

/* The earliest first: a share may come after some hours before the end, and what is put
 * off to the opening of a desk after what is not. */
static void add_warning(struct policy_duty *out, int64_t at_us) {
    int i = out->n_warnings++;
    for (; i > 0 && out->warn_us[i - 1] > at_us; i--)
        out->warn_us[i] = out->warn_us[i - 1];
    out->warn_us[i] = at_us;
}

static void fill_warnings(const struct policy *p, const struct duty_spec *spec,
                          struct policy_duty *out) {
    struct notice_turn turns[POLICY_MAX_CHAIN];
    int n_turns = deadline_notice_turns(p, out, turns);
    out->n_warnings = 0;
    for (int i = 0; i < spec->n_warnings; i++) {
        const struct warning *w = &spec->warnings[i];
        int64_t at = w->percent > 0
                         ? share_of(&spec->due, out->start_us, out->due_us, w->percent)
                         : out->due_us - w->before_us;
        if (at > out->start_us) { /* else it is longer than the whole duty */
            add_warning(out,
                        deadline_notice(turns, n_turns, at, i + 1 == spec->n_warnings));
        }
    }
}

/* False: an instant lies beyond the years of the calendars; due and aim are
 * POLICY_NO_INSTANT then. */
static bool fill_dates(const struct duty_spec *spec, int64_t start_us,
                       struct policy_duty *out) {
    out->start_us = start_us;
    out->due_us =
        start_us == POLICY_NO_INSTANT ? start_us : duration_after(&spec->due, start_us);
    out->aim_us = POLICY_NO_INSTANT;
    out->n_warnings = 0;
    if (out->due_us != POLICY_NO_INSTANT && spec->has_aim)
        out->aim_us = duration_after(&spec->aim, start_us);
    return out->due_us != POLICY_NO_INSTANT;
}

static struct policy_desk_choice owner_of(const struct deadline_request *q,
                                          const struct policy_turn *first) {
    int n = q->chain ? q->chain->n : 0;
    bool is_last = n == 0 || first->desk == q->chain->steps[n - 1].desk->name;
    return (struct policy_desk_choice){first->desk, first->act_by_us, is_last && n != 1};
}

const char *deadline_fill(const struct policy *p, const struct policy_facts *f,
                          const struct deadline_request *q, const struct duty_spec *spec,
                          struct policy_duty *out) {
    bool is_waiting = spec->start_time < 0;
    bool has_due = fill_dates(
        spec, is_waiting ? POLICY_NO_INSTANT : f->time_us[spec->start_time], out);
    out->waits_for = spec->waits_for;
    out->n_turns = 0;
    if (is_waiting) {
        out->owner = deadline_route(q, f->time_us[TIME_EVENT]);
        out->owner.act_by_us = POLICY_NO_INSTANT;
        return NULL;
    }
    if (!has_due) {
        return out->start_us == POLICY_NO_INSTANT
                   ? p->domain.time_missing[spec->start_time]
                   : cause_beyond;
    }
    out->n_turns =
        handover_plan(q, out->start_us, out->due_us, spec->reserve_us, out->turns);
    out->owner = owner_of(q, &out->turns[0]);
    fill_warnings(p, spec, out);
    return NULL;
}

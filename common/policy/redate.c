#include "common/policy/redate.h"

#include "common/policy/duration.h"
#include "common/policy/duty_clock.h"
#include "common/policy/rule.h"

const struct duty_spec *redate_terms(const struct policy *p, struct span rule_id,
                                     struct span duty_name, bool *applies_to_open) {
    const struct rule *r = rule_find(p, rule_id);
    *applies_to_open = r && r->applies_to_open;
    for (int i = 0; r && !r->is_shadow && i < r->then.n_duties; i++)
        if (span_is(duty_name, r->then.duties[i].name))
            return &r->then.duties[i];
    return NULL;
}

static const struct desk *find_desk(const struct policy *p, struct span name) {
    for (int i = 0; i < p->n_desks; i++)
        if (span_is(name, p->desks[i].name))
            return &p->desks[i];
    return p->triage;
}

/* Gives how many. */
static size_t events_of(const struct clock_course *c,
                        struct clock_event out[REDATE_MAX_HELD + 2]) {
    size_t n = 0;
    out[n++] = (struct clock_event){c->start_us, CLOCK_START};
    for (int i = 0; i < c->n_held; i++)
        out[n++] =
            (struct clock_event){c->held_us[i], i % 2 ? CLOCK_RESUME : CLOCK_PAUSE};
    if (c->ended_us != POLICY_NO_INSTANT)
        out[n++] = (struct clock_event){c->ended_us, CLOCK_STOP};
    return n;
}

static int64_t due_of(const struct duration *d, const struct clock_event *events,
                      size_t n) {
    return duty_clock_fold(d, events, n, events[n - 1].at_us).due_us;
}

static struct policy_turn turn_of(const struct desk *desk, int64_t from_us,
                                  int64_t start_us, int64_t latest_us) {
    int64_t act_by = calendar_last_open(desk->calendar, latest_us);
    if (act_by == POLICY_NO_INSTANT || act_by <= start_us)
        act_by = latest_us;
    return (struct policy_turn){
        .desk = desk->name, .from_us = from_us, .act_by_us = act_by};
}

/* When the turn before ends now that was planned to last so long. */
static int64_t next_from(const struct desk *desk, const struct policy_turn *before,
                         int64_t lasts_us) {
    int64_t end = before->from_us + lasts_us;
    end = calendar_last_open(desk->calendar,
                             end < before->act_by_us ? end : before->act_by_us);
    return end > before->from_us ? end : before->from_us;
}

static void move_turns(const struct policy *p, const struct policy_turns *t,
                       int64_t latest_us, struct policy_duty *out) {
    const struct desk *before = NULL;
    out->n_turns = t->n;
    for (int i = 0; i < t->n; i++) {
        const struct desk *desk = find_desk(p, t->desk[i]);
        int64_t from = t->from_us[i];
        if (i > t->present)
            from = next_from(before, &out->turns[i - 1], from - t->from_us[i - 1]);
        out->turns[i] = turn_of(desk, from, out->start_us, latest_us);
        before = desk;
    }
}

static void date_acts(const struct policy *p, const struct duty_spec *terms,
                      const struct desk *owner, const struct policy_turns *turns,
                      const struct clock_event *events, size_t n,
                      struct policy_duty *out) {
    int64_t latest = out->due_us - terms->reserve_us;
    out->turns[0] = turn_of(owner, out->start_us, out->start_us, latest);
    out->n_turns = 1;
    out->owner.act_by_us = out->turns[0].act_by_us;
    if (turns && turns->n > 0)
        move_turns(p, turns, latest, out);
    if (terms->has_aim)
        out->aim_us = due_of(&terms->aim, events, n);
    struct notice_turn notices[POLICY_MAX_CHAIN];
    int n_notices = deadline_notice_turns(p, out, notices);
    out->n_warnings = duty_clock_warnings(terms, events, n, events[n - 1].at_us, notices,
                                          n_notices, out->warn_us);
}

bool redate_duty(const struct policy *p, const struct duty_spec *terms, struct span desk,
                 const struct policy_turns *turns, const struct clock_course *course,
                 struct policy_duty *out) {
    const struct desk *owner = find_desk(p, desk);
    struct clock_event events[REDATE_MAX_HELD + 2];
    size_t n = events_of(course, events);
    *out = (struct policy_duty){
        .start_us = course->start_us,
        .due_us = due_of(&terms->due, events, n),
        .aim_us = POLICY_NO_INSTANT,
        .owner = {owner->name, POLICY_NO_INSTANT, false},
    };
    if (out->due_us == POLICY_NO_INSTANT)
        return course->n_held % 2 == 1;
    date_acts(p, terms, owner, turns, events, n, out);
    return true;
}

void redate_take(struct policy_duty *d, const struct policy_duty *dates) {
    d->start_us = dates->start_us;
    d->due_us = dates->due_us;
    d->aim_us = dates->aim_us;
    d->owner.act_by_us = dates->owner.act_by_us;
    d->n_warnings = dates->n_warnings;
    memcpy(d->warn_us, dates->warn_us, sizeof dates->warn_us);
    if (d->n_turns < dates->n_turns) {
        d->n_turns = dates->n_turns;
        memcpy(d->turns, dates->turns, sizeof dates->turns);
    }
    for (int i = 0; i < dates->n_turns; i++) {
        d->turns[i].from_us = dates->turns[i].from_us;
        d->turns[i].act_by_us = dates->turns[i].act_by_us;
    }
}

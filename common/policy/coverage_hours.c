/*
 * coverage_hours.c: one duty, one chain, one language: who answers, hour by hour.
 *
 * Whether anybody can act in time is asked of deadline_owner; who is asked first is the
 * plan's word (handover.h), which falls back on triage in the same cases.
 * The owner at an instant t is asked of deadline_owner, as a decision asks it. When its
 * desk must act by A, nothing that begins between t and A can be missed: its due instant
 * is no earlier, so the last open instant of that desk before it is A or later, which is
 * still ahead. So the walk jumps from t to A, and reaches every instant at which nobody is
 * left, not only full hours. Where that reasoning does not hold (near a clock change the
 * due instant may step back) it goes minute by minute. Business days that begin on a closed day begin with its own wall time, which may be
 * due earlier than what began on the day before: there a jump ends at midnight.
 */
#include "common/policy/coverage.h"

#include "common/base/clock.h"
#include "common/policy/civil.h"
#include "common/policy/deadline.h"
#include "common/policy/duration.h"
#include "common/policy/handover.h"

struct walk {
    struct coverage_hours *h;
    const struct policy *p;
    const struct deadline_request *r;
    const struct duty_spec *duty;
    int32_t first_day;
    bool is_triage_meant;
    int segment;                     /* of the zone, where the walk is */
    int last_missed[COVERAGE_HOURS]; /* week in which the hour was counted last */
};

static int hour_of_wall(int64_t wall_us) {
    int32_t day = civil_day_of_us(wall_us);
    return civil_weekday(day) * 24 + (int)((wall_us - day * US_PER_DAY) / US_PER_HOUR);
}

int coverage_hour_of(const struct zone *zone, int64_t at_us) {
    return hour_of_wall(zone_wall_us(zone, at_us));
}

/* The walk goes forward, so the zone's segment is carried along. */
static int64_t wall_at(struct walk *w, int64_t t) {
    const struct zone *z = w->h->zone;
    while (w->segment > 0 && z->segments[w->segment].from_us > t)
        w->segment--;
    while (w->segment + 1 < z->n_segments && z->segments[w->segment + 1].from_us <= t)
        w->segment++;
    return t + z->segments[w->segment].offset_us;
}

static int64_t next_hour(struct walk *w, int64_t t) {
    return t + US_PER_HOUR - wall_at(w, t) % US_PER_HOUR;
}

/* Triage by the word of a rule is somebody; by `else`, or as the last of a chain, it is
 * nobody. */
static bool is_triage_meant(const struct policy *p, const struct chain *c) {
    for (int i = 0; i < p->n_tables; i++)
        if (p->tables[i].has_else && p->tables[i].otherwise.then.chain == c)
            return false;
    return c && c->n == 1;
}

/* Who owns what begins at `t`: the step of the chain and its act-by; COVERAGE_NOBODY when
 * that is triage. */
static int owner_at(const struct walk *w, int64_t t, int64_t *act_by_us,
                    int64_t *due_us) {
    *due_us = duration_after(&w->duty->due, t);
    if (*due_us == POLICY_NO_INSTANT)
        return COVERAGE_NOBODY;
    struct policy_desk_choice c = deadline_owner(w->r, t, *due_us, w->duty->reserve_us);
    *act_by_us = c.act_by_us;
    bool is_triage = c.is_catch_all || c.desk == w->p->triage->name;
    if ((is_triage && !w->is_triage_meant) || c.act_by_us <= t)
        return COVERAGE_NOBODY;
    for (int i = 0; i < w->r->chain->n; i++)
        if (w->r->chain->steps[i].desk->name == c.desk)
            return i;
    return COVERAGE_NOBODY;
}

/* Who has what begins at `t` first: somebody, since somebody owns it. */
static int first_at(const struct walk *w, int64_t t, int64_t due_us) {
    struct policy_turn turns[POLICY_MAX_CHAIN];
    const struct chain *c = w->r->chain;
    int i = 0;
    (void)handover_plan(w->r, t, due_us, w->duty->reserve_us, turns);
    while (i + 1 < c->n && c->steps[i].desk->name != turns[0].desk)
        i++;
    return i;
}

static bool clock_changes(const struct zone *z, int64_t from_us, int64_t to_us) {
    return zone_offset_us(z, from_us - 3 * US_PER_HOUR) !=
           zone_offset_us(z, to_us + 3 * US_PER_HOUR);
}

/* The next instant to look at: nothing that begins before it can be missed. */
static int64_t jump(const struct walk *w, int64_t t, int64_t act_by_us) {
    const struct duration *d = &w->duty->due;
    int64_t minute = t + US_PER_MIN;
    if (duration_after(d, act_by_us) == POLICY_NO_INSTANT ||
        (d->calendar && clock_changes(d->calendar->zone, t, act_by_us)))
        return act_by_us < minute ? act_by_us : minute;
    if (d->kind == SPAN_BUSINESS_DAYS) {
        int32_t today = civil_day_of_us(zone_wall_us(d->calendar->zone, t));
        int64_t midnight =
            zone_instant_us(d->calendar->zone, (today + 1) * US_PER_DAY, NULL);
        return act_by_us < midnight ? act_by_us : midnight;
    }
    return act_by_us;
}

static void miss(struct walk *w, int64_t t) {
    int64_t wall = wall_at(w, t);
    int hour = hour_of_wall(wall), week = (civil_day_of_us(wall) - w->first_day) / 7;
    if (w->h->missed[hour] > 0 && w->last_missed[hour] == week)
        return; /* the hour that the clocks repeat */
    if (w->h->missed[hour]++ == 0) {
        w->h->first_us[hour] = t;
        w->h->n_missed++;
    }
    w->last_missed[hour] = week;
}

static void miss_all(struct walk *w, int64_t from_us) {
    for (int hour = 0; hour < COVERAGE_HOURS; hour++) {
        w->h->missed[hour] = w->h->weeks;
        w->h->first_us[hour] = zone_instant_us(
            w->h->zone, zone_wall_us(w->h->zone, from_us) + hour * US_PER_HOUR, NULL);
    }
    w->h->n_missed = COVERAGE_HOURS;
}

/* Whether some desk before triage speaks the language at all. */
static bool has_speaker(const struct walk *w) {
    const struct chain *c = w->r->chain;
    for (int i = 0; c && i < c->n; i++) {
        const struct desk *d = c->steps[i].desk;
        if ((d != w->p->triage || w->is_triage_meant) &&
            (d->speaks_any || w->r->lang < 0 || word_set_has(&d->langs, (int)w->r->lang)))
            return true;
    }
    return false;
}

/* Who owns what begins with each hour, from the first week that says so. */
static void find_owners(struct walk *w, int64_t from_us, int64_t to_us) {
    int wanted = COVERAGE_HOURS;
    for (int64_t t = from_us; t < to_us && wanted > 0; t = next_hour(w, t)) {
        int hour = hour_of_wall(wall_at(w, t));
        int64_t act_by, due;
        if (w->h->desk[hour] != COVERAGE_NOBODY)
            continue;
        if (w->h->missed[hour] < w->h->weeks &&
            owner_at(w, t, &act_by, &due) != COVERAGE_NOBODY)
            w->h->desk[hour] = (int16_t)first_at(w, t, due);
        wanted -=
            w->h->desk[hour] != COVERAGE_NOBODY || w->h->missed[hour] == w->h->weeks;
    }
}

void coverage_hours_fill(struct coverage_hours *h, const struct policy *p,
                         const struct deadline_request *r, const struct duty_spec *duty,
                         const struct zone *zone, int32_t first_day, int weeks) {
    struct walk w = {.h = h, .p = p, .r = r, .duty = duty, .first_day = first_day};
    w.is_triage_meant = is_triage_meant(p, r->chain);
    *h = (struct coverage_hours){.zone = zone, .weeks = (uint16_t)weeks};
    for (int i = 0; i < COVERAGE_HOURS; i++) {
        h->first_us[i] = POLICY_NO_INSTANT;
        h->desk[i] = COVERAGE_NOBODY;
    }
    int64_t from = zone_instant_us(zone, first_day * US_PER_DAY, NULL);
    int64_t to = zone_instant_us(zone, (first_day + weeks * 7) * US_PER_DAY, NULL);
    if (!has_speaker(&w)) { /* then every week is like the first */
        miss_all(&w, from);
        return;
    }
    for (int64_t t = from; t < to;) {
        int64_t act_by = t, due = t;
        if (owner_at(&w, t, &act_by, &due) == COVERAGE_NOBODY) {
            miss(&w, t);
            t = next_hour(&w, t);
        } else {
            t = jump(&w, t, act_by);
        }
    }
    find_owners(&w, from, to);
}

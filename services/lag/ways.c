/* ways.c: groups and topics: the sums of their partitions, and their last hour. */
#include "common/base/clock.h"
#include "services/lag/lag.h"

#include <stdlib.h>

static void begin(struct lag_way *w) {
    w->is_seen = false;
    w->n_rows = 0;
    w->is_known = true;
    w->lag = w->position_sum = w->age_us = 0;
    w->read_rate = w->write_rate = 0;
    w->worst = LAG_UNKNOWN;
    w->risk = (struct risk){0};
    w->has_risk = false;
}

static struct lag_way *way_of(struct lag *l, const struct lag_row *r) {
    size_t at = 0;
    for (; at < l->n_ways; at++) {
        int order = strcmp(l->ways[at]->group, r->group);
        order = order != 0 ? order : strcmp(l->ways[at]->topic, r->topic);
        if (order == 0)
            return l->ways[at];
        if (order > 0)
            break;
    }
    if (l->n_ways == l->room_ways) {
        l->room_ways = l->room_ways ? 2 * l->room_ways : 16;
        l->ways = xrealloc(l->ways, l->room_ways * sizeof *l->ways);
    }
    memmove(l->ways + at + 1, l->ways + at, (l->n_ways - at) * sizeof *l->ways);
    struct lag_way *w = xcalloc(1, sizeof *w);
    *w = (struct lag_way){
        .group = xstrdup(r->group), .topic = xstrdup(r->topic), .retention_us = -1};
    begin(w);
    l->ways[at] = w;
    l->n_ways++;
    return w;
}

/* Burrow's order of gravity. */
static int gravity(enum lag_state s) {
    static const int ranks[] = {[LAG_UNKNOWN] = 0, [LAG_OK] = 1,    [LAG_WARN] = 2,
                                [LAG_REWIND] = 3,  [LAG_STALL] = 4, [LAG_STOP] = 5};
    return ranks[s];
}

static void add(struct lag_way *w, const struct lag_row *r) {
    const struct lag_verdict *v = &r->verdict;
    w->is_seen = true;
    w->is_ours = r->is_ours;
    w->n_rows++;
    if (r->is_judged && gravity(v->state) > gravity(w->worst))
        w->worst = v->state;
    if (!r->is_judged || v->trouble == LAG_NOT_THERE) {
        w->is_known = false;
        return;
    }
    w->lag += v->lag;
    w->position_sum += r->is_claimed ? r->position : 0;
    if (v->age_us == EVENT_ABSENT || w->age_us == EVENT_ABSENT)
        w->age_us = EVENT_ABSENT;
    else if (v->age_us > w->age_us)
        w->age_us = v->age_us;
    w->read_rate =
        v->read_rate < 0 || w->read_rate < 0 ? -1 : w->read_rate + v->read_rate;
    w->write_rate =
        v->write_rate < 0 || w->write_rate < 0 ? -1 : w->write_rate + v->write_rate;
}

/* What a backlog of each partition puts at risk: they are read side by side. */
static void tell_risk(struct lag *l, struct lag_way *w) {
    const struct lag_allowances *known = NULL;
    for (size_t i = 0; i < l->facts.n_allowances; i++)
        if (strcmp(l->facts.allowances[i].topic, w->topic) == 0)
            known = &l->facts.allowances[i];
    if (!w->is_ours || !known || known->n == 0 || !w->is_known || !lag_are_facts_fresh(l))
        return;
    w->has_risk = true;
    for (size_t i = 0; i < l->n_rows; i++) {
        const struct lag_row *r = l->rows[i];
        if (strcmp(r->group, w->group) != 0 || strcmp(r->topic, w->topic) != 0)
            continue;
        const struct lag_verdict *v = &r->verdict;
        if (v->lag > 0 && (v->read_rate < 0 || v->age_us == EVENT_ABSENT)) {
            w->has_risk = false; /* the speed is not known yet */
            return;
        }
        const struct risk_backlog b = {v->lag, v->age_us, v->read_rate};
        risk_add(&w->risk, l->arena, &b, known->promises, known->n, known->per_record);
    }
}

static void add_point(struct lag_way *w, int64_t now) {
    if (w->trend_n == TREND_POINTS) {
        w->trend_first = (w->trend_first + 1) % TREND_POINTS;
        w->trend_n--;
    }
    w->trend[(w->trend_first + w->trend_n++) % TREND_POINTS] = (struct lag_point){
        now, w->is_known ? w->lag : -1, w->is_known ? w->age_us : EVENT_ABSENT};
}

void lag_sum_up(struct lag *l) {
    for (size_t i = 0; i < l->n_ways; i++)
        begin(l->ways[i]);
    for (size_t i = 0; i < l->n_rows; i++) {
        struct lag_way *w = way_of(l, l->rows[i]);
        add(w, l->rows[i]);
    }
    size_t kept = 0;
    bool is_point = l->round_us - l->trend_us >= TREND_EVERY_US;
    if (is_point)
        l->trend_us = l->round_us;
    for (size_t i = 0; i < l->n_ways; i++) {
        struct lag_way *w = l->ways[i];
        if (!w->is_seen) {
            free(w->group);
            free(w->topic);
            free(w);
            continue;
        }
        l->ways[kept++] = w;
        w->catch_up_us = w->is_known
                             ? lag_catch_up_us(w->lag, w->read_rate, w->write_rate)
                             : EVENT_ABSENT;
        tell_risk(l, w);
        if (is_point || w->trend_n == 0)
            add_point(w, l->round_us);
    }
    l->n_ways = kept;
}

struct lag_count *lag_open_at_risk(const struct lag *l, const struct lag_way *w,
                                   struct arena *a, size_t *n) {
    struct lag_count *desks = arena_array(a, l->facts.n_open + 1, sizeof *desks);
    *n = 0;
    if (!w->is_known || w->lag == 0 || w->catch_up_us == EVENT_ABSENT ||
        !lag_are_facts_fresh(l))
        return desks;
    int64_t until =
        w->catch_up_us == INT64_MAX ? INT64_MAX : l->round_us + w->catch_up_us;
    for (size_t i = 0; i < l->facts.n_allowances; i++) {
        const struct lag_allowances *known = &l->facts.allowances[i];
        for (size_t k = 0; k < l->facts.n_open && strcmp(known->topic, w->topic) == 0;
             k++) {
            const struct lag_open *o = &l->facts.open[k];
            if (strcmp(o->case_kind, known->case_kind) != 0 || o->act_by_us >= until)
                continue;
            size_t d = 0;
            while (d < *n && strcmp(desks[d].name, o->desk) != 0)
                d++;
            if (d == *n)
                desks[(*n)++] = (struct lag_count){o->desk, "", 0, o->act_by_us};
            desks[d].n += o->n;
        }
    }
    return desks;
}

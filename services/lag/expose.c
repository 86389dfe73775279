/* expose.c: everything as Prometheus series. What is not known is not there. */
#include "common/base/clock.h"
#include "common/base/series.h"
#include "services/lag/lag.h"

#include <math.h>
#include <stdio.h>

/* One series: its head comes with its first value. */
struct family {
    struct builder *out;
    enum series series;
    bool has_head;
};

static struct family family(struct builder *out, enum series s) {
    return (struct family){out, s, false};
}

static void name(struct family *f, const char *const *labels) {
    if (!f->has_head)
        series_head(f->out, f->series);
    f->has_head = true;
    series_name(f->out, f->series, labels);
}

static void number(struct family *f, const char *const *labels, int64_t value) {
    name(f, labels);
    build_i64(f->out, value);
    build_char(f->out, '\n');
}

static void seconds(struct family *f, const char *const *labels, int64_t us) {
    name(f, labels);
    series_seconds(f->out, us);
    build_char(f->out, '\n');
}

/* ---- partitions ---- */

static void row_value(struct family *f, const struct lag_row *r, const char *const *at) {
    const struct lag_verdict *v = &r->verdict;
    const char *const with_state[] = {at[0], at[1], at[2], lag_state_words[v->state]};
    bool is_there = v->trouble != LAG_NOT_THERE;
    switch (f->series) {
    case S_GROUP_OFFSET:
        if (r->is_claimed)
            number(f, at, r->position);
        return;
    case S_GROUP_LAG:
        if (is_there)
            number(f, at, v->lag);
        return;
    case S_GROUP_LAG_SECONDS:
        if (is_there && v->age_us != EVENT_ABSENT)
            seconds(f, at, v->age_us);
        return;
    case S_LAG_ESTIMATED:
        if (is_there && v->is_estimated)
            number(f, at, 1);
        return;
    case S_STATE:
        if (v->state != LAG_UNKNOWN)
            number(f, with_state, 1);
        return;
    case S_LOST:
        if (is_there)
            number(f, at, v->lost);
        return;
    case S_RECREATED:
        number(f, at, v->trouble != LAG_NO_TROUBLE && v->trouble != LAG_GONE);
        return;
    case S_UNKNOWN:
        if (r->is_stale || (r->is_listed && r->extent.high < 0))
            number(f, at, 1);
        return;
    case S_LOSS_IN:
        if (v->loss_in_us != EVENT_ABSENT)
            seconds(f, at, v->loss_in_us);
        return;
    case S_ENDANGERED:
        if (is_there)
            number(f, at, v->endangered);
        return;
    default:
        return;
    }
}

static void expose_rows(const struct lag *l, struct builder *out) {
    static const enum series of_rows[] = {
        S_GROUP_OFFSET, S_GROUP_LAG, S_GROUP_LAG_SECONDS, S_LAG_ESTIMATED, S_STATE,
        S_LOST,         S_RECREATED, S_UNKNOWN,           S_LOSS_IN,       S_ENDANGERED};
    for (size_t s = 0; s < COUNT_OF(of_rows); s++) {
        struct family f = family(out, of_rows[s]);
        for (size_t i = 0; i < l->n_rows; i++) {
            const struct lag_row *r = l->rows[i];
            char partition[12];
            snprintf(partition, sizeof partition, "%d", (int)r->partition);
            const char *const at[] = {r->group, r->topic, partition};
            if (r->is_judged || f.series == S_UNKNOWN)
                row_value(&f, r, at);
        }
    }
}

/* ---- topics ---- */

static void expose_partitions(const struct lag *l, struct builder *out) {
    static const enum series of_partitions[] = {S_TOPIC_OFFSET, S_TOPIC_OLDEST};
    for (size_t s = 0; s < COUNT_OF(of_partitions); s++) {
        struct family f = family(out, of_partitions[s]);
        for (size_t i = 0; i < l->n_partitions; i++) {
            const struct kafka_watched *p = &l->partitions[i];
            char partition[12];
            snprintf(partition, sizeof partition, "%d", (int)p->partition);
            int64_t value = f.series == S_TOPIC_OFFSET ? p->high : p->low;
            if (value >= 0)
                number(&f, (const char *const[]){p->topic, partition}, value);
        }
    }
    struct family f = family(out, S_TOPIC_PARTITIONS);
    for (size_t i = 0, from = 0; i < l->n_partitions; i++) {
        const char *topic = l->partitions[i].topic;
        if (i + 1 < l->n_partitions && strcmp(l->partitions[i + 1].topic, topic) == 0)
            continue;
        number(&f, (const char *const[]){topic}, (int64_t)(i + 1 - from));
        from = i + 1;
    }
}

/* ---- groups and topics ---- */

static void way_value(struct family *f, const struct lag_way *w, const char *const *at) {
    switch (f->series) {
    case S_GROUP_OFFSET_SUM:
        number(f, at, w->position_sum);
        return;
    case S_GROUP_LAG_SUM:
        number(f, at, w->lag);
        return;
    case S_CATCH_UP:
        if (w->catch_up_us != EVENT_ABSENT && w->catch_up_us != INT64_MAX)
            seconds(f, at, w->catch_up_us);
        return;
    case S_CATCH_UP_NEVER:
        if (w->catch_up_us != EVENT_ABSENT)
            number(f, at, w->catch_up_us == INT64_MAX);
        return;
    case S_DEADLINES_AT_RISK:
        for (size_t i = 0; w->has_risk && i < w->risk.n; i++)
            number(f, (const char *const[]){at[0], at[1], w->risk.desks[i].desk},
                   (int64_t)ceil(w->risk.desks[i].deadlines));
        return;
    case S_MONEY_AT_RISK:
        for (size_t i = 0; w->has_risk && i < w->risk.n; i++)
            for (size_t m = 0; m < w->risk.desks[i].n_money; m++)
                number(f,
                       (const char *const[]){at[0], at[1], w->risk.desks[i].desk,
                                             w->risk.desks[i].money[m].currency},
                       (int64_t)ceil(w->risk.desks[i].money[m].minor));
        return;
    default:
        return;
    }
}

static void expose_ways(const struct lag *l, struct builder *out) {
    static const enum series of_ways[] = {S_GROUP_OFFSET_SUM,  S_GROUP_LAG_SUM,
                                          S_CATCH_UP,          S_CATCH_UP_NEVER,
                                          S_DEADLINES_AT_RISK, S_MONEY_AT_RISK};
    for (size_t s = 0; s < COUNT_OF(of_ways); s++) {
        struct family f = family(out, of_ways[s]);
        for (size_t i = 0; i < l->n_ways; i++) {
            const struct lag_way *w = l->ways[i];
            if (w->is_known)
                way_value(&f, w, (const char *const[]){w->group, w->topic});
        }
    }
    struct family ours = family(out, S_GROUP_OURS);
    for (size_t i = 0; i < l->n_ways; i++)
        if (l->ways[i]->is_ours &&
            (i == 0 || strcmp(l->ways[i - 1]->group, l->ways[i]->group) != 0))
            number(&ours, (const char *const[]){l->ways[i]->group}, 1);
    struct family f = family(out, S_GROUP_MEMBERS);
    for (size_t i = 0; l->are_groups_known && i < l->n_groups; i++)
        if (l->groups[i].members >= 0)
            number(&f, (const char *const[]){l->groups[i].name}, l->groups[i].members);
}

static void expose_open(const struct lag *l, struct builder *out) {
    struct family f = family(out, S_OPEN_AT_RISK);
    struct arena *a = arena_new((size_t)8 << 20);
    for (size_t i = 0; i < l->n_ways; i++) {
        size_t n;
        const struct lag_count *desks = lag_open_at_risk(l, l->ways[i], a, &n);
        for (size_t k = 0; k < n; k++)
            number(&f, (const char *const[]){l->ways[i]->topic, desks[k].name},
                   desks[k].n);
    }
    arena_free(a);
}

/* ---- facts ---- */

static void expose_counts(struct builder *out, enum series s, const struct lag_counts *c,
                          bool has_two) {
    struct family f = family(out, s);
    for (size_t i = 0; i < c->n; i++)
        number(&f, (const char *const[]){c->items[i].name, has_two ? c->items[i].of : ""},
               c->items[i].n);
}

static void expose_sources(const struct lag *l, struct builder *out) {
    const struct {
        const char *name;
        const struct lag_source *source;
    } all[] = {{"kafka", &l->from_kafka}, {"postgres", &l->from_postgres}};
    struct family f = family(out, S_SOURCE_UP);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        number(&f, (const char *const[]){all[i].name}, lag_is_fresh(l, all[i].source));
    f = family(out, S_SOURCE_AGE);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (all[i].source->answered_us > 0)
            seconds(&f, (const char *const[]){all[i].name},
                    clock_monotonic_us() - all[i].source->answered_us);
    f = family(out, S_FACTS_AGE);
    if (l->facts.taken_us > 0)
        seconds(&f, (const char *const[]){"postgres"},
                clock_monotonic_us() - l->facts.answered_us);
}

void lag_expose(const struct lag *l, bool with_partitions, struct builder *out) {
    if (with_partitions)
        expose_rows(l, out);
    struct family left_out = family(out, S_LEFT_OUT);
    number(&left_out, (const char *const[]){"partitions"},
           with_partitions ? 0 : (int64_t)l->n_rows);
    if (with_partitions && lag_is_fresh(l, &l->from_kafka))
        expose_partitions(l, out);
    expose_ways(l, out);
    expose_sources(l, out);
    if (!lag_are_facts_fresh(l))
        return;
    expose_open(l, out);
    expose_counts(out, S_DEAD_LETTERS, &l->facts.dead_letters, true);
    expose_counts(out, S_PARKED, &l->facts.parked, true);
    expose_counts(out, S_BLOCKERS, &l->facts.blockers, true);
    expose_counts(out, S_WORKERS, &l->facts.workers, false);
}

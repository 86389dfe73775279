/*
 * json.c: /lag.json, what the page shows. Fields that are not known are null. Instants are
 * RFC 3339, durations seconds, money minor units.
 */
#include "common/base/clock.h"
#include "common/base/version.h"
#include "services/lag/lag.h"

#include <jansson.h>
#include <math.h>

static json_t *instant(int64_t us) {
    char text[CLOCK_TEXT_SIZE];
    if (us == EVENT_ABSENT || us <= 0)
        return json_null();
    clock_text(us, text);
    return json_string(text);
}

static json_t *seconds(int64_t us) {
    return us == EVENT_ABSENT || us == INT64_MAX
               ? json_null()
               : json_real((double)us / (double)US_PER_S);
}

static json_t *known(bool is_known, int64_t value) {
    return is_known ? json_integer(value) : json_null();
}

static json_t *rate(double per_second) {
    return per_second < 0 ? json_null() : json_real(per_second);
}

static json_t *word(const char *text) {
    return *text ? json_string(text) : json_null();
}

static json_t *partition(const struct lag_row *r) {
    const struct lag_verdict *v = &r->verdict;
    bool is_there = r->is_judged && v->trouble != LAG_NOT_THERE;
    return json_pack(
        "{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
        "s:o}",
        "partition", (int)r->partition, "position", known(r->is_claimed, r->position),
        "low", known(r->extent.low >= 0, r->extent.low), "high",
        known(r->extent.high >= 0, r->extent.high), "lag", known(is_there, v->lag),
        "lag_seconds", is_there ? seconds(v->age_us) : json_null(), "state",
        r->is_judged ? word(lag_state_words[v->state]) : json_null(), "is_interpolated",
        v->is_estimated, "trouble",
        r->is_judged                         ? word(lag_trouble_words[v->trouble])
        : r->is_listed && r->extent.high < 0 ? json_string("end unknown")
                                             : json_null(),
        "why", r->why ? json_string(r->why) : json_null(), "lost",
        known(is_there, v->lost), "endangered", known(is_there, v->endangered),
        "loss_in_seconds", is_there ? seconds(v->loss_in_us) : json_null(),
        "read_per_second", is_there ? rate(v->read_rate) : json_null(),
        "written_per_second", is_there ? rate(v->write_rate) : json_null(), "moved_at",
        instant(r->moved_us));
}

static json_t *partitions(const struct lag *l, const struct lag_way *w) {
    json_t *all = json_array();
    for (size_t i = 0; i < l->n_rows; i++)
        if (strcmp(l->rows[i]->group, w->group) == 0 &&
            strcmp(l->rows[i]->topic, w->topic) == 0)
            json_array_append_new(all, partition(l->rows[i]));
    return all;
}

static json_t *trend(const struct lag_way *w) {
    json_t *all = json_array();
    for (size_t i = 0; i < w->trend_n; i++) {
        const struct lag_point *p = &w->trend[(w->trend_first + i) % TREND_POINTS];
        json_array_append_new(all,
                              json_pack("[o, o, o]", json_integer(p->at_us / US_PER_S),
                                        known(p->lag >= 0, p->lag), seconds(p->age_us)));
    }
    return all;
}

static json_t *risk(const struct lag_way *w) {
    if (!w->has_risk)
        return json_null();
    json_t *all = json_array();
    for (size_t i = 0; i < w->risk.n; i++) {
        const struct risk_desk *d = &w->risk.desks[i];
        json_t *money = json_object();
        for (size_t m = 0; m < d->n_money; m++)
            json_object_set_new(money, d->money[m].currency,
                                json_integer((json_int_t)ceil(d->money[m].minor)));
        json_array_append_new(all, json_pack("{s:s, s:I, s:o}", "desk", d->desk,
                                             "deadlines", (json_int_t)ceil(d->deadlines),
                                             "money_minor", money));
    }
    return all;
}

static json_t *open_at_risk(const struct lag *l, const struct lag_way *w) {
    struct arena *a = arena_new((size_t)8 << 20);
    size_t n;
    const struct lag_count *desks = lag_open_at_risk(l, w, a, &n);
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(all, json_pack("{s:s, s:I, s:o}", "desk", desks[i].name,
                                             "deadlines", (json_int_t)desks[i].n,
                                             "first_at", instant(desks[i].oldest_us)));
    arena_free(a);
    return all;
}

static json_t *members(const struct lag *l, const char *group) {
    for (size_t i = 0; i < l->n_groups; i++)
        if (strcmp(l->groups[i].name, group) == 0)
            return known(l->groups[i].members >= 0, l->groups[i].members);
    return known(l->are_groups_known, 0);
}

static json_t *way(const struct lag *l, const struct lag_way *w) {
    json_t *catch_up =
        w->is_known && w->catch_up_us != EVENT_ABSENT ? json_object() : json_null();
    if (json_is_object(catch_up)) {
        json_object_set_new(catch_up, "never", json_boolean(w->catch_up_us == INT64_MAX));
        json_object_set_new(catch_up, "seconds", seconds(w->catch_up_us));
    }
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
        "group", w->group, "topic", w->topic, "source", w->is_ours ? "ledger" : "kafka",
        "members", members(l, w->group), "state", word(lag_state_words[w->worst]), "lag",
        known(w->is_known, w->lag), "lag_seconds",
        w->is_known ? seconds(w->age_us) : json_null(), "read_per_second",
        w->is_known ? rate(w->read_rate) : json_null(), "written_per_second",
        w->is_known ? rate(w->write_rate) : json_null(), "catch_up", catch_up,
        "retention_seconds", w->retention_us < 0 ? json_null() : seconds(w->retention_us),
        "at_risk", risk(w), "open_at_risk", open_at_risk(l, w), "partitions",
        partitions(l, w), "trend", trend(w));
}

static json_t *counts(const struct lag_counts *c, const char *name, const char *of) {
    json_t *all = json_array();
    for (size_t i = 0; i < c->n; i++)
        json_array_append_new(
            all, json_pack("{s:s, s:s, s:I, s:o}", name, c->items[i].name, of,
                           c->items[i].of, "count", (json_int_t)c->items[i].n,
                           "oldest_at", instant(c->items[i].oldest_us)));
    return all;
}

static json_t *revisions(const struct lag *l) {
    json_t *all = json_array();
    for (size_t i = 0; i < l->facts.n_revisions; i++) {
        const struct lag_revision *r = &l->facts.revisions[i];
        json_array_append_new(all, json_pack("{s:o, s:o, s:s, s:s, s:I, s:o}", "program",
                                             word(r->program), "workers",
                                             known(*r->program, r->n), "hash", r->hash,
                                             "label", r->label, "id", (json_int_t)r->id,
                                             "since", instant(r->since_us)));
    }
    return all;
}

static json_t *source(const struct lag *l, const struct lag_source *s) {
    return json_pack("{s:b, s:o, s:o}", "is_fresh", lag_is_fresh(l, s), "age_seconds",
                     s->answered_us ? seconds(clock_monotonic_us() - s->answered_us)
                                    : json_null(),
                     "error", s->is_failing ? json_string(s->err.text) : json_null());
}

static int append(const char *bytes, size_t len, void *out) {
    build_bytes(out, bytes, len);
    return 0;
}

void lag_json(const struct lag *l, struct builder *out) {
    json_t *ways = json_array();
    for (size_t i = 0; i < l->n_ways; i++)
        json_array_append_new(ways, way(l, l->ways[i]));
    json_t *all = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o}",
        "version", HENPIN_VERSION, "now", instant(clock_now_us()), "taken_at",
        instant(l->round_us), "interval_seconds", seconds(l->config->interval_us),
        "window_seconds", seconds(l->config->window_us), "kafka",
        source(l, &l->from_kafka), "postgres", source(l, &l->from_postgres), "facts_at",
        instant(l->facts.taken_us), "are_facts_fresh", lag_are_facts_fresh(l), "ways",
        ways, "dead_letters", counts(&l->facts.dead_letters, "group", "code"), "blockers",
        counts(&l->facts.blockers, "blocker", "desk"), "parked",
        counts(&l->facts.parked, "group", "topic"), "revisions", revisions(l));
    json_dump_callback(all, append, out, JSON_COMPACT);
    json_decref(all);
}

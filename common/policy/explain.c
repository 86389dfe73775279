/* explain.c: builds the record of explain.h: the decision, traced, and the second look at
 * the few rules and desks that came near it. */
#include "common/policy/explain.h"

#include "common/policy/civil.h"
#include "common/policy/condition.h"
#include "common/policy/deadline.h"
#include "common/policy/desk.h"
#include "common/policy/files.h"
#include "common/policy/index.h"
#include "common/policy/testcase.h"
#include "common/policy/yaml.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *explain_why_name(enum explain_why why) {
    static const char *const names[EXPLAIN_WHY_COUNT] = {
#define X(id, name, counts) [id] = name,
        EXPLAIN_REASONS(X)
#undef X
    };
    return names[why];
}

const char *explain_verdict_name(enum explain_verdict verdict) {
    static const char *const names[EXPLAIN_VERDICT_COUNT] = {
#define X(id, name) [id] = name,
        EXPLAIN_VERDICTS(X)
#undef X
    };
    return names[verdict];
}

/* ---- rules ---- */

/* The slots that this rule filled: the decision says so itself. */
static unsigned slots_given(const struct explanation *x, const struct rule *r) {
    const struct policy_decision *d = &x->d;
    unsigned gave = 0;
    for (int i = 0; i < d->n_duties; i++)
        gave |= d->duties[i].rule_id == r->id ? 1u << SLOT_DUTY : 0;
    for (int i = 0; i < d->n_blockers; i++)
        gave |= d->blockers[i].rule_id == r->id ? 1u << SLOT_BLOCKER : 0;
    if (!r->is_shadow) {
        gave |= r->then.handle && d->handler == r->then.handle ? 1u << SLOT_HANDLE : 0;
        gave |= r->then.chain && x->trace.chain == r->then.chain ? 1u << SLOT_CHAIN : 0;
    }
    if (d->disposition.is_shadow == r->is_shadow) {
        const struct policy_disposition *o = &d->disposition;
        gave |= r->then.code && o->code == r->then.code ? 1u << SLOT_CODE : 0;
        gave |= o->remedy_rule_id == r->id ? 1u << SLOT_REMEDY : 0;
        gave |= o->destination_rule_id == r->id ? 1u << SLOT_DESTINATION : 0;
        gave |= r->then.n_steps > 0 && o->n_steps == r->then.n_steps &&
                        o->steps[0].action == r->then.steps[0].action
                    ? 1u << SLOT_STEPS
                    : 0;
    }
    return gave & r->then.gives;
}

/* Another rule of the same table that hit and filled a slot which this one lost. */
static const struct rule *find_winner(const struct explanation *x,
                                      const struct explain_hit *loser) {
    for (int i = 0; i < x->n_hits; i++) {
        const struct explain_hit *h = &x->hits[i];
        if (h->table == loser->table && h != loser && h->gave & loser->lost)
            return h->rule;
    }
    return NULL;
}

/* A rule that failed on one condition: on which? */
static void look_at_near(struct explanation *x, const struct table *t,
                         const struct rule *r) {
    if (!decide_can_ask(x->f, x->trace.unusable, r))
        return;
    int fact = 0;
    while (fact < POLICY_FACT_COUNT &&
           (!r->conditions[fact] ||
            condition_holds(r->conditions[fact], &x->p->domain.facts[fact],
                            x->f->value[fact])))
        fact++;
    x->nears[x->n_nears++] =
        (struct explain_near){r, t, fact < POLICY_FACT_COUNT ? fact : -1};
}

static void look_at_table(struct explanation *x, const struct table *t) {
    uint16_t hits[INDEX_MAX_HITS];
    uint64_t near[INDEX_NEAR_RULES / 64] = {0};
    int n = index_match(t->index, x->f, hits, near, 0);
    for (int i = 0; i < n && i < INDEX_MAX_HITS; i++) {
        const struct rule *r = &t->rules[hits[i]];
        if (!decide_can_ask(x->f, x->trace.unusable, r))
            continue;
        struct explain_hit *h = &x->hits[x->n_hits++];
        *h = (struct explain_hit){.rule = r, .table = t, .gave = slots_given(x, r)};
        h->lost = r->is_shadow ? 0 : r->then.gives & ~h->gave;
    }
    for (int w = 0; w < INDEX_NEAR_RULES / 64; w++)
        for (uint64_t bits = near[w]; bits; bits &= bits - 1)
            look_at_near(x, t, &t->rules[w * 64 + __builtin_ctzll(bits)]);
}

static void look_at_rules(struct explanation *x) {
    const struct policy *p = x->p;
    x->hits = arena_array(x->a, (size_t)p->n_rules + 1, sizeof *x->hits);
    x->nears = arena_array(x->a, (size_t)p->n_rules + 1, sizeof *x->nears);
    for (int i = 0; i < p->n_tables; i++)
        if (x->trace.reached[i >> 6] >> (i & 63) & 1)
            look_at_table(x, &p->tables[i]);
    for (int i = 0; i < x->n_hits; i++) {
        struct explain_hit *h = &x->hits[i];
        h->winner = h->lost ? find_winner(x, h) : NULL;
    }
}

static bool slot_is_given(const struct explanation *x, const struct slot_need *need) {
    const char *word = need->slot == SLOT_HANDLE ? x->d.handler
                       : need->slot == SLOT_CODE ? x->d.disposition.code
                                                 : x->d.disposition.remedy;
    for (int i = 0; word && i < need->n; i++)
        if (word == need->words[i])
            return true;
    return false;
}

static int check_conditions(const struct explanation *x,
                            struct condition *const conditions[POLICY_FACT_COUNT],
                            bool is_of_table, struct explain_check *out, int room) {
    int n = 0;
    for (int fact = 0; fact < POLICY_FACT_COUNT && n < room; fact++) {
        if (conditions[fact]) {
            out[n++] = (struct explain_check){
                .condition = conditions[fact],
                .fact = fact,
                .is_of_table = is_of_table,
                .holds = condition_met(conditions[fact], x->p, x->f, fact)};
        }
    }
    return n;
}

int explain_rule_checks(const struct explanation *x, const struct rule *r,
                        const struct table *t,
                        struct explain_check out[EXPLAIN_MAX_CHECKS]) {
    int n = 0;
    for (int i = 0; i < t->n_needs; i++) {
        out[n++] = (struct explain_check){.fact = -1,
                                          .slot = &t->needs[i],
                                          .is_of_table = true,
                                          .holds = slot_is_given(x, &t->needs[i])};
    }
    n += check_conditions(x, t->guard, true, out + n, EXPLAIN_MAX_CHECKS - 1 - n);
    n += check_conditions(x, r->conditions, false, out + n, EXPLAIN_MAX_CHECKS - 1 - n);
    if (r->from_us != INT64_MIN || r->until_us != INT64_MAX) {
        int64_t at = x->f->time_us[r->by];
        out[n++] = (struct explain_check){.fact = -1,
                                          .is_validity = true,
                                          .holds = at != POLICY_NO_INSTANT &&
                                                   at >= r->from_us && at < r->until_us};
    }
    return n;
}

/* ---- desks ---- */

/* Which licence of the step the desk lacks at that instant, and since or until when. */
static void blame_licence(struct explain_desk *e, const struct chain_step *step,
                          int64_t at_us) {
    for (int i = 0; i < step->n_requires; i++) {
        struct chain_step one = {.n_requires = 1, .requires = {step->requires[i]}};
        if (desk_can(e->desk, &one, -1, at_us))
            continue;
        e->verdict = DESK_UNLICENSED;
        e->licence = step->requires[i];
        for (int k = 0; k < e->desk->n_licences; k++) {
            const struct licence *held = &e->desk->licences[k];
            if (strcmp(held->name, e->licence) != 0)
                continue;
            bool has_ended = held->until_us <= at_us;
            e->verdict = has_ended ? DESK_LICENCE_ENDED : DESK_LICENCE_LATER;
            e->licence_us = has_ended ? held->until_us : held->from_us;
        }
        return;
    }
}

/* The language first: no opening hour would help. */
static bool blame_person(struct explain_desk *e, const struct chain_step *step,
                         int64_t lang, int64_t at_us) {
    struct chain_step plain = {0};
    if (!desk_can(e->desk, &plain, lang, at_us)) {
        e->verdict = DESK_LANGUAGE;
    } else {
        e->verdict = DESK_TAKES;
        blame_licence(e, step, at_us);
    }
    return e->verdict != DESK_TAKES;
}

static void judge_for_duty(struct explain_desk *e, const struct chain_step *step,
                           const struct deadline_request *q,
                           const struct policy_duty *duty, int64_t latest_us) {
    e->act_by_us = deadline_step_act_by(q, step, duty->start_us, latest_us, 0);
    int64_t last = calendar_last_open(e->desk->calendar, latest_us);
    int64_t at = last == POLICY_NO_INSTANT ? latest_us : last;
    if (e->act_by_us != POLICY_NO_INSTANT) {
        if (e->act_by_us < last)
            blame_licence(e, step, last);
        e->verdict = DESK_TAKES;
        return;
    }
    if (blame_person(e, step, q->lang, at))
        return;
    e->verdict = last == POLICY_NO_INSTANT ? DESK_BEYOND : DESK_SHUT;
    e->opens_us = calendar_next_open(e->desk->calendar, duty->start_us);
}

static void judge_for_route(struct explain_desk *e, const struct chain_step *step,
                            const struct deadline_request *q, int64_t at_us) {
    e->act_by_us = POLICY_NO_INSTANT;
    e->opens_us = calendar_next_open(e->desk->calendar, at_us);
    if (blame_person(e, step, q->lang, at_us))
        return;
    bool is_closed = step->skip_closed && !calendar_is_open(e->desk->calendar, at_us);
    e->verdict = is_closed ? DESK_CLOSED : DESK_TAKES;
}

static bool could_take(const struct explain_desk *e) {
    return e->verdict == DESK_TAKES || e->verdict == DESK_LAST;
}

/* The first that can takes it. True: this one does. */
static bool place_first(struct explain_desk *e, bool is_taken) {
    e->verdict = could_take(e) && is_taken ? DESK_SPARE : e->verdict;
    return could_take(e);
}

/* The first turn of the plan takes it, the others may later. True: this one does. */
static bool place_in_plan(struct explain_desk *e, const struct policy_duty *duty) {
    if (!could_take(e) || e->desk->name == duty->turns[0].desk)
        return could_take(e);
    e->verdict = DESK_SPARE;
    for (int i = 1; i < duty->n_turns; i++) {
        if (e->desk->name == duty->turns[i].desk) {
            e->verdict = DESK_NEXT;
            e->from_us = duty->turns[i].from_us;
        }
    }
    return false;
}

static int last_with_turn(const struct explain_desks *desks) {
    int i = desks->n - 1;
    while (i > 0 && desks->items[i].verdict != DESK_NEXT && !could_take(&desks->items[i]))
        i--;
    return i;
}

/* `duty` NULL: who takes something without a deadline: the first desk that can; the last
 * one of a chain always can. Who is spare although a later one has a turn was away. */
static void look_at_desks(const struct explanation *x, const struct policy_duty *duty,
                          int64_t latest_us, struct explain_desks *out) {
    const struct chain *c = x->d.outcome == POLICY_NOT_EVALUATED ? NULL : x->trace.chain;
    struct deadline_request q = {c, x->p->triage, x->f->value[FACT_LANG]};
    bool is_taken = false;
    for (int i = 0; c && i < c->n; i++) {
        struct explain_desk *e = &out->items[out->n++];
        *e = (struct explain_desk){.desk = c->steps[i].desk,
                                   .from_us = POLICY_NO_INSTANT,
                                   .act_by_us = POLICY_NO_INSTANT,
                                   .opens_us = POLICY_NO_INSTANT};
        if (i + 1 == c->n) {
            e->verdict = c->n > 1 ? DESK_LAST : DESK_TAKES;
            e->act_by_us = duty ? latest_us : POLICY_NO_INSTANT;
        } else if (duty) {
            judge_for_duty(e, &c->steps[i], &q, duty, latest_us);
        } else {
            judge_for_route(e, &c->steps[i], &q, x->f->time_us[TIME_EVENT]);
        }
        bool takes = duty ? place_in_plan(e, duty) : place_first(e, is_taken);
        is_taken = is_taken || takes;
    }
    for (int i = 0, last = duty ? last_with_turn(out) : 0; i < last; i++) {
        struct explain_desk *e = &out->items[i];
        e->verdict = e->verdict == DESK_SPARE ? DESK_AWAY : e->verdict;
    }
    if (!c) {
        out->items[out->n++] =
            (struct explain_desk){.desk = x->p->triage,
                                  .from_us = POLICY_NO_INSTANT,
                                  .verdict = DESK_LAST,
                                  .act_by_us = duty ? latest_us : POLICY_NO_INSTANT,
                                  .opens_us = POLICY_NO_INSTANT};
    }
}

/* ---- duties ---- */

/* A due instant whose wall time the clocks skip or show twice. */
static bool wall_is_moved(const struct duration *d, int64_t start_us, int64_t due_us) {
    enum wall_kind kind = WALL_UNIQUE;
    if (!d->calendar || d->kind == SPAN_BUSINESS_HOURS)
        return false;
    const struct zone *zone = d->calendar->zone;
    int64_t wall = zone_wall_us(zone, due_us);
    if (d->kind == SPAN_CALENDAR_DAYS && !d->is_to_end_of_day && !d->roll) {
        int64_t days = d->amount - (d->is_first_day_counted ? 1 : 0);
        wall = zone_wall_us(zone, start_us) + days * INT64_C(86400000000);
    }
    (void)zone_instant_us(zone, wall, &kind);
    return kind != WALL_UNIQUE;
}

static void look_at_duty(struct explanation *x, int i) {
    struct explain_duty *e = &x->duties[i];
    const struct policy_duty *duty = &x->d.duties[i];
    e->duty = duty;
    e->spec = x->trace.duties[i];
    e->due = e->act_by = (struct explain_path){0};
    e->is_wall_moved = false;
    e->latest_us = POLICY_NO_INSTANT;
    e->desks.n = 0;
    if (duty->due_us == POLICY_NO_INSTANT) {
        look_at_desks(x, NULL, POLICY_NO_INSTANT, &e->desks);
        return;
    }
    e->due = explain_duration(x->a, &e->spec->due, duty->start_us, duty->due_us);
    e->is_wall_moved = wall_is_moved(&e->spec->due, duty->start_us, duty->due_us);
    e->latest_us = duty->due_us - e->spec->reserve_us;
    look_at_desks(x, duty, e->latest_us, &e->desks);
    for (int k = 0; k < e->desks.n; k++) {
        const struct explain_desk *d = &e->desks.items[k];
        if (d->desk->name == duty->owner.desk && duty->owner.act_by_us < e->latest_us) {
            e->act_by = explain_hours(x->a, d->desk->calendar, duty->owner.act_by_us,
                                      e->latest_us);
            return;
        }
    }
}

/* ---- the whole ---- */

static const struct zone *zone_by_name(const struct policy *p, const char *name) {
    for (int i = 0; name && i < p->n_zones; i++)
        if (strcmp(p->zones[i]->name, name) == 0)
            return p->zones[i];
    return NULL;
}

/* Debian's tzdata says its version in the first line of the source that it ships too. */
void explain_zone_data(char out[32]) {
    char line[64] = "";
    struct span prefix = SPAN("# version ");
    FILE *f = fopen("/usr/share/zoneinfo/tzdata.zi", "r");
    if (f && !fgets(line, sizeof line, f))
        line[0] = '\0';
    if (f)
        fclose(f);
    struct span version = span_trim(span_of(line));
    bool is_told = span_starts_with(version, prefix);
    snprintf(out, 32, "%.20s", is_told ? version.ptr + prefix.len : "unknown");
    out[strcspn(out, "\r\n")] = '\0';
}

struct explanation *explain_build(struct arena *a, const struct policy *p,
                                  const struct policy_facts *f, const char *zone) {
    /* Clearing all of it would cost more than the decision. */
    struct explanation *x = arena_alloc(a, sizeof *x);
    x->p = p;
    x->f = f;
    x->origin = NULL;
    x->a = a;
    x->n_hits = x->n_nears = 0;
    x->route.n = 0;
    decide_traced(p, f, &x->d, &x->trace);
    x->n_contradictions = policy_contradictions(p, f, x->contradictions);
    look_at_rules(x);
    for (int i = 0; i < x->d.n_duties; i++)
        look_at_duty(x, i);
    look_at_desks(x, NULL, POLICY_NO_INSTANT, &x->route);
    x->zone = zone_by_name(p, zone);
    for (int i = 0; i < x->d.n_duties && !x->zone; i++) {
        const struct calendar *c = x->duties[i].spec->due.calendar;
        x->zone = c ? c->zone : NULL;
    }
    return x;
}

enum status policy_read_given(const struct policy *p, const char *path,
                              const struct policy_report *report,
                              struct policy_facts *out, struct error *err) {
    struct findings fs = {.report = report};
    struct arena *a = arena_new((size_t)64 << 20);
    struct loader l = {
        .p = (struct policy *)p, .a = a, .scratch = a, .fs = &fs, .dir = "."};
    const struct source *source = file_read(a, path, path);
    enum status status = ST_OK;
    if (!source) {
        status =
            error_set(err, E_FILE, "could not read \"%s\": %s", path, strerror(errno));
    } else {
        const struct node *root = yaml_read(a, source, &fs);
        const struct node *given = node_get(root, "given");
        static const struct zone_segment always_utc = {INT64_MIN, 0};
        const struct zone utc = {.name = "UTC",
                                 .segments = (struct zone_segment *)&always_utc,
                                 .n_segments = 1};
        l.zone = &utc;
        if (!root || !given_read(&l, given ? given : root, out))
            status = error_set(err, E_FILE, "\"%s\" does not state an event", path);
    }
    arena_free(a);
    return status;
}

/* diff.c: one event under two revisions, and the totals over many. */
#include "common/policy/diff.h"

#include "common/policy/outcome.h"

#include <stdio.h>
#include <stdlib.h>

const char *diff_kind_name(enum diff_kind kind) {
    static const char *const names[DIFF_KIND_COUNT] = {
#define X(id, name) [id] = name,
        DIFF_KINDS(X)
#undef X
    };
    return names[kind];
}

/* ---- events ---- */

bool diff_event_add(struct diff_event *e, struct diff_item item) {
    if (e->n == DIFF_MAX_ITEMS)
        return false;
    e->items[e->n++] = item;
    return true;
}

void diff_event_state(const struct diff_event *e, const struct policy *p,
                      struct policy_facts *out) {
    policy_facts_init(p, out);
    for (int i = 0; i < e->n; i++) {
        const struct diff_item *x = &e->items[i];
        enum policy_fact fact = (enum policy_fact)x->which;
        switch (x->kind) {
        case DIFF_WORD:
            policy_state(p, out, fact, x->word);
            break;
        case DIFF_NUMBER:
            policy_state_number(out, fact, x->number);
            break;
        case DIFF_MEMBER:
            policy_state_member(p, out, fact, x->word);
            break;
        case DIFF_EMPTY:
            policy_state_none(out, fact);
            break;
        case DIFF_TIME:
            policy_state_instant(out, (enum policy_time)x->which, x->number);
            break;
        }
    }
}

static void add_members(const struct attribute *at, int fact, int64_t bits,
                        struct diff_event *out) {
    (void)diff_event_add(out, (struct diff_item){.kind = DIFF_EMPTY, .which = fact});
    for (int i = 0; i < at->n_words; i++) {
        if (bits >> i & 1) {
            (void)diff_event_add(out, (struct diff_item){.kind = DIFF_MEMBER,
                                                         .which = fact,
                                                         .word = span_of(at->words[i])});
        }
    }
}

void diff_event_of(const struct policy *p, const struct policy_facts *f,
                   struct diff_event *out) {
    out->n = 0;
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        const struct attribute *at = &p->domain.facts[fact];
        int64_t v = f->value[fact];
        struct diff_item x = {.which = fact};
        if (f->outside >> fact & 1) {
            x.kind = at->kind == KIND_SET ? DIFF_MEMBER : DIFF_WORD;
            x.word = SPAN("a word outside the domain");
        } else if (v == FACT_MISSING) {
            continue;
        } else if (at->kind == KIND_SET) {
            add_members(at, fact, v, out);
            continue;
        } else if (at->kind == KIND_WORD) {
            x.kind = DIFF_WORD;
            x.word = span_of(at->words[v]);
        } else {
            x.kind = DIFF_NUMBER;
            x.number = v;
        }
        (void)diff_event_add(out, x);
    }
    for (int time = 0; time < POLICY_TIME_COUNT; time++) {
        if (f->time_us[time] != POLICY_NO_INSTANT) {
            (void)diff_event_add(out, (struct diff_item){.kind = DIFF_TIME,
                                                         .which = time,
                                                         .number = f->time_us[time]});
        }
    }
}

/* ---- two decisions ---- */

static void change(struct diff_result *out, struct diff_change c) {
    if (out->n < DIFF_MAX_CHANGES)
        out->items[out->n++] = c;
}

static void compare_words(struct diff_result *out, enum diff_kind kind,
                          const char *subject, const char *before, const char *after,
                          const char *rule_before, const char *rule_after) {
    if (!text_equal(before, after)) {
        change(out, (struct diff_change){kind, subject, before, after, POLICY_NO_INSTANT,
                                         POLICY_NO_INSTANT, rule_before, rule_after});
    }
}

static void compare_instants(struct diff_result *out, enum diff_kind kind,
                             const struct policy_duty *x, const struct policy_duty *y,
                             int64_t before_us, int64_t after_us) {
    if (before_us != after_us) {
        change(out, (struct diff_change){kind, x->name, NULL, NULL, before_us, after_us,
                                         x->rule_id, y->rule_id});
    }
}

static const struct policy_duty *find_duty(const struct policy_decision *d,
                                           const char *name) {
    for (int i = 0; i < d->n_duties; i++)
        if (!d->duties[i].is_shadow && strcmp(d->duties[i].name, name) == 0)
            return &d->duties[i];
    return NULL;
}

static const char *severity_word(int severity) {
    static const char *const words[] = {"note", "low", "normal", "high", "grave"};
    return severity >= 0 && severity < (int)COUNT_OF(words) ? words[severity] : "?";
}

/* Where two lists part: the words there; NULL: the list has ended. */
static void compare_stops(struct diff_result *out, const struct policy_duty *x,
                          const struct policy_duty *y) {
    int i = 0;
    while (i < x->n_stops && i < y->n_stops && text_equal(x->stop[i], y->stop[i]))
        i++;
    compare_words(out, DIFF_STOP, x->name, i < x->n_stops ? x->stop[i] : NULL,
                  i < y->n_stops ? y->stop[i] : NULL, x->rule_id, y->rule_id);
}

static void compare_warnings(struct diff_result *out, const struct policy_duty *x,
                             const struct policy_duty *y) {
    for (int i = 0; i < x->n_warnings || i < y->n_warnings; i++) {
        int64_t a = i < x->n_warnings ? x->warn_us[i] : POLICY_NO_INSTANT;
        int64_t b = i < y->n_warnings ? y->warn_us[i] : POLICY_NO_INSTANT;
        if (a != b) {
            compare_instants(out, DIFF_WARN, x, y, a, b);
            return;
        }
    }
}

static void compare_duty(struct diff_result *out, const struct policy_duty *x,
                         const struct policy_duty *y) {
    compare_instants(out, DIFF_START, x, y, x->start_us, y->start_us);
    compare_instants(out, DIFF_DUE, x, y, x->due_us, y->due_us);
    compare_instants(out, DIFF_ACT_BY, x, y, x->owner.act_by_us, y->owner.act_by_us);
    compare_instants(out, DIFF_AIM, x, y, x->aim_us, y->aim_us);
    compare_words(out, DIFF_DESK, x->name, x->owner.desk, y->owner.desk, x->rule_id,
                  y->rule_id);
    for (int i = 1; i < x->n_turns && i < y->n_turns; i++) {
        compare_words(out, DIFF_DESK, x->name, x->turns[i].desk, y->turns[i].desk,
                      x->rule_id, y->rule_id);
    }
    compare_words(out, DIFF_SEVERITY, x->name, severity_word(x->severity),
                  severity_word(y->severity), x->rule_id, y->rule_id);
    compare_words(out, DIFF_BREACH, x->name, x->breach, y->breach, x->rule_id,
                  y->rule_id);
    compare_words(out, DIFF_COST, x->name, x->breach_cost, y->breach_cost, x->rule_id,
                  y->rule_id);
    compare_stops(out, x, y);
    compare_warnings(out, x, y);
}

static void compare_duties(struct diff_result *out, const struct policy_decision *before,
                           const struct policy_decision *after) {
    for (int i = 0; i < before->n_duties; i++) {
        const struct policy_duty *x = &before->duties[i];
        const struct policy_duty *y = x->is_shadow ? NULL : find_duty(after, x->name);
        if (y) {
            compare_duty(out, x, y);
        } else if (!x->is_shadow) {
            change(out, (struct diff_change){DIFF_DUTY_REMOVED, x->name, x->rule_id, NULL,
                                             POLICY_NO_INSTANT, POLICY_NO_INSTANT,
                                             x->rule_id, NULL});
        }
    }
    for (int i = 0; i < after->n_duties; i++) {
        const struct policy_duty *y = &after->duties[i];
        if (!y->is_shadow && !find_duty(before, y->name)) {
            change(out, (struct diff_change){DIFF_DUTY_ADDED, y->name, NULL, y->rule_id,
                                             POLICY_NO_INSTANT, POLICY_NO_INSTANT, NULL,
                                             y->rule_id});
        }
    }
}

static bool has_blocker(const struct policy_decision *d, const char *name) {
    for (int i = 0; i < d->n_blockers; i++)
        if (!d->blockers[i].is_shadow && strcmp(d->blockers[i].name, name) == 0)
            return true;
    return false;
}

static void compare_blockers(struct diff_result *out,
                             const struct policy_decision *before,
                             const struct policy_decision *after) {
    for (int side = 0; side < 2; side++) {
        const struct policy_decision *one = side ? after : before;
        const struct policy_decision *other = side ? before : after;
        for (int i = 0; i < one->n_blockers; i++) {
            const struct policy_blocker *b = &one->blockers[i];
            if (b->is_shadow || has_blocker(other, b->name))
                continue;
            change(out, (struct diff_change){
                            side ? DIFF_BLOCKER_ADDED : DIFF_BLOCKER_REMOVED, b->name,
                            side ? NULL : b->rule_id, side ? b->rule_id : NULL,
                            POLICY_NO_INSTANT, POLICY_NO_INSTANT,
                            side ? NULL : b->rule_id, side ? b->rule_id : NULL});
        }
    }
}

static bool same_step(const struct policy_step *a, const struct policy_step *b) {
    return step_says_same(a, b) && a->due_us == b->due_us &&
           a->due_after_us == b->due_after_us;
}

static bool same_late(const struct policy_step *a, const struct policy_step *b) {
    return a->late && b->late ? step_equal(a->late, b->late) : !a->late && !b->late;
}

/* What tells two steps apart: their actions; of one action its due instant, or the first
 * word that differs. */
static struct diff_change step_change(const struct policy_step *x,
                                      const struct policy_step *y) {
    const char *a = x ? x->action : NULL, *b = y ? y->action : NULL;
    struct diff_change c = {DIFF_STEPS,        a ? a : b,         a,    b,
                            POLICY_NO_INSTANT, POLICY_NO_INSTANT, NULL, NULL};
    if (!a || !b || !text_equal(a, b))
        return c;
    if (x->due_us != y->due_us) {
        c.before = c.after = NULL;
        c.before_us = x->due_us;
        c.after_us = y->due_us;
        return c;
    }
    if (step_difference(x, y, &c.before, &c.after))
        return c;
    c.after = x->due_after_us != y->due_after_us ? "the same, due at another time"
              : x->after != y->after             ? "the same, after another step"
              : !same_late(x, y) ? "the same, with something else when it is late"
              : x->keep_years != y->keep_years ? "the same, kept for another time"
                                               : "the same, for other waste";
    return c;
}

static void compare_goods(struct diff_result *out, const struct policy_decision *before,
                          const struct policy_decision *after) {
    static const struct policy_disposition nothing;
    const struct policy_disposition *x = &before->disposition, *y = &after->disposition;
    x = x->is_shadow ? &nothing : x;
    y = y->is_shadow ? &nothing : y;
    compare_words(out, DIFF_CODE, "", x->code, y->code, x->rule_id, y->rule_id);
    compare_words(out, DIFF_REMEDY, "", x->remedy, y->remedy, x->remedy_rule_id,
                  y->remedy_rule_id);
    compare_words(out, DIFF_DESTINATION, "", x->destination, y->destination,
                  x->destination_rule_id, y->destination_rule_id);
    int i = 0, n = x->n_steps < y->n_steps ? x->n_steps : y->n_steps;
    while (i < n && same_step(&x->steps[i], &y->steps[i]))
        i++;
    if (i < n || x->n_steps != y->n_steps) {
        struct diff_change c = step_change(i < x->n_steps ? &x->steps[i] : NULL,
                                           i < y->n_steps ? &y->steps[i] : NULL);
        c.rule_before = x->rule_id;
        c.rule_after = y->rule_id;
        change(out, c);
    }
}

static bool same_rules(const struct policy_decision *a, const struct policy_decision *b) {
    if (a->n_rules != b->n_rules)
        return false;
    for (int i = 0; i < a->n_rules; i++) {
        bool is_there = false;
        for (int k = 0; k < b->n_rules && !is_there; k++)
            is_there = strcmp(a->rules[i], b->rules[k]) == 0;
        if (!is_there)
            return false;
    }
    return true;
}

void diff_decisions(const struct policy_decision *before,
                    const struct policy_decision *after, struct diff_result *out) {
    static const char *const outcomes[] = {"decided", "not_ours", "not_evaluated"};
    out->n = 0;
    out->has_other_rules = !same_rules(before, after);
    if (before->outcome != after->outcome || !text_equal(before->cause, after->cause)) {
        const char *x = before->cause ? before->cause : outcomes[before->outcome];
        const char *y = after->cause ? after->cause : outcomes[after->outcome];
        compare_words(out, DIFF_OUTCOME, "", x, y, NULL, NULL);
    }
    compare_words(out, DIFF_HANDLE, "", before->handler, after->handler, NULL, NULL);
    compare_duties(out, before, after);
    compare_blockers(out, before, after);
    compare_goods(out, before, after);
    compare_words(out, DIFF_ROUTE, "", before->route.desk, after->route.desk, NULL, NULL);
}

/* ---- totals ---- */

enum { SLOT_COUNT_OF_GROUPS = 4 * DIFF_MAX_GROUPS };

struct diff_totals *diff_totals_new(struct arena *a) {
    struct diff_totals *t = arena_zalloc(a, sizeof *t);
    t->groups = arena_array(a, DIFF_MAX_GROUPS, sizeof *t->groups);
    t->slots = arena_zalloc(a, SLOT_COUNT_OF_GROUPS * sizeof *t->slots);
    return t;
}

static bool has_instants(const struct diff_change *c) {
    return c->before_us != POLICY_NO_INSTANT && c->after_us != POLICY_NO_INSTANT;
}

static int direction(const struct diff_change *c) {
    return !has_instants(c) ? 0 : c->after_us > c->before_us ? 1 : -1;
}

static uint32_t hash_text(uint32_t h, const char *text) {
    for (; text && *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return (h ^ 255u) * 16777619u;
}

static uint32_t hash_of(const struct diff_change *c) {
    uint32_t h = 2166136261u + (uint32_t)c->kind * 31u + (uint32_t)(direction(c) + 1);
    const char *const texts[] = {c->subject, c->before, c->after, c->rule_before,
                                 c->rule_after};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        h = hash_text(h, texts[i]);
    return h;
}

static bool same_group(const struct diff_change *a, const struct diff_change *b) {
    return a->kind == b->kind && direction(a) == direction(b) &&
           text_equal(a->subject, b->subject) && text_equal(a->before, b->before) &&
           text_equal(a->after, b->after) && text_equal(a->rule_before, b->rule_before) &&
           text_equal(a->rule_after, b->rule_after);
}

/* NULL when there are too many different changes. */
static struct diff_group *group_of(struct diff_totals *t, const struct diff_change *c,
                                   const char *example) {
    uint32_t i = hash_of(c) % SLOT_COUNT_OF_GROUPS;
    while (t->slots[i] && !same_group(&t->groups[t->slots[i] - 1].key, c))
        i = (i + 1) % SLOT_COUNT_OF_GROUPS;
    if (!t->slots[i]) {
        if (t->n_groups == DIFF_MAX_GROUPS)
            return NULL;
        struct diff_group *g = &t->groups[t->n_groups++];
        *g = (struct diff_group){.key = *c, .least_us = INT64_MAX, .most_us = INT64_MIN};
        snprintf(g->example, sizeof g->example, "%s", example);
        t->slots[i] = t->n_groups;
    }
    return &t->groups[t->slots[i] - 1];
}

static void add_money(struct diff_group *g, const char *currency, int64_t minor) {
    int i = 0;
    while (i < g->n_money && strcmp(g->money[i].currency, currency) != 0)
        i++;
    if (i == DIFF_MAX_CURRENCIES)
        return;
    if (i == g->n_money) {
        snprintf(g->money[i].currency, sizeof g->money[i].currency, "%.7s", currency);
        g->money[i].minor = 0;
        g->n_money++;
    }
    if (__builtin_add_overflow(g->money[i].minor, minor, &g->money[i].minor))
        g->money[i].minor = INT64_MAX;
}

void diff_totals_add(struct diff_totals *t, const struct diff_result *r,
                     const char *example, const char *currency, int64_t value_minor) {
    bool is_told[DIFF_KIND_COUNT] = {false};
    t->n_events++;
    t->n_changed += r->n > 0;
    t->n_other_rules += r->n == 0 && r->has_other_rules;
    for (int i = 0; i < r->n; i++) {
        const struct diff_change *c = &r->items[i];
        t->of[c->kind] += !is_told[c->kind];
        is_told[c->kind] = true;
        struct diff_group *g = group_of(t, c, example);
        if (!g) {
            t->n_ungrouped++;
            continue;
        }
        g->n++;
        if (currency)
            add_money(g, currency, value_minor);
        if (has_instants(c)) {
            int64_t shift = c->after_us - c->before_us;
            g->least_us = shift < g->least_us ? shift : g->least_us;
            g->most_us = shift > g->most_us ? shift : g->most_us;
            g->sum_us += (double)shift;
        }
    }
}

static int by_kind_and_count(const void *a, const void *b) {
    const struct diff_group *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    if (x->key.kind != y->key.kind)
        return x->key.kind < y->key.kind ? -1 : 1;
    return strcmp(x->example, y->example);
}

void diff_totals_sort(struct diff_totals *t) {
    qsort(t->groups, (size_t)t->n_groups, sizeof *t->groups, by_kind_and_count);
}

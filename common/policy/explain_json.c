/* explain_json.c: an explanation as one JSON object, for machines. */
#include "common/policy/explain.h"
#include "common/policy/explain_rule.h"

#include "common/base/clock.h"
#include "common/base/version.h"
#include "common/policy/money.h"
#include "common/policy/outcome.h"

struct writing {
    const struct explanation *x;
    const struct words *w; /* English: the packs' own words */
    struct builder *b;
    bool is_first; /* of the object or list that is open */
};

/* ---- JSON ---- */

static void comma(struct writing *j) {
    build_text(j->b, j->is_first ? "" : ",");
    j->is_first = false;
}

static void name(struct writing *j, const char *key) {
    comma(j);
    if (key) {
        build_json(j->b, span_of(key));
        build_char(j->b, ':');
    }
}

static void open(struct writing *j, const char *key, char bracket) {
    name(j, key);
    build_char(j->b, bracket);
    j->is_first = true;
}

static void close(struct writing *j, char bracket) {
    build_char(j->b, bracket);
    j->is_first = false;
}

static void text(struct writing *j, const char *key, const char *value) {
    name(j, key);
    if (value)
        build_json(j->b, span_of(value));
    else
        build_text(j->b, "null");
}

static void number(struct writing *j, const char *key, int64_t value) {
    name(j, key);
    build_i64(j->b, value);
}

static void truth(struct writing *j, const char *key, bool value) {
    name(j, key);
    build_text(j->b, value ? "true" : "false");
}

static void instant(struct writing *j, const char *key, int64_t us) {
    char utc[CLOCK_TEXT_SIZE];
    if (us == POLICY_NO_INSTANT || us == INT64_MAX) {
        text(j, key, NULL);
        return;
    }
    clock_text(us, utc);
    text(j, key, utc);
}

static void texts(struct writing *j, const char *key, const char *const *items, int n) {
    open(j, key, '[');
    for (int i = 0; i < n; i++)
        text(j, NULL, items[i]);
    close(j, ']');
}

/* ---- parts ---- */

static void write_head(struct writing *j) {
    static const char *const outcomes[] = {"decided", "not_ours", "not_evaluated"};
    const struct explanation *x = j->x;
    char zone_data[32];
    text(j, "outcome", outcomes[x->d.outcome]);
    text(j, "cause", x->d.cause);
    text(j, "handle", x->d.handler);
    open(j, "policy", '{');
    text(j, "label", x->p->revision.label);
    text(j, "hash", x->p->revision.hash);
    number(j, "id", x->p->revision.id);
    close(j, '}');
    explain_zone_data(zone_data);
    text(j, "zone_data", zone_data);
    text(j, "engine", HENPIN_VERSION);
}

static void write_origin(struct writing *j) {
    const struct explain_origin *o = j->x->origin;
    if (!o)
        return;
    open(j, "recorded", '{');
    text(j, "what", o->what);
    text(j, "event_id", o->event_id);
    text(j, "from", o->from);
    text(j, "outcome", o->outcome);
    text(j, "cause", o->cause);
    texts(j, "rules", o->rules, o->n_rules);
    instant(j, "recorded_at", o->recorded_us);
    text(j, "revision_label", o->revision_label);
    text(j, "revision_hash", o->revision_hash);
    truth(j, "is_same_revision", o->is_same_revision);
    texts(j, "not_in_store", o->unknown, o->n_unknown);
    close(j, '}');
}

static void write_fact(struct writing *j, int fact) {
    const struct explanation *x = j->x;
    const struct attribute *at = &x->p->domain.facts[fact];
    int64_t v = x->f->value[fact];
    const char *key = fact_name(fact);
    if (x->f->outside >> fact & 1) {
        open(j, key, '{');
        truth(j, "outside_the_domain", true);
        close(j, '}');
    } else if (v == FACT_MISSING) {
        text(j, key, NULL);
    } else if (at->kind == KIND_WORD) {
        text(j, key, at->words[v]);
    } else if (at->kind == KIND_NUMBER) {
        number(j, key, v);
    } else {
        open(j, key, '[');
        for (int i = 0; i < at->n_words; i++)
            if (v >> i & 1)
                text(j, NULL, at->words[i]);
        close(j, ']');
    }
}

static void write_inputs(struct writing *j) {
    open(j, "facts", '{');
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++)
        if (j->x->trace.facts_read >> fact & 1)
            write_fact(j, fact);
    close(j, '}');
    open(j, "times", '{');
    for (int time = 0; time < POLICY_TIME_COUNT; time++)
        if (j->x->f->time_us[time] != POLICY_NO_INSTANT)
            instant(j, time_name(time), j->x->f->time_us[time]);
    close(j, '}');
}

static void write_contradictions(struct writing *j) {
    open(j, "contradictions", '[');
    for (int i = 0; i < j->x->n_contradictions; i++) {
        const struct policy_contradiction *c = j->x->contradictions[i];
        open(j, NULL, '{');
        text(j, "fact", fact_name((int)c->fact));
        text(j, "word", c->word);
        text(j, "other_fact", fact_name((int)c->other_fact));
        text(j, "other_word", c->other_word);
        text(j, "title", c->title);
        text(j, "source", c->source);
        close(j, '}');
    }
    close(j, ']');
}

static void write_slots(struct writing *j, const char *key, unsigned slots) {
    open(j, key, '[');
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        if (slots >> slot & 1)
            text(j, NULL, slot_name(slot));
    close(j, ']');
}

static void write_rule(struct writing *j, const struct rule *r, const struct table *t) {
    text(j, "rule", r->id);
    text(j, "table", t->name);
    text(j, "title", r->title);
    truth(j, "is_shadow", r->is_shadow);
    text(j, "source", r->source);
    text(j, "confidence", r->confidence);
    text(j, "file", r->file);
    number(j, "line", r->line);
}

static void write_rules(struct writing *j) {
    open(j, "rules", '[');
    for (int i = 0; i < j->x->n_hits; i++) {
        const struct explain_hit *h = &j->x->hits[i];
        open(j, NULL, '{');
        write_rule(j, h->rule, h->table);
        write_slots(j, "gives", h->gave);
        write_slots(j, "outranked_in", h->lost);
        text(j, "outranked_by", h->winner ? h->winner->id : NULL);
        close(j, '}');
    }
    close(j, ']');
    open(j, "near_misses", '[');
    for (int i = 0; i < j->x->n_nears; i++) {
        const struct explain_near *n = &j->x->nears[i];
        open(j, NULL, '{');
        write_rule(j, n->rule, n->table);
        text(j, "failed", n->fact < 0 ? "effective" : fact_name(n->fact));
        text(j, "wants",
             n->fact < 0 ? validity_text(j->x->a, j->w, n->rule)
                         : condition_text(j->x->a, j->w, n->rule->conditions[n->fact]));
        close(j, '}');
    }
    close(j, ']');
}

static void write_path(struct writing *j, const char *key,
                       const struct explain_path *path) {
    open(j, key, '[');
    for (int i = 0; i < path->n; i++) {
        const struct explain_segment *s = &path->items[i];
        open(j, NULL, '{');
        instant(j, "from", s->from_us);
        instant(j, "to", s->to_us);
        text(j, "what", s->is_counted ? "counted" : "skipped");
        text(j, "reason", explain_why_name(s->why));
        if (s->holiday)
            text(j, "holiday", s->holiday);
        if (s->nth > 0)
            number(j, "day", s->nth);
        close(j, '}');
    }
    close(j, ']');
}

static void write_desks(struct writing *j, const char *key,
                        const struct explain_desks *desks) {
    open(j, key, '[');
    for (int i = 0; i < desks->n; i++) {
        const struct explain_desk *e = &desks->items[i];
        open(j, NULL, '{');
        text(j, "desk", e->desk->name);
        text(j, "verdict", explain_verdict_name(e->verdict));
        instant(j, "from", e->from_us);
        instant(j, "act_by", e->act_by_us);
        instant(j, "opens", e->opens_us);
        if (e->licence)
            text(j, "licence", e->licence);
        close(j, '}');
    }
    close(j, ']');
}

static void write_duty(struct writing *j, const struct explain_duty *e) {
    const struct policy_duty *d = e->duty;
    open(j, NULL, '{');
    text(j, "duty", d->name);
    text(j, "rule", d->rule_id);
    truth(j, "is_shadow", d->is_shadow);
    text(j, "for", e->spec->due.text);
    text(j, "clock", e->spec->is_own_clock ? "own" : "marketplace");
    text(j, "waits_for", d->waits_for);
    instant(j, "start", d->start_us);
    instant(j, "due", d->due_us);
    instant(j, "aim", d->aim_us);
    instant(j, "latest", e->latest_us);
    instant(j, "act_by", d->owner.act_by_us);
    text(j, "desk", d->owner.desk);
    truth(j, "is_catch_all", d->owner.is_catch_all);
    truth(j, "wall_time_moved", e->is_wall_moved);
    write_path(j, "segments", &e->due);
    write_path(j, "closed_before_latest", &e->act_by);
    write_desks(j, "desks", &e->desks);
    open(j, "warn", '[');
    for (int i = 0; i < d->n_warnings; i++)
        instant(j, NULL, d->warn_us[i]);
    close(j, ']');
    texts(j, "stop", d->stop, d->n_stops);
    text(j, "breach", d->breach);
    text(j, "cost", d->breach_cost);
    number(j, "severity", d->severity);
    close(j, '}');
}

static void write_steps(struct writing *j, const struct policy_disposition *d) {
    open(j, "steps", '[');
    for (int i = 0; i < d->n_steps; i++) {
        const struct policy_step *s = &d->steps[i];
        open(j, NULL, '{');
        number(j, "step", i + 1);
        text(j, "do", s->action);
        text(j, "to", s->to);
        text(j, "licence", s->licence);
        text(j, "evidence", s->evidence);
        text(j, "place", s->place);
        text(j, "lot", s->lot);
        texts(j, "waste", s->waste, s->n_waste);
        text(j, "unit", s->unit);
        text(j, "unlocks", s->unlocks);
        text(j, "overdue", s->overdue);
        number(j, "keep_years", s->keep_years);
        number(j, "after", s->after + 1);
        instant(j, "due", s->due_us);
        number(j, "due_after_us", s->due_after_us);
        close(j, '}');
    }
    close(j, ']');
}

static void bound(struct writing *j, const char *key, bool is_known, int64_t minor) {
    if (is_known)
        number(j, key, minor);
    else
        text(j, key, NULL);
}

static void write_amount(struct writing *j, const struct money_amount *m) {
    bound(j, "low_minor", m->is_known, m->low);
    bound(j, "high_minor", m->is_known, m->high);
    text(j, "currency", m->is_known ? m->currency : NULL);
}

static void write_way(struct writing *j, const struct money_way_sum *s) {
    open(j, NULL, '{');
    text(j, "way", s->way->name);
    text(j, "title", s->way->title);
    truth(j, "is_chosen", s->is_chosen);
    write_amount(j, &s->sum);
    truth(j, "is_complete", s->lacks == 0);
    open(j, "parts", '[');
    for (int part = 0; part < MONEY_PART_COUNT; part++) {
        const struct money_figure *f = s->figures[part];
        if (!(s->way->parts >> part & 1))
            continue;
        open(j, NULL, '{');
        text(j, "part", money_part_name((enum money_part)part));
        write_amount(j, &s->parts[part]);
        text(j, "amount", f ? f->amount : NULL);
        text(j, "source", f ? f->source : NULL);
        text(j, "confidence", f ? f->confidence : NULL);
        close(j, '}');
    }
    close(j, ']');
    close(j, '}');
}

static void write_money(struct writing *j) {
    const struct policy_disposition *d = &j->x->d.disposition;
    struct money_way_sum ways[POLICY_MAX_WAYS];
    int n = 0;
    if (d->code || d->remedy)
        n = money_compare(j->x->p, j->x->f, d->is_shadow ? NULL : d->code, ways);
    open(j, "money", '[');
    for (int i = 0; i < n; i++)
        write_way(j, &ways[i]);
    close(j, ']');
}

static void write_rest(struct writing *j) {
    const struct policy_decision *d = &j->x->d;
    open(j, "blockers", '[');
    for (int i = 0; i < d->n_blockers; i++) {
        open(j, NULL, '{');
        text(j, "blocker", d->blockers[i].name);
        text(j, "rule", d->blockers[i].rule_id);
        number(j, "severity", d->blockers[i].severity);
        truth(j, "is_shadow", d->blockers[i].is_shadow);
        close(j, '}');
    }
    close(j, ']');
    open(j, "disposition", '{');
    text(j, "code", d->disposition.code);
    text(j, "remedy", d->disposition.remedy);
    text(j, "remedy_rule", d->disposition.remedy_rule_id);
    text(j, "destination", d->disposition.destination);
    text(j, "destination_rule", d->disposition.destination_rule_id);
    text(j, "rule", d->disposition.rule_id);
    truth(j, "is_shadow", d->disposition.is_shadow);
    write_steps(j, &d->disposition);
    close(j, '}');
    text(j, "route", d->route.desk);
    write_desks(j, "route_desks", &j->x->route);
}

static void write_why_not(struct writing *j, const struct rule *r) {
    struct explain_check checks[EXPLAIN_MAX_CHECKS];
    const struct table *t = rule_table(j->x->p, r);
    int n = explain_rule_checks(j->x, r, t, checks);
    open(j, "asked", '{');
    write_rule(j, r, t);
    open(j, "conditions", '[');
    for (int i = 0; i < n; i++) {
        const struct explain_check *c = &checks[i];
        open(j, NULL, '{');
        text(j, "about",
             c->slot          ? slot_name((int)c->slot->slot)
             : c->is_validity ? "effective"
                              : fact_name(c->fact));
        truth(j, "of_table", c->is_of_table);
        truth(j, "holds", c->holds);
        if (c->condition)
            text(j, "wants", condition_text(j->x->a, j->w, c->condition));
        close(j, '}');
    }
    close(j, ']');
    close(j, '}');
}

void explain_json(const struct explanation *x, const struct rule *r,
                  struct builder *out) {
    struct writing j = {x, words_new(x->a, x->p, WORDS_EN), out, true};
    open(&j, NULL, '{');
    write_head(&j);
    write_origin(&j);
    write_inputs(&j);
    write_contradictions(&j);
    if (r)
        write_why_not(&j, r);
    write_rules(&j);
    open(&j, "duties", '[');
    for (int i = 0; i < x->d.n_duties; i++)
        write_duty(&j, &x->duties[i]);
    close(&j, ']');
    write_rest(&j);
    write_money(&j);
    close(&j, '}');
    build_char(out, '\n');
}

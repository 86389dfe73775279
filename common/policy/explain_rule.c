/* explain_rule.c: what a rule gives, and the rule as rows; see explain_rule.h. What it
 * asks stands in explain_condition.c. */
#include "common/policy/explain_rule.h"

#include "common/policy/outcome.h"

#include <stdio.h>

enum { ROWS_MAX = 256 };

struct writing {
    struct arena *a;
    const struct words *w;
    struct rule_rows rows;
};

static void add(struct writing *x, enum rule_row_part part, const char *key,
                const char *label, const char *text) {
    if (text && x->rows.n < ROWS_MAX)
        x->rows.items[x->rows.n++] = (struct rule_row){part, key, label, text};
}

static const char *say1(const struct writing *x, enum phrase phrase, const char *v) {
    return words_say(x->a, x->w, phrase, v, NULL, NULL);
}

/* ---- outcomes ---- */

static const char *licences_text(const struct writing *x, const struct chain_step *s) {
    struct builder b = builder_in(x->a, 1024);
    for (int i = 0; i < s->n_requires; i++) {
        text_join(&b, words_phrase(x->w, PH_COMMA),
                  words_text(x->w, "licence", s->requires[i]));
    }
    return text_finished(&b);
}

static const char *chain_text(const struct writing *x, const struct chain *c) {
    struct builder b = builder_in(x->a, 4096);
    for (int i = 0; i < c->n; i++) {
        const struct chain_step *s = &c->steps[i];
        const char *text = words_text(x->w, "desk", s->desk->name);
        if (s->n_requires > 0)
            text = words_say(x->a, x->w, PH_REQUIRES, text, licences_text(x, s), NULL);
        if (s->skip_closed)
            text = say1(x, PH_UNLESS_CLOSED, text);
        if (s->skip_full)
            text = say1(x, PH_UNLESS_FULL, text);
        if (s->wait_percent > 0) {
            char percent[16];
            snprintf(percent, sizeof percent, "%d", s->wait_percent);
            text = words_say(x->a, x->w, PH_WAIT_SHARE, text, percent, NULL);
        }
        if (s->wait_us > 0) {
            text = words_say(x->a, x->w, PH_WAIT, text,
                             words_elapsed(x->a, x->w, s->wait_us), NULL);
        }
        build_text(&b, i ? " → " : "");
        build_text(&b, text);
    }
    return text_finished(&b);
}

static const char *list_text(const struct writing *x, const char *kind,
                             const char *const *words, int n) {
    struct builder b = builder_in(x->a, 4096);
    for (int i = 0; i < n; i++)
        text_join(&b, words_phrase(x->w, PH_COMMA), words_text(x->w, kind, words[i]));
    return text_finished(&b);
}

static void add_part(struct writing *x, struct builder *b, enum phrase phrase,
                     const char *kind, const char *word) {
    if (word) {
        text_join(b, words_phrase(x->w, PH_COMMA),
                  say1(x, phrase, kind ? words_text(x->w, kind, word) : word));
    }
}

static const char *number_text(struct arena *a, int n) {
    struct builder b = builder_in(a, 16);
    build_i64(&b, n);
    return text_finished(&b);
}

const char *step_text(struct arena *a, const struct words *w,
                      const struct policy_step *s) {
    struct writing x = {.a = a, .w = w};
    struct builder b = builder_in(a, EXPLAIN_TEXT_MAX);
    build_text(&b, words_text(w, "action", s->action));
    add_part(&x, &b, PH_STEP_LOT, "lot", s->lot);
    add_part(&x, &b, PH_STEP_TO, "role", s->to);
    add_part(&x, &b, PH_STEP_PLACE, "place", s->place);
    add_part(&x, &b, PH_STEP_LICENCE, "licence", s->licence);
    add_part(&x, &b, PH_STEP_EVIDENCE, "evidence", s->evidence);
    if (s->n_waste > 0) {
        add_part(&x, &b, PH_STEP_WASTE, NULL,
                 list_text(&x, "waste", s->waste, s->n_waste));
    }
    add_part(&x, &b, PH_STEP_UNIT, "unit", s->unit);
    if (s->keep_years > 0)
        add_part(&x, &b, PH_STEP_KEEP, NULL, number_text(a, s->keep_years));
    if (s->after >= 0)
        add_part(&x, &b, PH_STEP_AFTER, NULL, number_text(a, s->after + 1));
    add_part(&x, &b, PH_STEP_UNLOCKS, "unlocks", s->unlocks);
    add_part(&x, &b, PH_STEP_OVERDUE, "breach", s->overdue);
    return text_finished(&b);
}

static const char *spec_text(const struct writing *x, const struct policy_step *s) {
    const char *text = step_text(x->a, x->w, s);
    if (!s->due)
        return text;
    const char *due = say1(x, PH_STEP_DUE, words_duration(x->a, x->w, s->due));
    struct builder b = builder_in(x->a, strlen(text) + strlen(due) + 8);
    build_format(&b, "%s%s%s%c", text, words_phrase(x->w, PH_COMMA), due, 0);
    return b.ptr;
}

static const char *warnings_text(const struct writing *x, const struct duty_spec *d) {
    struct builder b = builder_in(x->a, 256);
    for (int i = 0; i < d->n_warnings; i++) {
        build_text(&b, i ? words_phrase(x->w, PH_COMMA) : "");
        if (d->warnings[i].percent > 0) {
            build_format(&b, "%d%%", d->warnings[i].percent);
        } else {
            build_text(&b, say1(x, PH_BEFORE_END,
                                words_elapsed(x->a, x->w, d->warnings[i].before_us)));
        }
    }
    return text_finished(&b);
}

static void add_of_duty(struct writing *x, const struct duty_spec *d, const char *key,
                        enum phrase label, const char *text) {
    struct builder k = builder_in(x->a, strlen(d->name) + strlen(key) + 16);
    build_format(&k, "then.%s.%s", d->name, key);
    add(x, ROW_THEN, text_finished(&k), say1(x, label, words_text(x->w, "duty", d->name)),
        text);
}

static const char *reopen_text(const struct writing *x, const struct duty_spec *d) {
    static const enum phrase phrases[REOPEN_COUNT] = {PH_RESTART, PH_RESUME,
                                                      PH_STAYS_CLOSED};
    return d->says_reopen ? words_phrase(x->w, phrases[d->reopen]) : NULL;
}

static const char *breach_text(const struct writing *x, const struct duty_spec *d) {
    struct builder b = builder_in(x->a, 1024);
    if (d->breach)
        text_join(&b, "", words_text(x->w, "breach", d->breach));
    if (d->cost)
        text_join(&b, words_phrase(x->w, PH_COMMA), words_text(x->w, "cost", d->cost));
    return b.len ? text_finished(&b) : NULL;
}

static void add_duty(struct writing *x, const struct duty_spec *d) {
    struct arena *a = x->a;
    struct builder due = builder_in(a, 1024);
    build_text(&due, words_duration(a, x->w, &d->due));
    build_text(&due, words_phrase(x->w, PH_COMMA));
    build_text(&due,
               words_phrase(x->w, d->is_own_clock ? PH_CLOCK_OWN : PH_CLOCK_THEIRS));
    add_of_duty(x, d, "due", PH_R_DUE, text_finished(&due));
    if (d->start_time != TIME_EVENT) {
        add_of_duty(x, d, "start", PH_R_START,
                    d->start_time >= 0
                        ? words_text(x->w, "time", time_name(d->start_time))
                        : words_text(x->w, "event", d->waits_for));
    }
    if (d->has_aim)
        add_of_duty(x, d, "aim", PH_R_AIM, words_duration(a, x->w, &d->aim));
    if (d->reserve_us > 0)
        add_of_duty(x, d, "reserve", PH_R_RESERVE, words_elapsed(a, x->w, d->reserve_us));
    if (d->n_warnings > 0)
        add_of_duty(x, d, "warn", PH_R_WARN, warnings_text(x, d));
    add_of_duty(x, d, "stop", PH_R_STOPS, list_text(x, "event", d->stops, d->n_stops));
    if (d->n_pauses > 0) {
        const char *pauses[COUNT_OF(d->pauses)];
        for (int i = 0; i < d->n_pauses; i++)
            pauses[i] = span_cstr(a, d->pauses[i]);
        add_of_duty(x, d, "pause", PH_R_PAUSE,
                    list_text(x, "event", pauses, d->n_pauses));
    }
    add_of_duty(x, d, "severity", PH_R_SEVERITY, severity_text(x->w, d->severity));
    add_of_duty(x, d, "breach", PH_R_BREACH, breach_text(x, d));
    add_of_duty(x, d, "reopen", PH_R_REOPEN, reopen_text(x, d));
}

static void add_outcome(struct writing *x, const struct outcome *o) {
    const struct words *w = x->w;
    if (o->handle) {
        add(x, ROW_THEN, "then.handle", words_phrase(w, PH_R_HANDLE),
            words_text(w, "handle", o->handle));
    }
    for (int i = 0; i < o->n_duties; i++)
        add_duty(x, &o->duties[i]);
    for (int i = 0; i < o->n_blockers; i++) {
        struct builder key = builder_in(x->a, strlen(o->blockers[i].name) + 20);
        build_format(&key, "then.blocker.%s", o->blockers[i].name);
        struct builder text = builder_in(x->a, 1024);
        build_format(&text, "%s (%s)", words_text(w, "blocker", o->blockers[i].name),
                     severity_text(w, o->blockers[i].severity));
        add(x, ROW_THEN, text_finished(&key), words_phrase(w, PH_R_BLOCKER),
            text_finished(&text));
    }
    if (o->chain) {
        add(x, ROW_THEN, "then.chain", words_phrase(w, PH_R_CHAIN),
            chain_text(x, o->chain));
    }
    if (o->remedy) {
        add(x, ROW_THEN, "then.remedy", words_phrase(w, PH_R_REMEDY),
            words_text(w, "remedy", o->remedy));
    }
    if (o->destination) {
        add(x, ROW_THEN, "then.destination", words_phrase(w, PH_R_DESTINATION),
            words_text(w, "destination", o->destination));
    }
    if (o->code) {
        add(x, ROW_THEN, "then.code", words_phrase(w, PH_R_CODE),
            words_text(w, "code", o->code));
    }
    for (int i = 0; i < o->n_steps; i++) {
        char number[16];
        struct builder key = builder_in(x->a, strlen(o->steps[i].action) + 40);
        snprintf(number, sizeof number, "%d", i + 1);
        build_format(&key, "then.step.%02d", i + 1);
        add(x, ROW_THEN, text_finished(&key), say1(x, PH_R_STEP, number),
            spec_text(x, &o->steps[i]));
    }
}

/* ---- the rule ---- */

const char *rule_title(struct arena *a, const struct words *w, const struct rule *r) {
    const char *text = words_find(w, "rule", r->id);
    if (text || words_language(w) == WORDS_EN)
        return text ? text : r->title;
    struct writing x = {a, w, {arena_array(a, ROWS_MAX, sizeof(struct rule_row)), 0}};
    add_outcome(&x, &r->then);
    if (x.rows.n == 0)
        return r->title;
    const struct rule_row *first = &x.rows.items[0];
    struct builder b = builder_in(a, strlen(first->label) + strlen(first->text) + 8);
    build_format(&b, "%s：%s%c", first->label, first->text, 0);
    return b.ptr;
}

const char *table_title(const struct words *w, const struct table *t) {
    const char *text = words_find(w, "table", t->name);
    return text ? text : t->title ? t->title : t->name;
}

/* Rules are numbered table by table. */
const struct table *rule_table(const struct policy *p, const struct rule *r) {
    for (int i = 0; i < p->n_tables; i++) {
        const struct table *t = &p->tables[i];
        int first = t->n_rules > 0 ? t->rules[0].number : 0;
        if (r->number >= first && r->number < first + t->n_rules)
            return t;
    }
    BUG("the rule \"%s\" stands in no table", r->id);
}

static void add_conditions(struct writing *x, struct condition *const *conditions,
                           const char *prefix) {
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        if (conditions[fact]) {
            struct builder key = builder_in(x->a, 64);
            build_format(&key, "%s.%s", prefix, fact_name(fact));
            add(x, ROW_WHEN, text_finished(&key),
                words_text(x->w, "fact", fact_name(fact)),
                condition_text(x->a, x->w, conditions[fact]));
        }
    }
}

struct rule_rows rule_rows(struct arena *a, const struct words *w, const struct rule *r,
                           const struct table *t) {
    struct writing x = {a, w, {arena_array(a, ROWS_MAX, sizeof(struct rule_row)), 0}};
    add(&x, ROW_ABOUT, "title", words_phrase(w, PH_R_TITLE), rule_title(a, w, r));
    if (r->is_shadow) {
        add(&x, ROW_ABOUT, "mode", words_phrase(w, PH_R_MODE),
            words_phrase(w, PH_SHADOW));
    }
    if (t->hit == HIT_PRIORITY) {
        struct builder b = builder_in(a, 32);
        build_i64(&b, r->priority);
        add(&x, ROW_ABOUT, "priority", words_phrase(w, PH_R_PRIORITY), text_finished(&b));
    }
    add_conditions(&x, r->conditions, "when");
    add(&x, ROW_WHEN, "effective", words_phrase(w, PH_R_VALID), validity_text(a, w, r));
    if (r->applies_to_open) {
        add(&x, ROW_WHEN, "applies_to", words_phrase(w, PH_R_APPLIES),
            words_phrase(w, PH_R_OPEN_TOO));
    }
    add_outcome(&x, &r->then);
    add(&x, ROW_SOURCE, "source", words_phrase(w, PH_R_SOURCE),
        r->source ? r->source : words_phrase(w, PH_NOT_GIVEN));
    add(&x, ROW_SOURCE, "confidence", words_phrase(w, PH_R_CONFIDENCE),
        confidence_text(w, r->confidence));
    if (r->why) {
        const char *why = words_find(w, "why", r->id);
        add(&x, ROW_SOURCE, "why", words_phrase(w, PH_R_WHY), why ? why : r->why);
    }
    return x.rows;
}

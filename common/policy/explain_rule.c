/* explain_rule.c: see explain_rule.h. */
#include "common/policy/explain_rule.h"

#include "common/policy/outcome.h"

#include <stdio.h>

enum { TEXT_MAX = 8192, ROWS_MAX = 256, WORDS_SPELT_OUT = 14 };

struct writing {
    struct arena *a;
    const struct words *w;
    struct rule_rows rows;
};

static const char *finished(struct builder *b) {
    if (b->len == b->cap) {
        b->len--;
    }
    b->ptr[b->len] = '\0';
    return b->ptr;
}

static void add(struct writing *x, enum rule_row_part part, const char *key,
                const char *label, const char *text) {
    if (text && x->rows.n < ROWS_MAX) {
        x->rows.items[x->rows.n++] = (struct rule_row){part, key, label, text};
    }
}

static const char *say1(const struct writing *x, enum phrase phrase, const char *v) {
    return words_say(x->a, x->w, phrase, v, NULL, NULL);
}

/* ---- conditions ---- */

static void join(struct builder *b, const char *separator, const char *word) {
    build_text(b, b->len ? separator : "");
    build_text(b, word);
}

static bool same_words(const struct word_set *a, const struct word_set *b) {
    return memcmp(a->bits, b->bits, sizeof a->bits) == 0;
}

static int count_words(const struct attribute *at, const struct condition *c) {
    int n = 0;
    for (int i = 0; i < at->n_words; i++) {
        n += word_set_has(&c->words, i);
    }
    return n;
}

static const char *group_name(const struct attribute *at, const struct condition *c) {
    for (int g = 0; g < at->n_groups; g++) {
        if (same_words(&at->groups[g].words, &c->words)) {
            return at->groups[g].name;
        }
    }
    return NULL;
}

/* The words that the condition takes, or those that it does not take. */
static const char *words_of(struct arena *a, const struct words *w,
                            const struct attribute *at, const struct condition *c,
                            bool taken) {
    struct builder b = builder_in(a, TEXT_MAX);
    for (int i = 0; i < at->n_words; i++) {
        if (word_set_has(&c->words, i) == taken) {
            join(&b, words_phrase(w, PH_COMMA),
                 words_text(w, fact_name(c->fact), at->words[i]));
        }
    }
    return finished(&b);
}

/* By the name that the packs give the words, with a short list spelt out; more than half
 * of a list as what it does not take. */
static void build_words(struct builder *b, struct arena *a, const struct words *w,
                        const struct attribute *at, const struct condition *c) {
    int n = count_words(at, c), n_left = at->n_words - n;
    const char *group = n > 1 ? group_name(at, c) : NULL;
    if (n_left == 0) {
        build_text(b, words_phrase(w, PH_ANY_SET));
    } else if (group) {
        build_text(b, words_text(w, fact_name(c->fact), group));
        if (n <= WORDS_SPELT_OUT) {
            build_format(b, " (%s)", words_of(a, w, at, c, true));
        }
    } else if (n > at->n_words / 2 + 1) {
        build_text(b, words_say(a, w, n_left > 1 ? PH_NONE_OF : PH_NOT,
                                words_of(a, w, at, c, false), NULL, NULL));
    } else {
        build_text(b, words_of(a, w, at, c, true));
    }
}

static void build_clause(struct builder *b, struct arena *a, const struct words *w,
                         const struct attribute *at, const struct set_clause *c,
                         int fact) {
    size_t before = b->len;
    for (int negative = 0; negative < 2; negative++) {
        uint64_t bits = negative ? c->none : c->all;
        for (int i = 0; i < at->n_words; i++) {
            if (!(bits >> i & 1)) {
                continue;
            }
            const char *word = words_text(w, fact_name(fact), at->words[i]);
            build_text(b, b->len > before ? words_phrase(w, PH_AND) : "");
            build_text(b,
                       negative ? words_say(a, w, PH_WITHOUT, word, NULL, NULL) : word);
        }
    }
    if (b->len == before) {
        build_text(b, words_phrase(w, PH_ANY_SET));
    }
}

static void build_range(struct builder *b, const struct attribute *at,
                        const struct number_range *r) {
    if (r->low > at->min && r->low != INT64_MIN) {
        build_i64(b, r->low);
    }
    if (r->low == r->high) {
        return;
    }
    build_text(b, "..");
    if (r->high < at->max && r->high != INT64_MAX) {
        build_i64(b, r->high);
    }
}

const char *condition_text(struct arena *a, const struct words *w,
                           const struct condition *c) {
    const struct attribute *at = &words_policy(w)->domain.facts[c->fact];
    struct builder b = builder_in(a, TEXT_MAX);
    if (c->allows_missing) { /* first: behind "none of a, b" it would be read as one of them */
        build_text(&b, words_phrase(w, PH_MISSING));
    }
    if (at->kind == KIND_WORD && count_words(at, c) > 0) {
        build_text(&b, b.len ? words_phrase(w, PH_OR) : "");
        build_words(&b, a, w, at, c);
    }
    for (int i = 0; at->kind != KIND_WORD && i < c->n; i++) {
        build_text(&b, b.len ? words_phrase(w, PH_OR) : "");
        if (at->kind == KIND_NUMBER) {
            build_range(&b, at, &c->ranges[i]);
        } else {
            build_clause(&b, a, w, at, &c->clauses[i], c->fact);
        }
    }
    return finished(&b);
}

const char *fact_text(struct arena *a, const struct words *w,
                      const struct policy_facts *f, int fact) {
    const struct attribute *at = &words_policy(w)->domain.facts[fact];
    int64_t v = f->value[fact];
    if (f->outside >> fact & 1) {
        return words_phrase(w, PH_OUTSIDE);
    }
    if (v == FACT_MISSING) {
        return words_phrase(w, PH_MISSING);
    }
    if (at->kind == KIND_WORD) {
        return words_text(w, fact_name(fact), at->words[v]);
    }
    struct builder b = builder_in(a, TEXT_MAX);
    if (at->kind == KIND_NUMBER) {
        build_i64(&b, v);
        return finished(&b);
    }
    for (int i = 0; i < at->n_words; i++) {
        if (v >> i & 1) {
            join(&b, words_phrase(w, PH_COMMA),
                 words_text(w, fact_name(fact), at->words[i]));
        }
    }
    build_text(&b, v ? "" : words_phrase(w, PH_NONE));
    return finished(&b);
}

const char *validity_text(struct arena *a, const struct words *w, const struct rule *r) {
    bool begins = r->from_us != INT64_MIN, ends = r->until_us != INT64_MAX;
    if (!begins && !ends) {
        return NULL;
    }
    const char *from = begins ? words_moment(a, w, r->from_us, NULL) : NULL;
    const char *until = ends ? words_moment(a, w, r->until_us, NULL) : NULL;
    const char *span = begins && ends
                           ? words_say(a, w, PH_R_FROM_UNTIL, from, until, NULL)
                       : begins ? words_say(a, w, PH_R_FROM, from, NULL, NULL)
                                : words_say(a, w, PH_R_UNTIL, until, NULL, NULL);
    struct builder utc = builder_in(a, strlen(span) + 8);
    build_text(&utc, span);
    build_text(&utc, " UTC");
    return words_say(a, w, PH_R_BY, finished(&utc),
                     words_text(w, "time", time_name(r->by)), NULL);
}

const char *severity_text(const struct words *w, int severity) {
    static const enum phrase names[] = {PH_SEVERITY_NOTE, PH_SEVERITY_LOW,
                                        PH_SEVERITY_NORMAL, PH_SEVERITY_HIGH,
                                        PH_SEVERITY_GRAVE};
    return severity >= 0 && severity < (int)COUNT_OF(names)
               ? words_phrase(w, names[severity])
               : "?";
}

const char *confidence_text(const struct words *w, const char *confidence) {
    static const struct {
        const char *word;
        enum phrase phrase;
    } names[] = {{"confirmed", PH_CONFIRMED},
                 {"seed", PH_SEED},
                 {"own", PH_OWN},
                 {"recalled-not-confirmed", PH_RECALLED}};
    for (size_t i = 0; confidence && i < COUNT_OF(names); i++) {
        if (strcmp(confidence, names[i].word) == 0) {
            return words_phrase(w, names[i].phrase);
        }
    }
    return words_phrase(w, PH_NOT_GIVEN);
}

/* ---- outcomes ---- */

static const char *licences_text(const struct writing *x, const struct chain_step *s) {
    struct builder b = builder_in(x->a, 1024);
    for (int i = 0; i < s->n_requires; i++) {
        join(&b, words_phrase(x->w, PH_COMMA),
             words_text(x->w, "licence", s->requires[i]));
    }
    return finished(&b);
}

static const char *chain_text(const struct writing *x, const struct chain *c) {
    struct builder b = builder_in(x->a, 4096);
    for (int i = 0; i < c->n; i++) {
        const struct chain_step *s = &c->steps[i];
        const char *text = words_text(x->w, "desk", s->desk->name);
        if (s->n_requires > 0) {
            text = words_say(x->a, x->w, PH_REQUIRES, text, licences_text(x, s), NULL);
        }
        if (s->skip_closed) {
            text = say1(x, PH_UNLESS_CLOSED, text);
        }
        if (s->wait_us > 0) {
            text = words_say(x->a, x->w, PH_WAIT, text,
                             words_elapsed(x->a, x->w, s->wait_us), NULL);
        }
        build_text(&b, i ? " → " : "");
        build_text(&b, text);
    }
    return finished(&b);
}

static const char *list_text(const struct writing *x, const char *kind,
                             const char *const *words, int n) {
    struct builder b = builder_in(x->a, 4096);
    for (int i = 0; i < n; i++) {
        join(&b, words_phrase(x->w, PH_COMMA), words_text(x->w, kind, words[i]));
    }
    return finished(&b);
}

static void add_part(struct writing *x, struct builder *b, enum phrase phrase,
                     const char *kind, const char *word) {
    if (word) {
        join(b, words_phrase(x->w, PH_COMMA),
             say1(x, phrase, kind ? words_text(x->w, kind, word) : word));
    }
}

static const char *number_text(struct arena *a, int n) {
    struct builder b = builder_in(a, 16);
    build_i64(&b, n);
    return finished(&b);
}

const char *step_text(struct arena *a, const struct words *w,
                      const struct step_words *s) {
    struct writing x = {.a = a, .w = w};
    struct builder b = builder_in(a, TEXT_MAX);
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
    if (s->keep_years > 0) {
        add_part(&x, &b, PH_STEP_KEEP, NULL, number_text(a, s->keep_years));
    }
    if (s->after >= 0) {
        add_part(&x, &b, PH_STEP_AFTER, NULL, number_text(a, s->after + 1));
    }
    add_part(&x, &b, PH_STEP_UNLOCKS, "unlocks", s->unlocks);
    add_part(&x, &b, PH_STEP_OVERDUE, "breach", s->overdue);
    return finished(&b);
}

static const char *spec_text(const struct writing *x, const struct step_spec *s) {
    const struct step_words words = {
        s->action, s->to,  s->licence, s->evidence, s->place,      s->unlocks, s->overdue,
        s->unit,   s->lot, s->waste,   s->n_waste,  s->keep_years, s->after};
    const char *text = step_text(x->a, x->w, &words);
    if (!s->has_due) {
        return text;
    }
    const char *due = say1(x, PH_STEP_DUE, words_duration(x->a, x->w, &s->due));
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
    return finished(&b);
}

static void add_of_duty(struct writing *x, const struct duty_spec *d, const char *key,
                        enum phrase label, const char *text) {
    struct builder k = builder_in(x->a, strlen(d->name) + strlen(key) + 16);
    build_format(&k, "then.%s.%s", d->name, key);
    add(x, ROW_THEN, finished(&k), say1(x, label, words_text(x->w, "duty", d->name)),
        text);
}

static const char *reopen_text(const struct writing *x, const char *reopen) {
    return !reopen                          ? NULL
           : strcmp(reopen, "restart") == 0 ? words_phrase(x->w, PH_RESTART)
           : strcmp(reopen, "resume") == 0  ? words_phrase(x->w, PH_RESUME)
                                            : words_phrase(x->w, PH_STAYS_CLOSED);
}

static const char *breach_text(const struct writing *x, const struct duty_spec *d) {
    struct builder b = builder_in(x->a, 1024);
    if (d->breach) {
        join(&b, "", words_text(x->w, "breach", d->breach));
    }
    if (d->cost) {
        join(&b, words_phrase(x->w, PH_COMMA), words_text(x->w, "cost", d->cost));
    }
    return b.len ? finished(&b) : NULL;
}

static void add_duty(struct writing *x, const struct duty_spec *d) {
    struct arena *a = x->a;
    struct builder due = builder_in(a, 1024);
    build_text(&due, words_duration(a, x->w, &d->due));
    build_text(&due, words_phrase(x->w, PH_COMMA));
    build_text(&due,
               words_phrase(x->w, d->is_own_clock ? PH_CLOCK_OWN : PH_CLOCK_THEIRS));
    add_of_duty(x, d, "due", PH_R_DUE, finished(&due));
    if (d->start_time != TIME_EVENT) {
        add_of_duty(x, d, "start", PH_R_START,
                    d->start_time >= 0
                        ? words_text(x->w, "time", time_name(d->start_time))
                        : words_text(x->w, "event", d->waits_for));
    }
    if (d->has_aim) {
        add_of_duty(x, d, "aim", PH_R_AIM, words_duration(a, x->w, &d->aim));
    }
    if (d->reserve_us > 0) {
        add_of_duty(x, d, "reserve", PH_R_RESERVE, words_elapsed(a, x->w, d->reserve_us));
    }
    if (d->n_warnings > 0) {
        add_of_duty(x, d, "warn", PH_R_WARN, warnings_text(x, d));
    }
    add_of_duty(x, d, "stop", PH_R_STOPS, list_text(x, "event", d->stops, d->n_stops));
    if (d->n_pauses > 0) {
        const char *pauses[COUNT_OF(d->pauses)];
        for (int i = 0; i < d->n_pauses; i++) {
            pauses[i] = span_cstr(a, d->pauses[i]);
        }
        add_of_duty(x, d, "pause", PH_R_PAUSE,
                    list_text(x, "event", pauses, d->n_pauses));
    }
    add_of_duty(x, d, "severity", PH_R_SEVERITY, severity_text(x->w, d->severity));
    add_of_duty(x, d, "breach", PH_R_BREACH, breach_text(x, d));
    add_of_duty(x, d, "reopen", PH_R_REOPEN, reopen_text(x, d->reopen));
}

static void add_outcome(struct writing *x, const struct outcome *o) {
    const struct words *w = x->w;
    if (o->handle) {
        add(x, ROW_THEN, "then.handle", words_phrase(w, PH_R_HANDLE),
            words_text(w, "handle", o->handle));
    }
    for (int i = 0; i < o->n_duties; i++) {
        add_duty(x, &o->duties[i]);
    }
    for (int i = 0; i < o->n_blockers; i++) {
        struct builder key = builder_in(x->a, strlen(o->blockers[i].name) + 20);
        build_format(&key, "then.blocker.%s", o->blockers[i].name);
        struct builder text = builder_in(x->a, 1024);
        build_format(&text, "%s (%s)", words_text(w, "blocker", o->blockers[i].name),
                     severity_text(w, o->blockers[i].severity));
        add(x, ROW_THEN, finished(&key), words_phrase(w, PH_R_BLOCKER), finished(&text));
    }
    if (o->chain) {
        add(x, ROW_THEN, "then.chain", words_phrase(w, PH_R_CHAIN),
            chain_text(x, o->chain));
    }
    if (o->remedy) {
        add(x, ROW_THEN, "then.remedy", words_phrase(w, PH_R_REMEDY),
            words_text(w, "remedy", o->remedy));
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
        add(x, ROW_THEN, finished(&key), say1(x, PH_R_STEP, number),
            spec_text(x, &o->steps[i]));
    }
}

/* ---- the rule ---- */

const char *rule_title(struct arena *a, const struct words *w, const struct rule *r) {
    const char *text = words_find(w, "rule", r->id);
    if (text || words_language(w) == WORDS_EN) {
        return text ? text : r->title;
    }
    struct writing x = {a, w, {arena_array(a, ROWS_MAX, sizeof(struct rule_row)), 0}};
    add_outcome(&x, &r->then);
    if (x.rows.n == 0) {
        return r->title;
    }
    const struct rule_row *first = &x.rows.items[0];
    struct builder b = builder_in(a, strlen(first->label) + strlen(first->text) + 8);
    build_format(&b, "%s：%s%c", first->label, first->text, 0);
    return b.ptr;
}

/* Rules are numbered table by table. */
const struct table *rule_table(const struct policy *p, const struct rule *r) {
    for (int i = 0; i < p->n_tables; i++) {
        const struct table *t = &p->tables[i];
        int first = t->n_rules > 0 ? t->rules[0].number : 0;
        if (r->number >= first && r->number < first + t->n_rules) {
            return t;
        }
    }
    BUG("the rule \"%s\" stands in no table", r->id);
}

static void add_conditions(struct writing *x, struct condition *const *conditions,
                           const char *prefix) {
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        if (conditions[fact]) {
            struct builder key = builder_in(x->a, 64);
            build_format(&key, "%s.%s", prefix, fact_name(fact));
            add(x, ROW_WHEN, finished(&key), words_text(x->w, "fact", fact_name(fact)),
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
        add(&x, ROW_ABOUT, "priority", words_phrase(w, PH_R_PRIORITY), finished(&b));
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
        add(&x, ROW_SOURCE, "why", words_phrase(w, PH_R_WHY),
            words_text(w, "why", r->why));
    }
    return x.rows;
}

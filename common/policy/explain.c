/* explain.c: see explain.h. */
#include "common/policy/explain.h"

#include "common/base/clock.h"
#include "common/policy/civil.h"
#include "common/policy/condition.h"
#include "common/policy/deadline.h"
#include "common/policy/decide.h"
#include "common/policy/desk.h"
#include "common/policy/files.h"
#include "common/policy/outcome.h"
#include "common/policy/testcase.h"
#include "common/policy/yaml.h"

enum { SEGMENTS_MAX = 60 };

struct telling {
    const struct policy *p;
    const struct policy_facts *f;
    struct policy_decision d;
    struct decide_trace trace;
    struct builder *b;
};

/* ---- values ---- */

/* In the zone of the calendar that counts, with UTC behind it. */
static void tell_instant(struct builder *b, int64_t us, const struct zone *zone) {
    char text[CLOCK_TEXT_SIZE];
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    if (us == POLICY_NO_INSTANT) {
        build_text(b, "open");
        return;
    }
    if (zone) {
        int64_t wall = zone_wall_us(zone, us);
        clock_text(wall, text);
        build_format(b, "%s %.10s %.5s %s (", days[civil_weekday(civil_day_of_us(wall))],
                     text, text + 11, zone->name);
    }
    clock_text(us, text);
    build_format(b, zone ? "%s)" : "%s", text);
}

static void tell_value(struct telling *t, int fact) {
    const struct attribute *at = &t->p->domain.facts[fact];
    int64_t v = t->f->value[fact];
    if (t->f->outside >> fact & 1) {
        build_text(t->b, "outside the domain");
    } else if (v == FACT_MISSING) {
        build_text(t->b, "missing");
    } else if (at->kind == KIND_NUMBER) {
        build_i64(t->b, v);
    } else if (at->kind == KIND_WORD) {
        build_text(t->b, at->words[v]);
    } else {
        const char *comma = "";
        for (int i = 0; i < at->n_words; i++) {
            if (v >> i & 1) {
                build_format(t->b, "%s%s", comma, at->words[i]);
                comma = ", ";
            }
        }
        build_text(t->b, v ? "" : "none");
    }
}

static void tell_inputs(struct telling *t) {
    build_text(t->b, "What was read\n");
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        if (t->trace.facts_read >> fact & 1) {
            build_format(t->b, "  %-14s ", fact_name(fact));
            tell_value(t, fact);
            build_char(t->b, '\n');
        }
    }
    for (int time = 0; time < POLICY_TIME_COUNT; time++) {
        if (t->f->time_us[time] != POLICY_NO_INSTANT) {
            build_format(t->b, "  %-14s ", time_name(time));
            tell_instant(t->b, t->f->time_us[time], NULL);
            build_char(t->b, '\n');
        }
    }
}

/* ---- rules ---- */

static const struct rule *find_rule(const struct policy *p, const char *id) {
    for (int i = 0; i < p->n_rules; i++) {
        if (p->rules[i]->id == id) {
            return p->rules[i];
        }
    }
    return NULL;
}

static void tell_hits(struct telling *t) {
    build_text(t->b, "\nRules that apply\n");
    for (int i = 0; i < t->d.n_rules; i++) {
        const struct rule *r = find_rule(t->p, t->d.rules[i]);
        build_format(t->b, "  %s%s\n    %s\n    source: %s (%s), %s line %d\n", r->id,
                     r->is_shadow ? " [shadow: watched only]" : "", r->title,
                     r->source ? r->source : "not given",
                     r->confidence ? r->confidence : "confidence not given", r->file,
                     r->line);
    }
    if (t->d.n_rules == 0) {
        build_text(t->b, "  none\n");
    }
}

/* The one condition that a near miss failed on; a fact, or its validity. */
static void tell_failed_condition(struct telling *t, const struct rule *r) {
    for (int fact = 0; fact < POLICY_FACT_COUNT; fact++) {
        if (!condition_holds(r->conditions[fact], &t->p->domain.facts[fact],
                             t->f->value[fact])) {
            build_format(t->b, "%s is ", fact_name(fact));
            tell_value(t, fact);
            build_text(t->b, ", which the rule does not take\n");
            return;
        }
    }
    build_format(t->b, "%s lies outside its validity\n", time_name(r->by));
}

static void tell_near_misses(struct telling *t) {
    bool is_first = true;
    for (int i = 0; i < t->p->n_rules && i < 256; i++) {
        const struct rule *r = t->p->rules[i];
        bool is_event =
            !condition_holds(r->conditions[FACT_EVENT], &t->p->domain.facts[FACT_EVENT],
                             t->f->value[FACT_EVENT]);
        /* Rules about other events are no news. */
        if (!(t->d.near_misses[i >> 6] >> (i & 63) & 1) || is_event) {
            continue;
        }
        build_text(t->b,
                   is_first ? "\nRules that failed on exactly one condition\n" : "");
        is_first = false;
        build_format(t->b, "  %s: ", r->id);
        tell_failed_condition(t, r);
    }
}

/* ---- deadlines ---- */

static void tell_day(struct builder *b, int32_t day, const char *what,
                     const char *because) {
    struct civil c = civil_of(day);
    build_format(b, "      %04d-%02d-%02d %s%s%s\n", c.year, c.month, c.day, what,
                 because ? ": " : "", because ? because : "");
}

/* Day by day from the start to the due instant: counted or skipped, and why. */
static void tell_segments(struct telling *t, const struct duration *d, int64_t start_us,
                          int64_t due_us) {
    if (!d->calendar || d->kind == SPAN_CALENDAR_DAYS) {
        return;
    }
    int32_t first = civil_day_of_us(zone_wall_us(d->calendar->zone, start_us));
    int32_t last = civil_day_of_us(zone_wall_us(d->calendar->zone, due_us));
    for (int32_t day = first; day <= last && day < first + SEGMENTS_MAX; day++) {
        const char *because = calendar_closed_because(d->calendar, day);
        bool is_start =
            day == first && d->kind == SPAN_BUSINESS_DAYS && !d->is_first_day_counted;
        tell_day(t->b, day,
                 because    ? "skipped"
                 : is_start ? "start, not counted"
                            : "counted",
                 because);
    }
}

static const char *why_passed(const struct telling *t, const struct chain_step *s,
                              const struct policy_duty *duty, int64_t reserve_us) {
    struct chain_step plain = *s;
    plain.n_requires = 0;
    int64_t lang = t->f->value[FACT_LANG];
    int64_t act_by = calendar_last_open(s->desk->calendar, duty->due_us - reserve_us);
    if (act_by == POLICY_NO_INSTANT || act_by <= duty->start_us) {
        return "does not open again before the deadline";
    }
    return desk_can(s->desk, &plain, lang, act_by) ? "lacks the licence"
                                                   : "does not speak the language";
}

static void tell_owner(struct telling *t, const struct policy_duty *duty,
                       const struct duty_spec *spec) {
    const struct chain *c = t->trace.chain;
    for (int i = 0; c && i + 1 < c->n && duty->due_us != POLICY_NO_INSTANT; i++) {
        if (strcmp(c->steps[i].desk->name, duty->owner.desk) == 0) {
            break;
        }
        build_format(t->b, "    %s is passed over: it %s\n", c->steps[i].desk->name,
                     why_passed(t, &c->steps[i], duty, spec->reserve_us));
    }
    const struct zone *zone = NULL;
    for (int i = 0; i < t->p->n_desks; i++) {
        zone = t->p->desks[i].name == duty->owner.desk ? t->p->desks[i].calendar->zone
                                                       : zone;
    }
    build_format(t->b, "    %s must act by ", duty->owner.desk);
    tell_instant(t->b, duty->owner.act_by_us, zone);
    build_text(t->b, duty->owner.is_catch_all ? ", because no other desk can\n" : "\n");
}

static void tell_duty(struct telling *t, const struct policy_duty *duty,
                      const struct duty_spec *spec) {
    const struct zone *zone = spec->due.calendar ? spec->due.calendar->zone : NULL;
    build_format(t->b, "  %s%s (rule %s)\n", duty->name,
                 duty->is_shadow ? " [shadow: watched only]" : "", duty->rule_id);
    if (duty->waits_for) {
        build_format(t->b, "    waits for %s; then %s\n", duty->waits_for,
                     spec->due.text);
        tell_owner(t, duty, spec);
        return;
    }
    build_text(t->b, "    runs from ");
    tell_instant(t->b, duty->start_us, zone);
    build_format(t->b, "\n    for %s%s\n", spec->due.text,
                 spec->is_own_clock ? " on our own clock"
                                    : " on the marketplace's clock, which never pauses");
    tell_segments(t, &spec->due, duty->start_us, duty->due_us);
    build_text(t->b, "    due       ");
    tell_instant(t->b, duty->due_us, zone);
    if (duty->aim_us != POLICY_NO_INSTANT) {
        build_text(t->b, "\n    aim       ");
        tell_instant(t->b, duty->aim_us, zone);
    }
    build_char(t->b, '\n');
    tell_owner(t, duty, spec);
    build_text(t->b, "    fulfilled by ");
    for (int i = 0; i < duty->n_stops; i++) {
        build_format(t->b, "%s%s", i ? ", " : "", duty->stop[i]);
    }
    build_format(
        t->b, "\n    if not: %s%s%s\n", duty->breach ? duty->breach : "nothing further",
        duty->breach_cost ? ", " : "", duty->breach_cost ? duty->breach_cost : "");
}

static void tell_duties(struct telling *t) {
    build_text(t->b, t->d.n_duties ? "\nDuties\n" : "\nNo duty\n");
    for (int i = 0; i < t->d.n_duties; i++) {
        tell_duty(t, &t->d.duties[i], t->trace.duties[i]);
    }
}

/* ---- the rest ---- */

static void tell_blockers(struct telling *t) {
    for (int i = 0; i < t->d.n_blockers; i++) {
        const struct policy_blocker *x = &t->d.blockers[i];
        build_format(t->b, "%s  %s (%s, rule %s)\n    %s\n",
                     i == 0 ? "\nWhat the seller must have first\n" : "", x->name,
                     severity_name(x->severity), x->rule_id, x->title);
    }
}

static void tell_disposition(struct telling *t) {
    const struct policy_disposition *x = &t->d.disposition;
    if (x->remedy) {
        build_format(t->b, "\nOffer the buyer: %s\n", x->remedy);
    }
    if (!x->code) {
        return;
    }
    build_format(t->b, "\nThe goods: %s (rule %s)\n    %s\n", x->code, x->rule_id,
                 x->title);
    for (int i = 0; i < x->n_steps; i++) {
        const struct policy_step *s = &x->steps[i];
        build_format(t->b, "  %2d %s", i + 1, s->action);
        build_format(t->b, "%s%s", s->to ? " to " : "", s->to ? s->to : "");
        build_format(t->b, "%s%s", s->licence ? ", licence " : "",
                     s->licence ? s->licence : "");
        build_format(t->b, "%s%s", s->evidence ? ", evidence: " : "",
                     s->evidence ? s->evidence : "");
        if (s->after >= 0) {
            build_format(t->b, ", after step %d", s->after + 1);
        }
        if (s->due_us != POLICY_NO_INSTANT) {
            build_text(t->b, ", by ");
            tell_instant(t->b, s->due_us, NULL);
        } else if (s->due_after_us > 0) {
            build_format(t->b, ", within %lld h of it",
                         (long long)(s->due_after_us / US_PER_HOUR));
        }
        build_char(t->b, '\n');
    }
}

void policy_explain(const struct policy *p, const struct policy_facts *f,
                    struct builder *out) {
    static const char *const outcomes[] = {"decided", "not ours", "not evaluated"};
    struct telling t = {.p = p, .f = f, .b = out};
    decide_traced(p, f, &t.d, &t.trace);
    build_format(out, "Outcome: %s%s%s\nPolicy: %s, revision %.12s\n\n",
                 outcomes[t.d.outcome], t.d.cause ? ", because " : "",
                 t.d.cause ? t.d.cause : "", p->revision.label, p->revision.hash);
    tell_inputs(&t);
    tell_hits(&t);
    tell_near_misses(&t);
    if (t.d.outcome == POLICY_DECIDED) {
        tell_duties(&t);
        tell_blockers(&t);
        tell_disposition(&t);
    }
    build_format(out, "\nWithout a duty it goes to %s%s\n", t.d.route.desk,
                 t.d.route.is_catch_all ? ", because no other desk can" : "");
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
        status = error_set(err, E_FILE, "could not read \"%s\"", path);
    } else {
        const struct node *root = yaml_read(a, source, &fs);
        const struct node *given = node_get(root, "given");
        static const struct zone_segment always_utc = {INT64_MIN, 0};
        const struct zone utc = {"UTC", (struct zone_segment *)&always_utc, 1};
        l.zone = &utc;
        if (!root || !given_read(&l, given ? given : root, out)) {
            status = error_set(err, E_INPUT, "\"%s\" does not state an event", path);
        }
    }
    arena_free(a);
    return status;
}

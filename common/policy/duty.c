/* duty.c: reads `duty:`: a promise with a clock. */
#include "common/base/suggest.h"
#include "common/event/identity.h"
#include "common/policy/duration.h"
#include "common/policy/outcome.h"
#include "common/policy/schema.h"
#include "common/policy/witness.h"

/* A word of the domain's `event`; NULL after telling. `n_groups` is how many of its groups
 * could stand there, too. */
static const char *event_word(struct loader *l, const struct node *n, int n_groups) {
    const struct attribute *events = &l->p->domain.facts[FACT_EVENT];
    int i = n->kind == NODE_SCALAR ? attribute_find(events, n->text) : -1;
    if (i >= 0)
        return events->words[i];
    struct suggestion s = suggest_for(n->text);
    for (int k = 0; k < events->n_words; k++)
        suggest_consider(&s, events->words[k]);
    for (int k = 0; k < n_groups; k++)
        suggest_consider(&s, events->groups[k].name);
    finding_error(l->fs, "unknown-value", n, "the domain lists no event \"%.*s\"%s",
                  SPAN_ARGS(n->text), suggest_text(&s));
    return NULL;
}

/* An instant that the event states, or an event still to come. */
static void read_start(struct loader *l, const struct node *n, struct duty_spec *d) {
    d->start_time = n ? time_find(n->text) : TIME_EVENT;
    if (d->start_time < 0)
        d->waits_for = event_word(l, n, 0);
}

static void read_stops(struct loader *l, const struct node *n, struct duty_spec *d) {
    const struct attribute *events = &l->p->domain.facts[FACT_EVENT];
    NODE_WORDS(w, n) {
        const char *word = NULL;
        const struct word_group *g =
            w->kind == NODE_SCALAR ? attribute_group(events, w->text) : NULL;
        if (d->n_stops == POLICY_MAX_STOPS) {
            finding_error(l->fs, "schema", w, "at most %d events can stop a duty",
                          (int)POLICY_MAX_STOPS);
            return;
        }
        if (!g && (word = event_word(l, w, events->n_groups)))
            d->stops[d->n_stops++] = word;
        for (int i = 0; g && i < events->n_words && d->n_stops < POLICY_MAX_STOPS; i++)
            if (word_set_has(&g->words, i))
                d->stops[d->n_stops++] = events->words[i];
    }
}

static int64_t stop_id_of(const struct duty_spec *d) {
    struct span words[POLICY_MAX_STOPS];
    for (int i = 0; i < d->n_stops; i++)
        words[i] = span_of(d->stops[i]);
    return identity_list(words, (size_t)d->n_stops);
}

static void each_stops(const struct outcome *o, policy_take_stops *take, void *context) {
    for (int i = 0; i < o->n_duties; i++)
        take(context, o->duties[i].stop_id, o->duties[i].stops, o->duties[i].n_stops);
}

void policy_each_stops(const struct policy *p, policy_take_stops *take, void *context) {
    for (int i = 0; i < p->n_tables; i++) {
        const struct table *t = &p->tables[i];
        for (int r = 0; r < t->n_rules; r++)
            each_stops(&t->rules[r].then, take, context);
        if (t->has_else)
            each_stops(&t->otherwise.then, take, context);
    }
}

/* "50%" or "2h" (before due) */
static void read_warning(struct loader *l, const struct node *n, struct duty_spec *d) {
    struct warning w = {0};
    int64_t percent;
    if (d->n_warnings == POLICY_MAX_WARNINGS) {
        finding_error(l->fs, "schema", n, "at most %d warnings",
                      (int)POLICY_MAX_WARNINGS);
        return;
    }
    if (n->kind == NODE_SCALAR && n->text.len > 1 &&
        n->text.ptr[n->text.len - 1] == '%') {
        if (!span_to_i64((struct span){n->text.ptr, n->text.len - 1}, &percent) ||
            percent < 1 || percent > 99) {
            finding_error(l->fs, "schema", n,
                          "a warning is 1%% to 99%% of the time, or 2h before due");
            return;
        }
        w.percent = (int)percent;
    } else if (!duration_read_elapsed(l, n, &w.before_us)) {
        return;
    }
    d->warnings[d->n_warnings++] = w;
}

static void read_breach(struct loader *l, const struct node *n, struct duty_spec *d) {
    static const char *const keys[] = {"escalate", "cost", NULL};
    if (schema_map(l, n, "breach", keys)) {
        d->breach = schema_text(l, n, "escalate", true);
        d->cost = schema_text(l, n, "cost", false);
    }
}

static void read_pause(struct loader *l, const struct node *n, struct duty_spec *d) {
    NODE_WORDS(w, n) {
        const char *word = event_word(l, w, 0);
        if (word && d->n_pauses == POLICY_MAX_PAUSES) {
            finding_error(l->fs, "schema", w, "at most %d events can hold a duty",
                          (int)POLICY_MAX_PAUSES);
            return;
        }
        if (word)
            d->pauses[d->n_pauses++] = span_of(word);
    }
    if (!d->is_own_clock) {
        finding_tell(l->fs, POLICY_ERROR, "pause-on-marketplace-clock", n,
                     witness_here(l, "an input that begins this duty"),
                     "the marketplace's clock never pauses: only a duty with \"clock: "
                     "own\" may; drop the \"pause\", or say that the promise is ours");
    }
}

const char *const policy_reopen_names[REOPEN_COUNT + 1] = {"restart", "resume", "closed",
                                                           NULL};

void duty_read(struct loader *l, const struct node *n, struct duty_spec *d) {
    static const char *const keys[] = {"name",  "due",    "start",  "stop",     "reserve",
                                       "aim",   "warn",   "breach", "severity", "clock",
                                       "pause", "reopen", NULL};
    static const char *const clocks[] = {"marketplace", "own", NULL};
    *d = (struct duty_spec){.severity = 2};
    if (!schema_map(l, n, "a duty", keys))
        return;
    const struct node *due = node_get(n, "due"), *stop = node_get(n, "stop"),
                      *reserve = node_get(n, "reserve"), *aim = node_get(n, "aim"),
                      *warn = node_get(n, "warn"), *breach = node_get(n, "breach"),
                      *clock = node_get(n, "clock"), *pause = node_get(n, "pause"),
                      *reopen = node_get(n, "reopen");
    d->name = schema_text(l, n, "name", true);
    if (!due || !stop) {
        finding_error(l->fs, "schema", n, "a duty needs \"due\" and \"stop\"");
        return;
    }
    bool is_good = duration_read(l, due, &d->due);
    read_start(l, node_get(n, "start"), d);
    read_stops(l, stop, d);
    d->stop_id = stop_id_of(d);
    is_good = (!reserve || duration_read_elapsed(l, reserve, &d->reserve_us)) && is_good;
    d->has_aim = aim && duration_read(l, aim, &d->aim);
    NODE_WORDS(w, warn) {
        read_warning(l, w, d);
    }
    if (breach)
        read_breach(l, breach, d);
    d->severity = severity_read(l, node_get(n, "severity"), 2);
    d->is_own_clock = clock && schema_choice(l, clock, "clock", clocks) == 1;
    if (pause)
        read_pause(l, pause, d);
    int r = reopen ? schema_choice(l, reopen, "reopen", policy_reopen_names) : -1;
    d->says_reopen = r >= 0;
    d->reopen = r >= 0 ? (enum policy_reopen)r : REOPEN_RESTARTS;
    if (is_good && d->due.kind == SPAN_ELAPSED && d->reserve_us >= d->due.amount)
        finding_error(l->fs, "duty", n, "the reserve takes all of the time");
}
